/* SPDX-License-Identifier: Apache-2.0 */
/* Classes, definitions, and option values that name them: what a snapshot holds of them, read and written back. */
#include "snapshot_fixture.h"

#include "model/assignment.h"
#include "model/class_data.h"

#define ROUTERS 3
#define DOMAIN_NAME 15

#define OPTIONS "objectClass: lessorOptionDefinition\n"

static const char full[] =
	"cn=DHCP,dc=x\nobjectClass: lessorRoot\nlessorOption: [user:Kiosk]domain-name=root\n"
	"lessorOption: [user:Kiosk]routers=10.0.0.1\nlessorOption: domain-name=root.example\n"
	"\ncn=Kiosk,cn=classes,cn=DHCP,dc=x\nobjectClass: lessorClass\nlessorClassKind: user\nlessorClassData: kiosk\n"
	"\ncn=Card reader,cn=classes,cn=DHCP,dc=x\nobjectClass: lessorClass\nlessorClassKind: vendor\n"
	"lessorClassData: hex:00ff\n"
	"\ncn=pin,cn=options,cn=DHCP,dc=x\n" OPTIONS
	"lessorOptionCode: 7\nlessorOptionType: u16\nlessorVendorClass: card READER\nlessorDefaultValue: 1234\n"
	"\ncn=Wall paper,cn=options,cn=DHCP,dc=x\n" OPTIONS "lessorOptionCode: 224\nlessorOptionType: text\n"
	"\n" SITE "lessorOption: [vendor:Card reader]pin=1\nlessorOption: [vendor:Card reader][user:Kiosk]pin=2\n"
	"\n" SITE_2
	"\ncn=dhcp1.example.com" IN_SITE "objectClass: lessorServer\nlessorOption: [user:kiosk]domain-name=server\n"
	"\n" SCOPE "lessorServedBy: dhcp1.example.com\nlessorOption: [vendor:Card reader]7=3\nlessorOption: 224=blue\n"
	"\ncn=10.2.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\nlessorServedBy: dhcp1.example.com\n"
	"\ncn=10.3.0.0" IN_SITE "objectClass: lessorScope\nlessorPrefixLength: 24\nlessorServedBy: dhcp1.example.com\n"
	"\ncn=10.4.0.0" IN_SITE_2 "objectClass: lessorScope\nlessorPrefixLength: 24\n"
	"\ncn=10.1.0.5" IN_SCOPE "lessorHardwareAddress: 020000007700\nlessorLeaseTime: 600\n"
	"lessorOption: [user:Kiosk]domain-name=mine\nlessorOption: domain-name=plain\n"
	"\ncn=10.1.0.6" IN_SCOPE "lessorHardwareAddress: 020000007701\n";

static struct fixture fixture;

static int set_up(void **state) {
	fixture_build(&fixture, full);
	return 0;
}

static int tear_down(void **state) {
	fixture_free(&fixture);
	return 0;
}

static const struct client_class *class_of(const char *name) {
	const struct client_class *class = snapshot_class_find(fixture.snapshot, name);

	assert_non_null(class);
	return class;
}

static void test_classes(void **state) {
	assert_no_findings(&fixture);
	assert_int_equal(fixture.snapshot->n_classes, 7);
	assert_int_equal(class_of("KIOSK")->kind, CLASS_KIND_USER);
	assert_true(is_span_equal(class_of("kiosk")->data, span_of("kiosk", 5)));
	assert_true(is_span_equal(class_of("card reader")->data, span_of("\0\xff", 2)));
	assert_string_equal(class_of("Card reader")->dn, "cn=Card reader,cn=classes,cn=DHCP,dc=x");
	assert_string_equal(class_of("Default BOOTP class")->dn, "");
	assert_true(is_span_equal(class_of("Microsoft Windows 2000 Options")->data, span_of("MSFT 5.0", 8)));
	assert_null(snapshot_class_find(fixture.snapshot, "nobody"));
	assert_ptr_equal(fixture.snapshot->classes, class_of("Default Routing and Remote Access Class"));
}

