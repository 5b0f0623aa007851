/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

#define BLOCK_SIZE ((size_t)16384)
#define ALIGNMENT ((size_t)16)

struct block {
	struct block *next; /* older */
	size_t size;        /* of @data */
	size_t used;
	_Alignas(ALIGNMENT) uint8_t data[];
};

struct arena {
	struct block *newest;
	size_t limit;
	size_t used;
};

static struct block *block_new(size_t size, struct block *next) {
	struct block *block = mem_alloc(sizeof *block + size);

	block->next = next;
	block->size = size;
	return block;
}

struct arena *arena_new(size_t limit) {
	struct arena *arena = mem_alloc(sizeof *arena);

	arena->limit = limit;
	arena->newest = block_new(BLOCK_SIZE, NULL);
	return arena;
}

struct arena *arena_free(struct arena *arena) {
	if (!arena)
		return NULL;
	for (struct block *block = arena->newest, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
	return NULL;
}

void arena_reset(struct arena *arena) {
	while (arena->newest->next) {
		struct block *older = arena->newest->next;

		free(arena->newest);
		arena->newest = older;
	}
	memset(arena->newest->data, 0, arena->newest->used);
	arena->newest->used = 0;
	arena->used = 0;
}

void *arena_take(struct arena *arena, size_t size) {
	size_t rounded = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	struct block *block = arena->newest;
	void *taken;

	if (rounded < size || (arena->limit && rounded > arena->limit - arena->used))
		return NULL;
	if (rounded > block->size - block->used) {
		block = block_new(rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE, block);
		arena->newest = block;
	}
	taken = block->data + block->used;
	block->used += rounded;
	arena->used += rounded;
	return taken;
}

void *arena_dup(struct arena *arena, struct span bytes) {
	uint8_t *copy = arena_take(arena, bytes.len + 1);

	if (copy && bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	return copy;
}

char *arena_dup_text(struct arena *arena, const char *text) {
	return arena_dup(arena, span_of_text(text));
}

char *arena_format(struct arena *arena, const char *format, ...) {
	va_list args, again;
	char *text;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = length < 0 ? NULL : arena_take(arena, (size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

size_t arena_used(const struct arena *arena) {
	return arena->used;
}
