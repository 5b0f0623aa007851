/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/entry_copy.h"

struct entry *entry_stub(const struct entry *entry, struct arena *arena) {
	struct entry *stub = arena_new_of(arena, struct entry);

	stub->uuid = entry->uuid;
	stub->dn = arena_dup_text(arena, entry->dn);
	return stub;
}

static void attribute_copy(const struct entry_attribute *attribute, struct arena *arena,
			   struct entry_attribute *ret_attribute) {
	struct span *values = arena_array_of(arena, struct span, attribute->n_values);

	for (size_t i = 0; i < attribute->n_values; i++)
		values[i] = span_of(arena_dup(arena, attribute->values[i]), attribute->values[i].len);
	*ret_attribute =
		(struct entry_attribute){ arena_dup_text(arena, attribute->name), values, attribute->n_values };
}

struct entry *entry_copy(const struct entry *entry, struct arena *arena) {
	struct entry *copy = entry_stub(entry, arena);

	copy->attributes = arena_array_of(arena, struct entry_attribute, entry->n_attributes);
	copy->n_attributes = entry->n_attributes;
	for (size_t i = 0; i < entry->n_attributes; i++)
		attribute_copy(&entry->attributes[i], arena, &copy->attributes[i]);
	return copy;
}
