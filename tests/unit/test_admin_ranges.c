/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges and exclusions of a scope: what may be added, grow, shrink and be removed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "admin/edit.h"
#include "admin/ranges.h"

static const struct ip4_subnet subnet = { { 0x0a4d0000 }, 24 };

static struct arena *arena;
static struct entry *scope;
static struct error error;

static int set_up(void **state) {
	arena = arena_new(0);
	scope = edit_new(arena, "cn=10.77.0.0,cn=hq,cn=sites,cn=DHCP,dc=x", "lessorScope");
	return 0;
}

static int tear_down(void **state) {
	arena_free(arena);
	return 0;
}

static struct ip4_range range_of(const char *text) {
	struct ip4_range range;

	assert_int_equal(ip4_range_parse(text, &range), 0);
	return range;
}

static int add(const char *text, enum client_type kind) {
	return ranges_add(arena, scope, subnet, (struct address_range){ range_of(text), kind }, &error);
}

static const char *value(size_t index) {
	return edit_value(scope, "lessorRange", index);
}

static void reads_ranges(void **state) {
	struct ip4_range range;

	assert_int_equal(ranges_parse("10.77.0.50-10.77.0.60", subnet, &range, &error), 0);
	assert_int_equal(range.last.value, 0x0a4d003c);
	assert_int_equal(ranges_parse("10.77.1.1", subnet, &range, &error), -E_DHCP_INVALID_RANGE);
	assert_non_null(strstr(error.text, "10.77.0.255"));
	assert_int_equal(ranges_parse("10.77.0.9-10.77.0.8", subnet, &range, &error), -E_DHCP_INVALID_RANGE);
	assert_non_null(strstr(error.text, "ends before"));
	assert_int_equal(ranges_parse("nonsense", subnet, &range, &error), -E_DHCP_INVALID_RANGE);
}

static void adds_ranges(void **state) {
	assert_int_equal(add("10.77.0.50-10.77.0.60", CLIENT_TYPE_DHCP), 0);
	assert_int_equal(add("10.77.0.70-10.77.0.79", CLIENT_TYPE_BOOTP), 0);
	assert_int_equal(add("10.77.0.80", CLIENT_TYPE_BOTH), 0);
	assert_string_equal(value(0), "10.77.0.50-10.77.0.60");
	assert_string_equal(value(1), "10.77.0.70-10.77.0.79 bootp");
	assert_string_equal(value(2), "10.77.0.80 both");
}

static void refuses_ranges(void **state) {
	assert_int_equal(add("10.77.0.50-10.77.0.60", CLIENT_TYPE_DHCP), 0);
	assert_int_equal(add("10.77.0.50-10.77.0.60", CLIENT_TYPE_BOOTP), -E_DHCP_IPRANGE_EXISTS);
	assert_int_equal(add("10.77.0.60-10.77.0.70", CLIENT_TYPE_DHCP), -E_DDS_POSSIBLE_RANGE_CONFLICT);
	assert_int_equal(add("10.77.0.52", CLIENT_TYPE_DHCP), -E_DDS_POSSIBLE_RANGE_CONFLICT);
	assert_non_null(strstr(error.text, "overlaps 10.77.0.50-10.77.0.60"));
	assert_int_equal(add("10.77.0.61-10.77.0.70", CLIENT_TYPE_DHCP), -E_DHCP_RANGE_EXTENDED);
	assert_int_equal(add("10.77.0.40-10.77.0.49", CLIENT_TYPE_DHCP), -E_DHCP_RANGE_EXTENDED);
	assert_int_equal(add("10.77.0.0", CLIENT_TYPE_DHCP), -E_DHCP_RANGE_TOO_SMALL);
	assert_int_equal(add("10.77.0.255", CLIENT_TYPE_DHCP), -E_DHCP_RANGE_TOO_SMALL);
	assert_null(value(1));
	assert_int_equal(add("10.77.0.61-10.77.0.70", CLIENT_TYPE_BOOTP), 0);
}

static void finds_values(void **state) {
	size_t index;

	edit_add(arena, scope, "lessorRange", "10.77.0.50-10.77.0.60 dhcp");
	edit_add(arena, scope, "lessorRange", "not a range at all, and longer than one");
	assert_int_equal(ranges_find(scope, ATTRIBUTE_RANGE, "10.77.0.50-10.77.0.60", &index, &error), 0);
	assert_int_equal(index, 0);
	assert_int_equal(ranges_find(scope, ATTRIBUTE_RANGE, "not a range at all, and longer than one", &index, &error), 0);
	assert_int_equal(index, 1);
	assert_int_equal(ranges_find(scope, ATTRIBUTE_RANGE, "10.77.0.50-10.77.0.59", &index, &error), -E_DDS_RANGE_DOES_NOT_EXIST);
	assert_non_null(strstr(error.text, "10.77.0.50-10.77.0.60"));
	assert_int_equal(ranges_find(scope, ATTRIBUTE_RANGE, "10.77.0.9", &index, &error), -E_DDS_RANGE_DOES_NOT_EXIST);
	assert_int_equal(ranges_find(scope, ATTRIBUTE_RANGE, "nonsense", &index, &error), -E_DHCP_INVALID_RANGE);
	assert_int_equal(ranges_find(scope, ATTRIBUTE_EXCLUSION, "10.77.0.50-10.77.0.60", &index, &error), -E_DDS_RANGE_DOES_NOT_EXIST);
	assert_int_equal(add("10.77.0.55", CLIENT_TYPE_DHCP), -E_DDS_POSSIBLE_RANGE_CONFLICT);
}

