/* SPDX-License-Identifier: Apache-2.0 */
/* A reader in another process sees leases.mdb and, above it, the frames of the journal that it does not have yet. It
 * follows them as they come, and begins anew with each checkpoint. The transaction is held no longer than it is looked
 * at, as it keeps the writer from using pages again. */
#include "store/lease_store_priv.h"

#include "store/lease_table.h"

#define TRIES_MAX 8 /* the writer may release segments while we come from the snapshot to the journal */

static void begin_anew(struct lease_store *store, uint64_t version, uint64_t applied) {
	store->version = version;
	lease_memory_clear(store->newest);
	store->layers.n_below = db_count(&store->snapshot, LEASE_TABLE_ADDRESS);
	lease_layers_forget(&store->layers);
	store->applied = store->followed = applied;
}

/* A new snapshot may be of another checkpoint, or of a part of one. */
static int take_snapshot(struct lease_store *store, struct error *reterr_error) {
	uint64_t applied, version;
	int r = lease_store_renew(store, reterr_error);

	if (r < 0)
		return r;
	applied = db_get_number(&store->snapshot, LEASE_META_JOURNAL);
	version = db_version(&store->snapshot);
	if (version != store->version)
		begin_anew(store, version, applied);
	if (store->followed == applied)
		store->cleanup = (int64_t)db_get_number(&store->snapshot, LEASE_META_CLEANUP);
	store->doubtful_until = (int64_t)db_get_number(&store->snapshot, LEASE_META_DOUBTFUL);
	return db_result(&store->snapshot, reterr_error);
}

/* With no frame in memory, a journal that ends before the snapshot has nothing to add to it. */
static bool is_snapshot_all(struct lease_store *store) {
	return store->followed == store->applied && is_journal_behind(store->tail) &&
	       db_renew(&store->snapshot, NULL) == 0 && db_version(&store->snapshot) == store->version;
}

static int try_begin(struct lease_store *store, struct error *reterr_error) {
	int r = take_snapshot(store, reterr_error);

	if (r == 0)
		r = journal_follow(store->tail, store->followed, lease_store_take, store, &store->followed);
	if (r == 0 || (r == -E_NOT_FOUND && is_snapshot_all(store)))
		return 0;
	store->version = 0; /* of no snapshot */
	lease_reader_end(store);
	if (r == -E_NOT_FOUND)
		error_set(reterr_error, E_DHCP_JET_ERROR,
			  "%s: its journal has a gap; look at the disk, or wait for the next checkpoint",
			  db_path(store->db));
	else
		db_result(&store->snapshot, reterr_error);
	return r;
}

int lease_reader_begin(struct lease_store *store, struct error *reterr_error) {
	int r = -E_NOT_FOUND;

	for (unsigned i = 0; r == -E_NOT_FOUND && i < TRIES_MAX; i++)
		r = try_begin(store, reterr_error);
	return r < 0 ? -E_DHCP_JET_ERROR : 0;
}

void lease_reader_end(struct lease_store *store) {
	if (store->snapshot.db)
		db_abort(&store->snapshot);
}
