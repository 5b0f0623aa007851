/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever stands below cn=NetServices is read, and what authorizes a server can be written again and means the same.
 * The input is text as in tests/support/tree_text.h. */
#include <stdlib.h>

#include "../support/tree_text.h"
#include "model/dn.h"
#include "model/server_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void check_entry(const struct entry *entry, struct arena *arena) {
	char name[DHCP_SERVER_NAME_MAX], *line = dn_dup_line(arena, entry->dn);

	server_list_entry_name(entry, name);
	check(is_dn_equal(line, entry->dn) && !strchr(line, '\n'));
	check(!is_server_list_root(entry) || !is_server_list_conflict(entry));
}

static void check_item(const struct server_list_item *item) {
	char value[DHCP_SERVER_VALUE_MAX];
	struct dhcp_server again;

	if (!item->is_readable) {
		check(!*item->server.name && is_ip4_none(item->server.address));
		return;
	}
	check(*item->server.name || !is_ip4_none(item->server.address));
	if (dhcp_server_format(&item->server, sizeof value, value) < 0)
		return;
	check(dhcp_server_parse(value, &again, NULL) == 0);
	check(is_dhcp_server_name(&again, item->server.name) ||
	      is_dhcp_server_address(&again, &item->server.address, 1) || strcmp(item->server.name, ".") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct server_list list;
	size_t n_entries, n_servers;
	const struct entry *const *entries = tree_text_read(arena, span_of(data, size), &n_entries);

	server_list_read(entries, n_entries, arena, &list);
	for (size_t i = 0; i < n_entries; i++)
		check_entry(entries[i], arena);
	for (size_t i = 0; i < list.n_items; i++)
		check_item(&list.items[i]);
	server_list_servers(&list, arena, &n_servers);
	check(n_servers <= list.n_items);
	return 0;
}
