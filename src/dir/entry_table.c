/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/entry_table.h"

#include <string.h>

#include "base/mem.h"

#define BUCKETS_MIN 64

struct entry_table {
	struct entry_item **buckets;
	size_t n_buckets; /* a power of two */
	size_t n_items;
	struct entry_item **sorted;
	size_t sorted_capacity;
	bool is_sorted;
};

struct entry_table *entry_table_new(void) {
	struct entry_table *table = mem_alloc(sizeof *table);

	table->n_buckets = BUCKETS_MIN;
	table->buckets = mem_alloc(table->n_buckets * sizeof *table->buckets);
	return table;
}

static void item_free(struct entry_item *item) {
	free(item->complaint);
	free(item);
}

struct entry_table *entry_table_free(struct entry_table *table) {
	if (!table)
		return NULL;
	for (size_t i = 0; i < table->n_buckets; i++)
		for (struct entry_item *item = table->buckets[i], *next; item; item = next) {
			next = item->next;
			item_free(item);
		}
	free(table->buckets);
	free(table->sorted);
	free(table);
	return NULL;
}

size_t entry_table_count(const struct entry_table *table) {
	return table->n_items;
}

/* Servers make identities of time and random numbers: folding both halves spreads either kind. */
static size_t bucket_of(const struct entry_table *table, const struct entry_uuid *uuid) {
	uint64_t halves[2];

	memcpy(halves, uuid->octets, sizeof halves);
	return (size_t)(((halves[0] ^ halves[1]) * 0x9e3779b97f4a7c15u) >> 20) & (table->n_buckets - 1);
}

struct entry_item *entry_table_get(struct entry_table *table, const struct entry_uuid *uuid) {
	struct entry_item *item = table->buckets[bucket_of(table, uuid)];

	while (item && memcmp(item->uuid.octets, uuid->octets, ENTRY_UUID_SIZE) != 0)
		item = item->next;
	return item;
}

static void item_link(struct entry_table *table, struct entry_item *item) {
	struct entry_item **bucket = &table->buckets[bucket_of(table, &item->uuid)];

	item->next = *bucket;
	*bucket = item;
}

static void buckets_double(struct entry_table *table) {
	struct entry_item **old = table->buckets;
	size_t n_old = table->n_buckets;

	table->n_buckets *= 2;
	table->buckets = mem_alloc(table->n_buckets * sizeof *table->buckets);
	for (size_t i = 0; i < n_old; i++)
		for (struct entry_item *item = old[i], *next; item; item = next) {
			next = item->next;
			item_link(table, item);
		}
	free(old);
}

struct entry_item *entry_table_add(struct entry_table *table, const struct entry_uuid *uuid) {
	struct entry_item *item = entry_table_get(table, uuid);

	if (item)
		return item;
	if (table->n_items >= table->n_buckets)
		buckets_double(table);
	item = mem_alloc(sizeof *item);
	item->uuid = *uuid;
	item_link(table, item);
	table->n_items++;
	table->is_sorted = false;
	return item;
}

void entry_table_remove(struct entry_table *table, struct entry_item *item) {
	struct entry_item **place = &table->buckets[bucket_of(table, &item->uuid)];

	while (*place != item)
		place = &(*place)->next;
	*place = item->next;
	table->n_items--;
	table->is_sorted = false;
	item_free(item);
}

static int item_compare(const void *a, const void *b) {
	const struct entry_item *const *left = a, *const *right = b;

	return memcmp((*left)->uuid.octets, (*right)->uuid.octets, ENTRY_UUID_SIZE);
}

struct entry_item **entry_table_sorted(struct entry_table *table) {
	size_t n = 0;

	if (table->is_sorted)
		return table->sorted;
	table->sorted =
		mem_grow(table->sorted, &table->sorted_capacity, table->n_items + 1, sizeof(struct entry_item *));
	for (size_t i = 0; i < table->n_buckets; i++)
		for (struct entry_item *item = table->buckets[i]; item; item = item->next)
			table->sorted[n++] = item;
	qsort(table->sorted, n, sizeof(struct entry_item *), item_compare);
	table->is_sorted = true;
	return table->sorted;
}

const struct entry *entry_item_newest(const struct entry_item *item) {
	return item->pending ? item->pending : item->accepted;
}
