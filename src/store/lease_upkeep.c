/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a lease memory: newest, while batches change it; sealed, while the checkpoint writes it into leases.mdb;
 * dropped, once the snapshot has been renewed and shows what it held. A checkpoint that fails leaves everything as it
 * is: the sealed memory stays in force, the journal keeps its frames, and it is tried again. */
#include "store/lease_store_priv.h"

#include <errno.h>

#include "base/counter.h"
#include "base/event.h"

#define SEAL_ENTRIES 32768
#define SEAL_OCTETS ((uint64_t)4 << 20)
#define SEAL_MS 10000
#define LOOK_MS 1000
#define ROOM_OCTETS ((uint64_t)1 << 20) /* more than any batch needs */
#define PAUSE_MS_MIN 1000
#define PAUSE_MS_MAX 8000
#define MAPS_MAX 32 /* a map that was doubled so often is larger than any address space */

static bool has_changes(const struct lease_store *store) {
	return lease_memory_count(store->newest) || store->has_note;
}

/* The newest memory becomes the sealed one. Between batches only. */
static void seal(struct lease_store *store) {
	store->sealed = store->newest;
	store->newest = store->spare;
	store->spare = NULL;
	store->sealed_sequence = store->sequence;
	store->is_sealed_written = false;
	store->has_note = store->is_seal_wanted = false;
	store->octets_at_seal = journal_stat(store->journal).n_octets_written;
	store->first_change_ms = 0;
	store->layers.newest = store->newest;
	store->layers.sealed = store->sealed;
	lease_layers_forget(&store->layers);
}

static void drop_sealed(struct lease_store *store) {
	store->layers.n_below += (uint64_t)lease_memory_surplus(store->sealed);
	lease_memory_clear(store->sealed);
	store->spare = TAKE_POINTER(store->sealed);
	store->layers.sealed = NULL;
	lease_layers_forget(&store->layers);
	journal_release(store->journal, store->sealed_sequence);
}

static void start(struct lease_store *store) {
	const struct checkpoint_work work = {
		.memory = store->is_sealed_written ? NULL : store->sealed,
		.is_reindex = store->is_reindex_wanted,
		.sequence = store->sealed_sequence,
		.cleanup = store->cleanup,
		.doubtful_until = store->doubtful_until,
		.is_journal_wanting = journal_stat(store->journal).needs_prepare,
	};

	store->is_reindex_begun = work.is_reindex;
	checkpoint_start(store->checkpoint, &work);
}

/* Readers see it with their next snapshot; so does this one, lest it goes by what was wrong. So do the copies of
 * bitmaps in the newest memory, once it is sealed. */
static void note_reindex(struct lease_store *store, const struct checkpoint_result *result) {
	if (!store->is_reindex_begun)
		return;
	store->is_reindex_begun = false;
	store->is_reindex_wanted = result->has_more || store->is_reindex_wanted_again;
	if (!store->sealed)
		lease_store_renew(store, NULL);
	if (result->has_more)
		return;
	store->is_reindex_wanted_again = false;
	store->is_seal_wanted = true;
	counter_add(COUNTER_INDEXES_MENDED, 1);
	event_emit(EVENT_INDEXES_MENDED, "%llu rows were wrong or missing in %s",
		   (unsigned long long)result->n_mended, db_path(store->db));
}

/* Said once, however often it is tried. */
static void note_failure(struct lease_store *store, const struct error *error) {
	store->n_failures++;
	counter_add(COUNTER_CHECKPOINTS_FAILED, 1);
	store->pause_ms = store->pause_ms ? 2 * store->pause_ms : PAUSE_MS_MIN;
	if (store->pause_ms > PAUSE_MS_MAX)
		store->pause_ms = PAUSE_MS_MAX;
	store->retry_ms = store->now_ms + store->pause_ms;
	if (!store->is_failing)
		event_emit_error(EVENT_CHECKPOINT_FAILED, error);
	store->is_failing = true;
}

static void note_success(struct lease_store *store) {
	store->n_checkpoints++;
	counter_add(COUNTER_CHECKPOINTS, 1);
	store->pause_ms = store->retry_ms = 0;
	if (store->is_failing)
		event_emit(EVENT_CHECKPOINT_RESUMED, "%s", db_path(store->db));
	store->is_failing = false;
}

/* LMDB's map may only be made larger while nobody looks through it. */
static int grow(struct lease_store *store, struct error *reterr_error) {
	int r;

	db_abort(&store->snapshot);
	r = db_grow(store->db, reterr_error);
	if (r == 0)
		event_emit(EVENT_STORE_GROWN, "%s may now have %llu MiB", db_path(store->db),
			   (unsigned long long)(db_map_size(store->db) >> 20));
	lease_store_renew(store, NULL);
	return r;
}

/* After a failed write of its first pages LMDB refuses everything until the file is opened anew, as a new transaction
 * finds out. */
static void reopen(struct lease_store *store) {
	db_abort(&store->snapshot);
	lease_store_renew(store, NULL);
}

static void finish_written(struct lease_store *store, struct error *reterr_error) {
	store->is_sealed_written = true;
	if (lease_store_renew(store, reterr_error) < 0) {
		note_failure(store, reterr_error);
		return;
	}
	drop_sealed(store);
	note_success(store);
}

