/* SPDX-License-Identifier: Apache-2.0 */
/* mem.h - heap memory that is never NULL: running out ends the process with a message, for the supervisor to restart
 * it. What a packet or a request needs comes from an arena with a limit instead (arena.h). */
#pragma once

#include <stddef.h>

#include "base/macros.h"

/* Zeroed memory; free() it. */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));

/* The same at a multiple of @alignment, a power of two. */
void *mem_alloc_aligned(size_t alignment, size_t size) __attribute__((malloc, returns_nonnull));

/* Grow @array to hold at least @need elements of @size bytes, doubling; *@capacity is kept up to date.
 * Returns the array's new place; the old one is gone. */
void *mem_grow(void *array, size_t *capacity, size_t need, size_t size) __attribute__((returns_nonnull));

/* A copy of the string @text (NULL gives NULL); free() it. */
char *mem_dup_text(const char *text);

/* A formatted string; free() it. */
char *mem_format(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((returns_nonnull));
