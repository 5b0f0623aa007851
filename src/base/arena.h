/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory that is freed all at once: the snapshot's and the request's lifetime.
 *
 * Thread: one at a time.  Failure: running out of memory ends the process; an arena with a limit returns NULL at
 * the limit instead, so that no packet or request can ask for more than its share.
 */
#pragma once

#include <stddef.h>

#include "base/macros.h"
#include "base/span.h"

struct arena;

/* A new arena that holds at most @limit bytes (0: no limit). Never NULL. */
struct arena *arena_new(size_t limit);

/* Free the arena and all that was taken from it. Accepts NULL; returns NULL. */
struct arena *arena_free(struct arena *arena);

/* Forget all that was taken; the first block is kept for the next use. */
void arena_reset(struct arena *arena);

/* Zeroed memory for @size bytes, aligned for any type; NULL when the arena's limit is reached. */
void *arena_take(struct arena *arena, size_t size);

/* A copy of @bytes, with a NUL behind it (not counted); NULL at the limit. */
void *arena_dup(struct arena *arena, struct span bytes);

/* A copy of the string @text; NULL at the limit. */
char *arena_dup_text(struct arena *arena, const char *text);

/* A formatted string; NULL at the limit. */
char *arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);

#define arena_new_of(arena, type) ((type *)arena_take((arena), sizeof(type)))
#define arena_array_of(arena, type, count) ((type *)arena_take((arena), sizeof(type) * (count)))

DEFINE_CLEANUP(arena, struct arena *, arena_free)
