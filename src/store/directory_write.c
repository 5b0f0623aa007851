/* SPDX-License-Identifier: Apache-2.0 */
/* The writing half of the directory store: everything of one struct directory_write is one transaction. */
#include <errno.h>

#include "base/mem.h"
#include "base/wireint.h"
#include "store/directory_record.h"
#include "store/directory_store_priv.h"

#define FINDING_KEY_SIZE (ENTRY_UUID_SIZE + 4)

struct directory_write {
	struct db_txn txn;
	struct arena *scratch;
	bool is_changed; /* an entry was */
};

int directory_write_begin(struct directory_store *store, struct directory_write **ret_write) {
	struct directory_write *write = mem_alloc(sizeof *write);
	int r;

	r = db_begin(store->db, true, &write->txn, NULL);
	if (r < 0) {
		free(write);
		return r;
	}
	write->scratch = arena_new(0);
	*ret_write = write;
	return 0;
}

static struct span uuid_key(const struct entry_uuid *uuid) {
	return span_of(uuid->octets, ENTRY_UUID_SIZE);
}

/* Rows that stay as they are do not count as a change, so that nobody rebuilds anything because of them. */
static void put_entry(struct directory_write *write, unsigned table, const struct entry *entry) {
	struct span octets = entry_encode(entry, write->scratch), stored;

	if (!octets.data) {
		db_fail(&write->txn, EMSGSIZE);
	} else if (db_get(&write->txn, table, uuid_key(&entry->uuid), &stored) < 0 || !is_span_equal(stored, octets)) {
		db_put(&write->txn, table, uuid_key(&entry->uuid), octets);
		write->is_changed = true;
	}
	arena_reset(write->scratch);
}

static void delete_entry(struct directory_write *write, unsigned table, const struct entry_uuid *uuid) {
	struct span stored;

	if (db_get(&write->txn, table, uuid_key(uuid), &stored) < 0)
		return;
	db_delete(&write->txn, table, uuid_key(uuid));
	write->is_changed = true;
}

void directory_write_accepted(struct directory_write *write, const struct entry *entry) {
	put_entry(write, DIRECTORY_TABLE_ACCEPTED, entry);
	delete_entry(write, DIRECTORY_TABLE_PENDING, &entry->uuid);
}

void directory_write_pending(struct directory_write *write, const struct entry *entry) {
	put_entry(write, DIRECTORY_TABLE_PENDING, entry);
}

void directory_write_remove(struct directory_write *write, const struct entry_uuid *uuid) {
	delete_entry(write, DIRECTORY_TABLE_ACCEPTED, uuid);
	delete_entry(write, DIRECTORY_TABLE_PENDING, uuid);
}

void directory_write_findings(struct directory_write *write, const struct findings *findings) {
	uint8_t octets[DIRECTORY_RECORD_MAX], key[FINDING_KEY_SIZE];

	db_clear(&write->txn, DIRECTORY_TABLE_FINDING);
	for (size_t i = 0; i < findings->n_items; i++) {
		const struct finding *finding = &findings->items[i];
		size_t len = finding_record_encode(finding, octets);

		memcpy(key, finding->uuid.octets, ENTRY_UUID_SIZE);
		be32_write(key + ENTRY_UUID_SIZE, (uint32_t)i);
		db_put(&write->txn, DIRECTORY_TABLE_FINDING, span_of(key, sizeof key), span_of(octets, len));
	}
}

void directory_write_cookie(struct directory_write *write, unsigned feed, struct span cookie) {
	struct cookie_key key = cookie_key_of(feed);

	db_put(&write->txn, DIRECTORY_TABLE_META, span_of(key.octets, sizeof key.octets), cookie);
}

void directory_write_verdict(struct directory_write *write, const struct verdict *verdict) {
	uint8_t octets[DIRECTORY_RECORD_MAX];
	size_t len = verdict_record_encode(verdict, octets);

	db_put(&write->txn, DIRECTORY_TABLE_META, key_verdict, span_of(octets, len));
}

void directory_write_listing(struct directory_write *write, const struct dhcp_server *servers, size_t n_servers) {
	struct span octets = listing_record_encode(servers, n_servers, write->scratch);

	db_put(&write->txn, DIRECTORY_TABLE_META, key_listing, octets);
	arena_reset(write->scratch);
}

void directory_write_status(struct directory_write *write, const struct directory_status *status) {
	uint8_t octets[DIRECTORY_RECORD_MAX];
	size_t len = status_record_encode(status, octets);

	db_put(&write->txn, DIRECTORY_TABLE_META, key_status, span_of(octets, len));
}

static void write_free(struct directory_write *write) {
	arena_free(write->scratch);
	free(write);
}

int directory_write_commit(struct directory_write *write, struct error *reterr_error) {
	int r;

	if (write->is_changed)
		generation_increment(&write->txn);
	r = db_commit(&write->txn, reterr_error);
	write_free(write);
	return r;
}

void directory_write_abort(struct directory_write *write) {
	db_abort(&write->txn);
	write_free(write);
}
