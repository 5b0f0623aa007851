/* SPDX-License-Identifier: Apache-2.0 */
/* A B-tree takes changes fastest in its own order: the next one is then on the page at hand. So records are written by
 * address, and what follows for the two indexes is collected and sorted first. */
#include "store/lease_apply.h"

#include <errno.h>

#include "base/mem.h"
#include "store/lease_table.h"

#define CHANGES_PER_LOOK 256 /* between two looks at whether to go on */
#define PAGE_SIZE_MIN 4096

/* A row of an index that is to be there, or is not to lead to the address any more. */
struct index_change {
	size_t key_at;
	uint16_t key_len;
	bool is_put, is_bootp;
	struct ip4 address;
};

/* Those of one table, and their keys one after another. */
struct index_changes {
	struct index_change *items;
	size_t n_items, capacity;
	uint8_t *keys;
	size_t keys_len, keys_capacity;
};

/* A part under construction. */
struct part {
	struct lease_apply *apply;
	struct db_txn *txn;
	struct index_changes clients, expiries;
	size_t n_pages;       /* of records */
	uintptr_t last_page;
};

static void index_add(struct index_changes *changes, const struct lease_key *key, struct index_change change) {
	changes->items = mem_grow(changes->items, &changes->capacity, changes->n_items + 1, sizeof *changes->items);
	changes->keys = mem_grow(changes->keys, &changes->keys_capacity, changes->keys_len + key->len, 1);
	memcpy(changes->keys + changes->keys_len, key->octets, key->len);
	change.key_at = changes->keys_len;
	change.key_len = (uint16_t)key->len;
	changes->items[changes->n_items++] = change;
	changes->keys_len += key->len;
}

static struct span key_of(const struct index_changes *changes, const struct index_change *change) {
	return span_of(changes->keys + change->key_at, change->key_len);
}

/* By key; what goes before what comes. */
static int compare(const void *left, const void *right, void *context) {
	const struct index_change *a = left, *b = right;
	int order = span_compare(key_of(context, a), key_of(context, b));

	return order ? order : a->is_put - b->is_put;
}

/* What the rows of a record are. */
struct index_rows {
	struct lease_key client, expiry;
	bool has_client, is_bootp;
};

static struct index_rows rows_of(struct ip4 address, const struct lease_glance *glance) {
	return (struct index_rows){
		.client = lease_key_client_octets(glance->scope, glance->client),
		.expiry = lease_key_expiry_at(glance->scope, glance->last_in_force, address),
		.has_client = glance->client.len > 0,
		.is_bootp = glance->is_bootp,
	};
}

static bool is_row_kept(const struct lease_key *old, const struct lease_key *new) {
	return is_span_equal(lease_key_span(old), lease_key_span(new));
}

/* Note which index rows a record's replacement takes. One that cannot be read leaves stray rows, which lead nowhere. */
static void note_rows(struct part *part, struct ip4 address, struct span old, struct span new) {
	struct index_change gone = { .address = address }, put = { .address = address, .is_put = true };
	struct index_rows before, after;
	struct lease_glance glance;
	bool has_old = old.len && lease_record_glance(address, old, &glance) == 0, has_new;

	if (has_old)
		before = rows_of(address, &glance);
	has_new = new.len && lease_record_glance(address, new, &glance) == 0;
	if (has_new)
		after = rows_of(address, &glance);
	put.is_bootp = has_new && after.is_bootp;
	if (has_old && before.has_client && !(has_new && is_row_kept(&before.client, &after.client)))
		index_add(&part->clients, &before.client, gone);
	if (has_old && !(has_new && is_row_kept(&before.expiry, &after.expiry)))
		index_add(&part->expiries, &before.expiry, gone);
	if (has_new && after.has_client)
		index_add(&part->clients, &after.client, put);
	if (has_new)
		index_add(&part->expiries, &after.expiry, put);
}

/* Records that follow each other stand on the same page. */
static void count_page(struct part *part, const uint8_t *place) {
	uintptr_t page = (uintptr_t)place / PAGE_SIZE_MIN;

	part->n_pages += page != part->last_page;
	part->last_page = page;
}

static void apply_record(struct part *part, struct db_cursor *cursor, const struct lease_entry *entry) {
	struct lease_key key = lease_key_address(entry->address);
	struct span new = lease_entry_record(entry), old = { 0 };
	bool is_there = db_find(cursor, lease_key_span(&key));

	if (is_there)
		old = cursor->value;
	if (is_there ? is_span_equal(old, new) : new.len == 0)
		return;
	part->apply->n_changed++;
	count_page(part, old.data);
	note_rows(part, entry->address, old, new);
	if (new.len)
		db_cursor_put(cursor, lease_key_span(&key), new);
	else
		db_cursor_delete(cursor);
}

