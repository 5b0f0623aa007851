/* SPDX-License-Identifier: Apache-2.0 */
/* The library's calls: tables, parameters, refusals before anybody is asked, and what results are made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <lessor/errors.h>
#include <lessor/lessor.h>

#include "admin/call.h"
#include "admin/result.h"
#include "base/macros.h"

#define PARAMETERS_MAX 8

static int set_up(void **state) {
	*state = lessor_new();
	return 0;
}

static int tear_down(void **state) {
	lessor_free(*state);
	return 0;
}

/* Call with "name=value" for each parameter, NULL at the end. */
static int call(struct lessor *session, const char *operation, char **ret_json, struct lessor_error *error, ...) {
	struct lessor_parameter parameters[PARAMETERS_MAX];
	char names[PARAMETERS_MAX][32];
	const char *one;
	size_t n = 0;
	va_list args;

	va_start(args, error);
	while ((one = va_arg(args, const char *))) {
		size_t len = strcspn(one, "=");

		snprintf(names[n], sizeof names[n], "%.*s", (int)len, one);
		parameters[n] = (struct lessor_parameter){ names[n], one[len] ? one + len + 1 : "" };
		n++;
	}
	va_end(args);
	return lessor_call(session, operation, parameters, n, ret_json, error);
}

#define EXPECT_USAGE(said, ...)                                                                                        \
	do {                                                                                                           \
		struct lessor_error error = { 0 };                                                                     \
		assert_int_equal(call(*state, __VA_ARGS__), -ERROR_INVALID_PARAMETER);                                 \
		assert_int_equal(error.code, ERROR_INVALID_PARAMETER);                                                 \
		assert_true(error.is_usage);                                                                           \
		if (!strstr(error.text, said))                                                                         \
			fail_msg("\"%s\" does not say \"%s\"", error.text, said);                                      \
	} while (0)

static void checks_parameters(void **state) {
	EXPECT_USAGE("there is no operation \"scope\"", "scope", NULL, &error, NULL);
	EXPECT_USAGE("there is no operation \"status now\"", "status now", NULL, &error, NULL);
	EXPECT_USAGE("\"scope add\" needs NETWORK/LENGTH", "scope add", NULL, &error, "site=s", NULL);
	EXPECT_USAGE("\"scope add\" needs --site SITE", "scope add", NULL, &error, "network=10.0.0.0/24", NULL);
	EXPECT_USAGE("\"scope add\" has no option --hardware", "scope add", NULL, &error, "network=a", "site=s",
		     "hardware=b", NULL);
	EXPECT_USAGE("--site is given twice", "scope add", NULL, &error, "network=a", "site=s", "site=t", NULL);
	EXPECT_USAGE("NETWORK is given twice", "scope show", NULL, &error, "network=a", "network=b", NULL);
	EXPECT_USAGE("name exactly one level", "option list", NULL, &error, "root", "site=s", NULL);
}

/* What the operation is about is no wrong usage. */
static void refuses_unusable_config(void **state) {
	struct lessor_error error = { 0 };

	assert_int_equal(lessor_configure(*state, "config", "/dev/null", NULL), 0);
	assert_int_equal(call(*state, "scope list", NULL, &error, NULL), -ERROR_DHCP_REGISTRY_INIT_FAILED);
	assert_false(error.is_usage);
	assert_non_null(strstr(error.text, "/dev/null"));
	assert_int_equal(call(*state, "scope list", NULL, NULL, NULL), -ERROR_DHCP_REGISTRY_INIT_FAILED);
}

static void configures(void **state) {
	struct lessor_error error = { 0 };

	assert_int_equal(lessor_configure(*state, "colour", "red", &error), -ERROR_INVALID_PARAMETER);
	assert_non_null(strstr(error.text, "colour"));
	assert_int_equal(lessor_configure(*state, "uri", "ldap://a", NULL), 0);
	assert_int_equal(lessor_configure(*state, "uri", "ldap://b", NULL), 0);
	assert_string_equal(session_setting_at(*state, "uri", 1), "ldap://b");
	assert_int_equal(lessor_configure(*state, "base", "dc=a", NULL), 0);
	assert_int_equal(lessor_configure(*state, "base", "dc=b", NULL), 0);
	assert_string_equal(session_setting(*state, "base"), "dc=b");
	assert_null(session_setting_at(*state, "base", 1));
	assert_int_equal(lessor_configure(*state, "uri", NULL, NULL), 0);
	assert_null(session_setting(*state, "uri"));
}

static void answers(void **state) {
	char *text = NULL;
	json_t *result;

	assert_int_equal(call(*state, "errors", &text, NULL, "code=20039", NULL), 0);
	result = json_loads(text, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(result, "errors")), 1);
	json_decref(result);
	free(text);
	assert_string_equal(lessor_error_name(-20039), "ERROR_DHCP_ROGUE_NOT_AUTHORIZED");
	assert_true(lessor_error_advice(20039)[0]);
	assert_string_equal(lessor_error_meaning(19999), "");
}

static bool refuse(void *context, const char *question) {
	snprintf(context, 64, "%s", question);
	return false;
}

