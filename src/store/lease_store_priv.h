/* SPDX-License-Identifier: Apache-2.0 */
/* lease_store_priv.h - what the files of the lease store share: lease_store.c (opening, batches, reading),
 * lease_upkeep.c (checkpoints and space), lease_reader.c (of another process); and opening one in another way than the
 * daemon does, for its tests. */
#pragma once

#include "store/checkpoint.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/lease_layers.h"
#include "store/lease_store.h"

/* What the store says of itself, in the table meta: numbers of eight octets, the highest first. */
#define LEASE_META_CLEANUP "cleanup"   /* when ended leases were cleared away last (wall) */
#define LEASE_META_JOURNAL "journal"   /* up to which frame of the journal its changes stand in the tables */
#define LEASE_META_DOUBTFUL "doubtful" /* until when (wall) clients that it does not know may be using addresses */

/* A change of this address in the journal is no lease: its octets are LEASE_META_CLEANUP. */
#define LEASE_NOTE_ADDRESS 0
#define LEASE_NOTE_SIZE 8

struct lease_batch {
	struct lease_store *store;
	struct lease_view view;
	bool is_dirty;
	bool is_failed;   /* a lease was no lease */
	int64_t cleanup;  /* noted in it; 0: not */
};

/* Writer: journal is set. Reader: tail is set, and the rest of the first part, between reader_begin and reader_end. */
struct lease_store {
	struct db *db;
	struct lease_layers layers;
	struct db_txn snapshot;     /* that the layers stand on */
	struct lease_memory *newest;
	uint64_t seed;              /* of memories */
	int64_t cleanup, doubtful_until;
	struct lease_batch batch;   /* the one that there may be */
	bool has_batch;

	struct journal *journal;
	struct lease_memory *sealed;  /* NULL, or what is being, or was to be, written into leases.mdb */
	struct lease_memory *spare;   /* the next newest one; empty */
	struct checkpoint *checkpoint; /* NULL before the first tick */
	uint64_t sequence;            /* of the last frame of the journal in newest */
	uint64_t sealed_sequence;     /* in sealed */
	bool is_reindex_wanted, is_reindex_begun; /* of the indexes; the second while work for it is under way */
	bool is_reindex_wanted_again; /* asked for once more, perhaps for what the one at hand has passed already */
	bool is_seal_wanted;          /* whatever newest has, as soon as it has something */
	bool is_sealed_written;       /* only the snapshot is to be renewed */
	bool has_note;                /* there is a cleanup or a doubt to write */
	bool is_doubt_open;           /* as is_lease_store_doubt_open */
	uint64_t octets_at_seal;      /* that the journal had written then */
	uint64_t now_ms;              /* at the last tick */
	uint64_t first_change_ms;     /* since when newest has something; 0: it is not known to have */
	uint64_t retry_ms, pause_ms;  /* a failed checkpoint is tried again, and after how long */
	uint64_t looked_ms;           /* for files that were removed, and at the reserve */
	uint64_t n_checkpoints, n_failures;
	bool is_failing, is_short, is_current;
	bool is_journal_failing;      /* the last frame could not be made durable */

	struct journal_reader *tail;
	uint64_t version;  /* of the snapshot that newest is above */
	uint64_t applied;  /* its LEASE_META_JOURNAL */
	uint64_t followed; /* the last frame in newest */
};

/* The daemon's kind of file; tests copy it and change its size or version. */
extern const struct db_kind lease_store_kind;

/* As lease_store_open, with a file of @kind, which outlives the store. */
int lease_store_open_kind(const struct db_kind *kind, const char *state_directory, const char *server_name,
			  struct lease_store **ret_store, struct error *reterr_error);

/* Take a change from the journal into the newest memory: a journal_visit_f whose context is the store. 0, or
 * -E_DHCP_JET_ERROR: the snapshot cannot be read. */
int lease_store_take(void *context, uint64_t sequence, struct ip4 address, struct span record);

/* Make the layers stand on what leases.mdb is now. 0 or -E_DHCP_JET_ERROR. */
int lease_store_renew(struct lease_store *store, struct error *reterr_error);

/* What goes on beside the batches, without a look at the clock: after each of them. */
void lease_store_look_round(struct lease_store *store);

/* Before a batch: if the journal has no room for it, wait until some is made or released, as far as that can be. */
void lease_store_await_room(struct lease_store *store);

/* Before and after a reader looks at anything: all that is durable, acknowledged by whoever writes. 0 or
 * -E_DHCP_JET_ERROR with a sentence, and then there is nothing to end. */
int lease_reader_begin(struct lease_store *store, struct error *reterr_error);
void lease_reader_end(struct lease_store *store);
