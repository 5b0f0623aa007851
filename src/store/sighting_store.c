/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sighting_store_priv.h"

#include <errno.h>
#include <string.h>

#include "base/event.h"
#include "base/mem.h"
#include "base/wireint.h"
#include "store/sighting_record.h"

#define SIGHTING_MAGIC 0x4c535253u /* "LSRS" */
#define SIGHTING_FORMAT 1u
#define SIGHTING_MAP_SIZE ((size_t)16 << 20) /* address space, not memory or disk */

static const char *const sighting_tables[] = {
	[SIGHTING_TABLE_META] = "meta",
	[SIGHTING_TABLE_SIGHTING] = "sighting",
	[SIGHTING_TABLE_COUNT] = NULL,
};

const struct db_kind sighting_store_kind = {
	.file = "sightings.mdb",
	.what = "a store of other DHCP servers",
	.magic = SIGHTING_MAGIC,
	.version = SIGHTING_FORMAT,
	.tables = sighting_tables,
	.map_size = SIGHTING_MAP_SIZE,
	.open_code = E_DHCP_JET_ERROR,
	.older_code = E_DHCP_JET_ERROR,
	.older_advice = "remove it, and it is made anew",
	.is_copy = true,
};

struct sighting_store {
	struct db *db;
};

/* Address and interface, which say together who it is. */
struct sighting_key {
	size_t len;
	uint8_t octets[4 + SIGHTING_INTERFACE_MAX];
};

static struct sighting_key key_of(const struct sighting *sighting) {
	struct sighting_key key = { .len = 4 + strnlen(sighting->interface, SIGHTING_INTERFACE_MAX) };

	be32_write(key.octets, sighting->address.value);
	memcpy(key.octets + 4, sighting->interface, key.len - 4);
	return key;
}

static void empty(struct db_txn *txn) {
	db_clear(txn, SIGHTING_TABLE_SIGHTING);
	db_delete(txn, SIGHTING_TABLE_META, key_detection);
}

/* What another server has met says nothing about this one's networks. */
static int claim(struct db *db, const char *server_name, struct error *reterr_error) {
	struct db_txn txn;
	int r;

	r = db_begin(db, true, &txn, reterr_error);
	if (r < 0)
		return r;
	if (db_claim(&txn, server_name, NULL) < 0) {
		event_emit(EVENT_STORE_COPY_EMPTIED, "%s", db_path(db));
		empty(&txn);
		db_take_over(&txn, server_name);
	}
	return db_commit(&txn, reterr_error);
}

static struct sighting_store *store_of(struct db *db) {
	struct sighting_store *store = mem_alloc(sizeof *store);

	store->db = db;
	return store;
}

int sighting_store_open(const char *state_directory, const char *server_name, struct sighting_store **ret_store,
			struct error *reterr_error) {
	struct db *db;
	int r;

	r = db_open(&sighting_store_kind, state_directory, &db, reterr_error);
	if (r < 0)
		return r;
	r = claim(db, server_name, reterr_error);
	if (r < 0) {
		db_close(db);
		return r;
	}
	*ret_store = store_of(db);
	return 0;
}

int sighting_store_open_reader(const char *state_directory, struct sighting_store **ret_store,
			       struct error *reterr_error) {
	struct db *db;
	int r;

	r = db_open_reader(&sighting_store_kind, state_directory, &db, reterr_error);
	if (r < 0)
		return r;
	*ret_store = store_of(db);
	return 0;
}

bool is_sighting_store_current(const struct sighting_store *store) {
	return is_db_current(store->db);
}

struct sighting_store *sighting_store_close(struct sighting_store *store) {
	if (!store)
		return NULL;
	db_close(store->db);
	free(store);
	return NULL;
}

static void put_sighting(struct db_txn *txn, const struct sighting *sighting) {
	struct sighting_key key = key_of(sighting);
	uint8_t octets[SIGHTING_RECORD_MAX];
	size_t len = sighting_record_encode(sighting, octets);

	if (len)
		db_put(txn, SIGHTING_TABLE_SIGHTING, span_of(key.octets, key.len), span_of(octets, len));
	else
		db_fail(txn, EINVAL);
}

static void put_detection(struct db_txn *txn, const struct detection *detection) {
	uint8_t octets[SIGHTING_RECORD_MAX];
	size_t len = detection_record_encode(detection, octets);

	if (len)
		db_put(txn, SIGHTING_TABLE_META, key_detection, span_of(octets, len));
	else
		db_fail(txn, EINVAL);
}

int sighting_store_replace(struct sighting_store *store, const struct sighting *sightings, size_t n_sightings,
			   const struct detection *detection, struct error *reterr_error) {
	struct db_txn txn;
	int r;

	assert(n_sightings <= SIGHTINGS_MAX);
	r = db_begin(store->db, true, &txn, reterr_error);
	if (r < 0)
		return r;
	empty(&txn);
	for (size_t i = 0; i < n_sightings; i++)
		put_sighting(&txn, &sightings[i]);
	put_detection(&txn, detection);
	return db_commit(&txn, reterr_error);
}

static int read_sightings(struct db_txn *txn, struct arena *arena, struct sighting **ret_sightings,
			  size_t *ret_n_sightings) {
	size_t count = db_count(txn, SIGHTING_TABLE_SIGHTING), n = 0;
	struct sighting *sightings = arena_array_of(arena, struct sighting, count);
	struct db_cursor cursor;

	if (!sightings)
		return -E_NOT_ENOUGH_MEMORY;
	db_seek(txn, SIGHTING_TABLE_SIGHTING, (struct span){ NULL, 0 }, &cursor);
	while (n < count && db_next(&cursor))
		n += sighting_record_decode(cursor.value, &sightings[n]) == 0;
	db_cursor_done(&cursor);
	*ret_sightings = sightings;
	*ret_n_sightings = n;
	return 0;
}

int sighting_store_read(struct sighting_store *store, struct arena *arena, struct sighting **ret_sightings,
			size_t *ret_n_sightings, struct detection *ret_detection) {
	struct detection detection = { 0 };
	struct sighting *sightings;
	struct db_txn txn;
	struct span value;
	size_t n;
	int r;

	r = db_begin(store->db, false, &txn, NULL);
	if (r < 0)
		return r;
	r = read_sightings(&txn, arena, &sightings, &n);
	if (r == 0 && db_get(&txn, SIGHTING_TABLE_META, key_detection, &value) == 0)
		detection_record_decode(value, &detection);
	if (r == 0)
		r = db_result(&txn, NULL);
	db_abort(&txn);
	if (r < 0)
		return r;
	*ret_sightings = sightings;
	*ret_n_sightings = n;
	*ret_detection = detection;
	return 0;
}
