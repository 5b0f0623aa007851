/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/authorization.h"

#include <stdio.h>
#include <string.h>

#include "admin/edit.h"
#include "admin/result.h"
#include "base/text.h"
#include "model/dn.h"
#include "model/schema.h"

#define DN_MAX 1024
#define VALUE_SHOWN_MAX 96

int authorization_load(struct directory *directory, struct arena *arena, struct authorization *ret_authorization,
		       struct error *reterr_error) {
	struct authorization authorization = { .has_container = true, .entries.arena = arena };
	int r;

	if (is_directory_file(directory))
		return error_set(reterr_error, E_NOT_SUPPORTED,
				 "%s is the file of a server without a directory, which needs nobody's authorization: its network decides",
				 directory_uri(directory));
	r = directory_search(directory, directory_authorization_dn(directory), DIRECTORY_SUBTREE,
				 SERVER_LIST_FILTER, &authorization.entries, reterr_error);

	if (r == -E_NOT_FOUND)
		authorization.has_container = false;
	else if (r < 0)
		return r;
	server_list_read(authorization.entries.items, authorization.entries.n_items, arena, &authorization.list);
	*ret_authorization = authorization;
	return 0;
}

void authorization_done(struct authorization *authorization) {
	directory_entries_done(&authorization->entries);
}

const char *authorization_name(struct arena *arena, const struct server_list_item *item) {
	const char *name = item->server.name;
	char entry_name[DHCP_SERVER_NAME_MAX];
	size_t len = strlen(name);

	if (len)
		return arena_dup(arena, span_of(name, name[len - 1] == '.' ? len - 1 : len));
	server_list_entry_name(item->entry, entry_name);
	return arena_dup_text(arena, entry_name);
}

const char *authorization_value(struct arena *arena, const struct server_list_item *item) {
	char shown[VALUE_SHOWN_MAX];
	struct text text;

	text_init(&text, shown, sizeof shown);
	text_add_escaped(&text, span_of_text(item->value));
	return arena_dup_text(arena, shown);
}

static bool is_called(const struct server_list_item *item, const char *name) {
	char other[DHCP_SERVER_NAME_MAX];

	if (*item->server.name)
		return is_dhcp_server_name(&item->server, name);
	if (!is_ip4_none(item->server.address) && strcmp(ip4_format(item->server.address, other), name) == 0)
		return true;
	server_list_entry_name(item->entry, other);
	return *name && is_text_equal_nocase(other, name);
}

enum authorization_match authorization_match(const struct server_list_item *item, const char *name,
					     struct ip4 address) {
	bool has_name = is_called(item, name), has_address = is_dhcp_server_address(&item->server, &address, 1);

	if (is_ip4_none(address))
		return has_name ? AUTHORIZATION_WHOLLY : AUTHORIZATION_NONE;
	if (has_name && has_address)
		return AUTHORIZATION_WHOLLY;
	return has_name || has_address ? AUTHORIZATION_PARTLY : AUTHORIZATION_NONE;
}

const struct server_list_item *authorization_find(const struct server_list *list, const char *name, struct ip4 address,
						  enum authorization_match *ret_match) {
	const struct server_list_item *best = NULL;

	*ret_match = AUTHORIZATION_NONE;
	for (size_t i = 0; i < list->n_items; i++) {
		enum authorization_match match = authorization_match(&list->items[i], name, address);

		if (!is_server_list_item_valid(&list->items[i]) || match <= *ret_match)
			continue;
		*ret_match = match;
		best = &list->items[i];
	}
	return best;
}

static const char *version_of(const struct authorization *authorization, const struct entry *entry) {
	for (size_t i = 0; i < authorization->entries.n_items; i++)
		if (authorization->entries.items[i] == entry)
			return authorization->entries.marks[i].version;
	return "";
}

/* What a removal goes by. */
struct removal {
	struct directory *directory;
	struct arena *arena;
	const struct authorization *authorization;
	const bool *is_doomed;
};

/* The end of the items that stand, from @start on, in one entry. */
static size_t entry_end(const struct server_list *list, size_t start) {
	size_t end = start;

	while (end < list->n_items && list->items[end].entry == list->items[start].entry)
		end++;
	return end;
}