static void test_definitions(void **state) {
	const struct snapshot *snapshot = fixture.snapshot;
	const struct option_definition *pin = snapshot_definition_get(snapshot, class_of("card reader"), 7);

	assert_non_null(pin);
	assert_string_equal(pin->name, "pin");
	assert_int_equal(pin->type, OPTION_TYPE_U16);
	assert_string_equal(pin->default_value, "1234");
	assert_ptr_equal(snapshot_definition_find(snapshot, class_of("card reader"), "PIN"), pin);
	assert_null(snapshot_definition_find(snapshot, NULL, "pin"));
	assert_null(snapshot_definition_get(snapshot, NULL, 7));
	assert_string_equal(snapshot_definition_get(snapshot, NULL, 224)->name, "Wall paper");
	for (size_t i = 1; i < snapshot->n_definitions; i++)
		assert_true(snapshot->definitions[i - 1].vendor_class != snapshot->definitions[i].vendor_class ||
			    snapshot->definitions[i - 1].code < snapshot->definitions[i].code);
	for (size_t i = 0; i < snapshot->n_definitions; i++) {
		const struct option_definition *each = &snapshot->definitions[i];

		assert_ptr_equal(snapshot_definition_get(snapshot, each->vendor_class, each->code), each);
		assert_ptr_equal(snapshot_definition_find(snapshot, each->vendor_class, each->name), each);
	}
	assert_string_equal(snapshot_definition_get(snapshot, class_of("Microsoft Options"), 3)->default_value, "1");
}

/* The value that @groups have for these classes (either may be NULL). */
static void assert_value(const struct option_groups *groups, const char *user_class, const char *vendor_class,
			 uint8_t code, unsigned level, struct span octets) {
	const struct option_group *group = option_groups_get(groups, user_class ? class_of(user_class) : NULL,
							     vendor_class ? class_of(vendor_class) : NULL);
	const struct option_value *value;

	assert_non_null(group);
	value = option_set_get(&group->options, code);
	assert_non_null(value);
	assert_int_equal(value->level, level);
	assert_true(is_span_equal(value->octets, octets));
}

static void test_groups_are_inherited(void **state) {
	const struct scope *scope = fixture_scope(&fixture, 0x0a010000), *other = fixture_scope(&fixture, 0x0a040000);

	assert_int_equal(scope->groups.n_items, 3);
	assert_value(&scope->groups, "Kiosk", NULL, DOMAIN_NAME, LEVEL_SERVER, span_of("server", 6));
	assert_value(&scope->groups, "Kiosk", NULL, ROUTERS, LEVEL_ROOT, span_of("\x0a\0\0\1", 4));
	assert_value(&scope->groups, NULL, "Card reader", 7, LEVEL_SCOPE, span_of("\0\3", 2));
	assert_value(&scope->groups, "Kiosk", "Card reader", 7, LEVEL_SITE, span_of("\0\2", 2));
	assert_null(option_groups_get(&scope->groups, NULL, class_of("Microsoft Options")));
	assert_int_equal(scope->options.n_values, 2);
	assert_true(is_span_equal(option_set_get(&scope->options, 224)->octets, span_of("blue", 4)));
	assert_int_equal(other->groups.n_items, 1);
	assert_value(&other->groups, "Kiosk", NULL, DOMAIN_NAME, LEVEL_ROOT, span_of("root", 4));
}

static void test_reservations_have_their_own(void **state) {
	const struct scope *scope = fixture_scope(&fixture, 0x0a010000);
	const struct reservation *own = &scope->reservations[0], *none = &scope->reservations[1];

	assert_int_equal(own->settings_given, 1u << SETTING_LEASE_TIME);
	assert_int_equal(none->settings_given, 0);
	assert_int_equal(own->own.plain.n_values, 1);
	assert_value(&own->own.groups, "Kiosk", NULL, DOMAIN_NAME, LEVEL_RESERVATION, span_of("mine", 4));
	assert_int_equal(own->own.groups.n_items, 1);
	assert_int_equal(none->own.plain.n_values + none->own.groups.n_items, 0);
	assert_int_equal(option_set_get(&own->options, DOMAIN_NAME)->level, LEVEL_RESERVATION);
	assert_ptr_equal(none->options.values, scope->options.values);
}

/* Thousands of scopes that say nothing of their own cost no memory for options. */
static void test_what_is_the_same_is_shared(void **state) {
	const struct scope *a = fixture_scope(&fixture, 0x0a020000), *b = fixture_scope(&fixture, 0x0a030000);

	assert_ptr_equal(a->options.values, b->options.values);
	assert_ptr_equal(a->groups.items, b->groups.items);
	assert_int_equal(a->groups.n_items, 3);
}

