/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.h - a thread of low priority that writes a sealed lease memory into leases.mdb, while batches go on.
 *
 * The owner hands over one piece of work at a time and looks, whenever it comes by, whether it is done; neither ever
 * waits for the other unless it asks to. While work is under way, the memory handed over is not changed, and the owner
 * neither grows the file's map nor opens it anew. Thread: the owner's, for all functions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/lease_memory.h"

struct checkpoint;

/* Embedded: what is to be done. */
struct checkpoint_work {
	const struct lease_memory *memory; /* borrowed; NULL: write nothing of it */
	bool is_reindex;                   /* make the indexes agree with the records (lease_reindex.h) */
	uint64_t sequence;                 /* of the last frame of the journal that is in it */
	int64_t cleanup, doubtful_until;   /* LEASE_META_CLEANUP, LEASE_META_DOUBTFUL; 0: as they are */
	bool is_journal_wanting;           /* journal_stat.needs_prepare */
};

/* Embedded: how it ended. */
struct checkpoint_result {
	int rc;             /* 0, or LMDB's or the system's number: nothing was written */
	struct error error; /* with rc, a sentence */
	size_t n_changed;   /* records */
	uint64_t n_mended;  /* rows of the indexes, since making them agree was begun */
	bool has_more;      /* of the indexes to look at: hand over work with is_reindex again */
	bool is_short;      /* there is not enough space in reserve for leases.mdb or the journal */
	struct error space; /* with is_short, a sentence */
};

/* Start the thread; checkpoint_free ends it: what is not committed yet is dropped. NULL if there can
 * be none. @db and @journal outlive it. checkpoint_free accepts NULL and returns NULL. */
struct checkpoint *checkpoint_new(struct db *db, struct journal *journal);
struct checkpoint *checkpoint_free(struct checkpoint *checkpoint);

/* True while work is under way or its result waits for checkpoint_take. */
bool is_checkpoint_busy(const struct checkpoint *checkpoint);

/* Hand over work. Not while it is busy. */
void checkpoint_start(struct checkpoint *checkpoint, const struct checkpoint_work *work);

/* Have the work under way end soon, and leave what can wait for the next time: there is more urgent work. */
void checkpoint_hurry(struct checkpoint *checkpoint);

/* Take the result. False if there is none yet. */
bool checkpoint_take(struct checkpoint *checkpoint, struct checkpoint_result *ret_result);

/* Wait until the work under way is done, if there is any. */
void checkpoint_wait(struct checkpoint *checkpoint);
