/* SPDX-License-Identifier: Apache-2.0 */
/* The directory's list of authorized servers: which entries are what, and which values count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/server_list.h"
#include "support/entries.h"

#define CONTAINER ",CN=NetServices,CN=Services,CN=Configuration,DC=example"
#define MARK "\\0ACNF:8c2a7bd0-6f0e-4a8e-9f43-0123456789ab"

static struct arena *arena;

static int start(void **state) {
	arena = arena_new(0);
	return 0;
}

static int end(void **state) {
	arena_free(arena);
	return 0;
}

static void entries_by_their_names(void **state) {
	static const struct {
		const char *dn, *name;
		bool is_root, is_conflict;
	} rows[] = {
		{ "CN=DhcpRoot" CONTAINER, "DhcpRoot", true, false },
		{ "cn=dhcproot" CONTAINER, "dhcproot", true, false },
		{ "CN=DhcpRoot" MARK CONTAINER, "DhcpRoot", false, true },
		{ "CN=dhcp1.example" MARK CONTAINER, "dhcp1.example", false, true },
		{ "CN=10.0.0.1" CONTAINER, "10.0.0.1", false, false },
		{ "CN=CNF:dhcp1" CONTAINER, "CNF:dhcp1", false, false },
		{ "", "", false, false },
		{ "CN=", "", false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct entry entry = { .dn = rows[i].dn };
		char name[DHCP_SERVER_NAME_MAX];

		server_list_entry_name(&entry, name);
		assert_string_equal(name, rows[i].name);
		assert_int_equal(is_server_list_root(&entry), rows[i].is_root);
		assert_int_equal(is_server_list_conflict(&entry), rows[i].is_conflict);
	}
}

static void a_name_that_is_too_long_is_none(void **state) {
	char dn[DHCP_SERVER_NAME_MAX + 256] = "CN=", name[DHCP_SERVER_NAME_MAX];
	struct entry entry = { .dn = dn };

	memset(dn + 3, 'a', DHCP_SERVER_NAME_MAX);
	server_list_entry_name(&entry, name);
	assert_string_equal(name, "");
	memset(dn + 3, 'a', DHCP_SERVER_NAME_MAX + 200);
	server_list_entry_name(&entry, name);
	assert_string_equal(name, "");
}

static void every_value_is_an_item(void **state) {
	const struct entry *entries[] = {
		ENTRY(arena, 1, "CN=DhcpRoot" CONTAINER, "dhcpServers: i10.0.0.1$sa.example$", "dhcpServers: nonsense",
		      "dhcpServers: sb.example$"),
		ENTRY(arena, 2, "CN=a.example" MARK CONTAINER, "dhcpServers: i10.0.0.2$sa.example$"),
		ENTRY(arena, 3, "CN=empty" CONTAINER, "dhcpFlags: 0"),
	};
	struct dhcp_server *servers;
	struct server_list list;
	size_t n;

	server_list_read(entries, ARRAY_LEN(entries), arena, &list);
	assert_true(list.has_root);
	assert_int_equal(list.n_items, 5);
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(list.items[i].entry, entries[0]);
		assert_int_equal(list.items[i].index, i);
		assert_int_equal(is_server_list_item_valid(&list.items[i]), i != 1);
	}
	assert_string_equal(list.items[1].value, "nonsense");
	assert_true(list.items[3].is_conflict && list.items[3].is_readable);
	assert_string_equal(list.items[3].server.name, "a.example");
	assert_null(list.items[4].value);
	assert_false(list.items[4].is_readable || list.items[4].is_conflict);
	servers = server_list_servers(&list, arena, &n);
	assert_int_equal(n, 2);
	assert_string_equal(servers[0].name, "a.example");
	assert_string_equal(servers[1].name, "b.example");
}

static void the_root_needs_no_value(void **state) {
	const struct entry *entry = ENTRY(arena, 1, "CN=DhcpRoot" CONTAINER, "dhcpFlags: 0");
	struct server_list list;

	server_list_read(&entry, 1, arena, &list);
	assert_true(list.has_root);
	assert_int_equal(list.n_items, 0);
	server_list_read(NULL, 0, arena, &list);
	assert_false(list.has_root);
}

static void a_value_with_a_nul_cannot_be_read(void **state) {
	struct span value = { (const uint8_t *)"i10.0.0.1$\0sa$", 13 };
	struct entry_attribute attribute = { "dhcpServers", &value, 1 };
	struct entry entry = { .dn = "CN=a" CONTAINER, .attributes = &attribute, .n_attributes = 1 };
	const struct entry *entries[] = { &entry };
	struct server_list list;

	server_list_read(entries, 1, arena, &list);
	assert_int_equal(list.n_items, 1);
	assert_false(list.items[0].is_readable);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entries_by_their_names, start, end),
		cmocka_unit_test_setup_teardown(a_name_that_is_too_long_is_none, start, end),
		cmocka_unit_test_setup_teardown(every_value_is_an_item, start, end),
		cmocka_unit_test_setup_teardown(the_root_needs_no_value, start, end),
		cmocka_unit_test_setup_teardown(a_value_with_a_nul_cannot_be_read, start, end),
	};

	return cmocka_run_group_tests_name("server_list", tests, NULL, NULL);
}
