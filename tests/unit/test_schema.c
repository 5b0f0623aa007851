/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/schema.h"

static void test_names_and_oids_are_unique(void **state) {
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++) {
		const struct schema_attribute_info *info = schema_attribute_get(i);

		assert_true(*info->name && *info->prose);
		for (unsigned j = 0; j < i; j++) {
			assert_false(is_text_equal_nocase(info->name, schema_attribute_get(j)->name));
			assert_true(!*info->oid || strcmp(info->oid, schema_attribute_get(j)->oid) != 0);
		}
	}
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(schema_class_get(i)->oid, schema_class_get(j)->oid);
}

static void test_class_is_found_without_regard_to_case(void **state) {
	assert_int_equal(schema_class_find("LESSORscope"), CLASS_SCOPE);
	assert_int_equal(schema_class_find("dHCPClass"), CLASS_DHCP_CLASS);
	assert_int_equal(schema_class_find("lessorScop"), CLASS_COUNT);
	assert_int_equal(schema_class_find(""), CLASS_COUNT);
}

static void test_levels_of_classes(void **state) {
	unsigned levels = 0;

	for (unsigned i = 0; i < CLASS_COUNT; i++)
		levels |= schema_class_level(i);
	assert_int_equal(levels, LEVEL_ROOT | LEVEL_SITE | LEVEL_SERVER | LEVEL_SCOPE | LEVEL_POLICY |
					 LEVEL_RESERVATION);
	assert_int_equal(schema_class_level(CLASS_DHCP_CLASS), 0);
}

static size_t count_uses(enum schema_class class, enum schema_attribute attribute) {
	const struct schema_use_info *use;
	size_t count = 0;

	for (size_t i = 0; (use = schema_use_at(i)); i++)
		count += use->class == class && use->attribute == attribute;
	return count;
}

static void test_settings_are_used_where_they_may_stand(void **state) {
	for (unsigned i = 0; i < SETTING_COUNT; i++)
		for (unsigned class = 0; class < CLASS_COUNT; class ++)
			assert_int_equal(count_uses(class, setting_get(i)->attribute),
					 (setting_get(i)->levels & schema_class_level(class)) != 0);
	assert_int_equal(count_uses(CLASS_SCOPE, ATTRIBUTE_PREFIX_LENGTH), 1);
}

static void test_defaults_are_within_their_bounds(void **state) {
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		assert_true(setting_get(i)->fallback >= setting_get(i)->minimum);
		assert_true(setting_get(i)->fallback <= setting_get(i)->maximum);
	}
}

static void test_settings_have_names_for_people(void **state) {
	static const struct {
		const char *name;
		enum setting setting;
	} names[] = {
		{ "authority-hold", SETTING_AUTHORITY_HOLD },
		{ "AuthorityHold", SETTING_AUTHORITY_HOLD },
		{ "AUTHORITYHOLD", SETTING_AUTHORITY_HOLD },
		{ "lessorAuthorityHold", SETTING_AUTHORITY_HOLD },
		{ "lessor-authority-hold", SETTING_AUTHORITY_HOLD },
		{ "watch", SETTING_WATCH },
		{ "lessorwatchinterval", SETTING_WATCH_INTERVAL },
		{ "", SETTING_COUNT },
		{ "-", SETTING_COUNT },
		{ "lessor", SETTING_COUNT },
		{ "lessorlessorWatch", SETTING_COUNT },
		{ "watchintervals", SETTING_COUNT },
		{ "lessorName", SETTING_COUNT },
		{ "lessorWatchIntervallessorWatchIntervallessorWatchIntervallessorWatchInterval", SETTING_COUNT },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(setting_find(names[i].name), names[i].setting);
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		char buffer[64];
		struct text text;

		assert_int_equal(strncmp(schema_attribute_get(setting_get(i)->attribute)->name, "lessor", 6), 0);
		text_init(&text, buffer, sizeof buffer);
		setting_add_name(i, &text);
		assert_false(text.is_truncated);
		assert_int_equal(setting_find(buffer), i);
	}
}

