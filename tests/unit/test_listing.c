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
static const struct entry *entries[8];
static size_t n_entries, n_others;
static struct error cause;

static int start(void **state) {
	arena = arena_new(0);
	n_entries = n_others = 0;
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

static void have_root(void) {
	have("DhcpRoot", "dhcpFlags: 0");
}

/* Judge for dhcp1.example at 10.0.0.1 and 10.0.0.2. @n_others tells whether another server is at work at 10.0.0.9. */
static enum authority_event judge(void) {
	static const struct ip4 addresses[] = { { 0x0a000001 }, { 0x0a000002 } }, others[] = { { 0x0a000009 } };
	struct listing_server server = { "dhcp1.example", addresses, 2, others, n_others };
	struct server_list list;

	memset(&cause, 0, sizeof cause);
	server_list_read(entries, n_entries, arena, &list);
	return listing_judge(&list, &server, CONTAINER, URI, &cause);
}

static void expect_conflict(const char *word) {
	assert_int_equal(judge(), AUTHORITY_EVENT_CONFLICTING);
	assert_int_equal(cause.code, E_DHCP_ROGUE_DS_CONFLICT);
	if (!strstr(cause.text, word))
		fail_msg("\"%s\" does not say \"%s\"", cause.text, word);
}

static void nobody_is_authorized_without_the_root(void **state) {
	have("dhcp1.example", "dhcpServers: i10.0.0.1$rcn=dhcp1.example$f0x00000000$sdhcp1.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_NOT_LISTED);
	assert_int_equal(cause.code, E_DDS_NO_DHCP_ROOT);
	assert_non_null(strstr(cause.text, "DhcpRoot"));
	have("DhcpRoot\\0ACNF:01020304-0000-0000-0000-000000000000", "dhcpFlags: 0");
	assert_int_equal(judge(), AUTHORITY_EVENT_NOT_LISTED);
	assert_int_equal(cause.code, E_DDS_NO_DHCP_ROOT);
}

static void the_name_is_enough(void **state) {
	have_root();
	have("dhcp1.example", "dhcpServers: i10.9.9.9$rcn=dhcp1.example$f0x00000000$sDHCP1.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void any_address_is_enough(void **state) {
	have("dhcproot", "dhcpFlags: 0");
	have("10.0.0.2", "dhcpServers: nonsense");
	have("old", "dhcpServers: i10.0.0.2$rcn=old$f0x00000000$sold.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void the_root_itself_may_list(void **state) {
	have("DhcpRoot", "dhcpServers: i10.0.0.1$rcn=dhcp1$f0x00000000$sother.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void a_whole_match_outweighs_everything(void **state) {
	n_others = 1;
	have_root();
	have("a", "dhcpServers: i10.0.0.9$rcn=a$f0x00000000$sdhcp1.example$");
	have("b", "dhcpServers: i10.0.0.1$rcn=b$f0x00000000$sother.example$");
	have("dhcp1.example\\0ACNF:01020304-0000-0000-0000-000000000000", "dhcpServers: i10.0.0.7$sdhcp1.example$");
	expect_conflict("10.0.0.9");
	have("c", "dhcpServers: sdhcp1.example.$i10.0.0.2$rcn=c");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void a_server_without_an_address_contradicts_nobody(void **state) {
	n_others = 1;
	have_root();
	have("dhcp1.example", "dhcpServers: i255.0.0.1$rcn=dhcp1.example$f0x00000000$sdhcp1.example$");
	have("b", "dhcpServers: i10.0.0.1$rcn=b$f0x00000000$sother.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void another_server_at_the_listed_address_is_a_conflict(void **state) {
	have_root();
	have("dhcp1.example", "dhcpServers: i10.0.0.9$rcn=dhcp1.example$f0x00000000$sdhcp1.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
	n_others = 1;
	expect_conflict("the address 10.0.0.9, where another DHCP server");
	expect_conflict("lessorctl server deauthorize dhcp1.example 10.0.0.9");
	expect_conflict("lessorctl server authorize dhcp1.example 10.0.0.1");
	expect_conflict("cn=dhcp1.example,cn=NetServices");
}

static void another_server_elsewhere_is_none(void **state) {
	n_others = 1;
	have_root();
	have("dhcp1.example", "dhcpServers: i10.0.0.8$rcn=dhcp1.example$f0x00000000$sdhcp1.example$");
	have("other", "dhcpServers: i10.0.0.9$rcn=other$f0x00000000$sother.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void contradicting_entries_are_a_conflict(void **state) {
	have_root();
	have("dhcp1.example", "dhcpServers: i10.0.0.9$rcn=dhcp1.example$f0x00000000$sdhcp1.example$");
	have("nameless", "dhcpServers: i10.0.0.1$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
	have("10.0.0.2", "dhcpServers: i10.0.0.2$rcn=10.0.0.2$f0x00000000$sother.example$");
	expect_conflict("the entry dhcp1.example lists dhcp1.example with the address 10.0.0.9");
	expect_conflict("the entry 10.0.0.2 lists other.example with this server's address 10.0.0.2");
	expect_conflict("lessorctl server deauthorize");
}

static void a_conflict_object_authorizes_nobody(void **state) {
	have_root();
	have("dhcp1.example\\0ACNF:01020304-0000-0000-0000-000000000000",
	     "dhcpServers: i10.0.0.1$rcn=dhcp1.example$f0x00000000$sdhcp1.example$");
	expect_conflict("only a replication conflict object lists dhcp1.example");
	expect_conflict("lessorctl server authorize dhcp1.example 10.0.0.1");
	expect_conflict("dhcp1.example\\0ACNF:01020304");
	have("by-address", "dhcpServers: i10.0.0.2$rcn=by-address$f0x00000000$sold.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void a_list_on_the_root_is_read_whole(void **state) {
	const char *dn = arena_format(arena, "CN=DhcpRoot,%s", CONTAINER);

	entries[n_entries++] = ENTRY(arena, 1, dn, "dhcpServers: i10.0.0.5$rcn=10.0.0.5$f0x00000000$sa.example$",
				     "dhcpServers: broken",
				     "dhcpServers: i10.0.0.1$rcn=10.0.0.1$f0x00000000$sDHCP1.EXAMPLE.$");
	assert_int_equal(judge(), AUTHORITY_EVENT_LISTED);
}

static void a_name_inside_another_field_does_not_count(void **state) {
	have_root();
	have("x", "dhcpServers: i10.0.0.9$rcn=xsdhcp1.example$f0x00000000$sother.example$");
	assert_int_equal(judge(), AUTHORITY_EVENT_NOT_LISTED);
	assert_int_equal(cause.code, E_DHCP_ROGUE_NOT_AUTHORIZED);
}

static void a_refusal_says_who_where_and_what_to_do(void **state) {
	have_root();
	have("broken", "dhcpServers: nonsense");
	assert_int_equal(judge(), AUTHORITY_EVENT_NOT_LISTED);
	assert_int_equal(cause.code, E_DHCP_ROGUE_NOT_AUTHORIZED);
	assert_non_null(strstr(cause.text, URI));
	assert_non_null(strstr(cause.text, "1 value there cannot be read"));
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
		cmocka_unit_test_setup_teardown(a_whole_match_outweighs_everything, start, end),
		cmocka_unit_test_setup_teardown(a_server_without_an_address_contradicts_nobody, start, end),
		cmocka_unit_test_setup_teardown(another_server_at_the_listed_address_is_a_conflict, start, end),
		cmocka_unit_test_setup_teardown(another_server_elsewhere_is_none, start, end),
		cmocka_unit_test_setup_teardown(contradicting_entries_are_a_conflict, start, end),
		cmocka_unit_test_setup_teardown(a_conflict_object_authorizes_nobody, start, end),
		cmocka_unit_test_setup_teardown(a_list_on_the_root_is_read_whole, start, end),
		cmocka_unit_test_setup_teardown(a_name_inside_another_field_does_not_count, start, end),
		cmocka_unit_test_setup_teardown(a_refusal_says_who_where_and_what_to_do, start, end),
		cmocka_unit_test(a_missing_container_may_be_a_matter_of_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