/* Remove what is doomed of one entry, whose items are those from @start to @end. */
static int remove_of_entry(const struct removal *removal, size_t start, size_t end, struct error *reterr_error) {
	const struct server_list_item *items = removal->authorization->list.items;
	const struct entry *entry = items[start].entry;
	struct entry *after = edit_copy(removal->arena, entry);
	size_t n_doomed = 0;

	for (size_t i = end; i-- > start;) {
		if (!removal->is_doomed[i])
			continue;
		n_doomed++;
		if (items[i].value)
			edit_remove_at(after, schema_attribute_get(ATTRIBUTE_DHCP_SERVERS)->name, items[i].index);
	}
	if (n_doomed == 0)
		return 0;
	if (n_doomed == end - start && !is_server_list_root(entry))
		return directory_delete(removal->directory, entry->dn, reterr_error);
	return directory_modify(removal->directory, entry, version_of(removal->authorization, entry), after,
				reterr_error);
}

int authorization_remove(struct directory *directory, struct arena *arena, const struct authorization *authorization,
			 const bool *is_doomed, struct error *reterr_error) {
	struct removal removal = { directory, arena, authorization, is_doomed };
	const struct server_list *list = &authorization->list;
	int r = 0;

	for (size_t start = 0, end; start < list->n_items && r == 0; start = end) {
		end = entry_end(list, start);
		r = remove_of_entry(&removal, start, end, reterr_error);
	}
	return r;
}

/* What both kinds of entries have in common ([MS-DHCPE] 7.4, 7.5). */
static struct entry *make_dhcp_entry(struct arena *arena, const char *dn, const char *type,
				     const char *identification) {
	struct entry *entry = edit_new(arena, dn, "top");

	edit_add(arena, entry, "objectClass", schema_class_get(CLASS_DHCP_CLASS)->name);
	edit_add(arena, entry, schema_attribute_get(ATTRIBUTE_DHCP_UNIQUE_KEY)->name, "0");
	edit_add(arena, entry, schema_attribute_get(ATTRIBUTE_DHCP_TYPE)->name, type);
	edit_add(arena, entry, schema_attribute_get(ATTRIBUTE_DHCP_IDENTIFICATION)->name, identification);
	edit_add(arena, entry, schema_attribute_get(ATTRIBUTE_DHCP_FLAGS)->name, "0");
	return entry;
}

int authorization_make_entry(struct arena *arena, const char *container_dn, const char *name, struct ip4 address,
			     struct entry **ret_entry, struct error *reterr_error) {
	struct dhcp_server server = { .address = address };
	char value[DHCP_SERVER_VALUE_MAX], dn[DN_MAX];

	if (snprintf(server.name, sizeof server.name, "%s", name) >= (int)sizeof server.name)
		return error_set(reterr_error, E_INVALID_PARAMETER, "the name is longer than %d characters", DHCP_SERVER_NAME_MAX - 1);
	memcpy(server.object, server.name, sizeof server.object);
	if (!name[0] || dhcp_server_format(&server, sizeof value, value) < 0 ||
	    dn_make(name, container_dn, sizeof dn, dn) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "\"%s\" is no name that the directory's list can hold; give the server's full DNS name", name);
	*ret_entry = make_dhcp_entry(arena, dn, "1", "DHCP Server Object");
	edit_add(arena, *ret_entry, schema_attribute_get(ATTRIBUTE_DHCP_SERVERS)->name, value);
	return 0;
}

int authorization_create_missing(struct directory *directory, const struct entry *entry, json_t *created,
				 json_t *existing, struct error *reterr_error) {
	struct directory_entries found = { 0 };
	int r = directory_search(directory, entry->dn, DIRECTORY_ENTRY, "(objectClass=*)", &found, reterr_error);
	bool is_there = r == 0 && found.n_items > 0;

	directory_entries_done(&found);
	if (r < 0 && r != -E_NOT_FOUND)
		return r;
	if (is_there) {
		json_array_append_new(existing, result_text(entry->dn));
		return 0;
	}
	r = directory_add(directory, entry, E_DDS_SERVER_ALREADY_EXISTS, reterr_error);
	if (r == 0)
		json_array_append_new(created, result_text(entry->dn));
	return r;
}

int authorization_create_root(struct directory *directory, struct arena *arena, json_t *created, json_t *existing,
			      struct error *reterr_error) {
	const char *container = directory_container_class(directory);
	const char *base = directory_authorization_base(directory);
	const char *dns[] = { base, arena_format(arena, "cn=Services,%s", base), directory_authorization_dn(directory) };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(dns) && r == 0; i++)
		r = authorization_create_missing(directory, edit_new(arena, dns[i], container), created, existing,
						 reterr_error);
	if (r < 0)
		return r;
	return authorization_create_missing(directory,
					    make_dhcp_entry(arena,
							    arena_format(arena, "CN=" SERVER_LIST_ROOT ",%s",
									 directory_authorization_dn(directory)),
							    "0", "This is a server"),
					    created, existing, reterr_error);
}
