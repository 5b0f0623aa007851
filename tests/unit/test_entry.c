/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../support/tree_text.h"
#include "model/entry.h"

static struct arena *arena;

static int set_up(void **state) {
	arena = arena_new(0);
	return 0;
}

static int tear_down(void **state) {
	arena = arena_free(arena);
	return 0;
}

static const struct entry *read_one(const char *text) {
	size_t n_entries;
	const struct entry *const *entries = tree_text_read(arena, span_of_text(text), &n_entries);

	assert_int_equal(n_entries, 1);
	return entries[0];
}

static const char sample[] =
	"cn=10.1.0.0,cn=a\nobjectClass: top\nobjectClass: lessorScope\nlessorPrefixLength: 24\nempty:\n";

static void test_values_are_found_without_regard_to_case(void **state) {
	const struct entry *entry = read_one(sample);

	assert_string_equal(entry_text(entry, "LESSORPREFIXLENGTH"), "24");
	assert_string_equal(entry_text(entry, "empty"), "");
	assert_null(entry_text(entry, "lessorPrefix"));
	assert_null(entry_attribute_get(entry, "cn"));
	assert_true(is_entry_of_class(entry, "LessorScope"));
	assert_false(is_entry_of_class(entry, "lessor"));
}

static void test_value_with_nul_is_no_text(void **state) {
	struct span value = { (const uint8_t *)"24\0x", 4 };
	struct entry_attribute attribute = { "lessorPrefixLength", &value, 1 };
	struct entry entry = { .dn = "cn=a", .attributes = &attribute, .n_attributes = 1 };

	assert_null(entry_text(&entry, "lessorPrefixLength"));
	attribute.name = "objectClass";
	assert_false(is_entry_of_class(&entry, "24"));
	attribute.n_values = 0;
	assert_null(entry_text(&entry, "objectClass"));
}

static void test_decode_gives_back_what_was_encoded(void **state) {
	const struct entry *entry = read_one(sample);
	struct entry *decoded;

	assert_int_equal(entry_decode(entry_encode(entry, arena), arena, &decoded), 0);
	assert_true(is_entry_equal(entry, decoded));
	assert_string_equal(entry_text(decoded, "lessorPrefixLength"), "24");
}

static void test_every_truncation_is_refused(void **state) {
	struct span octets = entry_encode(read_one(sample), arena);
	struct entry *decoded = NULL;

	for (size_t len = 0; len < octets.len; len++)
		assert_int_equal(entry_decode(span_of(octets.data, len), arena, &decoded), -E_DHCP_JET_ERROR);
	assert_null(decoded);
}

static void test_octets_behind_the_entry_are_refused(void **state) {
	struct span octets = entry_encode(read_one(sample), arena);
	uint8_t *longer = arena_dup(arena, octets);
	struct entry *decoded;

	assert_int_equal(entry_decode(span_of(longer, octets.len + 1), arena, &decoded), -E_DHCP_JET_ERROR);
	longer[0] = 2;
	assert_int_equal(entry_decode(span_of(longer, octets.len), arena, &decoded), -E_DHCP_JET_ERROR);
}

/* Counts that promise more than the octets hold must not make the decoder take memory for them. */
static void test_counts_are_bounded_by_the_octets(void **state) {
	uint8_t octets[1 + ENTRY_UUID_SIZE + 4 + 4] = { [0] = 1 };
	struct arena *small = arena_new(65536);
	struct entry *decoded;

	octets[sizeof octets - 2] = 1; /* 256 attributes */
	assert_int_equal(entry_decode(span_of(octets, sizeof octets), small, &decoded), -E_DHCP_JET_ERROR);
	assert_true(arena_used(small) < 256);
	arena_free(small);
}

static void test_nul_in_a_name_is_refused(void **state) {
	struct span octets = entry_encode(read_one(sample), arena);
	uint8_t *changed = arena_dup(arena, octets);
	struct entry *decoded;

	changed[1 + ENTRY_UUID_SIZE + 4] = '\0';
	assert_int_equal(entry_decode(span_of(changed, octets.len), arena, &decoded), -E_DHCP_JET_ERROR);
}

static void test_arena_limit_is_no_crash(void **state) {
	struct span octets = entry_encode(read_one(sample), arena);
	struct entry *decoded;

	for (size_t limit = 16; limit < 400; limit += 16) {
		struct arena *small = arena_new(limit);

		assert_true(entry_decode(octets, small, &decoded) <= 0);
		arena_free(small);
	}
}

static void test_too_large_an_entry_is_not_encoded(void **state) {
	struct span value = { arena_take(arena, ENTRY_ENCODED_MAX), ENTRY_ENCODED_MAX };
	struct entry_attribute attribute = { "description", &value, 1 };
	struct entry entry = { .dn = "cn=a", .attributes = &attribute, .n_attributes = 1 };
	struct span octets;

	assert_null(entry_encode(&entry, arena).data);
	/* format, identity, DN, number of attributes, name, number of values, length of the value */
	value.len = ENTRY_ENCODED_MAX - (1 + 16 + 4 + 4 + 4 + 4 + 11 + 4 + 4);
	octets = entry_encode(&entry, arena);
	assert_int_equal(octets.len, ENTRY_ENCODED_MAX);
}

static void test_equality_looks_at_everything(void **state) {
	static const char *const others[] = {
		"cn=10.1.0.1,cn=a\nobjectClass: top\nobjectClass: lessorScope\nlessorPrefixLength: 24\nempty:\n",
		"cn=10.1.0.0,cn=a\nobjectClass: top\nobjectClass: lessorScope\nlessorPrefixLength: 25\nempty:\n",
		"cn=10.1.0.0,cn=a\nobjectClass: lessorScope\nobjectClass: top\nlessorPrefixLength: 24\nempty:\n",
		"cn=10.1.0.0,cn=a\nobjectClass: top\nlessorPrefixLength: 24\nempty:\n",
		"cn=10.1.0.0,cn=a\nobjectClass: top\nobjectClass: lessorScope\nlessorPrefixLength: 24\nother:\n",
		"cn=10.1.0.0,cn=a\nobjectClass: top\nobjectClass: lessorScope\nlessorPrefixLength: 24\n",
	};
	const struct entry *entry = read_one(sample);
	struct entry copy = *entry;

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_false(is_entry_equal(entry, read_one(others[i])));
	assert_true(is_entry_equal(entry, read_one(sample)));
	copy.uuid.octets[3] = 1;
	assert_false(is_entry_equal(entry, &copy));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_found_without_regard_to_case),
		cmocka_unit_test(test_value_with_nul_is_no_text),
		cmocka_unit_test(test_decode_gives_back_what_was_encoded),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_octets_behind_the_entry_are_refused),
		cmocka_unit_test(test_counts_are_bounded_by_the_octets),
		cmocka_unit_test(test_nul_in_a_name_is_refused),
		cmocka_unit_test(test_arena_limit_is_no_crash),
		cmocka_unit_test(test_too_large_an_entry_is_not_encoded),
		cmocka_unit_test(test_equality_looks_at_everything),
	};

	return cmocka_run_group_tests_name("entry", tests, set_up, tear_down);
}
