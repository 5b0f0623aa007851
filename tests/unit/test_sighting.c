/* SPDX-License-Identifier: Apache-2.0 */
/* Names of enterprises: from a directory's naming context, and compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "model/sighting.h"

static void names_of_naming_contexts(void **state) {
	static const struct {
		const char *dn, *name;
	} contexts[] = {
		{ "dc=example,dc=org", "example.org" },
		{ "CN=Configuration,DC=Corp,DC=Example,DC=org", "corp.example.org" },
		{ "ou=people, dc = example , dc=org", "example.org" },
		{ "dc=local", "local" },
		{ "o=Example,c=DE", "o-example.c-de" },
		{ "o=Example Works, c=DE", "o-example-works.c-de" },
		{ "o=a\\,b", "o-a-.b" },
		{ "cn=dc=x,o=y", "cn-dc-x.o-y" },
		{ "dcx=a,o=y", "dcx-a.o-y" },
		{ "dc=a b,dc=c", "a-b.c" },
		{ "dc=m\xc3\xbcnchen", "m--nchen" },
		{ "", "" },
		{ "nonsense", "nonsense" },
	};
	char name[ROGUE_ENTERPRISE_MAX];

	for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
		enterprise_name(contexts[i].dn, name);
		assert_string_equal(name, contexts[i].name);
	}
}

static void a_name_that_is_too_long_is_cut(void **state) {
	char dn[3000] = "", name[ROGUE_ENTERPRISE_MAX];

	for (unsigned i = 0; i < 100; i++)
		strcat(dn, i ? ",dc=example" : "dc=example");
	enterprise_name(dn, name);
	assert_int_equal(strlen(name), ROGUE_ENTERPRISE_MAX - 1);
	assert_memory_equal(name, "example.example.", 16);
	memset(dn, 'x', sizeof dn - 1);
	enterprise_name(dn, name);
	assert_int_equal(strlen(name), ROGUE_ENTERPRISE_MAX - 1);
}

/* What one server makes of its naming context is what another one reads in its answer. */
static void a_name_passes_through_an_answer(void **state) {
	static const char *const contexts[] = { "cn=Configuration,dc=example,dc=org", "o=Example Works,c=DE",
						"dc=m\xc3\xbcnchen" };
	char name[ROGUE_ENTERPRISE_MAX], read[ROGUE_ENTERPRISE_MAX];
	uint8_t octets[ROGUE_ANSWER_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
		enterprise_name(contexts[i], name);
		assert_int_equal(
			rogue_answer_parse(span_of(octets, rogue_answer_write(name, octets)), sizeof read, read),
			ROGUE_ANSWER_DIRECTORY);
		assert_string_equal(read, name);
	}
}

static void parts_of_one_enterprise(void **state) {
	static const struct {
		const char *one, *other;
		bool is_same;
	} pairs[] = {
		{ "example.org", "example.org", true },
		{ "example.org", "EXAMPLE.Org", true },
		{ "example.org", "example.org.", true },
		{ "corp.example.org", "example.org", true },
		{ "a.b.example.org", "example.org", true },
		{ "corp.example.org", "lab.example.org", false },
		{ "badexample.org", "example.org", false },
		{ "example.org", "example.com", false },
		{ "example.org", "", false },
		{ "", "", false },
		{ ".", ".", false },
		{ "example.org", ".", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		assert_int_equal(is_same_enterprise(pairs[i].one, pairs[i].other), pairs[i].is_same);
		assert_int_equal(is_same_enterprise(pairs[i].other, pairs[i].one), pairs[i].is_same);
	}
}

static void every_state_and_outcome_has_a_name(void **state) {
	for (unsigned i = 0; i < SIGHTING_STATE_COUNT; i++)
		assert_non_null(sighting_state_name((enum sighting_state)i));
	for (unsigned i = 0; i < DETECTION_OUTCOME_COUNT; i++)
		assert_non_null(detection_outcome_name((enum detection_outcome)i));
	assert_string_equal(sighting_state_name(SIGHTING_UNLISTED), "unlisted");
	assert_string_equal(detection_outcome_name(DETECTION_DIRECTORY_MET), "directory-met");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_naming_contexts),           cmocka_unit_test(a_name_that_is_too_long_is_cut),
		cmocka_unit_test(a_name_passes_through_an_answer),    cmocka_unit_test(parts_of_one_enterprise),
		cmocka_unit_test(every_state_and_outcome_has_a_name),
	};

	return cmocka_run_group_tests_name("sighting", tests, NULL, NULL);
}
