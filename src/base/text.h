/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - numbers, hexadecimal and bounded strings in the forms that people type and read. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/span.h"

/* Embedded: a bounded string under construction over the caller's array. Sticky: once something did not fit,
 * is_truncated stays true and nothing more is added; @data is NUL-terminated at any time. */
struct text {
	char *data;
	size_t size; /* of the array behind @data, > 0 */
	size_t len;
	bool is_truncated;
};

/* Start an empty text over @array of @size bytes (> 0). */
void text_init(struct text *ret_text, char *array, size_t size);

/* Add formatted characters. */
void text_add(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);

/* Add @characters as they are, of which none is NUL; as many as fit. */
void text_add_characters(struct text *text, struct span characters);

/* Add @bytes as lower-case hexadecimal pairs with @separator between them ('\0': none). */
void text_add_hex(struct text *text, struct span bytes, char separator);

/* Add @bytes with everything that is not printable ASCII, and the backslash, as \xNN. */
void text_add_escaped(struct text *text, struct span bytes);

/* Put a question mark in the place of each control character of @text, so that a terminal shows all of it, in one
 * line. */
void text_hide_controls(char *text);

/* A decimal number, digits only, at most @max. 0, or -E_INVALID_PARAMETER. */
int text_parse_u64(const char *text, uint64_t max, uint64_t *ret_value);

/* A length of time: a number of seconds, or numbers each with a unit s, m, h, d, w ("8d", "1h30m"), at most @max
 * seconds. 0, or -E_INVALID_PARAMETER. */
int text_parse_duration(const char *text, uint64_t max, uint64_t *ret_seconds);

/* Add @seconds in the shortest of those units ("8d", "90s", "1h30m"). */
void text_add_duration(struct text *text, uint64_t seconds);

/* Hexadecimal pairs, optionally separated by ':' or '-' (one separator throughout). At most @max octets go to
 * @ret_octets and their number to @ret_len. 0, or -E_INVALID_PARAMETER. */
int text_parse_hex(const char *text, size_t max, uint8_t *ret_octets, size_t *ret_len);

/* Add @name, which begins its words with capitals, as people type it: "AuthorityHold" as "authority-hold". */
void text_add_hyphenated(struct text *text, const char *name);

/* Equal without regard to ASCII case. */
bool is_text_equal_nocase(const char *a, const char *b);

/* Order by octets, but numbers in the texts by their value: "10.1.2.0" before "10.1.10.0". Only equal texts are equal, and
 * a text comes before those that begin with it. */
int text_compare_natural(struct span a, struct span b);

/* Borrow from @candidates (NULL-terminated) the one nearest to @word for a "did you mean", or NULL when none is
 * near. */
const char *text_nearest(const char *word, const char *const *candidates);