static void test_values_are_read_and_written_back(void **state) {
	static const struct {
		const char *typed, *written; /* NULL: as typed */
	} rows[] = {
		{ "routers=10.0.0.1,10.0.0.2", NULL },
		{ "3=10.0.0.1", "routers=10.0.0.1" },
		{ "[user:kiosk]Routers=10.0.0.1", "[user:Kiosk]routers=10.0.0.1" },
		{ "[VENDOR:card reader]PIN=77", "[vendor:Card reader]pin=77" },
		{ "[vendor:Card reader][user:Kiosk]7=77", "[vendor:Card reader][user:Kiosk]pin=77" },
		{ "[vendor:Microsoft Options]disable-netbios=2", NULL },
		{ "wall paper=a=b]", "Wall paper=a=b]" },
		{ "224=x", "Wall paper=x" },
		{ "225=0a:0b", "225=0a0b" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct assignment assignment;
		struct error error = { 0 };
		char array[200];
		struct text text;

		if (assignment_parse(fixture.snapshot, rows[i].typed, &assignment, &error) < 0)
			fail_msg("%s: %s", rows[i].typed, error.text);
		text_init(&text, array, sizeof array);
		assignment_format(&assignment.option, span_of(assignment.octets, assignment.len), &text);
		assert_string_equal(array, rows[i].written ? rows[i].written : rows[i].typed);
	}
}

static void test_references(void **state) {
	struct option_reference option;
	struct error error = { 0 };
	const char *rest;

	assert_int_equal(option_reference_parse(fixture.snapshot, "[user:Kiosk]routers", &option, &rest, &error), 0);
	assert_string_equal(rest, "");
	assert_int_equal(option.code, ROUTERS);
	assert_true(option.is_built_in);
	assert_int_equal(option_reference_parse(fixture.snapshot, "Wall paper=x", &option, &rest, &error), 0);
	assert_string_equal(rest, "=x");
	assert_false(option.is_built_in);
	assert_int_equal(option_reference_parse(fixture.snapshot, "pin", &option, &rest, &error), -E_DHCP_OPTION_NOT_PRESENT);
	assert_non_null(strstr(error.text, "one of the vendor class \"Card reader\""));
	option = option_reference_of(fixture.snapshot, NULL, class_of("Card reader"), 7);
	assert_string_equal(option.name, "pin");
	assert_int_equal(option.type, OPTION_TYPE_U16);
	assert_int_equal(option_reference_parse(fixture.snapshot, "", &option, &rest, &error), -E_DHCP_OPTION_NOT_PRESENT);
}

static void test_a_vendor_value_fits_into_option_43(void **state) {
	static const char definition[] = "cn=DHCP,dc=x\nobjectClass: lessorRoot\n\ncn=blob,cn=options,cn=DHCP,dc=x\n" OPTIONS
					 "lessorOptionCode: 9\nlessorOptionType: text\nlessorVendorClass: Microsoft Options\n";
	char typed[400] = "[vendor:Microsoft Options]blob=";
	struct assignment assignment;
	struct error error = { 0 };
	struct fixture other;
	size_t len = strlen(typed);

	fixture_build(&other, definition);
	memset(typed + len, 'b', 256);
	assert_int_equal(assignment_parse(other.snapshot, typed, &assignment, &error), -E_DHCP_OPTION_TYPE_MISMATCH);
	assert_non_null(strstr(error.text, "longer than 255 octets"));
	typed[len + 255] = '\0';
	assert_int_equal(assignment_parse(other.snapshot, typed, &assignment, &error), 0);
	fixture_free(&other);
}

static void test_class_data(void **state) {
	static const char *const rows[][2] = { { "MSFT 5.0", "MSFT 5.0" }, { "HEX:4d-53", "MS" },   { "hex:00", "hex:00" },
					       { " a", "hex:2061" },	   { "\xc3\xbc", "hex:c3bc" }, { "hex:6865783a", "hex:6865783a" } };
	char long_text[300];
	uint8_t octets[CLASS_DATA_MAX];
	struct error error = { 0 };
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char array[100];
		struct text text;

		assert_int_equal(class_data_parse(rows[i][0], octets, &len, &error), 0);
		text_init(&text, array, sizeof array);
		class_data_format(span_of(octets, len), &text);
		assert_string_equal(array, rows[i][1]);
	}
	memset(long_text, 'x', sizeof long_text);
	long_text[256] = '\0';
	assert_int_equal(class_data_parse(long_text, octets, &len, &error), -E_INVALID_PARAMETER);
	assert_int_equal(class_data_parse(long_text + 1, octets, &len, &error), 0);
	assert_int_equal(len, 255);
	assert_int_equal(class_data_parse("hex:", octets, &len, &error), -E_INVALID_PARAMETER);
	assert_string_equal(class_kind_name(CLASS_KIND_VENDOR), "vendor");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_definitions),
		cmocka_unit_test(test_groups_are_inherited),
		cmocka_unit_test(test_reservations_have_their_own),
		cmocka_unit_test(test_what_is_the_same_is_shared),
		cmocka_unit_test(test_values_are_read_and_written_back),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_a_vendor_value_fits_into_option_43),
		cmocka_unit_test(test_class_data),
	};

	return cmocka_run_group_tests_name("assignment", tests, set_up, tear_down);
}