static void apply_block(struct part *part, struct db_cursor *records, const struct lease_block *block) {
	for (unsigned i = 0; i < 256; i++) {
		struct ip4 address = { block->number << 8 | i };

		if (has_lease_bit(&block->here, address))
			apply_record(part, records, lease_memory_get(part->apply->memory, address));
	}
}

static void look_around(const struct part *part, size_t n_done) {
	if (n_done % CHANGES_PER_LOOK == 0 && atomic_load_explicit(part->apply->is_cancelled, memory_order_relaxed))
		db_fail(part->txn, ECANCELED);
}

static size_t at_most(size_t a, size_t b) {
	return a < b ? a : b;
}

/* Each change of an index may be on a page of its own, of which there are only so many. */
static bool is_part_full(const struct part *part) {
	size_t n_pages = part->n_pages;

	n_pages += at_most(part->clients.n_items, db_pages(part->txn, LEASE_TABLE_CLIENT));
	n_pages += at_most(part->expiries.n_items, db_pages(part->txn, LEASE_TABLE_EXPIRY));
	return n_pages >= part->apply->n_pages_max;
}

/* As many blocks as go into the part. False at the end. */
static bool apply_records(struct part *part) {
	struct lease_apply *apply = part->apply;
	const struct lease_block *block;
	struct db_cursor records;

	db_seek(part->txn, LEASE_TABLE_ADDRESS, (struct span){ 0 }, &records);
	while (part->txn->rc == 0 && !is_part_full(part)) {
		block = lease_memory_block_at(apply->memory, apply->block);
		if (!block)
			break;
		look_around(part, 0);
		apply_block(part, &records, block);
		apply->block++;
	}
	db_cursor_done(&records);
	return lease_memory_block_at(apply->memory, apply->block);
}

static void apply_bits(struct db_cursor *cursor, const struct lease_block *block) {
	struct lease_key key = lease_key_block((struct ip4){ block->number << 8 });
	bool is_there = db_find(cursor, lease_key_span(&key)), is_empty;
	uint8_t octets[LEASE_BLOCK_SIZE];
	struct lease_bits bits = { 0 };

	if (is_there)
		bits = lease_bits_decode(cursor->value);
	bits = lease_block_over(block, bits);
	is_empty = is_lease_bits_empty(&bits);
	lease_bits_encode(&bits, octets);
	if (is_there && is_empty)
		db_cursor_delete(cursor);
	else if (!is_empty && !(is_there && is_span_equal(cursor->value, span_of(octets, sizeof octets))))
		db_cursor_put(cursor, lease_key_span(&key), span_of(octets, sizeof octets));
}

static void apply_blocks(struct part *part, size_t from) {
	const struct lease_apply *apply = part->apply;
	struct db_cursor bits;

	db_seek(part->txn, LEASE_TABLE_BLOCK, (struct span){ 0 }, &bits);
	for (size_t i = from; part->txn->rc == 0 && i < apply->block; i++)
		apply_bits(&bits, lease_memory_block_at(apply->memory, i));
	db_cursor_done(&bits);
}

/* A client's row that has meanwhile come to lead elsewhere stays. */
static bool is_row_of(struct span value, unsigned table, struct ip4 address) {
	struct ip4 owner;

	return table != LEASE_TABLE_CLIENT ||
	       (lease_key_address_decode(value, &owner) == 0 && is_ip4_equal(owner, address));
}

static void apply_index_change(struct db_cursor *cursor, unsigned table, struct span key,
			       const struct index_change *change) {
	struct lease_key address = lease_key_address(change->address);
	struct span value = table == LEASE_TABLE_CLIENT ? lease_key_span(&address)
							: span_of("b", change->is_bootp ? 1 : 0);
	bool is_there = db_find(cursor, key);

	if (!change->is_put && is_there && is_row_of(cursor->value, table, change->address))
		db_cursor_delete(cursor);
	else if (change->is_put && !(is_there && is_span_equal(cursor->value, value)))
		db_cursor_put(cursor, key, value);
}

static void apply_index(struct part *part, unsigned table, struct index_changes *changes) {
	struct db_cursor cursor;

	if (changes->n_items)
		qsort_r(changes->items, changes->n_items, sizeof *changes->items, compare, changes);
	db_seek(part->txn, table, (struct span){ 0 }, &cursor);
	for (size_t i = 0; part->txn->rc == 0 && i < changes->n_items; i++) {
		look_around(part, i);
		apply_index_change(&cursor, table, key_of(changes, &changes->items[i]), &changes->items[i]);
	}
	db_cursor_done(&cursor);
	free(changes->items);
	free(changes->keys);
}

bool lease_apply_part(struct lease_apply *apply, struct db_txn *txn) {
	struct part part = { .apply = apply, .txn = txn };
	size_t from = apply->block;
	bool has_more = apply_records(&part);

	apply_blocks(&part, from);
	apply_index(&part, LEASE_TABLE_CLIENT, &part.clients);
	apply_index(&part, LEASE_TABLE_EXPIRY, &part.expiries);
	return has_more;
}
