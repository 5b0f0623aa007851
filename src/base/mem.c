/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static _Noreturn void out_of_memory(void) {
	fputs("<2>lessor: out of memory; this role ends and is restarted\n", stderr);
	abort();
}

void *mem_alloc(size_t size) {
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		out_of_memory();
	return memory;
}

void *mem_alloc_aligned(size_t alignment, size_t size) {
	size_t whole = (size + alignment - 1) / alignment * alignment;
	void *memory = aligned_alloc(alignment, whole);

	if (!memory)
		out_of_memory();
	return memset(memory, 0, whole);
}

void *mem_grow(void *array, size_t *capacity, size_t need, size_t size) {
	size_t wanted = *capacity ? *capacity : 8;

	if (need <= *capacity && array)
		return array;
	while (wanted < need)
		wanted *= 2;
	if (wanted > SIZE_MAX / size)
		out_of_memory();
	array = realloc(array, wanted * size);
	if (!array)
		out_of_memory();
	*capacity = wanted;
	return array;
}

char *mem_dup_text(const char *text) {
	char *copy;

	if (!text)
		return NULL;
	copy = strdup(text);
	if (!copy)
		out_of_memory();
	return copy;
}

char *mem_format(const char *format, ...) {
	va_list args;
	char *text;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		out_of_memory();
	return text;
}
