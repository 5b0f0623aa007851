/* SPDX-License-Identifier: Apache-2.0 */
/* ldif_text.h - edits of LDIF text that a person wrote: what an edit is not about keeps its octets and its order,
 * comments and line ends included. Pure.
 *
 * The text is one that ldif_read has read; @line is where it says that a record begins (ldif_record). Results live in
 * the arena, with a NUL behind them that is not counted.
 */
#pragma once

#include "base/arena.h"
#include "base/span.h"
#include "model/entry.h"

/* Add a record of @entry behind the one that begins at @line (0: at the end), with an empty line between. */
struct span ldif_text_add(struct span text, unsigned line, const struct entry *entry, struct arena *arena);

/* Change the record at @line, which says @before, so that it says @after: the lines of values that are gone go, new
 * ones stand behind those of the same attribute. */
struct span ldif_text_modify(struct span text, unsigned line, const struct entry *before, const struct entry *after,
			     struct arena *arena);

/* Take out the record at @line and an empty line behind it, or, of the last one, before it. Comments between its lines
 * go with it, those before it stay. */
struct span ldif_text_remove(struct span text, unsigned line, struct arena *arena);