static void test_settings_are_read_from_people(void **state) {
	struct error error;
	uint64_t value;

	assert_int_equal(setting_read(SETTING_AUTHORITY_HOLD, "3d", &value, &error), 0);
	assert_int_equal(value, 259200);
	assert_int_equal(setting_read(SETTING_AUTHORITY_HOLD, "1h30m", &value, &error), 0);
	assert_int_equal(value, 5400);
	assert_int_equal(setting_read(SETTING_AUTHORITY_HOLD, "5", &value, &error), 0);
	assert_int_equal(value, 5);
	assert_int_equal(setting_read(SETTING_STANDALONE_RULE, "ALONE", &value, &error), 0);
	assert_int_equal(value, STANDALONE_RULE_ALONE);
	value = 77;
	assert_int_equal(setting_read(SETTING_AUTHORITY_HOLD, "4", &value, &error), -E_INVALID_PARAMETER);
	assert_string_equal(error.text, "authority-hold is \"4\"; write a time from 5s to 52w1d, such as 3d, 1h30m or a number of seconds");
	assert_int_equal(setting_read(SETTING_AUTHORITY_HOLD, "53w", &value, &error), -E_INVALID_PARAMETER);
	assert_int_equal(setting_read(SETTING_AUTHORITY_HOLD, "", &value, &error), -E_INVALID_PARAMETER);
	assert_int_equal(setting_read(SETTING_STANDALONE_RULE, "retreat", &value, &error), -E_INVALID_PARAMETER);
	assert_string_equal(error.text, "standalone-rule is \"retreat\"; write yield or alone or report");
	assert_int_equal(value, 77);
}

static void test_settings_are_read_back(void **state) {
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		uint64_t bounds[] = { setting_get(i)->minimum, setting_get(i)->maximum }, value;

		for (size_t j = 0; j < 2; j++) {
			char buffer[32];
			struct text text;

			text_init(&text, buffer, sizeof buffer);
			setting_format(i, bounds[j], &text);
			assert_int_equal(setting_parse(i, buffer, &value, NULL), 0);
			assert_int_equal(value, bounds[j]);
		}
	}
}

static void test_bad_settings_are_refused_with_what_is_expected(void **state) {
	static const struct {
		enum setting setting;
		const char *text;
		const char *expected;
	} rows[] = {
		{ SETTING_LEASE_TIME, "", "from 60 to 4294967294" },
		{ SETTING_LEASE_TIME, "59", "from 60 to 4294967294" },
		{ SETTING_LEASE_TIME, "4294967295", "from 60 to 4294967294" },
		{ SETTING_LEASE_TIME, "8d", "a number of seconds" },
		{ SETTING_LEASE_TIME, "-1", "a number of seconds" },
		{ SETTING_RECHECK_INTERVAL, "299", "from 300 to 86400" },
		{ SETTING_START_WITHOUT_DIRECTORY, "maybe", "write refuse or cached" },
		{ SETTING_START_WITHOUT_DIRECTORY, "1", "write refuse or cached" },
		{ SETTING_START_WITHOUT_DIRECTORY, "", "write refuse or cached" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct error error;
		uint64_t value = 4711;

		assert_int_equal(setting_parse(rows[i].setting, rows[i].text, &value, &error), -E_INVALID_PARAMETER);
		assert_non_null(strstr(error.text, rows[i].expected));
		assert_int_equal(value, 4711);
	}
}

static void test_choice_is_a_word(void **state) {
	uint64_t value;

	assert_int_equal(setting_parse(SETTING_START_WITHOUT_DIRECTORY, "Refuse", &value, NULL), 0);
	assert_int_equal(value, START_WITHOUT_DIRECTORY_REFUSE);
	assert_int_equal(setting_parse(SETTING_START_WITHOUT_DIRECTORY, "cached", &value, NULL), 0);
	assert_int_equal(value, START_WITHOUT_DIRECTORY_CACHED);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_oids_are_unique),
		cmocka_unit_test(test_class_is_found_without_regard_to_case),
		cmocka_unit_test(test_levels_of_classes),
		cmocka_unit_test(test_settings_are_used_where_they_may_stand),
		cmocka_unit_test(test_defaults_are_within_their_bounds),
		cmocka_unit_test(test_settings_have_names_for_people),
		cmocka_unit_test(test_settings_are_read_from_people),
		cmocka_unit_test(test_settings_are_read_back),
		cmocka_unit_test(test_bad_settings_are_refused_with_what_is_expected),
		cmocka_unit_test(test_choice_is_a_word),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
