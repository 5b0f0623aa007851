/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl's tables and pages. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/ctl/output.h"
#include "base/macros.h"

static const struct column columns[] = {
	{ "NAME", "name", COLUMN_TEXT },
	{ "COUNT", "count", COLUMN_NUMBER },
	{ "TIME", "time", COLUMN_DURATION },
	{ "LIST", "list", COLUMN_TEXT },
};

static char *print_table(const json_t *items) {
	char *printed = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&printed, &len);

	output_table(file, items, columns, ARRAY_LEN(columns));
	fclose(file);
	return printed;
}

static void aligns_columns(void **state) {
	json_t *items = json_pack("[{s:s, s:i, s:i, s:[s,s]}, {s:s, s:i, s:n, s:[]}]", "name", "a", "count", 7, "time", 5400, "list",
				  "x", "y", "name", "longer name", "count", 12345, "time", "list");
	char *printed = print_table(items);

	assert_string_equal(printed, "NAME         COUNT  TIME   LIST\n"
				     "a                7  1h30m  x, y\n"
				     "longer name  12345  -      -\n");
	free(printed);
	json_decref(items);
}

static void keeps_terminals_safe(void **state) {
	json_t *items = json_pack("[{s:s}]", "name", "a\033[31m\nb");
	char *printed = print_table(items);

	assert_non_null(strstr(printed, "a?[31m?b"));
	free(printed);
	json_decref(items);
}

static void measures_characters_not_octets(void **state) {
	json_t *items;
	char *printed;

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	items = json_pack("[{s:s, s:i}, {s:s, s:i}]", "name", "Z\u00fcrich", "count", 1, "name", "Basel", "count", 2);
	printed = print_table(items);
	assert_non_null(strstr(printed, "Z\u00fcrich      1"));
	assert_non_null(strstr(printed, "Basel       2"));
	free(printed);
	json_decref(items);
}

static void leaves_out_what_is_absent(void **state) {
	json_t *object = json_pack("{s:s, s:n}", "name", "a", "count");
	char *printed = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&printed, &len);

	output_fields(file, object, columns, ARRAY_LEN(columns));
	fclose(file);
	assert_string_equal(printed, "NAME:   a\n");
	free(printed);
	json_decref(object);
}

static void makes_text_of_any_octets(void **state) {
	json_t *text = output_text("ok \xff");

	assert_string_equal(json_string_value(text), "ok \\xff");
	json_decref(text);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligns_columns),
		cmocka_unit_test(keeps_terminals_safe),
		cmocka_unit_test(measures_characters_not_octets),
		cmocka_unit_test(leaves_out_what_is_absent),
		cmocka_unit_test(makes_text_of_any_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
