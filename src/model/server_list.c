/* SPDX-License-Identifier: Apache-2.0 */
#include "model/server_list.h"

#include <string.h>

#include "base/text.h"
#include "model/dn.h"
#include "model/schema.h"

#define CONFLICT_MARK "\nCNF:"
#define RDN_MAX (DHCP_SERVER_NAME_MAX + 64) /* a name, and the mark with a GUID */

static const char *servers_attribute(void) {
	return schema_attribute_get(ATTRIBUTE_DHCP_SERVERS)->name;
}

/* Read the RDN's value. Returns where the mark of a conflict stands in it, NULL if nowhere. */
static char *read_name(const struct entry *entry, char ret_name[static RDN_MAX]) {
	if (dn_leaf_value(entry->dn, RDN_MAX, ret_name) < 0)
		ret_name[0] = '\0';
	return strstr(ret_name, CONFLICT_MARK);
}

bool is_server_list_root(const struct entry *entry) {
	char name[RDN_MAX];

	return !read_name(entry, name) && is_text_equal_nocase(name, SERVER_LIST_ROOT);
}

bool is_server_list_conflict(const struct entry *entry) {
	char name[RDN_MAX];

	return read_name(entry, name) != NULL;
}

void server_list_entry_name(const struct entry *entry, char ret_name[static DHCP_SERVER_NAME_MAX]) {
	char name[RDN_MAX], *mark = read_name(entry, name);
	size_t len = mark ? (size_t)(mark - name) : strlen(name);

	if (len >= DHCP_SERVER_NAME_MAX)
		len = 0;
	memcpy(ret_name, name, len);
	ret_name[len] = '\0';
}

bool is_server_list_item_valid(const struct server_list_item *item) {
	return item->is_readable && !item->is_conflict;
}

/* Only cn=DhcpRoot is there for more than its values. */
static bool lacks_values(const struct entry *entry) {
	const struct entry_attribute *attribute = entry_attribute_get(entry, servers_attribute());

	return (!attribute || attribute->n_values == 0) && !is_server_list_root(entry);
}

static struct server_list_item item_of(const struct entry *entry, const struct entry_attribute *attribute,
				       size_t index) {
	struct server_list_item item = { .entry = entry, .index = index };
	struct span value = attribute->values[index];

	item.value = (const char *)value.data;
	item.is_conflict = is_server_list_conflict(entry);
	item.is_readable = !memchr(value.data, '\0', value.len) &&
			   dhcp_server_parse(item.value, &item.server, NULL) == 0;
	return item;
}

static size_t read_entry(const struct entry *entry, struct server_list_item *ret_items) {
	const struct entry_attribute *attribute = entry_attribute_get(entry, servers_attribute());
	size_t n = 0;

	for (; attribute && n < attribute->n_values; n++)
		ret_items[n] = item_of(entry, attribute, n);
	if (lacks_values(entry))
		ret_items[n++] =
			(struct server_list_item){ .entry = entry, .is_conflict = is_server_list_conflict(entry) };
	return n;
}

static size_t count_items(const struct entry *const *entries, size_t n_entries) {
	size_t n = 0;

	for (size_t i = 0; i < n_entries; i++) {
		const struct entry_attribute *attribute = entry_attribute_get(entries[i], servers_attribute());

		n += attribute && attribute->n_values ? attribute->n_values : 1;
	}
	return n;
}

void server_list_read(const struct entry *const *entries, size_t n_entries, struct arena *arena,
		      struct server_list *ret_list) {
	struct server_list_item *items =
		arena_array_of(arena, struct server_list_item, count_items(entries, n_entries));
	bool has_root = false;
	size_t n = 0;

	for (size_t i = 0; i < n_entries; i++) {
		has_root |= is_server_list_root(entries[i]);
		n += read_entry(entries[i], items + n);
	}
	*ret_list = (struct server_list){ has_root, items, n };
}

struct dhcp_server *server_list_servers(const struct server_list *list, struct arena *arena, size_t *ret_n_servers) {
	struct dhcp_server *servers = arena_array_of(arena, struct dhcp_server, list->n_items);
	size_t n = 0;

	for (size_t i = 0; i < list->n_items; i++)
		if (is_server_list_item_valid(&list->items[i]))
			servers[n++] = list->items[i].server;
	*ret_n_servers = n;
	return servers;
}
