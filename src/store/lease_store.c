/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_store_priv.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/event.h"
#include "base/mem.h"
#include "store/db_check.h"
#include "store/lease_record.h"
#include "store/lease_table.h"

#define LEASE_MAGIC 0x4c53524cu /* "LSRL" */
#define LEASE_FORMAT 1u
#define LEASE_MAP_SIZE ((size_t)64 << 30) /* address space, not memory or disk */

struct lease_batch {
	struct lease_store *store;
	struct db_txn txn;
	struct lease_view view;
	bool is_dirty;
};

struct lease_store {
	struct db *db;
	struct lease_batch batch; /* the one that a writer may have */
	bool has_batch;
};

static const char *const lease_tables[] = {
	[LEASE_TABLE_META] = "meta",
	[LEASE_TABLE_ADDRESS] = "lease-by-address",
	[LEASE_TABLE_CLIENT] = "lease-by-client",
	[LEASE_TABLE_EXPIRY] = "lease-by-expiry",
	[LEASE_TABLE_COUNT] = NULL,
};

const struct db_kind lease_store_kind = {
	.file = "leases.mdb",
	.what = "a lease store",
	.magic = LEASE_MAGIC,
	.version = LEASE_FORMAT,
	.tables = lease_tables,
	.map_size = LEASE_MAP_SIZE,
	.open_code = E_DHCP_DATABASE_INIT_FAILED,
	.older_code = E_DHCP_JET_CONV_REQUIRED,
	.damage_advice = "put back a copy of it, or move it away and begin without leases",
};

/* The code is that of opening, whatever went wrong. */
static int as_open_error(int r, struct error *reterr_error) {
	if (r == 0)
		return 0;
	if (reterr_error)
		reterr_error->code = E_DHCP_DATABASE_INIT_FAILED;
	return -E_DHCP_DATABASE_INIT_FAILED;
}

static int claim_durably(struct db *db, const char *server_name, struct error *reterr_error) {
	struct db_txn txn;
	int r;

	r = db_begin(db, true, &txn, reterr_error);
	if (r == 0) {
		r = db_claim(&txn, server_name, reterr_error);
		if (r < 0)
			db_abort(&txn);
		else
			r = db_commit(&txn, reterr_error);
	}
	if (r == 0 && is_db_new(db))
		event_emit(EVENT_STORE_CREATED, "%s", db_path(db));
	return as_open_error(r, reterr_error);
}

static struct lease_store *store_of(struct db *db) {
	struct lease_store *store = mem_alloc(sizeof *store);

	store->db = db;
	return store;
}

int lease_store_open_kind(const struct db_kind *kind, const char *state_directory, const char *server_name,
			  struct lease_store **ret_store, struct error *reterr_error) {
	struct db *db;
	int r;

	r = db_open(kind, state_directory, &db, reterr_error);
	if (r < 0)
		return r;
	r = claim_durably(db, server_name, reterr_error);
	if (r < 0) {
		db_close(db);
		return r;
	}
	*ret_store = store_of(db);
	return 0;
}

int lease_store_open(const char *state_directory, const char *server_name, struct lease_store **ret_store,
		     struct error *reterr_error) {
	return lease_store_open_kind(&lease_store_kind, state_directory, server_name, ret_store, reterr_error);
}

int lease_store_open_reader(const char *state_directory, struct lease_store **ret_store, struct error *reterr_error) {
	struct db *db;
	int r;

	r = db_open_reader(&lease_store_kind, state_directory, &db, reterr_error);
	if (r < 0)
		return r;
	*ret_store = store_of(db);
	return 0;
}

int lease_store_walk(const char *state_directory, struct error *reterr_error) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/%s", state_directory, lease_store_kind.file);

	if (access(path, F_OK) < 0)
		return error_set(reterr_error, E_NOT_FOUND, "%s is not there", path);
	if (!is_db_file_sound(&lease_store_kind, path))
		return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED, "%s is damaged; %s", path,
				 lease_store_kind.damage_advice);
	return 0;
}

