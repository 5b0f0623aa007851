/* SPDX-License-Identifier: Apache-2.0 */
/* Texts in the order that people expect, and octets as base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/macros.h"
#include "base/text.h"

static int sign_of(int number) {
	return (number > 0) - (number < 0);
}

/* Each text comes before all that follow it. */
static void numbers_count_by_value(void **state) {
	static const char *const sorted[] = { "",
					      "0",
					      "00",
					      "1",
					      "1a",
					      "01",
					      "2",
					      "10",
					      "10.1.2.0",
					      "10.1.10.0",
					      "10.1.10.0-a",
					      "18446744073709551616",
					      "18446744073709551617",
					      "a",
					      "a9",
					      "a10",
					      "a10b",
					      "b" };

	for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
		for (size_t j = 0; j < ARRAY_LEN(sorted); j++)
			assert_int_equal(
				sign_of(text_compare_natural(span_of_text(sorted[i]), span_of_text(sorted[j]))),
				(i > j) - (i < j));
}

static void base64_is_that_of_rfc_4648(void **state) {
	static const char *const pairs[][2] = { { "", "" },
						{ "f", "Zg==" },
						{ "fo", "Zm8=" },
						{ "foo", "Zm9v" },
						{ "foob", "Zm9vYg==" },
						{ "fooba", "Zm9vYmE=" },
						{ "foobar", "Zm9vYmFy" } };
	char text[16];
	struct span octets;

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		base64_encode(span_of_text(pairs[i][0]), text);
		assert_string_equal(text, pairs[i][1]);
		assert_int_equal(base64_decode(text, strlen(text), &octets), 0);
		assert_true(is_span_equal(octets, span_of_text(pairs[i][0])));
	}
}

static void what_is_not_base64_is_refused(void **state) {
	static const char *const wrong[] = { "Zg", "Zg=", "Zm9!", "====", "Z===" };
	char text[16];
	struct span octets;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		strcpy(text, wrong[i]);
		assert_int_equal(base64_decode(text, strlen(text), &octets), -E_INVALID_PARAMETER);
	}
}

static void as_many_characters_as_fit(void **state) {
	char array[6];
	struct text text;

	text_init(&text, array, sizeof array);
	text_add_characters(&text, span_of_text("abc"));
	text_add_characters(&text, (struct span){ 0 });
	text_add_characters(&text, span_of_text("de"));
	assert_string_equal(array, "abcde");
	assert_int_equal(text.len, 5);
	assert_false(text.is_truncated);
	text_add_characters(&text, span_of_text("f"));
	assert_true(text.is_truncated);
	text_init(&text, array, sizeof array);
	text_add_characters(&text, span_of_text("abcdefgh"));
	assert_string_equal(array, "abcde");
	assert_true(text.is_truncated);
	text_add_characters(&text, span_of_text("i"));
	assert_string_equal(array, "abcde");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_count_by_value),
		cmocka_unit_test(base64_is_that_of_rfc_4648),
		cmocka_unit_test(what_is_not_base64_is_refused),
		cmocka_unit_test(as_many_characters_as_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
