/* SPDX-License-Identifier: Apache-2.0 */
/* descent.h - keeps the names of entries below a renamed one right: a server tells of the renamed entry alone.
 * Pure but for the heap. Thread: one. */
#pragma once

#include "base/arena.h"
#include "dir/entry_table.h"

/* Where the present batch gives an entry another name than it had: give what stands below it, and was last told of
 * before that, a candidate (in @arena) with the name that follows. */
void descent_follow(struct entry_table *table, struct arena *arena);
