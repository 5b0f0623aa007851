/* SPDX-License-Identifier: Apache-2.0 */
/* Values of lessorFilter and lessorBootFile: read, refused, written back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/boot_file.h"
#include "model/filter.h"

static void test_filters_are_read_and_written_back(void **state) {
	static const struct {
		const char *typed, *written;
		enum filter_list list;
		uint8_t htype, len;
	} rows[] = {
		{ "allow 02:00:5e:00:00:01", "allow 02:00:5e:00:00:01", FILTER_ALLOW, 1, 6 },
		{ "DENY  02-00-5E-*   old phones", "deny 02:00:5e:* old phones", FILTER_DENY, 1, 3 },
		{ "deny 02005e000001", "deny 02:00:5e:00:00:01", FILTER_DENY, 1, 6 },
		{ "allow 02*", "allow 02:*", FILTER_ALLOW, 1, 1 },
		{ "deny 01:02:03:04:05:*", "deny 01:02:03:04:05:*", FILTER_DENY, 1, 5 },
		{ "exempt 6", "exempt 6", FILTER_EXEMPT, 6, 0 },
		{ "exempt 255 everything else", "exempt 255 everything else", FILTER_EXEMPT, 255, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter filter;
		struct error error = { 0 };
		struct text text;
		char array[200];

		assert_int_equal(filter_parse(rows[i].typed, &filter, &error), 0);
		assert_int_equal(filter.list, rows[i].list);
		assert_int_equal(filter.htype, rows[i].htype);
		assert_int_equal(filter.len, rows[i].len);
		text_init(&text, array, sizeof array);
		filter_format(&filter, &text);
		assert_string_equal(array, rows[i].written);
	}
}

static void test_what_is_no_filter_is_refused(void **state) {
	static const char *const rows[] = {
		"",	       "allow",		"allow ",	    "permit 02:00:5e:00:00:01", "allow 02:00:5e:00:00",
		"allow *",     "allow :*",	"allow 02:00:5e:00:00:01:02", "allow 02:00:5e:00:00:01*", "allow 02:0x:*",
		"exempt 1",    "exempt 0",	"exempt 256",	    "exempt 02:*",		"deny 02:00:5e:00:00:0100000000000",
	};
	char long_comment[200] = "deny 02:* ";
	struct error error = { 0 };
	struct filter filter;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		error = (struct error){ 0 };
		assert_int_equal(filter_parse(rows[i], &filter, &error), -E_INVALID_PARAMETER);
		assert_non_null(strstr(error.text, "write allow or deny and an address"));
		assert_null(strstr(error.text, " \" is not"));
	}
	memset(long_comment + strlen(long_comment), 'c', 128);
	assert_int_equal(filter_parse(long_comment, &filter, &error), -E_INVALID_PARAMETER);
	assert_non_null(strstr(error.text, "longer than 127"));
	long_comment[strlen(long_comment) - 1] = '\0';
	assert_int_equal(filter_parse(long_comment, &filter, &error), 0);
}

static int compare(const char *a, const char *b) {
	struct filter left, right;

	assert_int_equal(filter_parse(a, &left, NULL) | filter_parse(b, &right, NULL), 0);
	return filter_compare(&left, &right);
}

static void test_filters_are_compared_by_pattern(void **state) {
	assert_int_equal(compare("allow 02:00:5e:*", "deny 02005e* why"), 0);
	assert_int_equal(compare("exempt 6", "exempt 6 again"), 0);
	assert_true(compare("allow 02:00:*", "allow 02:00:00:*") < 0);
	assert_true(compare("allow 02:01:*", "allow 02:00:00:*") > 0);
	assert_true(compare("exempt 6", "exempt 7") < 0);
}

static void test_boot_files_are_read_and_written_back(void **state) {
	static const char *const rows[] = { "pxelinux,10.1.0.5,/boot/pxelinux.0", ",,default.img", "a b,tftp.example.org,c d" };
	static const char *const bad[] = { "", "a", "a,b", "a,b,", "a,b,c,d", ",," };
	struct arena *arena = arena_new(0);
	struct error error = { 0 };
	struct boot_file file;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char array[200];
		struct text text;

		assert_int_equal(boot_file_parse(rows[i], arena, &file, &error), 0);
		text_init(&text, array, sizeof array);
		boot_file_format(&file, &text);
		assert_string_equal(array, rows[i]);
	}
	assert_string_equal(file.server, "tftp.example.org");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(boot_file_parse(bad[i], arena, &file, &error), -E_DHCP_SERVER_INVALID_BOOT_FILE_TABLE);
	arena_free(arena);
}

static void test_boot_files_fit_into_a_message(void **state) {
	struct arena *arena = arena_new(0);
	struct error error = { 0 };
	struct boot_file file;
	char name[129];

	memset(name, 'f', sizeof name);
	name[128] = '\0';
	assert_int_equal(boot_file_parse(arena_format(arena, "%s,%.63s,%.127s", name + 1, name, name), arena, &file, &error),
			 0);
	assert_true(boot_file_parse(arena_format(arena, "%s,s,f", name), arena, &file, &error) < 0);
	assert_non_null(strstr(error.text, "does not fit into a DHCP message"));
	assert_true(boot_file_parse(arena_format(arena, "r,%.64s,f", name), arena, &file, &error) < 0);
	assert_true(boot_file_parse(arena_format(arena, "r,s,%s", name), arena, &file, &error) < 0);
	arena_free(arena);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters_are_read_and_written_back),
		cmocka_unit_test(test_what_is_no_filter_is_refused),
		cmocka_unit_test(test_filters_are_compared_by_pattern),
		cmocka_unit_test(test_boot_files_are_read_and_written_back),
		cmocka_unit_test(test_boot_files_fit_into_a_message),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
