/* SPDX-License-Identifier: Apache-2.0 */
#include "store/directory_store_priv.h"

#include <strings.h>

#include "base/event.h"
#include "base/mem.h"
#include "base/wireint.h"
#include "model/dn.h"
#include "store/directory_record.h"

#define DIRECTORY_MAGIC 0x4c535244u /* "LSRD" */
#define DIRECTORY_FORMAT 1u
#define DIRECTORY_MAP_SIZE ((size_t)4 << 30) /* address space, not memory or disk */
#define GENERATION_SIZE 8

static const char *const directory_tables[] = {
	[DIRECTORY_TABLE_META] = "meta",
	[DIRECTORY_TABLE_ACCEPTED] = "accepted",
	[DIRECTORY_TABLE_PENDING] = "pending",
	[DIRECTORY_TABLE_FINDING] = "finding",
	[DIRECTORY_TABLE_COUNT] = NULL,
};

const struct db_kind directory_store_kind = {
	.file = "directory.mdb",
	.what = "a copy of the directory",
	.magic = DIRECTORY_MAGIC,
	.version = DIRECTORY_FORMAT,
	.tables = directory_tables,
	.map_size = DIRECTORY_MAP_SIZE,
	.open_code = E_DHCP_REGISTRY_INIT_FAILED,
	.older_code = E_DHCP_REGISTRY_INIT_FAILED,
	.older_advice = "remove it, and it is made anew",
	.is_copy = true,
};

struct cookie_key cookie_key_of(unsigned feed) {
	struct cookie_key key;

	memcpy(key.octets, key_cookie_prefix.data, key_cookie_prefix.len);
	be32_write(key.octets + key_cookie_prefix.len, feed);
	return key;
}

uint64_t generation_get(struct db_txn *txn) {
	struct span value;

	if (db_get(txn, DIRECTORY_TABLE_META, key_generation, &value) < 0 || value.len != GENERATION_SIZE)
		return 0;
	return (uint64_t)be32_read(value.data) << 32 | be32_read(value.data + 4);
}

void generation_increment(struct db_txn *txn) {
	uint64_t generation = generation_get(txn) + 1;
	uint8_t octets[GENERATION_SIZE];

	be32_write(octets, (uint32_t)(generation >> 32));
	be32_write(octets + 4, (uint32_t)generation);
	db_put(txn, DIRECTORY_TABLE_META, key_generation, span_of(octets, sizeof octets));
}

static bool is_stored_base(struct db_txn *txn, struct arena *arena, const char *base) {
	struct span stored = { NULL, 0 };

	if (db_get(txn, DIRECTORY_TABLE_META, key_base, &stored) < 0)
		return false;
	return is_dn_equal(arena_dup(arena, stored), base);
}

/* Read one entry of which the row is @cursor's. */
static int read_entry(const struct db_cursor *cursor, struct arena *arena, struct entry **ret_entry) {
	struct entry *entry;
	int r;

	r = entry_decode(cursor->value, arena, &entry);
	if (r < 0)
		return r;
	if (!is_span_equal(cursor->key, span_of(entry->uuid.octets, ENTRY_UUID_SIZE)))
		return -E_DHCP_JET_ERROR;
	*ret_entry = entry;
	return 0;
}

static bool is_table_readable(struct db_txn *txn, unsigned table, struct arena *arena) {
	struct db_cursor cursor;
	struct entry *entry;
	int r = 0;

	db_seek(txn, table, (struct span){ NULL, 0 }, &cursor);
	while (r == 0 && db_next(&cursor)) {
		r = read_entry(&cursor, arena, &entry);
		arena_reset(arena);
	}
	db_cursor_done(&cursor);
	return r == 0;
}

static void clear_cookies(struct db_txn *txn) {
	uint8_t octets[sizeof(struct cookie_key)];
	struct db_cursor cursor;
	bool is_there = true;

	while (is_there) {
		db_seek(txn, DIRECTORY_TABLE_META, key_cookie_prefix, &cursor);
		is_there = db_next(&cursor) && cursor.key.len == sizeof octets &&
			   memcmp(cursor.key.data, key_cookie_prefix.data, key_cookie_prefix.len) == 0;
		if (is_there)
			memcpy(octets, cursor.key.data, sizeof octets);
		db_cursor_done(&cursor);
		if (is_there)
			db_delete(txn, DIRECTORY_TABLE_META, span_of(octets, sizeof octets));
	}
}

/* Only the generation goes on: who has seen the old one must see that this is another. */
static void empty(struct db_txn *txn, const char *base) {
	db_clear(txn, DIRECTORY_TABLE_ACCEPTED);
	db_clear(txn, DIRECTORY_TABLE_PENDING);
	db_clear(txn, DIRECTORY_TABLE_FINDING);
	db_delete(txn, DIRECTORY_TABLE_META, key_verdict);
	db_delete(txn, DIRECTORY_TABLE_META, key_status);
	db_delete(txn, DIRECTORY_TABLE_META, key_listing);
	clear_cookies(txn);
	db_put(txn, DIRECTORY_TABLE_META, key_base, span_of_text(base));
	generation_increment(txn);
}

