/* SPDX-License-Identifier: Apache-2.0 */
/* Whether authorization entries list a server, and what is said when they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dir/listing.h"
#include "support/entries.h"

#define CONTAINER "cn=NetServices,cn=Services,cn=Configuration,dc=example"
#define URI "ldap://ldap.example"

static struct arena *arena;
static const struct entry *entries[4];
static size_t n_entries;
static struct error cause;

static int start(void **state) {
	arena = arena_new(0);
	n_entries = 0;
	return 0;
}

static int end(void **state) {
	arena_free(arena);
	return 0;
}

static void have(const char *name, const char *line) {
	const char *dn = arena_format(arena, "cn=%s,%s", name, CONTAINER);

	entries[n_entries] = ENTRY(arena, (unsigned)n_entries + 1, dn, "objectClass: dHCPClass", line);
	n_entries++;
}

static enum authority_event judge(void) {
	static const struct ip4 addresses[] = { { 0x0a000001 }, { 0x0a000002 } };
	struct listing_server server = { "dhcp1.example", addresses, 2 };

	memset(&cause, 0, sizeof cause);
	return listing_judge(entries, n_entries, &server, CONTAINER, URI, &cause);
}

static void nobody_is_authorized_without_the_root(void **state) {
	have("dhcp1.example", "dhcpServers: i10.0.0.1$rcn=dhcp1.example$f0x00000000$sdhcp1.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_NOT_LISTED);
	assert_int_equal(cause.code, E_DDS_NO_DHCP_ROOT);
	assert_non_null(strstr(cause.text, "DhcpRoot"));
}

static void the_name_is_enough(void **state) {
	have("DhcpRoot", "dhcpFlags: 0");
	have("dhcp1.example", "dhcpServers: i10.9.9.9$rcn=dhcp1.example$f0x00000000$sDHCP1.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void any_address_is_enough(void **state) {
	have("dhcproot", "dhcpFlags: 0");
	have("old", "dhcpServers: i10.0.0.2$rcn=old$f0x00000000$sold.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void the_root_itself_may_list(void **state) {
	have("DhcpRoot", "dhcpServers: i10.0.0.1$rcn=dhcp1$f0x00000000$sother.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void a_name_inside_another_field_does_not_count(void **state) {
	have("DhcpRoot", "dhcpFlags: 0");
	have("x", "dhcpServers: i10.0.0.9$rcn=xsdhcp1.example$f0x00000000$sother.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_NOT_LISTED);
	assert_int_equal(cause.code, E_DHCP_ROGUE_NOT_AUTHORIZED);
}

static void a_refusal_says_who_where_and_what_to_do(void **state) {
	have("DhcpRoot", "dhcpFlags: 0");
	have("broken", "dhcpServers: nonsense");
	assert_int_equal(judge(), AUTHORITY_EVENT_NOT_LISTED);
	assert_int_equal(cause.code, E_DHCP_ROGUE_NOT_AUTHORIZED);
	assert_non_null(strstr(cause.text, URI));
	assert_non_null(strstr(cause.text, "10.0.0.1, 10.0.0.2"));
	assert_non_null(strstr(cause.text, "lessorctl server authorize dhcp1.example 10.0.0.1"));
}

static void a_missing_container_may_be_a_matter_of_rights(void **state) {
	assert_int_equal(listing_without_container(CONTAINER, URI, &cause), AUTHORITY_EVENT_NOT_LISTED);
	assert_int_equal(cause.code, E_DDS_NO_DHCP_ROOT);
	assert_non_null(strstr(cause.text, "right to read"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_is_authorized_without_the_root, start, end),
		cmocka_unit_test_setup_teardown(the_name_is_enough, start, end),
		cmocka_unit_test_setup_teardown(any_address_is_enough, start, end),
		cmocka_unit_test_setup_teardown(the_root_itself_may_list, start, end),
		cmocka_unit_test_setup_teardown(a_name_inside_another_field_does_not_count, start, end),
		cmocka_unit_test_setup_teardown(a_refusal_says_who_where_and_what_to_do, start, end),
		cmocka_unit_test(a_missing_container_may_be_a_matter_of_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
