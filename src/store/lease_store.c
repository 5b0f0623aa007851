/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_store_priv.h"

#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/counter.h"
#include "base/cursor.h"
#include "base/event.h"
#include "base/mem.h"
#include "store/db_check.h"
#include "store/journal_segment.h"
#include "store/lease_record.h"
#include "store/lease_table.h"

#define LEASE_MAGIC 0x4c53524cu /* "LSRL" */
#define LEASE_FORMAT 2u
#define LEASE_FORMAT_OLDEST 1u
#define LEASE_MAP_SIZE ((size_t)1 << 30) /* to begin with: address space, not memory or disk */

static const char *const lease_tables[] = {
	[LEASE_TABLE_META] = "meta",
	[LEASE_TABLE_ADDRESS] = "lease-by-address",
	[LEASE_TABLE_CLIENT] = "lease-by-client",
	[LEASE_TABLE_EXPIRY] = "lease-by-expiry",
	[LEASE_TABLE_BLOCK] = "lease-by-block",
	[LEASE_TABLE_COUNT] = NULL,
};

const struct db_kind lease_store_kind = {
	.file = "leases.mdb",
	.what = "a lease store",
	.magic = LEASE_MAGIC,
	.version = LEASE_FORMAT,
	.oldest = LEASE_FORMAT_OLDEST,
	.tables = lease_tables,
	.map_size = LEASE_MAP_SIZE,
	.open_code = E_DHCP_DATABASE_INIT_FAILED,
	.older_code = E_DHCP_JET_CONV_REQUIRED,
	.oldest_code = E_DHCP_JET97_CONV_REQUIRED,
	.older_advice = "convert it with \"lessorctl database convert\", or set convert-store = yes in lessord.conf",
	.damage_advice = "a start of lessord puts the newest valid backup in its place; without one, move it and leases.journal away to begin without leases",
	.is_large = true,
};

/* Opening and closing. */

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

/* Clients must not know it: without a random one, where the heap is must do. */
static uint64_t make_seed(const void *place) {
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
		seed = (uintptr_t)place;
	return seed;
}

static struct lease_store *store_of(struct db *db) {
	struct lease_store *store = mem_alloc(sizeof *store);

	store->db = db;
	store->seed = make_seed(store);
	store->newest = lease_memory_new(store->seed);
	store->is_current = true;
	store->layers = (struct lease_layers){ .snapshot = &store->snapshot, .newest = store->newest };
	lease_layers_forget(&store->layers);
	return store;
}

/* Where beginning anew finds trouble, the file is opened anew, and the checkpoint must not be in it. */
int lease_store_renew(struct lease_store *store, struct error *reterr_error) {
	int r;

	if (store->checkpoint && (!store->snapshot.txn || store->snapshot.rc))
		checkpoint_wait(store->checkpoint);
	r = store->snapshot.db ? db_renew(&store->snapshot, reterr_error)
			       : db_begin(store->db, false, &store->snapshot, reterr_error);
	lease_layers_forget(&store->layers);
	return r;
}

int lease_store_take(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	struct lease_store *store = context;
	char text[IP4_TEXT_MAX];

	store->sequence = sequence;
	if (address.value == LEASE_NOTE_ADDRESS) {
		struct reader reader = reader_of(record);

		store->cleanup = (int64_t)reader_u64(&reader);
		store->has_note = true;
		return 0;
	}
	if (lease_layers_take(&store->layers, address, record) < 0) {
		if (store->snapshot.rc)
			return -E_DHCP_JET_ERROR;
		event_emit(EVENT_STORE_RECORD_DAMAGED, "%s", ip4_format(address, text));
	}
	lease_memory_commit(store->newest);
	return 0;
}

/* What is durable and not yet in leases.mdb. */
static int open_journal(struct lease_store *store, const char *state_directory, const char *server_name,
			struct error *reterr_error) {
	int r = lease_store_renew(store, reterr_error);

	if (r < 0)
		return as_open_error(r, reterr_error);
	store->layers.n_below = db_count(&store->snapshot, LEASE_TABLE_ADDRESS);
	store->sequence = db_get_number(&store->snapshot, LEASE_META_JOURNAL);
	store->cleanup = (int64_t)db_get_number(&store->snapshot, LEASE_META_CLEANUP);
	store->doubtful_until = (int64_t)db_get_number(&store->snapshot, LEASE_META_DOUBTFUL);
	r = journal_open(state_directory, server_name, store->sequence, lease_store_take, store, &store->journal,
			 reterr_error);
	store->is_doubt_open = r == 0 && journal_stat(store->journal).n_gaps > 0;
	return store->snapshot.rc ? as_open_error(db_result(&store->snapshot, reterr_error), reterr_error) : r;
}

