/* SPDX-License-Identifier: Apache-2.0 */
/* entry_copy.h - copies of entries from one arena to another. Pure. */
#pragma once

#include "base/arena.h"
#include "model/entry.h"

/* A deep copy in @arena. */
struct entry *entry_copy(const struct entry *entry, struct arena *arena);

/* A copy of identity and name alone, to stand for an entry that is too large to be kept. */
struct entry *entry_stub(const struct entry *entry, struct arena *arena);

/* True for what entry_stub made: no entry of a directory is without attributes. */
static inline bool is_entry_stub(const struct entry *entry) {
	return entry->n_attributes == 0;
}
