/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/canonical.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "model/dn.h"

#define NAME_MAX_LEN 1024
#define DEPTH_MAX 64
#define SEPARATOR '\1' /* comes before all that a name holds, so that an entry comes before those below it */

static const char *const plain_classes[] = { "container", "applicationProcess", "nsContainer" };

enum schema_class canonical_class_of(const struct entry *entry) {
	const struct entry_attribute *classes = entry_attribute_get(entry, "objectClass");

	for (size_t i = 0; classes && i < classes->n_values; i++) {
		enum schema_class class = schema_class_find((const char *)classes->values[i].data);

		if (class != CLASS_COUNT && class != CLASS_DHCP_CLASS)
			return class;
	}
	return CLASS_COUNT;
}

bool is_canonical_container(const struct entry *entry) {
	for (size_t i = 0; i < ARRAY_LEN(plain_classes); i++)
		if (is_entry_of_class(entry, plain_classes[i]))
			return true;
	return false;
}

void canonical_uses_fill(struct canonical_uses *ret_uses) {
	const struct schema_use_info *use;

	memset(ret_uses, 0, sizeof *ret_uses);
	for (size_t i = 0; (use = schema_use_at(i)); i++)
		if (use->attribute != ATTRIBUTE_CN)
			ret_uses->attributes[use->class][ret_uses->n_attributes[use->class]++] = use->attribute;
}

/* ------------------------------------------------------------------ names */

/* Append the octets from @start to @end; one that is no separator but looks like it stands as in other names.
 * Returns the new length. */
static size_t put_part(char *key, size_t len, const char *start, const char *end) {
	static const char escaped[] = { '\\', '0', '1' };

	for (; start < end; start++) {
		if (*start == SEPARATOR) {
			memcpy(key + len, escaped, sizeof escaped);
			len += sizeof escaped;
		} else {
			key[len++] = *start;
		}
	}
	return len;
}

const char *canonical_key(const char *dn, struct arena *arena) {
	const char *parts[DEPTH_MAX], *part;
	size_t size = strlen(dn) + 1, n = 0, len = 0;
	char *normal = arena_take(arena, size), *key = arena_take(arena, 3 * size);

	if (dn_normalize(dn, size, normal) < 0)
		return NULL;
	for (part = normal; *part && n < DEPTH_MAX; part = dn_parent(part))
		parts[n++] = part;
	if (*part || n == 0)
		return NULL;
	for (size_t i = n; i-- > 0;) {
		const char *end = i + 1 < n ? parts[i + 1] - 1 : parts[i] + strlen(parts[i]);

		len = put_part(key, len, parts[i], end);
		key[len++] = i ? SEPARATOR : '\0';
	}
	return key;
}

const char *canonical_key_above(const char *key, struct arena *arena) {
	const char *end = strrchr(key, SEPARATOR);

	return end ? arena_dup(arena, span_of(key, (size_t)(end - key))) : "";
}

static int compare_keys(const char *a, const char *b) {
	return text_compare_natural(span_of_text(a), span_of_text(b));
}

static int compare_items(const void *a, const void *b) {
	return compare_keys(((const struct canonical_item *)a)->key, ((const struct canonical_item *)b)->key);
}

