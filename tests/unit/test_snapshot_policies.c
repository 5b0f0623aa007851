/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: in which order they are, what they have, and what becomes of their ranges. */
#include "snapshot_fixture.h"

#include "model/condition.h"

#define POLICY_AT(name, parent, order)                                                                                 \
	"\ncn=" name "," parent "objectClass: lessorPolicy\nlessorCondition: mac is 02:*\nlessorProcessingOrder: " order "\n"
#define IN_SCOPE_P "cn=10.1.0.0" IN_SITE
#define IN_SERVER "cn=dhcp1.example.com" IN_SITE

static const char full[] =
	ROOT POLICY_AT("of the root", "cn=DHCP,dc=x\n", "1") "\n" SITE POLICY_AT("of the site", "cn=berlin,cn=sites,cn=DHCP,dc=x\n", "9")
	"\n" SITE_2 POLICY_AT("elsewhere", "cn=paris,cn=sites,cn=DHCP,dc=x\n", "1")
	"\ncn=Kiosk,cn=classes,cn=DHCP,dc=x\nobjectClass: lessorClass\nlessorClassKind: user\nlessorClassData: kiosk\n"
	POLICY_AT("second", IN_SERVER, "20") "lessorState: disabled\n"
	POLICY_AT("first", IN_SERVER, "3") "\ncn=dhcp1.example.com" IN_SITE "objectClass: lessorServer\n"
	"\ncn=dhcp2.example.com" IN_SITE "objectClass: lessorServer\n" POLICY_AT("of another", "cn=dhcp2.example.com" IN_SITE, "1")
	POLICY_AT("B", IN_SCOPE_P, "2") "lessorRange: 10.1.0.40-10.1.0.49\nlessorRange: 10.1.0.20-10.1.0.29\n"
	"lessorLeaseTime: 600\nlessorOption: [user:Kiosk]routers=10.1.0.2\nlessorOption: routers=10.1.0.3\n"
	POLICY_AT("a", IN_SCOPE_P, "2") POLICY_AT("z", IN_SCOPE_P, "1")
	"\n" SCOPE "lessorRange: 10.1.0.10-10.1.0.44\nlessorRange: 10.1.0.45-10.1.0.99 both\n";

static struct fixture fixture;

static int set_up(void **state) {
	fixture_build(&fixture, full);
	return 0;
}

static int tear_down(void **state) {
	fixture_free(&fixture);
	return 0;
}

static void assert_policies(const struct policies *policies, const char *const *names, size_t n_names) {
	assert_int_equal(policies->n_items, n_names);
	for (size_t i = 0; i < n_names; i++)
		assert_string_equal(policies->items[i].name, names[i]);
}

static void test_order(void **state) {
	static const char *const of_scope[] = { "z", "a", "B" };
	static const char *const others[] = { "first", "second", "of the site", "of the root" };
	static const unsigned levels[] = { LEVEL_SERVER, LEVEL_SERVER, LEVEL_SITE, LEVEL_ROOT };
	const struct scope *scope = fixture_scope(&fixture, 0x0a010000);

	assert_no_findings(&fixture);
	assert_policies(&scope->policies, of_scope, ARRAY_LEN(of_scope));
	assert_policies(&fixture.snapshot->policies, others, ARRAY_LEN(others));
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		assert_int_equal(fixture.snapshot->policies.items[i].level, levels[i]);
	assert_int_equal(scope->policies.items[0].level, LEVEL_SCOPE);
	assert_true(fixture.snapshot->policies.items[0].is_enabled);
	assert_false(fixture.snapshot->policies.items[1].is_enabled);
}

static void test_what_a_policy_has(void **state) {
	const struct policy *policy = &fixture_scope(&fixture, 0x0a010000)->policies.items[2];
	const struct client_class *kiosk = snapshot_class_find(fixture.snapshot, "Kiosk");
	const struct option_group *group = option_groups_get(&policy->options.groups, kiosk, NULL);

	assert_string_equal(policy->dn, "cn=B,cn=10.1.0.0,cn=berlin,cn=sites,cn=DHCP,dc=x");
	assert_int_equal(policy->order, 2);
	assert_true(is_condition_about(policy->condition, CONDITION_MAC));
	assert_int_equal(policy->n_ranges, 2);
	assert_int_equal(policy->ranges[0].first.value, 0x0a010014);
	assert_int_equal(policy->ranges[1].last.value, 0x0a010031);
	assert_int_equal(policy->settings_given, 1u << SETTING_LEASE_TIME);
	assert_int_equal(policy->settings.values[SETTING_LEASE_TIME], 600);
	assert_int_equal(option_set_get(&policy->options.plain, 3)->level, LEVEL_POLICY);
	assert_non_null(group);
	assert_int_equal(group->options.values[0].octets.data[3], 2);
	/* it is the scope's no more than another's */
	assert_int_equal(fixture_scope(&fixture, 0x0a010000)->options.n_values, 0);
}

