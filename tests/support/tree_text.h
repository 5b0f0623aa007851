/* SPDX-License-Identifier: Apache-2.0 */
/* tree_text.h - directory entries from text, for tests and fuzz targets.
 *
 * Entries are divided by empty lines. The first line of one is its DN, each further one "attribute: value". The
 * identity is the position, from 1 on, in the last octet.
 */
#pragma once

#include <string.h>

#include "base/arena.h"
#include "model/entry.h"

#ifndef ENTRIES_MAX
#define ENTRIES_MAX 64 /* a test may set more before it includes this */
#endif
#define ENTRY_LINES_MAX 64

static inline struct span tree_text_next_line(struct span *rest) {
	const uint8_t *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	struct span line = { rest->data, end ? (size_t)(end - rest->data) : rest->len };
	size_t taken = line.len + (end ? 1 : 0);

	*rest = span_of(taken ? rest->data + taken : rest->data, rest->len - taken);
	return line;
}

static inline struct entry_attribute *tree_text_attribute(struct arena *arena, struct entry *entry, const char *name) {
	struct entry_attribute *attribute = (struct entry_attribute *)entry_attribute_get(entry, name);

	if (attribute)
		return attribute;
	attribute = &entry->attributes[entry->n_attributes++];
	attribute->name = name;
	attribute->values = arena_array_of(arena, struct span, ENTRY_LINES_MAX);
	return attribute;
}

static inline void tree_text_add_line(struct arena *arena, struct entry *entry, struct span line) {
	const uint8_t *colon = line.len ? memchr(line.data, ':', line.len) : NULL;
	size_t name_len = colon ? (size_t)(colon - line.data) : line.len;
	size_t value_at = colon && name_len + 1 < line.len && colon[1] == ' ' ? name_len + 2
									      : name_len + (colon ? 1 : 0);
	struct span value = { line.data + value_at, line.len - value_at };
	struct entry_attribute *attribute =
		tree_text_attribute(arena, entry, arena_dup(arena, span_of(line.data, name_len)));

	value.data = arena_dup(arena, value);
	if (attribute->n_values < ENTRY_LINES_MAX)
		attribute->values[attribute->n_values++] = value;
}

/* Read @text; everything lives in @arena. Returns the entries and puts their number into @ret_n_entries. */
static inline const struct entry *const *tree_text_read(struct arena *arena, struct span text, size_t *ret_n_entries) {
	struct entry **entries = arena_array_of(arena, struct entry *, ENTRIES_MAX);
	struct entry *entry = NULL;
	size_t n_lines = 0;

	*ret_n_entries = 0;
	while (text.len) {
		struct span line = tree_text_next_line(&text);

		if (line.len == 0) {
			entry = NULL;
		} else if (entry && n_lines < ENTRY_LINES_MAX) {
			tree_text_add_line(arena, entry, line);
			n_lines++;
		} else if (!entry && *ret_n_entries < ENTRIES_MAX) {
			entry = entries[(*ret_n_entries)++] = arena_new_of(arena, struct entry);
			entry->uuid.octets[ENTRY_UUID_SIZE - 1] = (uint8_t)*ret_n_entries;
			entry->dn = arena_dup(arena, line);
			entry->attributes = arena_array_of(arena, struct entry_attribute, ENTRY_LINES_MAX);
			n_lines = 0;
		}
	}
	return (const struct entry *const *)entries;
}
