/* SPDX-License-Identifier: Apache-2.0 */
/* span.h - a borrowed run of bytes. Whoever hands one out says how long it lives. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Embedded. @data may be NULL only when @len is 0. */
struct span {
	const uint8_t *data;
	size_t len;
};

static inline struct span span_of(const void *data, size_t len) {
	return (struct span){ data, len };
}

static inline struct span span_of_text(const char *text) {
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static inline bool is_span_equal(struct span a, struct span b) {
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Order by length-independent byte comparison, the shorter first on a common prefix. */
static inline int span_compare(struct span a, struct span b) {
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.data, b.data, common) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}
