/* SPDX-License-Identifier: Apache-2.0 */
/* edit.h - changes to entries in memory, and the question whether the configuration would still be right with them.
 * Pure.
 *
 * Entries are values that live in an arena: an edit works on a copy, the entry that was read stays as it was.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/entry.h"
#include "model/schema.h"
#include "model/snapshot.h"

/* A new entry of @class_name called @dn, with its cn taken from the DN. */
struct entry *edit_new(struct arena *arena, const char *dn, const char *class_name);

/* A copy of @entry that may be changed. */
struct entry *edit_copy(struct arena *arena, const struct entry *entry);

/* Add one value. */
void edit_add(struct arena *arena, struct entry *entry, const char *attribute, const char *value);

/* Replace all values of @attribute by @value; NULL removes them. */
void edit_set(struct arena *arena, struct entry *entry, const char *attribute, const char *value);

/* Set a setting to @value, which is written as people do ("3d"). 0, or -E_INVALID_PARAMETER with what is expected. */
int edit_set_setting(struct arena *arena, struct entry *entry, enum setting setting, const char *value,
		     struct error *reterr_error);

/* Remove the value at @index. */
void edit_remove_at(struct entry *entry, const char *attribute, size_t index);

/* The values of @attribute, with their number; NULL if there are none. Borrowed from the entry. */
const struct span *edit_values(const struct entry *entry, const char *attribute, size_t *ret_n);

/* Borrow value @index of @attribute as a string, or NULL past the end. */
const char *edit_value(const struct entry *entry, const char *attribute, size_t index);

/* Build what the model would make of @entries if @before became @after: NULL for @before: @after is added; NULL for
 * @after: @before is removed. To *ret_findings goes what would be wrong then and is not now; it lives as long as the
 * snapshot, which is the caller's. */
struct snapshot *edit_try(const struct entry *const *entries, size_t n_entries, const struct entry *before,
			  const struct entry *after, struct findings *ret_findings);

/* Would @entries be a configuration without new mistakes if @before became @after, as in edit_try? The rules are the
 * daemon's own (snapshot_build); mistakes that were there before do not count, so that one can be mended after the
 * other. 0, or the code and reason of the first new finding. */
int edit_check(const struct entry *const *entries, size_t n_entries, const struct entry *before,
	       const struct entry *after, struct error *reterr_error);
