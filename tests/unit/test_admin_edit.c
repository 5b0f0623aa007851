/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of entries in memory, the list of authorized servers, and the check before writing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "admin/authorization.h"
#include "admin/edit.h"
#include "admin/undo.h"

#define SITE_DN "cn=hq,cn=sites,cn=DHCP,dc=x"
#define SCOPE_DN "cn=10.77.0.0," SITE_DN
#define CONTAINER_DN "cn=NetServices,cn=Services,cn=Configuration,dc=x"

static int set_up(void **state) {
	*state = arena_new(0);
	return 0;
}

static int tear_down(void **state) {
	arena_free(*state);
	return 0;
}

static struct entry *make_scope(struct arena *arena, const char *dn, const char *length) {
	struct entry *scope = edit_new(arena, dn, "lessorScope");

	edit_add(arena, scope, "lessorPrefixLength", length);
	return scope;
}

static void edits_values(void **state) {
	struct arena *arena = *state;
	struct entry *entry = edit_new(arena, SCOPE_DN, "lessorScope"), *copy;
	size_t n;

	assert_true(is_entry_of_class(entry, "LESSORSCOPE"));
	assert_string_equal(entry_text(entry, "cn"), "10.77.0.0");
	edit_add(arena, entry, "lessorRange", "a");
	edit_add(arena, entry, "LESSORRANGE", "b");
	copy = edit_copy(arena, entry);
	edit_add(arena, copy, "lessorRange", "c");
	edit_remove_at(copy, "lessorRange", 0);
	edit_set(arena, copy, "lessorName", "one");
	edit_set(arena, copy, "lessorName", "two");
	assert_string_equal(edit_value(copy, "lessorRange", 0), "b");
	assert_string_equal(edit_value(copy, "lessorRange", 1), "c");
	assert_null(edit_value(copy, "lessorRange", 2));
	assert_string_equal(entry_text(copy, "lessorName"), "two");
	edit_values(entry, "lessorRange", &n);
	assert_int_equal(n, 2);
	assert_string_equal(edit_value(entry, "lessorRange", 0), "a");
	edit_remove_at(copy, "lessorRange", 1);
	edit_remove_at(copy, "lessorRange", 0);
	assert_null(entry_attribute_get(copy, "lessorRange"));
	edit_set(arena, copy, "lessorName", NULL);
	assert_null(entry_text(copy, "lessorName"));
}

static void makes_the_entry_windows_makes(void **state) {
	struct entry *entry;
	struct error error;

	assert_int_equal(authorization_make_entry(*state, CONTAINER_DN, "DHCP1.example.org", (struct ip4){ 0x0a4d0002 }, &entry, &error),
			 0);
	assert_string_equal(entry->dn, "cn=DHCP1.example.org," CONTAINER_DN);
	assert_true(is_entry_of_class(entry, "dHCPClass"));
	assert_string_equal(entry_text(entry, "dhcpUniqueKey"), "0");
	assert_string_equal(entry_text(entry, "dhcpType"), "1");
	assert_string_equal(entry_text(entry, "dhcpFlags"), "0");
	assert_string_equal(entry_text(entry, "dhcpIdentification"), "DHCP Server Object");
	assert_string_equal(entry_text(entry, "dhcpServers"), "i10.77.0.2$rcn=DHCP1.example.org$f0x00000000$sDHCP1.example.org$");
	assert_int_equal(authorization_make_entry(*state, CONTAINER_DN, "a$b", (struct ip4){ 1 }, &entry, &error),
			 -E_INVALID_PARAMETER);
	assert_int_equal(authorization_make_entry(*state, CONTAINER_DN, "", (struct ip4){ 1 }, &entry, &error),
			 -E_INVALID_PARAMETER);
}