static void asks(void **state) {
	struct call one = { .session = *state };
	char question[64] = "";
	struct error error;

	assert_int_equal(call_confirm(&one, &error, "lose %d?", 3), 0);
	lessor_on_question(*state, refuse, question);
	assert_int_equal(call_confirm(&one, &error, "lose %d?", 3), -E_CANCELLED);
	assert_string_equal(question, "lose 3?");
	assert_int_equal(call_confirm(&one, &error, "lose %s?", "a\033[2K\nb\177\xc3\xa5"), -E_CANCELLED);
	assert_string_equal(question, "lose a?[2K?b?\xc3\xa5?");
}

static void reads_words(void **state) {
	static const struct {
		const char *operation, *name, *argument;
		bool is_needed, is_repeatable;
	} wanted[] = {
		{ "scope add", "network", "NETWORK/LENGTH", true, false },
		{ "range add", "network", "NETWORK", true, false },
		{ "option set", "assignment", "NAME=VALUE", true, true },
		{ "lease list", "network", "NETWORK", false, false },
		{ "errors", "code", "CODE|NAME", false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		const struct operation *operation;
		struct lessor_place place;

		assert_int_equal(operation_find(wanted[i].operation, &operation, NULL), 0);
		assert_true(lessor_operation_place(&operation->public, 0, &place));
		assert_true(place.is_word);
		assert_string_equal(place.name, wanted[i].name);
		assert_string_equal(place.argument, wanted[i].argument);
		assert_int_equal(place.is_needed, wanted[i].is_needed);
		assert_int_equal(place.is_repeatable, wanted[i].is_repeatable);
	}
}

/* A word that may be left out stands behind those that may not, and one that may be repeated is the last. */
static void expect_order(const struct lessor_operation *operation) {
	struct lessor_place before = { .is_needed = true }, place;

	for (size_t i = 0; lessor_operation_place(operation, i, &place) && place.is_word; i++) {
		assert_true(before.is_needed || !place.is_needed);
		assert_false(before.is_repeatable);
		before = place;
	}
}

static void expect_distinct(const struct lessor_operation *operation) {
	struct lessor_place a, b;

	for (size_t i = 0; lessor_operation_place(operation, i, &a); i++) {
		assert_true(a.name[0]);
		assert_true(strlen(a.name) < sizeof a.name - 1 && strlen(a.argument) < sizeof a.argument - 1);
		for (size_t j = 0; j < i && lessor_operation_place(operation, j, &b); j++)
			assert_string_not_equal(a.name, b.name);
	}
}

static void tables_agree(void **state) {
	const struct lessor_parameter_info *info;
	const struct lessor_operation *operation;
	struct lessor_place place;

	for (size_t i = 0; (operation = lessor_operation_at(i)); i++) {
		assert_non_null(lessor_noun_help(operation->noun));
		expect_order(operation);
		expect_distinct(operation);
		for (size_t j = 0; lessor_operation_place(operation, j, &place); j++)
			if (!place.is_word && !operation_parameter_find(place.name))
				fail_msg("%s %s: no row of parameter.def: %s", operation->noun, operation->verb,
					 place.name);
	}
	for (size_t i = 0; (info = lessor_parameter_at(i)); i++) {
		bool is_used = false;

		for (size_t j = 0; (operation = lessor_operation_at(j)) && !is_used; j++)
			for (size_t k = 0; lessor_operation_place(operation, k, &place); k++)
				is_used |= !place.is_word && strcmp(place.name, info->name) == 0;
		if (!is_used)
			fail_msg("no operation takes %s", info->name);
	}
}

static void sorts_by_address(void **state) {
	json_t *items = json_pack("[{s:s},{s:s},{s:s},{s:n}]", "net", "10.0.0.0/8", "net", "9.0.0.0/8", "net",
				  "10.0.0.0/9", "net");
	json_t *wanted = json_pack("[{s:n},{s:s},{s:s},{s:s}]", "net", "net", "9.0.0.0/8", "net", "10.0.0.0/8", "net",
				   "10.0.0.0/9");

	result_sort(items, "net");
	assert_true(json_equal(items, wanted));
	json_decref(items);
	json_decref(wanted);
}

static void makes_text_of_any_octets(void **state) {
	json_t *text = result_text("ok \xff");

	assert_string_equal(json_string_value(text), "ok \\xff");
	json_decref(text);
	text = result_text(NULL);
	assert_true(json_is_null(text));
	json_decref(text);
}

static void describes_errors(void **state) {
	struct error error = { .code = E_DDS_NO_DHCP_ROOT, .text = "why" };
	json_t *object = result_error(&error);

	assert_int_equal(json_integer_value(json_object_get(object, "code")), 20071);
	assert_string_equal(json_string_value(json_object_get(object, "name")), "ERROR_DDS_NO_DHCP_ROOT");
	assert_string_equal(json_string_value(json_object_get(object, "message")), "why");
	json_decref(object);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(checks_parameters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_unusable_config, set_up, tear_down),
		cmocka_unit_test_setup_teardown(configures, set_up, tear_down),
		cmocka_unit_test_setup_teardown(answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(asks, set_up, tear_down),
		cmocka_unit_test(reads_words),
		cmocka_unit_test(tables_agree),
		cmocka_unit_test(sorts_by_address),
		cmocka_unit_test(makes_text_of_any_octets),
		cmocka_unit_test(describes_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