bool is_lease_store_current(const struct lease_store *store) {
	return is_db_current(store->db);
}

struct lease_store *lease_store_close(struct lease_store *store) {
	if (!store)
		return NULL;
	if (store->has_batch)
		lease_batch_abort(&store->batch);
	db_close(store->db);
	free(store);
	return NULL;
}

static int view_get_by_address(void *context, struct ip4 address, struct lease *ret_lease) {
	struct lease_batch *batch = context;

	return lease_table_get_by_address(&batch->txn, address, ret_lease);
}

static int view_get_by_client(void *context, struct ip4_subnet scope, const struct client_key *client,
			      struct lease *ret_lease) {
	struct lease_batch *batch = context;

	return lease_table_get_by_client(&batch->txn, scope, client, ret_lease);
}

static int view_get_gap(void *context, struct ip4 from, struct ip4 to, struct ip4 *ret_address) {
	struct lease_batch *batch = context;

	return lease_table_get_gap(&batch->txn, from, to, ret_address);
}

static int view_get_reusable(void *context, struct ip4_subnet scope, int64_t now, size_t skip,
			     struct lease *ret_lease) {
	struct lease_batch *batch = context;

	return lease_table_get_reusable(&batch->txn, scope, now, skip, ret_lease);
}

static int view_count_bootp(void *context, struct ip4_subnet scope, int64_t now, size_t enough, size_t *ret_count) {
	struct lease_batch *batch = context;

	return lease_table_count_bootp(&batch->txn, scope, now, enough, ret_count);
}

static int view_put(void *context, const struct lease *lease) {
	struct lease_batch *batch = context;

	batch->is_dirty = true;
	return lease_table_put(&batch->txn, lease);
}

static int view_get_next(void *context, struct ip4 from, struct lease *ret_lease) {
	struct lease_batch *batch = context;

	return lease_table_get_next(&batch->txn, from, ret_lease);
}

static int view_remove(void *context, struct ip4 address) {
	struct lease_batch *batch = context;
	int r = lease_table_remove(&batch->txn, address);

	batch->is_dirty = batch->is_dirty || r != -E_NOT_FOUND;
	return r;
}

static int64_t cleanup_get(struct db_txn *txn) {
	struct reader reader;
	struct span value;
	int64_t at;

	if (db_get(txn, LEASE_TABLE_META, span_of_text(LEASE_META_CLEANUP), &value) < 0)
		return 0;
	reader = reader_of(value);
	at = (int64_t)reader_u64(&reader);
	return is_reader_complete(&reader) ? at : 0;
}

int64_t lease_batch_last_cleanup(struct lease_batch *batch) {
	return cleanup_get(&batch->txn);
}

void lease_batch_note_cleanup(struct lease_batch *batch, int64_t at) {
	uint8_t octets[sizeof(uint64_t)];
	struct writer writer = writer_of(octets, sizeof octets);

	writer_u64(&writer, (uint64_t)at);
	db_put(&batch->txn, LEASE_TABLE_META, span_of_text(LEASE_META_CLEANUP), span_of(octets, writer.len));
	batch->is_dirty = true;
}

static int view_forget(void *context, const struct lease *lease) {
	return 0;
}

static int view_forget_removal(void *context, struct ip4 address) {
	struct lease lease;

	return view_get_by_address(context, address, &lease);
}

static int batch_begin(struct lease_store *store, bool is_writing, struct lease_batch **ret_batch,
		       struct error *reterr_error) {
	struct lease_batch *batch = &store->batch;
	int r;

	assert(!store->has_batch);
	r = db_begin(store->db, is_writing, &batch->txn, reterr_error);
	if (r < 0)
		return r;
	batch->store = store;
	batch->is_dirty = false;
	batch->view = (struct lease_view){
		.context = batch,
		.get_by_address = view_get_by_address,
		.get_by_client = view_get_by_client,
		.get_gap = view_get_gap,
		.get_reusable = view_get_reusable,
		.count_bootp = view_count_bootp,
		.put = is_writing ? view_put : view_forget,
		.get_next = view_get_next,
		.remove = is_writing ? view_remove : view_forget_removal,
	};
	store->has_batch = true;
	*ret_batch = batch;
	return 0;
}

