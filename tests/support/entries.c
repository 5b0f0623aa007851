/* SPDX-License-Identifier: Apache-2.0 */
#include "support/entries.h"

#include <string.h>

static struct entry_attribute *attribute_of(struct entry *entry, const char *name) {
	for (size_t i = 0; i < entry->n_attributes; i++)
		if (strcmp(entry->attributes[i].name, name) == 0)
			return &entry->attributes[i];
	entry->attributes[entry->n_attributes].name = name;
	return &entry->attributes[entry->n_attributes++];
}

struct entry *entry_make(struct arena *arena, unsigned number, const char *dn, const char *const *lines) {
	struct entry *entry = arena_new_of(arena, struct entry);
	size_t n_lines = 0;

	while (lines[n_lines])
		n_lines++;
	entry->dn = arena_dup_text(arena, dn);
	memcpy(entry->uuid.octets, &number, sizeof number);
	entry->attributes = arena_array_of(arena, struct entry_attribute, n_lines);
	for (size_t i = 0; i < n_lines; i++) {
		char *name = arena_dup_text(arena, lines[i]), *value = strstr(name, ": ");
		struct entry_attribute *attribute;

		assert(value);
		*value = '\0';
		value += 2;
		attribute = attribute_of(entry, name);
		if (!attribute->values)
			attribute->values = arena_array_of(arena, struct span, n_lines);
		attribute->values[attribute->n_values++] = span_of(value, strlen(value));
	}
	return entry;
}