int lease_store_open_kind(const struct db_kind *kind, const char *state_directory, const char *server_name,
			  struct lease_store **ret_store, struct error *reterr_error) {
	struct lease_store *store;
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
	store = store_of(db);
	r = open_journal(store, state_directory, server_name, reterr_error);
	if (r < 0)
		lease_store_close(store);
	else
		*ret_store = store;
	return r;
}

int lease_store_open(const char *state_directory, const char *server_name, struct lease_store **ret_store,
		     struct error *reterr_error) {
	return lease_store_open_kind(&lease_store_kind, state_directory, server_name, ret_store, reterr_error);
}

int lease_store_open_reader(const char *state_directory, struct lease_store **ret_store, struct error *reterr_error) {
	struct journal_reader *tail;
	struct db *db;
	int r;

	r = db_open_reader(&lease_store_kind, state_directory, &db, reterr_error);
	if (r < 0)
		return r;
	r = journal_follow_open(state_directory, &tail, reterr_error);
	if (r < 0) {
		db_close(db);
		return r;
	}
	*ret_store = store_of(db);
	(*ret_store)->tail = tail;
	return 0;
}

int lease_store_walk(const char *state_directory, struct error *reterr_error) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/%s", state_directory, lease_store_kind.file);

	if (access(path, F_OK) < 0)
		return error_set(reterr_error, E_NOT_FOUND, "%s is not there yet; lessord makes it at its first start", path);
	if (!is_db_file_sound(&lease_store_kind, path, DB_CHECK_BESIDE))
		return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED, "%s is damaged; %s", path,
				 lease_store_kind.damage_advice);
	return 0;
}

bool is_lease_store_current(const struct lease_store *store) {
	if (store->tail)
		return is_db_current(store->db);
	return store->is_current && has_db_name(store->db) && is_journal_current(store->journal);
}

int64_t lease_store_doubtful_until(const struct lease_store *store) {
	return store->doubtful_until;
}

bool is_lease_store_doubt_open(const struct lease_store *store) {
	return store->is_doubt_open;
}

void lease_store_doubt(struct lease_store *store, int64_t until) {
	assert(store->journal);
	store->is_doubt_open = false;
	if (until <= store->doubtful_until)
		return;
	store->doubtful_until = until;
	store->has_note = true;
}

struct lease_store *lease_store_close(struct lease_store *store) {
	if (!store)
		return NULL;
	if (store->has_batch)
		lease_batch_abort(&store->batch);
	checkpoint_free(store->checkpoint);
	if (store->snapshot.db)
		db_abort(&store->snapshot);
	journal_close(store->journal);
	journal_follow_close(store->tail);
	lease_memory_free(store->newest);
	lease_memory_free(store->sealed);
	lease_memory_free(store->spare);
	db_close(store->db);
	free(store);
	return NULL;
}

/* Batches. */

static struct lease_layers *layers_of(void *context) {
	struct lease_batch *batch = context;

	return &batch->store->layers;
}

static bool is_batch_failed(void *context) {
	struct lease_batch *batch = context;

	return batch->is_failed;
}

static int view_get_by_address(void *context, struct ip4 address, struct lease *ret_lease) {
	if (is_batch_failed(context))
		return -E_DHCP_JET_ERROR;
	return lease_layers_get_by_address(layers_of(context), address, ret_lease);
}

static int view_get_by_client(void *context, struct ip4_subnet scope, const struct client_key *client,
			      struct lease *ret_lease) {
	if (is_batch_failed(context))
		return -E_DHCP_JET_ERROR;
	return lease_layers_get_by_client(layers_of(context), scope, client, ret_lease);
}

static int view_get_gap(void *context, struct ip4 from, struct ip4 to, struct ip4 *ret_address) {
	if (is_batch_failed(context))
		return -E_DHCP_JET_ERROR;
	return lease_layers_get_gap(layers_of(context), from, to, ret_address);
}

static int view_get_reusable(void *context, struct ip4_subnet scope, int64_t now, size_t skip,
			     struct lease *ret_lease) {
	if (is_batch_failed(context))
		return -E_DHCP_JET_ERROR;
	return lease_layers_get_reusable(layers_of(context), scope, now, skip, ret_lease);
}

static int view_count_bootp(void *context, struct ip4_subnet scope, int64_t now, size_t enough, size_t *ret_count) {
	if (is_batch_failed(context))
		return -E_DHCP_JET_ERROR;
	return lease_layers_count_bootp(layers_of(context), scope, now, enough, ret_count);
}