static void matches_names_and_addresses(void **state) {
	struct entry *entry = edit_new(*state, "cn=10.0.0.5," CONTAINER_DN, "dHCPClass");
	struct server_list_item item = { .entry = entry,
					 .is_readable = true,
					 .server = { .address = { 5 }, .name = "dhcp1.example.org." } };

	assert_int_equal(authorization_match(&item, "DHCP1.Example.org", (struct ip4){ 5 }), AUTHORIZATION_WHOLLY);
	assert_int_equal(authorization_match(&item, "DHCP1.Example.org", (struct ip4){ 0 }), AUTHORIZATION_WHOLLY);
	assert_int_equal(authorization_match(&item, "dhcp1.example.org", (struct ip4){ 6 }), AUTHORIZATION_PARTLY);
	assert_int_equal(authorization_match(&item, "other.example.org", (struct ip4){ 5 }), AUTHORIZATION_PARTLY);
	assert_int_equal(authorization_match(&item, "hcp1.example.org", (struct ip4){ 0 }), AUTHORIZATION_NONE);
	assert_int_equal(authorization_match(&item, "other.example.org", (struct ip4){ 6 }), AUTHORIZATION_NONE);
	assert_int_equal(authorization_match(&item, "10.0.0.5", (struct ip4){ 0 }), AUTHORIZATION_NONE);
	assert_string_equal(authorization_name(*state, &item), "dhcp1.example.org");
}

static void knows_the_nameless_by_entry_and_address(void **state) {
	struct entry *entry = edit_new(*state, "cn=old," CONTAINER_DN, "dHCPClass");
	struct server_list_item item = { .entry = entry, .is_readable = true, .server = { .address = { 0x0a000005 } } };

	assert_string_equal(authorization_name(*state, &item), "old");
	assert_int_equal(authorization_match(&item, "OLD", (struct ip4){ 0 }), AUTHORIZATION_WHOLLY);
	assert_int_equal(authorization_match(&item, "10.0.0.5", (struct ip4){ 0 }), AUTHORIZATION_WHOLLY);
	assert_int_equal(authorization_match(&item, "", (struct ip4){ 0 }), AUTHORIZATION_NONE);
}

static void checks_before_writing(void **state) {
	struct arena *arena = *state;
	struct entry *scope = make_scope(arena, SCOPE_DN, "24"), *bad = make_scope(arena, "cn=10.77.0.128," SITE_DN, "25"), *after;
	const struct entry *entries[] = { edit_new(arena, "cn=DHCP,dc=x", "lessorRoot"), edit_new(arena, SITE_DN, "lessorSite"),
					  scope };
	struct error error;

	assert_int_equal(edit_check(entries, ARRAY_LEN(entries), NULL, make_scope(arena, "cn=10.78.0.0," SITE_DN, "24"), &error), 0);
	assert_true(edit_check(entries, ARRAY_LEN(entries), NULL, bad, &error) < 0);
	assert_true(error.text[0] != '\0');
	after = edit_copy(arena, scope);
	edit_add(arena, after, "lessorOption", "routers=10.77.0.1");
	assert_int_equal(edit_check(entries, ARRAY_LEN(entries), scope, after, &error), 0);
	edit_add(arena, after, "lessorOption", "routers=nonsense");
	assert_true(edit_check(entries, ARRAY_LEN(entries), scope, after, &error) < 0);
}

/* The same contradiction is the mistake of whoever makes it. */
static void says_which_side_of_a_range_is_wrong(void **state) {
	struct arena *arena = *state;
	struct entry *scope = make_scope(arena, SCOPE_DN, "24"), *policy = edit_new(arena, "cn=p," SCOPE_DN, "lessorPolicy");
	const struct entry *entries[] = { edit_new(arena, "cn=DHCP,dc=x", "lessorRoot"), edit_new(arena, SITE_DN, "lessorSite"),
					  scope, policy };
	struct entry *after;
	struct error error;

	edit_add(arena, scope, "lessorRange", "10.77.0.20-10.77.0.90");
	edit_add(arena, policy, "lessorProcessingOrder", "1");
	edit_add(arena, policy, "lessorCondition", "mac is 02:*");
	edit_add(arena, policy, "lessorRange", "10.77.0.80-10.77.0.90");
	after = edit_copy(arena, policy);
	edit_add(arena, after, "lessorRange", "10.77.0.95");
	assert_int_equal(edit_check(entries, ARRAY_LEN(entries), policy, after, &error), -E_DHCP_POLICY_RANGE_BAD);
	after = edit_copy(arena, scope);
	edit_remove_at(after, "lessorRange", 0);
	assert_int_equal(edit_check(entries, ARRAY_LEN(entries), scope, after, &error),
			 -E_SCOPE_RANGE_POLICY_RANGE_CONFLICT);
}