static void test_the_root_alone_without_a_server(void **state) {
	static const char *const names[] = { "p" };
	struct fixture other;

	fixture_build(&other, ROOT POLICY_AT("p", "cn=DHCP,dc=x\n", "1") "\n" SITE POLICY_AT("q", "cn=berlin,cn=sites,cn=DHCP,dc=x\n", "1"));
	assert_no_findings(&other);
	assert_policies(&other.snapshot->policies, names, ARRAY_LEN(names));
	fixture_free(&other);
}

/* Its ranges are not anybody's then. */
static void test_a_policy_whose_class_is_gone_is_for_nobody(void **state) {
	struct fixture other;
	const struct scope *scope;

	fixture_build(&other, TREE SCOPE "lessorRange: 10.1.0.20-10.1.0.29\n"
				"\ncn=p," IN_SCOPE_P "objectClass: lessorPolicy\nlessorProcessingOrder: 1\n"
				"lessorCondition: user-class is Gone\nlessorRange: 10.1.0.20-10.1.0.22\n");
	assert_int_equal(other.findings.n_items, 1);
	assert_int_equal(other.findings.items[0].code, E_DHCP_CLASS_NOT_FOUND);
	assert_true(other.findings.items[0].is_value_only);
	scope = fixture_scope(&other, 0x0a010000);
	assert_int_equal(scope->policies.n_items, 1);
	assert_null(scope->policies.items[0].condition);
	assert_int_equal(scope->policies.items[0].n_ranges, 1);
	fixture_free(&other);
}

/* The policy itself, and what else it has, stay in force; so does what the range would have hidden from another one. */
static void test_a_range_that_the_scope_lost_is_left_out_alone(void **state) {
	struct fixture other;
	const struct scope *scope;

	fixture_build(&other, TREE SCOPE "lessorRange: 10.1.0.20-10.1.0.29\n" POLICY_AT("a", IN_SCOPE_P, "1")
				"lessorRange: 10.1.0.15-10.1.0.22\nlessorRange: 10.1.0.25\n" POLICY_AT("b", IN_SCOPE_P, "2")
				"lessorRange: 10.1.0.20-10.1.0.22\n");
	assert_int_equal(other.findings.n_items, 1);
	scope = fixture_scope(&other, 0x0a010000);
	assert_int_equal(scope->policies.n_items, 2);
	assert_int_equal(scope->policies.items[0].n_ranges, 1);
	assert_int_equal(scope->policies.items[0].ranges[0].first.value, 0x0a010019);
	assert_int_equal(scope->policies.items[1].n_ranges, 1);
	fixture_free(&other);
}

/* One that lost against the first does not win against a third. */
static void test_the_earlier_policy_keeps_its_range(void **state) {
	struct fixture other;
	const struct scope *scope;

	fixture_build(&other, TREE SCOPE "lessorRange: 10.1.0.10-10.1.0.99\n" POLICY_AT("a", IN_SCOPE_P, "3")
				"lessorRange: 10.1.0.20-10.1.0.29\n" POLICY_AT("b", IN_SCOPE_P, "2")
				"lessorRange: 10.1.0.29-10.1.0.40\n" POLICY_AT("c", IN_SCOPE_P, "1")
				"lessorRange: 10.1.0.40-10.1.0.50\nlessorRange: 10.1.0.10-10.1.0.19\n"
				POLICY_AT("d", IN_SCOPE_P, "4") "lessorRange: 10.1.0.21\n");
	assert_int_equal(other.findings.n_items, 2);
	assert_string_equal(other.findings.items[1].dn, "cn=d,cn=10.1.0.0,cn=berlin,cn=sites,cn=DHCP,dc=x");
	assert_string_equal(other.findings.items[0].dn, "cn=b,cn=10.1.0.0,cn=berlin,cn=sites,cn=DHCP,dc=x");
	scope = fixture_scope(&other, 0x0a010000);
	assert_int_equal(scope->policies.n_items, 2);
	assert_string_equal(scope->policies.items[0].name, "c");
	fixture_free(&other);
}

static void test_what_stands_below_a_bad_entry_follows(void **state) {
	struct fixture other;

	fixture_build(&other, TREE SCOPE "lessorState: x\n" POLICY_AT("a", IN_SCOPE_P, "3"));
	assert_int_equal(other.findings.n_items, 2);
	assert_true(other.findings.items[1].is_consequence);
	fixture_free(&other);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_what_a_policy_has),
		cmocka_unit_test(test_the_root_alone_without_a_server),
		cmocka_unit_test(test_a_policy_whose_class_is_gone_is_for_nobody),
		cmocka_unit_test(test_a_range_that_the_scope_lost_is_left_out_alone),
		cmocka_unit_test(test_the_earlier_policy_keeps_its_range),
		cmocka_unit_test(test_what_stands_below_a_bad_entry_follows),
	};

	return cmocka_run_group_tests_name("snapshot_policies", tests, set_up, tear_down);
}