/* What came of the work that is done. True if it is to be done again at once. */
static bool finish(struct lease_store *store, struct checkpoint_result *result) {
	store->is_short = result->is_short || result->rc == ENOSPC || result->rc == EDQUOT;
	if (result->rc == MDB_MAP_FULL && grow(store, &result->error) == 0)
		return true;
	if (result->rc) {
		reopen(store);
		note_failure(store, &result->error);
		return false;
	}
	note_reindex(store, result);
	if (store->sealed)
		finish_written(store, &result->error);
	return false;
}

static bool take_result(struct lease_store *store) {
	struct checkpoint_result result;

	if (!checkpoint_take(store->checkpoint, &result))
		return false;
	if (finish(store, &result))
		start(store);
	return true;
}

/* The first one does not wait: a journal that is gone is missed only once leases.mdb has a number of it. */
static bool is_seal_due(const struct lease_store *store) {
	const struct journal_stat journal = journal_stat(store->journal);

	if (!has_changes(store))
		return false;
	return store->is_seal_wanted || journal.released == 0 || lease_memory_count(store->newest) >= SEAL_ENTRIES ||
	       journal.n_octets_written - store->octets_at_seal >= SEAL_OCTETS ||
	       (store->first_change_ms && store->now_ms - store->first_change_ms >= SEAL_MS);
}

/* When batches fill the journal faster than it can be emptied, they wait here instead of failing. */
static void brake(struct lease_store *store) {
	if (store->sealed && is_checkpoint_busy(store->checkpoint) && journal_stat(store->journal).n_spare == 0)
		checkpoint_wait(store->checkpoint);
}

void lease_store_look_round(struct lease_store *store) {
	if (!store->checkpoint)
		return;
	brake(store);
	take_result(store);
	if (!store->sealed && is_seal_due(store)) {
		if (is_checkpoint_busy(store->checkpoint))
			checkpoint_hurry(store->checkpoint);
		else
			seal(store);
	}
	if (is_checkpoint_busy(store->checkpoint))
		return;
	if (((store->sealed || store->is_reindex_wanted) && store->now_ms >= store->retry_ms) ||
	    store->is_journal_failing)
		start(store);
}

static bool has_room(const struct lease_store *store) {
	return journal_stat(store->journal).n_octets_free >= ROOM_OCTETS;
}

/* Without room the batch would fail, so waiting costs nobody anything. What is under way need not be what makes
 * room. */
void lease_store_await_room(struct lease_store *store) {
	for (unsigned i = 0; store->checkpoint && !has_room(store) && i < 2; i++) {
		if (!is_checkpoint_busy(store->checkpoint)) {
			if (!store->sealed && has_changes(store))
				seal(store);
			start(store);
		}
		checkpoint_hurry(store->checkpoint);
		checkpoint_wait(store->checkpoint);
		take_result(store);
	}
}

static bool prepare(struct lease_store *store) {
	if (!store->spare && !store->sealed)
		store->spare = lease_memory_new(store->seed);
	if (!store->checkpoint)
		store->checkpoint = checkpoint_new(store->db, store->journal);
	return store->checkpoint;
}

/* Once a second: is it still our file, and is there space in reserve? */
static void look_at_files(struct lease_store *store) {
	store->looked_ms = store->now_ms;
	store->is_current = is_db_current(store->db);
	if (store->sealed || is_checkpoint_busy(store->checkpoint))
		return; /* which looks after the reserve, too */
	if (store->is_short || db_reserved(store->db) == 0 || journal_stat(store->journal).needs_prepare)
		start(store);
}

void lease_store_tick(struct lease_store *store, uint64_t now_ms) {
	assert(store->journal && !store->has_batch);
	store->now_ms = now_ms;
	if (!prepare(store))
		return;
	if (!store->first_change_ms && has_changes(store))
		store->first_change_ms = now_ms;
	lease_store_look_round(store);
	if (!store->looked_ms || now_ms - store->looked_ms >= LOOK_MS)
		look_at_files(store);
}

/* Write the sealed memory, however often its map has to grow. */
static int write_now(struct lease_store *store, struct error *reterr_error) {
	struct checkpoint_result result = { 0 };

	for (unsigned i = 0; i < MAPS_MAX; i++) {
		start(store);
		checkpoint_wait(store->checkpoint);
		checkpoint_take(store->checkpoint, &result);
		if (!finish(store, &result))
			break;
	}
	if (store->sealed && reterr_error)
		*reterr_error = result.error;
	return store->sealed ? -E_DHCP_JET_ERROR : 0;
}

/* Wait for what is under way, however it ends. */
static void settle(struct lease_store *store) {
	struct checkpoint_result result;

	checkpoint_hurry(store->checkpoint);
	checkpoint_wait(store->checkpoint);
	if (checkpoint_take(store->checkpoint, &result))
		finish(store, &result);
}

int lease_store_checkpoint(struct lease_store *store, struct error *reterr_error) {
	int r = 0;

	assert(store->journal && !store->has_batch);
	if (!prepare(store))
		return error_set(reterr_error, E_DHCP_JET_ERROR, "no thread can be started; end some processes");
	settle(store);
	if (store->sealed)
		r = write_now(store, reterr_error);
	if (r == 0 && has_changes(store)) {
		prepare(store);
		seal(store);
		r = write_now(store, reterr_error);
	}
	return r;
}

void lease_store_reindex(struct lease_store *store) {
	store->is_reindex_wanted_again = store->is_reindex_wanted;
	store->is_reindex_wanted = true;
}

bool is_lease_store_short(const struct lease_store *store) {
	return store->is_short;
}