static size_t find_key(const struct canonical_item *items, size_t n_items, const char *key) {
	size_t low = 0, high = n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_keys(items[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n_items && strcmp(items[low].key, key) == 0 ? low : CANONICAL_NONE;
}

size_t canonical_find(const struct canonical *tree, const char *key) {
	return find_key(tree->items, tree->n_items, key);
}

bool has_canonical_other(const struct canonical *tree, const char *key) {
	return find_key(tree->others, tree->n_others, key) != CANONICAL_NONE;
}

/* ------------------------------------------------------------------ entries */

static int compare_values(const void *a, const void *b) {
	return text_compare_natural(*(const struct span *)a, *(const struct span *)b);
}

/* Numbers have one form in which directories give them. */
static struct span canonical_value(const struct schema_attribute_info *info, struct span value) {
	if (info->syntax != SYNTAX_INTEGER)
		return value;
	for (size_t i = 0; i < value.len; i++)
		if (value.data[i] < '0' || value.data[i] > '9')
			return value;
	while (value.len > 1 && value.data[0] == '0')
		value = span_of(value.data + 1, value.len - 1);
	return value;
}

static void put_attribute(struct entry *entry, const char *name, struct span *values, size_t n_values) {
	entry->attributes[entry->n_attributes++] = (struct entry_attribute){ name, values, n_values };
}

static void put_text(struct arena *arena, struct entry *entry, const char *name, const char *value) {
	struct span *values = arena_array_of(arena, struct span, 1);

	*values = span_of_text(arena_dup_text(arena, value));
	put_attribute(entry, name, values, 1);
}

/* Sort @values, and keep each once. Returns their number. */
static size_t sort_values(struct span *values, size_t n_values) {
	size_t n = 0;

	if (n_values)
		qsort(values, n_values, sizeof *values, compare_values);
	for (size_t i = 0; i < n_values; i++)
		if (n == 0 || !is_span_equal(values[n - 1], values[i]))
			values[n++] = values[i];
	return n;
}

static void put_given(struct arena *arena, struct entry *entry, const struct schema_attribute_info *info,
		      const struct entry *given) {
	const struct entry_attribute *attribute = entry_attribute_get(given, info->name);
	struct span *values;

	if (!attribute || attribute->n_values == 0)
		return;
	values = arena_array_of(arena, struct span, attribute->n_values);
	for (size_t i = 0; i < attribute->n_values; i++)
		values[i] = canonical_value(info, attribute->values[i]);
	put_attribute(entry, info->name, values, sort_values(values, attribute->n_values));
}

/* A container is its name and what it is made of. */
static void put_container(struct arena *arena, struct entry *entry, const struct entry *given, const char *leaf) {
	const struct entry_attribute *classes = entry_attribute_get(given, "objectClass");
	struct span *values = arena_array_of(arena, struct span, classes ? classes->n_values : 0);
	const char *cn = schema_attribute_get(ATTRIBUTE_CN)->name, *type;
	size_t n = 0;

	for (size_t i = 0; classes && i < classes->n_values; i++)
		if (!is_text_equal_nocase((const char *)classes->values[i].data, "top"))
			values[n++] = classes->values[i];
	put_attribute(entry, "objectClass", values, sort_values(values, n));
	type = arena_dup(arena, span_of(given->dn, strcspn(given->dn, "= ")));
	put_text(arena, entry, is_text_equal_nocase(type, cn) ? cn : type, leaf);
}

static const struct entry *canonical_entry(struct arena *arena, const struct canonical_uses *uses,
					   const struct canonical_item *item, const char *leaf) {
	size_t n_uses = item->class == CLASS_COUNT ? 0 : uses->n_attributes[item->class];
	struct entry *entry = arena_new_of(arena, struct entry);

	*entry = (struct entry){ .uuid = item->given->uuid, .dn = item->given->dn };
	entry->attributes = arena_array_of(arena, struct entry_attribute, n_uses + 2);
	if (item->class == CLASS_COUNT) {
		put_container(arena, entry, item->given, leaf);
		return entry;
	}
	put_text(arena, entry, "objectClass", schema_class_get(item->class)->name);
	put_text(arena, entry, schema_attribute_get(ATTRIBUTE_CN)->name, leaf);
	for (size_t i = 0; i < n_uses; i++)
		put_given(arena, entry, schema_attribute_get(uses->attributes[item->class][i]), item->given);
	return entry;
}

/* ------------------------------------------------------------------ trees */

static int take_item(struct arena *arena, const struct canonical_uses *uses, const struct entry *given,
		     struct canonical_item *ret_item, struct error *reterr_error) {
	struct canonical_item item = { .given = given, .class = canonical_class_of(given), .parent = CANONICAL_NONE };
	char leaf[NAME_MAX_LEN];

	item.key = canonical_key(given->dn, arena);
	if (!item.key || dn_leaf_value(given->dn, sizeof leaf, leaf) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the name \"%.200s\" cannot be read; rename the entry", given->dn);
	item.entry = canonical_entry(arena, uses, &item, leaf);
	*ret_item = item;
	return 0;
}

static void find_parents(struct canonical *tree) {
	for (size_t i = 0; i < tree->n_items; i++)
		tree->items[i].parent = canonical_find(tree, canonical_key_above(tree->items[i].key, tree->arena));
}

/* Leave out what is neither Lessor's, nor a container, nor above such an entry. */
static void leave_out_others(struct canonical *tree) {
	bool *is_kept = arena_array_of(tree->arena, bool, tree->n_items);
	size_t n = 0;

	for (size_t i = tree->n_items; i-- > 0;) {
		struct canonical_item *item = &tree->items[i];

		if (item->class != CLASS_COUNT)
			is_kept[i] = true;
		if (is_kept[i] && item->parent != CANONICAL_NONE)
			is_kept[item->parent] = true;
		is_kept[i] |= is_canonical_container(item->given);
	}
	tree->others = arena_array_of(tree->arena, struct canonical_item, tree->n_items);
	for (size_t i = 0; i < tree->n_items; i++) {
		if (is_kept[i])
			tree->items[n++] = tree->items[i];
		else
			tree->others[tree->n_others++] = tree->items[i];
	}
	tree->n_items = n;
}

static int refuse_doubles(const struct canonical *tree, struct error *reterr_error) {
	for (size_t i = 1; i < tree->n_items; i++)
		if (strcmp(tree->items[i - 1].key, tree->items[i].key) == 0)
			return error_set(reterr_error, E_INVALID_PARAMETER,
					 "%.300s stands there twice; keep one of the two", tree->items[i].given->dn);
	return 0;
}

int canonical_make(const struct entry *const *entries, size_t n_entries, struct arena *arena,
		   struct canonical *ret_tree, struct error *reterr_error) {
	struct canonical tree = { .arena = arena };
	struct canonical_uses uses;
	int r = 0;

	canonical_uses_fill(&uses);
	tree.items = arena_array_of(arena, struct canonical_item, n_entries);
	for (size_t i = 0; i < n_entries && r == 0; i++) {
		r = take_item(arena, &uses, entries[i], &tree.items[i], reterr_error);
		tree.items[i].place = tree.n_items++;
	}
	if (r < 0)
		return r;
	if (n_entries)
		qsort(tree.items, tree.n_items, sizeof *tree.items, compare_items);
	r = refuse_doubles(&tree, reterr_error);
	if (r < 0)
		return r;
	find_parents(&tree);
	leave_out_others(&tree);
	find_parents(&tree);
	*ret_tree = tree;
	return 0;
}