static int view_get_next(void *context, struct ip4 from, struct lease *ret_lease) {
	if (is_batch_failed(context))
		return -E_DHCP_JET_ERROR;
	return lease_layers_get_next(layers_of(context), from, ret_lease);
}

static int view_put(void *context, const struct lease *lease) {
	struct lease_batch *batch = context;

	batch->is_dirty = true;
	if (batch->is_failed || lease_layers_put(&batch->store->layers, lease) < 0)
		batch->is_failed = true;
	return batch->is_failed ? -E_DHCP_JET_ERROR : 0;
}

static int view_remove(void *context, struct ip4 address) {
	struct lease_batch *batch = context;
	int r;

	if (batch->is_failed)
		return -E_DHCP_JET_ERROR;
	r = lease_layers_remove(&batch->store->layers, address);
	batch->is_dirty = batch->is_dirty || r != -E_NOT_FOUND;
	batch->is_failed = r < 0 && r != -E_NOT_FOUND;
	return r;
}

static int view_forget(void *context, const struct lease *lease) {
	return 0;
}

static int view_forget_removal(void *context, struct ip4 address) {
	struct lease lease;

	return view_get_by_address(context, address, &lease);
}

int64_t lease_batch_last_cleanup(struct lease_batch *batch) {
	return batch->cleanup ? batch->cleanup : batch->store->cleanup;
}

void lease_batch_note_cleanup(struct lease_batch *batch, int64_t at) {
	batch->cleanup = at;
	batch->is_dirty = true;
}

static void batch_init(struct lease_store *store, bool is_writing) {
	struct lease_batch *batch = &store->batch;

	*batch = (struct lease_batch){
		.store = store,
		.view = {
			.context = batch,
			.get_by_address = view_get_by_address,
			.get_by_client = view_get_by_client,
			.get_gap = view_get_gap,
			.get_reusable = view_get_reusable,
			.count_bootp = view_count_bootp,
			.put = is_writing ? view_put : view_forget,
			.get_next = view_get_next,
			.remove = is_writing ? view_remove : view_forget_removal,
		},
	};
	store->has_batch = true;
}

int lease_batch_begin(struct lease_store *store, struct lease_batch **ret_batch, struct error *reterr_error) {
	assert(store->journal && !store->has_batch);
	lease_store_await_room(store);
	if (!store->snapshot.txn || store->snapshot.rc) {
		int r = lease_store_renew(store, reterr_error);

		if (r < 0)
			return r;
	}
	batch_init(store, true);
	*ret_batch = &store->batch;
	return 0;
}

int lease_store_look(struct lease_store *store, struct lease_batch **ret_batch, struct error *reterr_error) {
	int r;

	assert(store->tail && !store->has_batch);
	r = lease_reader_begin(store, reterr_error);
	if (r < 0)
		return r;
	batch_init(store, false);
	*ret_batch = &store->batch;
	return 0;
}

const struct lease_view *lease_batch_view(struct lease_batch *batch) {
	return &batch->view;
}

bool is_lease_batch_dirty(const struct lease_batch *batch) {
	return batch->is_dirty;
}

/* What became of each address that changed, as one frame. */
static int write_frame(struct lease_batch *batch, struct error *reterr_error) {
	struct lease_store *store = batch->store;
	const struct lease_entry *entry;
	uint8_t octets[LEASE_NOTE_SIZE];
	struct writer writer = writer_of(octets, sizeof octets);
	int r;

	for (size_t i = 0; (entry = lease_memory_changed_at(store->newest, i)); i++)
		journal_put(store->journal, entry->address, lease_entry_record(entry));
	writer_u64(&writer, (uint64_t)batch->cleanup);
	if (batch->cleanup)
		journal_put(store->journal, (struct ip4){ LEASE_NOTE_ADDRESS }, span_of(octets, writer.len));
	if (is_journal_frame_empty(store->journal))
		return 0;
	r = journal_commit(store->journal, &store->sequence, reterr_error);
	counter_add(COUNTER_SYNCS, 1);
	store->is_journal_failing = r < 0;
	return r;
}

static int make_durable(struct lease_batch *batch, struct error *reterr_error) {
	if (batch->is_failed && !batch->store->snapshot.rc)
		return error_set(reterr_error, E_DHCP_JET_ERROR, "%s: a lease makes no sense, so none of the batch is stored; report this",
				 db_path(batch->store->db));
	if (batch->store->snapshot.rc)
		return db_result(&batch->store->snapshot, reterr_error);
	return batch->is_dirty ? write_frame(batch, reterr_error) : 0;
}