/* Of two old mistakes one can be mended while the other is still there. */
static void old_mistakes_do_not_stand_in_the_way(void **state) {
	struct arena *arena = *state;
	struct entry *scope = make_scope(arena, SCOPE_DN, "24"), *after;
	const struct entry *entries[] = { edit_new(arena, "cn=DHCP,dc=x", "lessorRoot"), edit_new(arena, SITE_DN, "lessorSite"),
					  scope };
	struct error error;

	edit_add(arena, scope, "lessorOption", "routers=nonsense");
	edit_add(arena, scope, "lessorOption", "log-servers=nonsense");
	after = edit_copy(arena, scope);
	edit_remove_at(after, "lessorOption", 0);
	assert_int_equal(edit_check(entries, ARRAY_LEN(entries), scope, after, &error), 0);
}

static void writes_commands_for_a_shell(void **state) {
	struct undo undo = undo_start(*state, "class add");

	undo_word(&undo, "Hall Kiosk");
	undo_parameter(&undo, "data", "it's");
	undo_parameter(&undo, "description", NULL);
	undo_parameter(&undo, "kind", "");
	undo_parameter(&undo, "root", "");
	undo_word(&undo, "a=10.0.0.1,b");
	assert_string_equal(
		undo_text(&undo),
		"; undo with: lessorctl class add 'Hall Kiosk' --data 'it'\\''s' --kind '' --root a=10.0.0.1,b");
	for (size_t i = 0; i < 100; i++)
		undo_word(&undo, "longword");
	assert_string_equal(undo_text(&undo), "");
}

/* A change is tried: what would be wrong is found, what was wrong before is not named again. */
static void finds_what_a_change_breaks(void **state) {
	struct arena *arena = *state;
	struct entry *class = edit_new(arena, "cn=Kiosk,cn=classes,cn=DHCP,dc=x", "lessorClass");
	struct entry *root = edit_new(arena, "cn=DHCP,dc=x", "lessorRoot");
	const struct entry *entries[] = { root, class };
	struct findings findings;
	struct snapshot *snapshot;

	edit_add(arena, class, "lessorClassKind", "user");
	edit_add(arena, class, "lessorClassData", "kiosk");
	edit_add(arena, root, "lessorOption", "[user:Kiosk]routers=10.0.0.1");
	snapshot = edit_try(entries, ARRAY_LEN(entries), class, NULL, &findings);
	assert_int_equal(findings.n_items, 1);
	assert_int_equal(findings.items[0].code, E_DHCP_CLASS_NOT_FOUND);
	assert_string_equal(findings.items[0].dn, root->dn);
	snapshot_free(snapshot);
	snapshot = edit_try(entries, 1, NULL, edit_new(arena, SITE_DN, "lessorSite"), &findings);
	assert_int_equal(findings.n_items, 0);
	snapshot_free(snapshot);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(edits_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(makes_the_entry_windows_makes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(matches_names_and_addresses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(knows_the_nameless_by_entry_and_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(checks_before_writing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_which_side_of_a_range_is_wrong, set_up, tear_down),
		cmocka_unit_test_setup_teardown(old_mistakes_do_not_stand_in_the_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(writes_commands_for_a_shell, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_what_a_change_breaks, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