static bool is_copy_of(struct db_txn *txn, const char *base) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);

	return is_stored_base(txn, arena, base) && is_table_readable(txn, DIRECTORY_TABLE_ACCEPTED, arena) &&
	       is_table_readable(txn, DIRECTORY_TABLE_PENDING, arena);
}

/* A copy can be made again, so one of another tree, or not readable, is given up; the verdict with it. */
static int claim(struct db *db, const char *server_name, const char *base, struct error *reterr_error) {
	struct db_txn txn;
	int r;

	r = db_begin(db, true, &txn, reterr_error);
	if (r < 0)
		return r;
	r = db_claim(&txn, server_name, reterr_error);
	if (r < 0) {
		db_abort(&txn);
		return r;
	}
	if (!is_copy_of(&txn, base)) {
		if (db_count(&txn, DIRECTORY_TABLE_ACCEPTED) + db_count(&txn, DIRECTORY_TABLE_PENDING))
			event_emit(EVENT_STORE_COPY_EMPTIED, "%s", db_path(db));
		empty(&txn, base);
	}
	return db_commit(&txn, reterr_error);
}

static struct directory_store *store_of(struct db *db) {
	struct directory_store *store = mem_alloc(sizeof *store);

	store->db = db;
	return store;
}

/* The code is that of opening, but for another server's copy, which the lease store calls the same. */
static int as_open_error(int r, struct error *reterr_error) {
	if (r == -E_DHCP_DATABASE_INIT_FAILED)
		return r;
	if (reterr_error)
		reterr_error->code = E_DHCP_REGISTRY_INIT_FAILED;
	return -E_DHCP_REGISTRY_INIT_FAILED;
}

int directory_store_open_kind(const struct db_kind *kind, const char *state_directory, const char *server_name,
			      const char *base, struct directory_store **ret_store, struct error *reterr_error) {
	struct db *db;
	int r;

	r = db_open(kind, state_directory, &db, reterr_error);
	if (r < 0)
		return r;
	r = claim(db, server_name, base, reterr_error);
	if (r < 0) {
		db_close(db);
		return as_open_error(r, reterr_error);
	}
	*ret_store = store_of(db);
	return 0;
}

int directory_store_open(const char *state_directory, const char *server_name, const char *base,
			 struct directory_store **ret_store, struct error *reterr_error) {
	return directory_store_open_kind(&directory_store_kind, state_directory, server_name, base, ret_store,
					 reterr_error);
}

int directory_store_open_reader(const char *state_directory, struct directory_store **ret_store,
				struct error *reterr_error) {
	struct db *db;
	int r;

	r = db_open_reader(&directory_store_kind, state_directory, &db, reterr_error);
	if (r < 0)
		return r;
	*ret_store = store_of(db);
	return 0;
}

bool is_directory_store_current(const struct directory_store *store) {
	return is_db_current(store->db);
}

struct directory_store *directory_store_close(struct directory_store *store) {
	if (!store)
		return NULL;
	db_close(store->db);
	free(store);
	return NULL;
}

/* End a reading transaction, in which @r happened. */
static int finish(struct db_txn *txn, int r) {
	if (r == 0)
		r = db_result(txn, NULL);
	db_abort(txn);
	return r;
}

int directory_store_generation(struct directory_store *store, uint64_t *ret_generation) {
	uint64_t generation;
	struct db_txn txn;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	generation = generation_get(&txn);
	r = finish(&txn, 0);
	if (r == 0)
		*ret_generation = generation;
	return r;
}

static int read_table(struct db_txn *txn, unsigned table, struct arena *arena, struct entry ***ret_entries,
		      size_t *ret_n_entries) {
	size_t count = db_count(txn, table), n = 0;
	struct entry **entries = arena_array_of(arena, struct entry *, count);
	struct db_cursor cursor;
	int r = entries ? 0 : -E_NOT_ENOUGH_MEMORY;

	db_seek(txn, table, (struct span){ NULL, 0 }, &cursor);
	while (r == 0 && n < count && db_next(&cursor)) {
		r = read_entry(&cursor, arena, &entries[n]);
		n += r == 0;
	}
	db_cursor_done(&cursor);
	if (r < 0)
		return r;
	*ret_entries = entries;
	*ret_n_entries = n;
	return 0;
}

int directory_store_accepted(struct directory_store *store, struct arena *arena, struct entry ***ret_entries,
			     size_t *ret_n_entries, uint64_t *ret_generation) {
	struct entry **entries;
	uint64_t generation;
	struct db_txn txn;
	size_t n;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	generation = generation_get(&txn);
	r = finish(&txn, read_table(&txn, DIRECTORY_TABLE_ACCEPTED, arena, &entries, &n));
	if (r < 0)
		return r;
	*ret_entries = entries;
	*ret_n_entries = n;
	*ret_generation = generation;
	return 0;
}

static int uuid_compare(const struct entry *a, const struct entry *b) {
	return memcmp(a->uuid.octets, b->uuid.octets, ENTRY_UUID_SIZE);
}

