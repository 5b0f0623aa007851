/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/client_class.h"
#include "model/condition.h"

#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static const struct client_class classes[] = {
	{ .name = "Microsoft Options", .kind = CLASS_KIND_VENDOR, .data = BYTES("MSFT") },
	{ .name = "Phones", .kind = CLASS_KIND_VENDOR, .data = BYTES("phone") },
	{ .name = "Kiosk", .kind = CLASS_KIND_USER, .data = BYTES("kiosk-1") },
	{ .name = "say \"hi\", (all)", .kind = CLASS_KIND_USER, .data = BYTES("hi") },
	{ .name = "single-label", .kind = CLASS_KIND_USER, .data = BYTES("sl") },
};

static int parse(const char *text, struct arena *arena, struct condition **ret_condition, struct error *error) {
	struct condition_classes all = { classes, ARRAY_LEN(classes) };
	char *copy = strdup(text); /* so that a condition that still needs its text is found */
	int result = condition_parse(copy, &all, arena, ret_condition, error);

	free(copy);
	return result;
}

static const char *written(const char *input, struct arena *arena) {
	struct condition *condition = NULL;
	struct error error = { 0 };
	struct text text;

	if (parse(input, arena, &condition, &error) < 0)
		fail_msg("%s: %s", input, error.text);
	text_init(&text, arena_take(arena, 1024), 1024);
	condition_format(condition, &text);
	return text.data;
}