static void exclusions_may_overlap(void **state) {
	assert_int_equal(exclusions_add(arena, scope, range_of("10.77.0.50-10.77.0.60"), &error), 0);
	assert_int_equal(exclusions_add(arena, scope, range_of("10.77.0.55-10.77.0.65"), &error), 0);
	assert_int_equal(exclusions_add(arena, scope, range_of("10.77.0.55-10.77.0.65"), &error), -E_DDS_POSSIBLE_RANGE_CONFLICT);
	assert_string_equal(edit_value(scope, "lessorExclusion", 0), "10.77.0.50-10.77.0.60");
}

static void ranges_grow_and_shrink(void **state) {
	edit_add(arena, scope, "lessorRange", "10.77.0.50-10.77.0.60");
	edit_add(arena, scope, "lessorRange", "10.77.0.100-10.77.0.110");
	edit_add(arena, scope, "lessorRange", "nonsense");
	assert_int_equal(ranges_check_change(scope, 0, range_of("10.77.0.50-10.77.0.60"), &error), 0);
	assert_int_equal(ranges_check_change(scope, 0, range_of("10.77.0.51-10.77.0.59"), &error), 0);
	assert_int_equal(ranges_check_change(scope, 0, range_of("10.77.0.1-10.77.0.99"), &error), 0);
	assert_int_equal(ranges_check_change(scope, 0, range_of("10.77.0.51-10.77.0.61"), &error), -E_DHCP_INVALID_RANGE);
	assert_int_equal(ranges_check_change(scope, 0, range_of("10.77.0.70-10.77.0.80"), &error), -E_DHCP_INVALID_RANGE);
	assert_int_equal(ranges_check_change(scope, 0, range_of("10.77.0.50-10.77.0.100"), &error), -E_DDS_POSSIBLE_RANGE_CONFLICT);
	assert_int_equal(ranges_check_change(scope, 2, range_of("10.77.0.120-10.77.0.130"), &error), 0);
	ranges_replace(arena, scope, 2, (struct address_range){ range_of("10.77.0.120-10.77.0.130"), CLIENT_TYPE_BOOTP });
	assert_string_equal(value(2), "10.77.0.120-10.77.0.130 bootp");
}

/* @count more addresses at the range @index: what it becomes, or the refusal's code. */
static void expect_extended(size_t index, int64_t count, int code, const char *expected) {
	struct ip4_range range;

	assert_int_equal(ranges_extend(scope, subnet, index, count, &range, &error), -code);
	if (code == 0) {
		char text[IP4_RANGE_TEXT_MAX];

		assert_string_equal(ip4_range_format(range, text), expected);
	}
}

static void ranges_extend_by_pieces(void **state) {
	edit_add(arena, scope, "lessorRange", "10.77.0.40-10.77.0.60 bootp");
	edit_add(arena, scope, "lessorRange", "10.77.0.140-10.77.0.160");
	edit_add(arena, scope, "lessorRange", "nonsense");
	expect_extended(0, 32, 0, "10.77.0.40-10.77.0.92");
	expect_extended(0, 64, 0, "10.77.0.40-10.77.0.124");
	expect_extended(0, 96, E_DDS_POSSIBLE_RANGE_CONFLICT, NULL);
	expect_extended(1, 64, 0, "10.77.0.140-10.77.0.224");
	expect_extended(1, 96, E_DHCP_INVALID_RANGE, NULL);
	expect_extended(0, -32, 0, "10.77.0.8-10.77.0.60");
	expect_extended(0, -64, 0, "10.77.0.8-10.77.0.60");
	expect_extended(1, -64, 0, "10.77.0.76-10.77.0.160");
	expect_extended(1, -96, 0, "10.77.0.76-10.77.0.160");
	expect_extended(1, -(1 << 30), 0, "10.77.0.76-10.77.0.160");
	expect_extended(1, 1 << 30, E_DHCP_INVALID_RANGE, NULL);
	for (int64_t count = -31; count < 32; count++)
		expect_extended(0, count, E_DHCP_RANGE_EXTENSION_TOO_SMALL, NULL);
	expect_extended(2, 32, E_DHCP_INVALID_RANGE, NULL);
	edit_set(arena, scope, "lessorRange", "10.77.0.32-10.77.0.254");
	expect_extended(0, 32, E_DHCP_INVALID_RANGE, NULL);
	expect_extended(0, -32, E_DHCP_RANGE_EXTENSION_TOO_SMALL, NULL);
}

static void knows_what_ranges_hold(void **state) {
	edit_add(arena, scope, "lessorRange", "10.77.0.71-10.77.0.80 bootp");
	edit_add(arena, scope, "lessorRange", "10.77.0.50-10.77.0.70");
	assert_true(has_ranges_all(scope, range_of("10.77.0.50-10.77.0.70")));
	assert_true(has_ranges_all(scope, range_of("10.77.0.60-10.77.0.80")));
	assert_false(has_ranges_all(scope, range_of("10.77.0.49-10.77.0.51")));
	assert_false(has_ranges_all(scope, range_of("10.77.0.60-10.77.0.81")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(reads_ranges),	   TEST(adds_ranges),		TEST(refuses_ranges),
		TEST(finds_values),	   TEST(exclusions_may_overlap), TEST(ranges_grow_and_shrink),
		TEST(ranges_extend_by_pieces), TEST(knows_what_ranges_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
