/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "model/dn.h"
#include "model/map_priv.h"
#include "model/quote_priv.h"

/* Between an entry of ours and the next one above it stand few containers; names deeper than this are nobody's. */
#define TREE_DEPTH_MAX 32

static int compare_keys(const void *a, const void *b) {
	const struct map_object *left = *(struct map_object *const *)a, *right = *(struct map_object *const *)b;
	int order = strcmp(left->key, right->key);

	return order ? order : (left->order > right->order) - (left->order < right->order);
}

/* The first given object called @key, or NULL. */
static struct map_object *find_key(const struct map_objects *index, const char *key) {
	size_t low = 0, high = index->n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(index->items[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < index->n_items && strcmp(index->items[low]->key, key) == 0 ? index->items[low] : NULL;
}

static struct map_object *find_parent(const struct map_objects *index, const struct map_object *object) {
	struct map_object *parent = NULL;
	const char *key = object->key;

	for (size_t i = 0; i < TREE_DEPTH_MAX && *key && !parent; i++) {
		key = dn_parent(key);
		parent = find_key(index, key);
	}
	return parent;
}

static const char *key_of(struct map *map, const struct map_object *object) {
	size_t size = strlen(object->dn) + 1;
	char *key = arena_take(map->scratch, size);

	if (dn_normalize(object->dn, size, key) < 0)
		*key = '\0';
	return key;
}

/* Two entries of one name happen only while the caller's copy lags behind the directory. */
static void leave_out_doubles(struct map *map, const struct map_objects *index) {
	char quoted[QUOTE_MAX];

	for (size_t i = 1; i < index->n_items; i++)
		if (strcmp(index->items[i - 1]->key, index->items[i]->key) == 0)
			map_report(map, index->items[i], "", E_DDS_UNEXPECTED_ERROR,
				   "another entry is called %s too; remove one of them",
				   quote(span_of_text(index->items[i]->dn), quoted));
}

void tree_link(struct map *map, const struct map_objects *objects) {
	struct map_objects index = { arena_array_of(map->scratch, struct map_object *, objects->n_items),
				     objects->n_items };

	for (size_t i = 0; i < objects->n_items; i++) {
		objects->items[i]->key = key_of(map, objects->items[i]);
		index.items[i] = objects->items[i];
	}
	qsort(index.items, index.n_items, sizeof *index.items, compare_keys);
	leave_out_doubles(map, &index);
	for (size_t i = 0; i < objects->n_items; i++)
		objects->items[i]->parent = find_parent(&index, objects->items[i]);
}