/* Both lists are in order of identity. */
static size_t merge(struct entry **accepted, size_t n_accepted, struct entry **pending, size_t n_pending,
		    struct directory_entry *ret_entries) {
	size_t a = 0, p = 0, n = 0;

	while (a < n_accepted || p < n_pending) {
		int order = a == n_accepted ? 1 : p == n_pending ? -1 : uuid_compare(accepted[a], pending[p]);

		ret_entries[n].accepted = order <= 0 ? accepted[a++] : NULL;
		ret_entries[n].pending = order >= 0 ? pending[p++] : NULL;
		n++;
	}
	return n;
}

int directory_store_entries(struct directory_store *store, struct arena *arena, struct directory_entry **ret_entries,
			    size_t *ret_n_entries) {
	struct entry **accepted = NULL, **pending = NULL;
	size_t n_accepted = 0, n_pending = 0;
	struct directory_entry *entries;
	struct db_txn txn;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	r = read_table(&txn, DIRECTORY_TABLE_ACCEPTED, arena, &accepted, &n_accepted);
	if (r == 0)
		r = read_table(&txn, DIRECTORY_TABLE_PENDING, arena, &pending, &n_pending);
	r = finish(&txn, r);
	if (r < 0)
		return r;
	entries = arena_array_of(arena, struct directory_entry, n_accepted + n_pending);
	if (!entries)
		return -E_NOT_ENOUGH_MEMORY;
	*ret_n_entries = merge(accepted, n_accepted, pending, n_pending, entries);
	*ret_entries = entries;
	return 0;
}

static int read_finding(const struct db_cursor *cursor, struct arena *arena, struct finding *ret_finding) {
	int r;

	if (cursor->key.len < ENTRY_UUID_SIZE)
		return -E_DHCP_JET_ERROR;
	r = finding_record_decode(cursor->value, arena, ret_finding);
	if (r == 0)
		memcpy(ret_finding->uuid.octets, cursor->key.data, ENTRY_UUID_SIZE);
	return r;
}

int directory_store_findings(struct directory_store *store, struct arena *arena, struct findings *ret_findings) {
	struct db_cursor cursor;
	struct finding *items;
	size_t count, n = 0;
	struct db_txn txn;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	count = db_count(&txn, DIRECTORY_TABLE_FINDING);
	items = arena_array_of(arena, struct finding, count);
	r = items ? 0 : -E_NOT_ENOUGH_MEMORY;
	db_seek(&txn, DIRECTORY_TABLE_FINDING, (struct span){ NULL, 0 }, &cursor);
	while (r == 0 && n < count && db_next(&cursor)) {
		r = read_finding(&cursor, arena, &items[n]);
		n += r == 0;
	}
	db_cursor_done(&cursor);
	r = finish(&txn, r);
	if (r == 0)
		*ret_findings = (struct findings){ items, n };
	return r;
}

int directory_store_verdict(struct directory_store *store, struct verdict *ret_verdict) {
	struct verdict verdict;
	struct db_txn txn;
	struct span value;
	int r;

	verdict_init(&verdict);
	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	/* A verdict that cannot be read is no verdict: it says "start", which lets nobody serve. */
	if (db_get(&txn, DIRECTORY_TABLE_META, key_verdict, &value) == 0)
		verdict_record_decode(value, &verdict);
	r = finish(&txn, 0);
	if (r == 0)
		*ret_verdict = verdict;
	return r;
}

int directory_store_status(struct directory_store *store, struct directory_status *ret_status) {
	struct directory_status status = { 0 };
	struct db_txn txn;
	struct span value;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	if (db_get(&txn, DIRECTORY_TABLE_META, key_status, &value) == 0)
		status_record_decode(value, &status);
	r = finish(&txn, 0);
	if (r == 0)
		*ret_status = status;
	return r;
}

int directory_store_cookie(struct directory_store *store, unsigned feed, struct arena *arena, struct span *ret_cookie) {
	struct cookie_key key = cookie_key_of(feed);
	struct span stored = { NULL, 0 }, cookie = { NULL, 0 };
	struct db_txn txn;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	if (db_get(&txn, DIRECTORY_TABLE_META, span_of(key.octets, sizeof key.octets), &stored) == 0 && stored.len) {
		cookie = span_of(arena_dup(arena, stored), stored.len);
		r = cookie.data ? 0 : -E_NOT_ENOUGH_MEMORY;
	}
	r = finish(&txn, r);
	if (r == 0)
		*ret_cookie = cookie;
	return r;
}

int directory_store_listing(struct directory_store *store, struct arena *arena, struct dhcp_server **ret_servers,
			    size_t *ret_n_servers, bool *ret_is_known) {
	struct dhcp_server *servers = NULL;
	size_t n_servers = 0;
	bool is_known = false;
	struct db_txn txn;
	struct span value;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	/* A list that cannot be read is as good as none: the next look-up makes it anew. */
	if (db_get(&txn, DIRECTORY_TABLE_META, key_listing, &value) == 0)
		is_known = listing_record_decode(value, arena, &servers, &n_servers) == 0;
	r = finish(&txn, 0);
	if (r < 0)
		return r;
	*ret_servers = servers;
	*ret_n_servers = n_servers;
	*ret_is_known = is_known;
	return 0;
}
