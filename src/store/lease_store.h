/* SPDX-License-Identifier: Apache-2.0 */
/* lease_store.h - durable leases: a batch of changes goes in, a completion comes back when it is on stable storage.
 *
 * A batch is one frame of a journal; from time to time a thread writes what that holds into leases.mdb
 * (docs/lease-store.md).
 * One writer process (serve) opens it with lease_store_open; readers (api) with lease_store_open_reader.
 * Thread: one per store object.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/lease.h"

struct lease_store;
struct lease_batch;

/* Open or create DIR/leases.mdb as its only writer, for the server @server_name.
 * 0; -E_DHCP_DATABASE_INIT_FAILED (cannot open, or it belongs to another server: the sentence says which),
 * -E_DHCP_JET_CONV_REQUIRED (older format), each with a sentence. The caller holds the state directory's lock. */
int lease_store_open(const char *state_directory, const char *server_name, struct lease_store **ret_store,
		     struct error *reterr_error);

/* Open an existing store for reading. 0, -E_NOT_FOUND (not made yet) or -E_DHCP_DATABASE_INIT_FAILED. */
int lease_store_open_reader(const char *state_directory, struct lease_store **ret_store, struct error *reterr_error);

/* Walk through all that stands in DIR/leases.mdb, in a child process: at low priority, also beside its writer. It takes
 * as long as reading the file does; lease_store_open itself looks only at what it needs. Whoever has reason to doubt
 * the file calls this first. Before there is a second thread, best.
 * 0; -E_NOT_FOUND (no file); -E_DHCP_DATABASE_INIT_FAILED (damaged) with a sentence. */
int lease_store_walk(const char *state_directory, struct error *reterr_error);

/* False if the files were removed or replaced since they were opened: whoever opens them now gets others. Cheap. */
bool is_lease_store_current(const struct lease_store *store);

/* Close. Accepts NULL; returns NULL. */
struct lease_store *lease_store_close(struct lease_store *store);

/* Start a batch (the writer has at most one). 0 or -E_DHCP_JET_ERROR. */
int lease_batch_begin(struct lease_store *store, struct lease_batch **ret_batch, struct error *reterr_error);

/* Start a batch that only looks, of a store opened for reading: what is put or removed in its view is forgotten. End it
 * with lease_batch_abort. 0 or -E_DHCP_JET_ERROR. */
int lease_store_look(struct lease_store *store, struct lease_batch **ret_batch, struct error *reterr_error);

/* The view through which the engine reads and changes leases in this batch. Lives as long as the batch. */
const struct lease_view *lease_batch_view(struct lease_batch *batch);

/* True if a change was made in this batch. */
bool is_lease_batch_dirty(const struct lease_batch *batch);

/* When ended leases were cleared away last (0: never), and note that it was done at @at, in this batch. */
int64_t lease_batch_last_cleanup(struct lease_batch *batch);
void lease_batch_note_cleanup(struct lease_batch *batch, int64_t at);

/* Called when the batch is durable (@result 0) or lost (-E_DHCP_JET_ERROR, with @error). */
typedef void lease_batch_done_f(void *context, int result, const struct error *error);

/* Hand in the batch, which is gone afterwards; @done is called exactly once, perhaps before this returns. A batch
 * without changes completes without touching the disk. */
void lease_batch_submit(struct lease_batch *batch, lease_batch_done_f *done, void *context);

/* Drop the batch and all its changes. */
void lease_batch_abort(struct lease_batch *batch);

/* What goes on beside the batches: begin a checkpoint when there is enough for one, take note of how one ended, keep
 * space in reserve. Called by the writer between batches, at least once a second; @now_ms is since boot. */
void lease_store_tick(struct lease_store *store, uint64_t now_ms);

/* Write all that is durable into leases.mdb, now, and wait for it. Not during a batch.
 * 0, or -E_DHCP_JET_ERROR with a sentence: nothing is lost, and lease_store_tick tries again. */
int lease_store_checkpoint(struct lease_store *store, struct error *reterr_error);

/* Make the indexes agree with the records: it is done soon, beside the batches, and COUNTER_INDEXES_MENDED counts
 * it. */
void lease_store_reindex(struct lease_store *store);

/* True while there is no more space in reserve on the disk: new leases must be refused, so that renewals can go on. */
bool is_lease_store_short(const struct lease_store *store);

/* Until when (wall) clients of which this store knows nothing may be using addresses, as it was restored from a backup
 * or has lost a part of its journal. 0: none. */
int64_t lease_store_doubtful_until(const struct lease_store *store);

/* True if a part of the journal was missing when it was opened, and nobody has said yet until when that matters. Then
 * do so, for @until (wall) at least; the next checkpoint keeps it. */
bool is_lease_store_doubt_open(const struct lease_store *store);
void lease_store_doubt(struct lease_store *store, int64_t until);

/* Called for each lease; a negative return ends the iteration and is returned. */
typedef int lease_visit_f(void *context, const struct lease *lease);

/* Visit all leases in [@from, @to] in ascending order of address, in one consistent view. Not during a batch.
 * 0, what @visit returned, or -E_DHCP_JET_ERROR. */
int lease_store_visit(struct lease_store *store, struct ip4 from, struct ip4 to, lease_visit_f *visit, void *context);

/* As lease_store_visit, with the records as they are stored, which are borrowed during the call (lease_record.h). */
typedef int lease_record_visit_f(void *context, struct ip4 address, struct span record);
int lease_store_visit_records(struct lease_store *store, struct ip4 from, struct ip4 to, lease_record_visit_f *visit,
			      void *context);

/* Embedded. */
struct lease_store_stat {
	const char *path; /* borrowed from the store */
	uint32_t format;  /* its version */
	uint64_t n_leases;
	uint64_t n_bytes_used;
	uint64_t n_bytes_on_disk;
	int64_t last_cleanup;     /* wall; 0: never */
	int64_t doubtful_until;   /* as lease_store_doubtful_until */
	uint64_t map_size;        /* the most that leases.mdb may grow to before its map is made larger */
	uint64_t sequence;        /* of the last frame of the journal */
	uint64_t journal_frames;  /* that leases.mdb does not have yet */
	uint64_t journal_segments;
	uint64_t journal_bytes;    /* that they take on the disk */
	uint64_t n_bytes_reserved; /* behind the end of leases.mdb */
	/* Of the writer alone; 0 for readers. */
	uint64_t n_syncs;          /* of the journal, in this life */
	uint64_t n_checkpoints, n_checkpoints_failed;
	bool is_short;
};

/* Read what there is to say of the store. 0 or -E_DHCP_JET_ERROR. */
int lease_store_stat(struct lease_store *store, struct lease_store_stat *ret_stat);
