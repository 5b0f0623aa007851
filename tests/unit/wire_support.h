/* SPDX-License-Identifier: Apache-2.0 */
/* wire_support.h - what the tests of the wire layer share: octets written as text. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/span.h"
#include "base/text.h"

#define OCTETS_MAX 8192

/* Read hexadecimal with blanks anywhere between pairs, and "xx*N" for N times the octet xx. Returns the number of
 * octets. */
static inline size_t octets_from_text(const char *text, uint8_t ret_octets[static OCTETS_MAX]) {
	size_t len = 0;

	while (*text) {
		unsigned octet, times = 1;
		int used = 0;

		if (*text == ' ') {
			text++;
			continue;
		}
		assert_int_equal(sscanf(text, "%2x%n", &octet, &used), 1);
		assert_int_equal(used, 2);
		text += used;
		if (*text == '*') {
			assert_int_equal(sscanf(text, "*%u%n", &times, &used), 1);
			text += used;
		}
		assert_true(len + times <= OCTETS_MAX);
		memset(ret_octets + len, (int)octet, times);
		len += times;
	}
	return len;
}

/* Fail unless @octets are those that @expected spells; both are printed as hexadecimal. */
static inline void assert_octets(const char *what, struct span octets, const char *expected) {
	static uint8_t wanted[OCTETS_MAX];
	static char is_text[2 * OCTETS_MAX + 1], wanted_text[2 * OCTETS_MAX + 1];
	struct span want = span_of(wanted, octets_from_text(expected, wanted));
	struct text text;

	if (is_span_equal(octets, want))
		return;
	text_init(&text, is_text, sizeof is_text);
	text_add_hex(&text, octets, '\0');
	text_init(&text, wanted_text, sizeof wanted_text);
	text_add_hex(&text, want, '\0');
	fail_msg("%s: %s instead of %s", what, is_text, wanted_text);
}
