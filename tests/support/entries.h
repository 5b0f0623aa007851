/* SPDX-License-Identifier: Apache-2.0 */
/* entries.h - directory entries from text, for tests. */
#pragma once

#include "model/entry.h"

/* An entry in @arena: @dn, an identity made from @number, and "name: value" strings up to a NULL. */
struct entry *entry_make(struct arena *arena, unsigned number, const char *dn, const char *const *lines);

#define ENTRY(arena, number, dn, ...) entry_make((arena), (number), (dn), (const char *const[]){ __VA_ARGS__, NULL })