static void batch_end(struct lease_batch *batch, bool is_durable) {
	struct lease_store *store = batch->store;

	store->has_batch = false;
	if (store->tail) {
		lease_reader_end(store);
	} else if (is_durable) {
		lease_memory_commit(store->newest);
		store->has_note = store->has_note || batch->cleanup;
		store->cleanup = lease_batch_last_cleanup(batch);
	} else if (batch->is_dirty) {
		lease_memory_undo(store->newest);
		lease_layers_forget(&store->layers);
	}
}

void lease_batch_submit(struct lease_batch *batch, lease_batch_done_f *done, void *context) {
	struct lease_store *store = batch->store;
	struct error error;
	int r = make_durable(batch, &error);

	batch_end(batch, r == 0);
	if (r == 0)
		error = (struct error){ 0 };
	done(context, r, &error);
	lease_store_look_round(store);
}

void lease_batch_abort(struct lease_batch *batch) {
	batch_end(batch, false);
}

/* Reading. */

struct lease_visit {
	lease_visit_f *visit;
	void *context;
};

/* A record that cannot be read hides no others. */
static int visit_record(void *context, struct ip4 address, struct span record) {
	struct lease_visit *visit = context;
	struct lease lease;

	if (lease_record_decode(address, record, &lease) < 0) {
		char text[IP4_TEXT_MAX];

		event_emit(EVENT_STORE_RECORD_DAMAGED, "%s", ip4_format(address, text));
		return 0;
	}
	return visit->visit(visit->context, &lease);
}

static int begin_reading(struct lease_store *store, struct error *reterr_error) {
	if (store->tail)
		return lease_reader_begin(store, reterr_error);
	return store->snapshot.txn && !store->snapshot.rc ? 0 : lease_store_renew(store, reterr_error);
}

static void end_reading(struct lease_store *store) {
	if (store->tail)
		lease_reader_end(store);
}

int lease_store_visit_records(struct lease_store *store, struct ip4 from, struct ip4 to, lease_record_visit_f *visit,
			      void *context) {
	int r;

	assert(!store->has_batch);
	r = begin_reading(store, NULL);
	if (r < 0)
		return r;
	r = lease_layers_visit(&store->layers, from, to, visit, context);
	end_reading(store);
	return r;
}

int lease_store_visit(struct lease_store *store, struct ip4 from, struct ip4 to, lease_visit_f *visit, void *context) {
	struct lease_visit each = { visit, context };

	return lease_store_visit_records(store, from, to, visit_record, &each);
}

static uint64_t bytes_on_disk(const char *path) {
	struct stat info;

	return stat(path, &info) == 0 ? (uint64_t)info.st_blocks * 512 : 0;
}

static void stat_of_writer(const struct lease_store *store, struct lease_store_stat *stat) {
	const struct journal_stat journal = journal_stat(store->journal);

	stat->sequence = journal.last;
	stat->journal_frames = journal.last - journal.released;
	stat->journal_segments = journal.n_segments;
	stat->journal_bytes = (uint64_t)journal.n_segments * JOURNAL_SEGMENT_SIZE;
	stat->n_bytes_reserved = db_reserved(store->db);
	stat->n_syncs = journal.n_syncs;
	stat->n_checkpoints = store->n_checkpoints;
	stat->n_checkpoints_failed = store->n_failures;
	stat->is_short = store->is_short;
}

/* What is behind the end of the file, and takes room all the same, is in reserve. */
static void stat_of_reader(const struct lease_store *store, struct lease_store_stat *stat) {
	uint64_t size = db_size(store->db);

	stat->sequence = store->followed;
	stat->journal_frames = store->followed - store->applied;
	stat->journal_segments = journal_reader_size(store->tail, &stat->journal_bytes);
	stat->n_bytes_reserved = stat->n_bytes_on_disk > size ? stat->n_bytes_on_disk - size : 0;
}

int lease_store_stat(struct lease_store *store, struct lease_store_stat *ret_stat) {
	struct lease_store_stat stat = { .path = db_path(store->db), .format = LEASE_FORMAT };
	int r = begin_reading(store, NULL);

	if (r < 0)
		return r;
	stat.n_leases = lease_layers_count(&store->layers);
	stat.n_bytes_used = db_bytes_used(&store->snapshot);
	stat.n_bytes_on_disk = bytes_on_disk(stat.path);
	stat.last_cleanup = store->cleanup;
	stat.doubtful_until = store->doubtful_until;
	stat.map_size = db_map_size(store->db);
	if (store->journal)
		stat_of_writer(store, &stat);
	else
		stat_of_reader(store, &stat);
	r = db_result(&store->snapshot, NULL);
	end_reading(store);
	if (r == 0)
		*ret_stat = stat;
	return r;
}