static void test_conditions_have_one_form(void **state) {
	static const struct {
		const char *input, *output;
	} rows[] = {
		{ "mac is 02:00:5e:00:00:01", NULL },
		{ " MAC  IS 02-00-5E-00-00-01 ,\t02005e* ", "mac is 02:00:5e:00:00:01, 02:00:5e:*" },
		{ "mac is-not *:00:01", NULL },
		{ "mac is *0001", "mac is *:00:01" },
		{ "vendor-class is \"Microsoft Options\"*, Phones", NULL },
		{ "vendor-class is phones* or user-class is KIOSK", "vendor-class is Phones* or user-class is Kiosk" },
		{ "user-class is \"say \\\"hi\\\", (all)\", single-label",
		  "user-class is \"say \\\"hi\\\", (all)\", \"single-label\"" },
		{ "client-id is 41:42", "client-id is \"AB\"" },
		{ "client-id is 01:41", NULL },
		{ "circuit-id is \"eth0/7\"*, *\"a\\\\b\" and remote-id is-not 00:*, *:ff", NULL },
		{ "relay-agent is 01:02:00:04 and subscriber-id is \"x y\"", NULL },
		{ "fqdn is *.example.com, single-label, \"single-label\", host.example.com.",
		  "fqdn is *.example.com, single-label, \"single-label\", host.example.com" },
		{ "(mac is 02:* or user-class is Kiosk) and vendor-class is-not Phones", NULL },
		{ "vendor-class is Phones or (mac is 02:* and user-class is Kiosk)", NULL },
		{ "(mac is 02:*) and (user-class is Kiosk)", "mac is 02:* and user-class is Kiosk" },
		{ "( mac is 02:* or user-class is Kiosk )", "mac is 02:* or user-class is Kiosk" },
		{ "(mac is 02:* and user-class is Kiosk) and mac is-not 02:00:*", NULL },
		{ "mac is 02:* or mac is 04:*", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new(0);
		const char *text = written(rows[i].input, arena);

		assert_string_equal(text, rows[i].output ? rows[i].output : rows[i].input);
		assert_string_equal(written(text, arena), text);
		arena_free(arena);
	}
}

static void test_refusals_name_the_place(void **state) {
	static const struct {
		const char *input;
		int code;
		const char *says;
	} rows[] = {
		{ "", E_DHCP_INVALID_POLICY_EXPRESSION, "At the end of the condition: one of these" },
		{ "colour is red", E_DHCP_INVALID_POLICY_EXPRESSION, "At character 1 of the condition, colour is red: one" },
		{ "mac equals 02:*", E_DHCP_INVALID_POLICY_EXPRESSION, "At character 5 of the condition, equals 02:*: \"is\"" },
		{ "mac is", E_DHCP_INVALID_POLICY_EXPRESSION, "At the end of the condition: a value is missing" },
		{ "mac is 02:*,", E_DHCP_INVALID_POLICY_EXPRESSION, "a value is missing" },
		{ "mac is *", E_DHCP_INVALID_POLICY_EXPRESSION, "a value is missing" },
		{ "mac is 02:00:5e", E_DHCP_INVALID_POLICY_EXPRESSION, "has 6 octets" },
		{ "mac is 02:00:5e:00:00:01*", E_DHCP_INVALID_POLICY_EXPRESSION, "1 to 5 octets" },
		{ "mac is \"abcdef\"", E_DHCP_INVALID_POLICY_EXPRESSION, "without quotes" },
		{ "mac is *:02:*", E_DHCP_INVALID_POLICY_EXPRESSION, "not both" },
		{ "circuit-id is eth0/7", E_DHCP_INVALID_POLICY_EXPRESSION, "text stands in quotes" },
		{ "circuit-id is \"\"", E_DHCP_INVALID_POLICY_EXPRESSION, "a value is missing" },
		{ "circuit-id is \"eth0", E_DHCP_INVALID_POLICY_EXPRESSION, "the quotation does not end" },
		{ "circuit-id is \"eth0\\", E_DHCP_INVALID_POLICY_EXPRESSION, "the quotation does not end" },
		{ "user-class is *Kiosk", E_DHCP_INVALID_POLICY_EXPRESSION, "behind the name of a class" },
		{ "user-class is Phones", E_DHCP_CLASS_NOT_FOUND, "no user class called \"Phones\"" },
		{ "vendor-class is Kiosk", E_DHCP_CLASS_NOT_FOUND, "At character 16 of the condition: there is no vendor" },
		{ "mac is 02:* and user-class is Kiosk or user-class is Kiosk", E_DHCP_INVALID_POLICY_EXPRESSION,
		  "are mixed; put what belongs together in parentheses" },
		{ "(mac is 02:* and user-class is Kiosk or fqdn is a) and fqdn is b", E_DHCP_INVALID_POLICY_EXPRESSION,
		  "are mixed" },
		{ "mac is 02:* user-class is Kiosk", E_DHCP_INVALID_POLICY_EXPRESSION, "\"and\" or \"or\" is to stand" },
		{ "mac is 02:* and mac is-not 02:00:*", E_DHCP_INVALID_POLICY_EXPRESSION, "\"is\" and \"is-not\" of mac" },
		{ "(fqdn is a or fqdn is-not b) and mac is 02:*", E_DHCP_INVALID_POLICY_EXPRESSION, "of fqdn" },
		{ "(mac is 02:*", E_DHCP_POLICY_BAD_PARENT_EXPR, "At character 1 of the condition: this parenthesis" },
		{ "mac is 02:*)", E_DHCP_POLICY_BAD_PARENT_EXPR, "At character 12 of the condition: no parenthesis" },
		{ "(mac is 02:* and (fqdn is a or fqdn is b))", E_DHCP_INVALID_POLICY_EXPRESSION, "one level deep" },
		{ "()", E_DHCP_INVALID_POLICY_EXPRESSION, "one of these is to stand here" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new(0);
		struct condition *condition = NULL;
		struct error error = { 0 };

		assert_int_equal(parse(rows[i].input, arena, &condition, &error), -rows[i].code);
		if (!strstr(error.text, rows[i].says))
			fail_msg("%s: %s", rows[i].input, error.text);
		if (rows[i].code != E_DHCP_CLASS_NOT_FOUND)
			assert_non_null(strstr(error.text, "A right example: "));
		assert_null(condition);
		arena_free(arena);
	}
}

static void test_conditions_have_a_limit(void **state) {
	struct arena *arena = arena_new(0);
	struct text text;
	struct condition *condition;
	struct error error;
	char array[16384];

	text_init(&text, array, sizeof array);
	text_add(&text, "mac is 02:*");
	while (text.len < 8000)
		text_add(&text, ",2:*");
	assert_int_equal(parse(array, arena, &condition, &error), -E_DHCP_INVALID_POLICY_EXPRESSION);
	text_init(&text, array, sizeof array);
	text_add(&text, "mac is 02:*");
	for (unsigned i = 0; i < 600; i++)
		text_add(&text, ",02:*");
	assert_int_equal(parse(array, arena, &condition, &error), -E_DHCP_INVALID_POLICY_EXPRESSION);
	assert_non_null(strstr(error.text, "too many parts"));
	while (text.len < 9000)
		text_add(&text, " ");
	assert_int_equal(parse(array, arena, &condition, &error), -E_DHCP_INVALID_POLICY_EXPRESSION);
	assert_non_null(strstr(error.text, "longer than 8192"));
	arena_free(arena);
}

/* What the client of the table below shows; an attribute that a row does not name it does not show. */
static void test_clients_meet_conditions(void **state) {
	static const struct {
		const char *condition;
		enum condition_attribute attribute;
		struct span shown;
		bool is_met;
	} rows[] = {
		{ "mac is 02:00:5e:00:00:01", CONDITION_MAC, BYTES("\x02\x00\x5e\x00\x00\x01"), true },
		{ "mac is 02:00:5e:00:00:02", CONDITION_MAC, BYTES("\x02\x00\x5e\x00\x00\x01"), false },
		{ "mac is 03:*, 02:00:*", CONDITION_MAC, BYTES("\x02\x00\x5e\x00\x00\x01"), true },
		{ "mac is *:00:01", CONDITION_MAC, BYTES("\x02\x00\x5e\x00\x00\x01"), true },
		{ "mac is *:01:00", CONDITION_MAC, BYTES("\x02\x00\x5e\x00\x00\x01"), false },
		{ "mac is 02:00:5e:00:00:*", CONDITION_MAC, BYTES("\x02\x00\x5e"), false },
		{ "mac is-not 02:*, 03:*", CONDITION_MAC, BYTES("\x02\x00\x5e\x00\x00\x01"), false },
		{ "mac is-not 04:*, 03:*", CONDITION_MAC, BYTES("\x02\x00\x5e\x00\x00\x01"), true },
		{ "mac is 02:*", CONDITION_FQDN, BYTES("a"), false },
		{ "mac is-not 02:*", CONDITION_FQDN, BYTES("a"), true },
		{ "vendor-class is \"Microsoft Options\"", CONDITION_VENDOR_CLASS, BYTES("MSFT"), true },
		{ "vendor-class is \"Microsoft Options\"", CONDITION_VENDOR_CLASS, BYTES("MSFT 5.0"), false },
		{ "vendor-class is \"Microsoft Options\"*", CONDITION_VENDOR_CLASS, BYTES("MSFT 5.0"), true },
		{ "vendor-class is \"Microsoft Options\"", CONDITION_VENDOR_CLASS, BYTES("msft"), false },
		{ "user-class is Kiosk", CONDITION_USER_CLASS, BYTES("kiosk-1"), true },
		{ "user-class is Kiosk", CONDITION_USER_CLASS, BYTES("\x07kiosk-1"), true },
		{ "user-class is Kiosk", CONDITION_USER_CLASS, BYTES("\x02hi\x07kiosk-1"), true },
		{ "user-class is Kiosk", CONDITION_USER_CLASS, BYTES("\x02hi\x08kiosk-1"), false },
		{ "user-class is Kiosk", CONDITION_USER_CLASS, BYTES("\x07kiosk-1x"), false },
		{ "user-class is-not Kiosk", CONDITION_USER_CLASS, BYTES("\x02hi\x07kiosk-1"), false },
		{ "user-class is Kiosk*", CONDITION_USER_CLASS, BYTES("\x02hi\x09kiosk-123"), true },
		{ "circuit-id is \"eth0\"*", CONDITION_CIRCUIT_ID, BYTES("eth0/7"), true },
		{ "circuit-id is *\"/7\"", CONDITION_CIRCUIT_ID, BYTES("eth0/7"), true },
		{ "circuit-id is \"ETH0\"*", CONDITION_CIRCUIT_ID, BYTES("eth0/7"), false },
		{ "fqdn is *.EXAMPLE.com", CONDITION_FQDN, BYTES("pc.Example.com"), true },
		{ "fqdn is pc.example.com", CONDITION_FQDN, BYTES("pc.example.com.au"), false },
		{ "fqdn is single-label", CONDITION_FQDN, BYTES("pc"), true },
		{ "fqdn is single-label", CONDITION_FQDN, BYTES("pc.example.com"), false },
		{ "fqdn is-not single-label", CONDITION_FQDN, BYTES("pc.example.com"), true },
		{ "fqdn is \"single-label\"", CONDITION_FQDN, BYTES("pc"), false },
		{ "mac is 02:* or fqdn is pc", CONDITION_FQDN, BYTES("pc"), true },
		{ "mac is 02:* and fqdn is pc", CONDITION_FQDN, BYTES("pc"), false },
		{ "mac is-not 02:* and fqdn is pc", CONDITION_FQDN, BYTES("pc"), true },
		{ "(mac is 02:* or fqdn is pc) and client-id is-not 01:*", CONDITION_FQDN, BYTES("pc"), true },
		{ "(mac is 02:* and fqdn is pc) or client-id is-not 01:*", CONDITION_FQDN, BYTES("pc"), true },
		{ "(mac is 02:* and fqdn is pc) or client-id is 01:*", CONDITION_FQDN, BYTES("pc"), false },
		{ "client-id is 01:02", CONDITION_CLIENT_ID, { (const uint8_t *)"", 0 }, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new(0);
		struct condition_subject subject = { 0 };
		struct condition *condition = NULL;

		subject.values[rows[i].attribute] = rows[i].shown;
		assert_int_equal(parse(rows[i].condition, arena, &condition, NULL), 0);
		if (is_condition_met(condition, &subject) != rows[i].is_met)
			fail_msg("%s: row %zu", rows[i].condition, i);
		arena_free(arena);
	}
}

static void test_lists_of_user_classes_have_a_limit(void **state) {
	uint8_t list[2 * 33];

	for (size_t i = 0; i < sizeof list; i += 2)
		memcpy(list + i, "\x01k", 2);
	assert_true(is_user_class_named(span_of(list, 2 * 32), span_of("k", 1)));
	assert_false(is_user_class_named(span_of(list, 2 * 33), span_of("k", 1)));
}

static void test_conditions_tell_what_they_are_about(void **state) {
	struct arena *arena = arena_new(0);
	struct condition *condition = NULL;

	assert_int_equal(parse("mac is 02:* and (user-class is Kiosk or fqdn is a)", arena, &condition, NULL), 0);
	assert_true(is_condition_about(condition, CONDITION_MAC));
	assert_true(is_condition_about(condition, CONDITION_FQDN));
	assert_false(is_condition_about(condition, CONDITION_VENDOR_CLASS));
	arena_free(arena);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions_have_one_form),
		cmocka_unit_test(test_refusals_name_the_place),
		cmocka_unit_test(test_conditions_have_a_limit),
		cmocka_unit_test(test_clients_meet_conditions),
		cmocka_unit_test(test_lists_of_user_classes_have_a_limit),
		cmocka_unit_test(test_conditions_tell_what_they_are_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
