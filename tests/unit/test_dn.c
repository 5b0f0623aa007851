/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/macros.h"
#include "model/dn.h"

static void test_parent(void **state) {
	static const char *const rows[][2] = {
		{ "cn=a,dc=x", "dc=x" },
		{ "cn=a, dc=x", "dc=x" },
		{ "cn=a\\,b,dc=x", "dc=x" },
		{ "cn=a\\\\,dc=x", "dc=x" },
		{ "dc=x", "" },
		{ "", "" },
		{ "cn=a\\2C,dc=x,dc=y", "dc=x,dc=y" },
		{ "cn=a\\", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(dn_parent(rows[i][0]), rows[i][1]);
}

static void test_leaf_value(void **state) {
	static const char *const rows[][2] = {
		{ "cn=10.1.0.0,cn=a", "10.1.0.0" },
		{ "CN = a b ,dc=x", "a b" },
		{ "cn=a\\,b", "a,b" },
		{ "cn=a\\2cb", "a,b" },
		{ "cn=\\ a\\ ,dc=x", " a " },
		{ "cn=a=b,dc=x", "a=b" },
		{ "cn=a+sn=b,dc=x", "a" },
		{ "cn=J\\c3\\bcrg", "J\xc3\xbcrg" },
	};
	static const char *const bad[] = {
		"", "cn", "cn,dc=x", "cn=", "cn=,dc=x", "cn= ,dc=x", "cn=#0402", "cn=a\\00b"
	};
	char value[16];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(dn_leaf_value(rows[i][0], sizeof value, value), 0);
		assert_string_equal(value, rows[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(dn_leaf_value(bad[i], sizeof value, value), -E_INVALID_PARAMETER);
	assert_int_equal(dn_leaf_value("cn=1234", 5, value), 0);
	assert_int_equal(dn_leaf_value("cn=12345", 5, value), -E_INVALID_PARAMETER);
}

static void test_one_line(void **state) {
	static const char *const rows[][2] = {
		{ "cn=a\nCNF:1,dc=x", "cn=a\\0ACNF:1,dc=x" },
		{ "cn=a\\\nb\x7f", "cn=a\\0Ab\\7F" },
		{ "cn=a\\\\\n", "cn=a\\\\\\0A" },
		{ "cn=a\\0Ab\\,c\\\\,dc=J\xc3\xbc", "cn=a\\0Ab\\,c\\\\,dc=J\xc3\xbc" },
		{ "cn=a\\", "cn=a\\" },
		{ "", "" },
	};
	struct arena *arena = arena_new(0), *narrow = arena_new(16);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *line = dn_dup_line(arena, rows[i][0]);

		assert_string_equal(line, rows[i][1]);
		assert_true(is_dn_equal(line, rows[i][0]));
	}
	assert_null(dn_dup_line(narrow, "cn=0123456789"));
	arena_free(narrow);
	arena_free(arena);
}

static const struct {
	const char *a, *b;
	bool is_equal;
} pairs[] = {
	{ "cn=A,dc=X", "CN=a,DC=x", true },
	{ "cn=a, dc=x", "cn = a ,dc=x ", true },
	{ "cn=a\\,b,dc=x", "cn=a\\2Cb,dc=x", true },
	{ "cn=a\\2cb,dc=x", "cn=a,b,dc=x", false },
	{ "cn=a  b", "cn=a b", true },
	{ "cn=ab", "cn=a b", false },
	{ "cn=a\\ ,dc=x", "cn=a,dc=x", false },
	{ "cn=a=b", "cn=a\\=b", true },
	{ "cn=a\\+b=c", "cn=a+b=c", false },
	{ "cn=a", "cn=a,dc=x", false },
	{ "cn=a\\00", "cn=a", false },
	{ "cn=a\\", "cn=a", true },
	{ "", "", true },
	{ "", "cn=a", false },
};

static void test_equality_and_normal_form_agree(void **state) {
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char a[64], b[64];

		assert_int_equal(is_dn_equal(pairs[i].a, pairs[i].b), pairs[i].is_equal);
		assert_int_equal(is_dn_equal(pairs[i].b, pairs[i].a), pairs[i].is_equal);
		assert_int_equal(dn_normalize(pairs[i].a, strlen(pairs[i].a) + 1, a), 0);
		assert_int_equal(dn_normalize(pairs[i].b, strlen(pairs[i].b) + 1, b), 0);
		assert_int_equal(strcmp(a, b) == 0, pairs[i].is_equal);
	}
}

static void test_normal_form(void **state) {
	char normal[32];

	assert_int_equal(dn_normalize(" CN = A\\2Cb  c + SN=d , DC=x=y ", sizeof normal, normal), 0);
	assert_string_equal(normal, "cn=a\\,b c+sn=d,dc=x=y");
	assert_string_equal(dn_parent(normal), "dc=x=y");
	assert_int_equal(dn_normalize("cn=a", 4, normal), -E_INVALID_PARAMETER);
	assert_int_equal(dn_normalize("cn=a", 5, normal), 0);
}

static void test_within(void **state) {
	static const struct {
		const char *dn, *base;
		bool is_within;
	} rows[] = {
		{ "cn=a,cn=DHCP,dc=x", "cn=dhcp,DC=x", true },
		{ "cn=DHCP,dc=x", "cn=dhcp,DC=x", true },
		{ "dc=x", "cn=dhcp,dc=x", false },
		{ "cn=a,cn=xdhcp,dc=x", "cn=dhcp,dc=x", false },
		{ "cn=a,dc=x", "", true },
		{ "cn=a\\,dc=x", "dc=x", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(is_dn_within(rows[i].dn, rows[i].base), rows[i].is_within);
}

static void test_made_names_are_read_back(void **state) {
	static const char *const values[] = {
		"10.1.0.0", "a,b+c\"d\\e<f>g;h=i", " a ", "#a", "J\xc3\xbcrg", "a\tb", " "
	};
	char dn[128], value[64];

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		assert_int_equal(dn_make(values[i], "dc=x,dc=y", sizeof dn, dn), 0);
		assert_int_equal(dn_leaf_value(dn, sizeof value, value), 0);
		assert_string_equal(value, values[i]);
		assert_string_equal(dn_parent(dn), "dc=x,dc=y");
	}
	assert_int_equal(dn_make("a", "", sizeof dn, dn), 0);
	assert_string_equal(dn, "cn=a");
	assert_int_equal(dn_make("", "dc=x", sizeof dn, dn), -E_INVALID_PARAMETER);
	assert_int_equal(dn_make("abc", "dc=x", 12, dn), 0);
	assert_int_equal(dn_make("abc", "dc=x", 11, dn), -E_INVALID_PARAMETER);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parent),
		cmocka_unit_test(test_leaf_value),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_equality_and_normal_form_agree),
		cmocka_unit_test(test_normal_form),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_made_names_are_read_back),
	};

	return cmocka_run_group_tests_name("dn", tests, NULL, NULL);
}