int lease_batch_begin(struct lease_store *store, struct lease_batch **ret_batch, struct error *reterr_error) {
	return batch_begin(store, true, ret_batch, reterr_error);
}

int lease_store_look(struct lease_store *store, struct lease_batch **ret_batch, struct error *reterr_error) {
	return batch_begin(store, false, ret_batch, reterr_error);
}

const struct lease_view *lease_batch_view(struct lease_batch *batch) {
	return &batch->view;
}

bool is_lease_batch_dirty(const struct lease_batch *batch) {
	return batch->is_dirty;
}

void lease_batch_submit(struct lease_batch *batch, lease_batch_done_f *done, void *context) {
	struct error error = { 0 };
	int r;

	if (batch->is_dirty)
		r = db_commit(&batch->txn, &error);
	else
		r = db_result(&batch->txn, &error);
	lease_batch_abort(batch);
	done(context, r, &error);
}

void lease_batch_abort(struct lease_batch *batch) {
	db_abort(&batch->txn);
	batch->store->has_batch = false;
}

void lease_store_tick(struct lease_store *store, uint64_t now_ms) {
}

int lease_store_checkpoint(struct lease_store *store, struct error *reterr_error) {
	return 0;
}

bool is_lease_store_short(const struct lease_store *store) {
	return false;
}

int64_t lease_store_doubtful_until(const struct lease_store *store) {
	return 0;
}

/* A record that cannot be read hides no others. */
static int visit_row(const struct db_cursor *cursor, struct ip4 to, lease_visit_f *visit, void *context,
		     bool *ret_end) {
	struct ip4 address;
	struct lease lease;

	if (lease_key_address_decode(cursor->key, &address) < 0)
		return 0;
	*ret_end = address.value > to.value;
	if (*ret_end)
		return 0;
	if (lease_record_decode(address, cursor->value, &lease) < 0) {
		char text[IP4_TEXT_MAX];

		event_emit(EVENT_STORE_RECORD_DAMAGED, "%s", ip4_format(address, text));
		return 0;
	}
	return visit(context, &lease);
}

int lease_store_visit(struct lease_store *store, struct ip4 from, struct ip4 to, lease_visit_f *visit, void *context) {
	struct lease_key key = lease_key_address(from);
	struct db_cursor cursor;
	struct db_txn txn;
	bool is_end = false;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	db_seek(&txn, LEASE_TABLE_ADDRESS, lease_key_span(&key), &cursor);
	while (r == 0 && !is_end && db_next(&cursor))
		r = visit_row(&cursor, to, visit, context, &is_end);
	db_cursor_done(&cursor);
	if (r == 0)
		r = db_result(&txn, NULL);
	db_abort(&txn);
	return r;
}

static uint64_t bytes_on_disk(const char *path) {
	struct stat info;

	return stat(path, &info) == 0 ? (uint64_t)info.st_blocks * 512 : 0;
}

int lease_store_stat(struct lease_store *store, struct lease_store_stat *ret_stat) {
	struct lease_store_stat stat = { .path = db_path(store->db), .format = LEASE_FORMAT };
	struct db_txn txn;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	stat.n_leases = db_count(&txn, LEASE_TABLE_ADDRESS);
	stat.n_bytes_used = db_bytes_used(&txn);
	stat.n_bytes_on_disk = bytes_on_disk(stat.path);
	stat.last_cleanup = cleanup_get(&txn);
	r = db_result(&txn, NULL);
	db_abort(&txn);
	if (r == 0)
		*ret_stat = stat;
	return r;
}
