/* SPDX-License-Identifier: Apache-2.0 */
/* What a snapshot holds beside subnets and options: kinds of ranges and reservations, superscopes, filters, boot files,
 * interfaces. */
#include "snapshot_fixture.h"

#define IN_2 "objectClass: lessorScope\nlessorPrefixLength: 24\n"

static const char full[] =
	"cn=DHCP,dc=x\nobjectClass: lessorRoot\nlessorFilter: deny 02:00:00:00:00:01 root\nlessorBootFile: a,,root\n"
	"\n" SITE "lessorFilter: exempt 6\nlessorFilter: allow 02:*\nlessorBootFile: a,s,site\nlessorBootFile: ,s,default\n"
	"\n" SITE_2 "lessorFilter: deny 04:*\n"
	"\ncn=dhcp1.example.com" IN_SITE "objectClass: lessorServer\nlessorFilter: deny 02:00:5e:*\n"
	"lessorBootFile: b,,server\nlessorUnboundInterface: eth1\nlessorUnboundInterface: wlan0\n"
	"\ncn=dhcp2.example.com" IN_SITE "objectClass: lessorServer\nlessorFilter: deny 06:*\nlessorUnboundInterface: eth2\n"
	"\n" SCOPE "lessorSuperscope: Lan\nlessorRange: 10.1.0.100-10.1.0.150 bootp\nlessorRange: 10.1.0.50-10.1.0.60\n"
	"lessorRange: 10.1.0.70 BOTH\nlessorRange: 10.1.0.80 dhcp\n"
	"\ncn=10.3.0.0" IN_SITE IN_2 "lessorSuperscope: lan\nlessorDefaultScope: on\n"
	"\ncn=10.2.0.0" IN_SITE IN_2 "lessorSuperscope: LAN\nlessorDefaultScope: off\n"
	"\ncn=10.4.0.0" IN_SITE_2 IN_2 "lessorSuperscope: Lan\n"
	"\ncn=10.5.0.0" IN_SITE IN_2 "lessorDefaultScope: on\n"
	"\ncn=10.1.0.5" IN_SCOPE "lessorHardwareAddress: 020000007700\nlessorClientType: bootp\n"
	"\ncn=10.1.0.6" IN_SCOPE "lessorHardwareAddress: 020000007701\nlessorClientType: DHCP\n"
	"\ncn=10.1.0.7" IN_SCOPE "lessorHardwareAddress: 020000007702\n";

static struct fixture fixture;

static int set_up(void **state) {
	fixture_build(&fixture, full);
	return 0;
}

static int tear_down(void **state) {
	fixture_free(&fixture);
	return 0;
}

static void test_kinds(void **state) {
	static const enum client_type kinds[] = { CLIENT_TYPE_DHCP, CLIENT_TYPE_BOTH, CLIENT_TYPE_DHCP,
						  CLIENT_TYPE_BOOTP };
	static const enum client_type types[] = { CLIENT_TYPE_BOOTP, CLIENT_TYPE_DHCP, CLIENT_TYPE_BOTH };
	const struct scope *scope = fixture_scope(&fixture, 0x0a010001);

	assert_no_findings(&fixture);
	assert_int_equal(scope->n_ranges, ARRAY_LEN(kinds));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		assert_int_equal(scope->range_kinds[i], kinds[i]);
	assert_int_equal(scope->ranges[3].first.value, 0x0a010064);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		assert_int_equal(scope->reservations[i].type, types[i]);
}

static void test_words_for_types(void **state) {
	enum client_type type;

	for (unsigned i = CLIENT_TYPE_DHCP; i <= CLIENT_TYPE_BOTH; i++) {
		assert_int_equal(client_type_parse(client_type_name((enum client_type)i), &type), 0);
		assert_int_equal(type, i);
	}
	assert_int_equal(client_type_parse("Bootp", &type), 0);
	assert_int_equal(client_type_parse("", &type), -E_INVALID_PARAMETER);
}

static void test_superscopes(void **state) {
	static const uint32_t networks[] = { 0x0a030000, 0x0a010000, 0x0a020000 };
	const struct snapshot *snapshot = fixture.snapshot;
	const struct superscope *superscope = &snapshot->superscopes[0];

	assert_int_equal(snapshot->n_superscopes, 2);
	assert_int_equal(superscope->n_members, ARRAY_LEN(networks));
	assert_true(superscope->has_default);
	assert_true(is_text_equal_nocase(superscope->name, "lan"));
	assert_string_equal(superscope->site, "berlin");
	for (size_t i = 0; i < ARRAY_LEN(networks); i++) {
		assert_int_equal(superscope->members[i]->subnet.network.value, networks[i]);
		assert_ptr_equal(superscope->members[i], fixture_scope(&fixture, networks[i]));
		assert_ptr_equal(superscope->members[i]->superscope, superscope);
	}
	/* one of the same name in another site is another one */
	assert_ptr_equal(fixture_scope(&fixture, 0x0a040000)->superscope, superscope + 1);
	assert_int_equal(superscope[1].n_members, 1);
	assert_false(superscope[1].has_default);
	assert_null(fixture_scope(&fixture, 0x0a050000)->superscope);
}

static void test_lists_are_joined(void **state) {
	static const struct {
		enum filter_list list;
		uint8_t len;
		const char *comment, *source;
	} filters[] = {
		{ FILTER_DENY, 3, "", "cn=dhcp1.example.com,cn=berlin,cn=sites,cn=DHCP,dc=x" },
		{ FILTER_EXEMPT, 0, "", "cn=berlin,cn=sites,cn=DHCP,dc=x" },
		{ FILTER_ALLOW, 1, "", "cn=berlin,cn=sites,cn=DHCP,dc=x" },
		{ FILTER_DENY, 6, "root", "cn=DHCP,dc=x" },
	};
	static const char *const files[] = { "server", "site", "default", "root" };
	const struct snapshot *snapshot = fixture.snapshot;

	assert_int_equal(snapshot->n_filters, ARRAY_LEN(filters));
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		assert_int_equal(snapshot->filters[i].list, filters[i].list);
		assert_int_equal(snapshot->filters[i].len, filters[i].len);
		assert_string_equal(snapshot->filters[i].comment, filters[i].comment);
		assert_string_equal(snapshot->filters[i].source_dn, filters[i].source);
	}
	assert_int_equal(snapshot->n_boot_files, ARRAY_LEN(files));
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		assert_string_equal(snapshot->boot_files[i].file, files[i]);
	assert_string_equal(snapshot->boot_files[3].source_dn, "cn=DHCP,dc=x");
	assert_int_equal(snapshot->n_unbound, 2);
	assert_string_equal(snapshot->unbound[1], "wlan0");
}

/* A server that has no entry stands nowhere: what holds for all holds for it. */
static void test_lists_without_a_server(void **state) {
	struct fixture other;

	fixture_build(&other, ROOT "lessorFilter: deny 02:*\n\n" SITE "lessorFilter: deny 04:*\nlessorBootFile: a,b,c\n");
	assert_int_equal(other.snapshot->n_filters, 1);
	assert_int_equal(other.snapshot->n_boot_files, 0);
	fixture_free(&other);
	fixture_build(&other, "");
	assert_int_equal(other.snapshot->n_filters + other.snapshot->n_unbound + other.snapshot->n_superscopes, 0);
	fixture_free(&other);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_words_for_types),
		cmocka_unit_test(test_superscopes),
		cmocka_unit_test(test_lists_are_joined),
		cmocka_unit_test(test_lists_without_a_server),
	};

	return cmocka_run_group_tests_name("snapshot_lists", tests, set_up, tear_down);
}
