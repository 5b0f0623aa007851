/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/authorization.h"

#include <stdio.h>
#include <string.h>

#include "app/ctl/edit.h"
#include "app/ctl/output.h"
#include "base/text.h"
#include "model/dn.h"
#include "model/schema.h"

#define DN_MAX 1024
#define ROOT_NAME "DhcpRoot"

static size_t count_values(const struct directory_entries *entries, const char *attribute) {
	size_t total = 0, n;

	for (size_t i = 0; i < entries->n_items; i++) {
		edit_values(entries->items[i], attribute, &n);
		total += n;
	}
	return total;
}

static void take_values(struct authorization *authorization, struct arena *arena) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_DHCP_SERVERS)->name;
	const struct directory_entries *entries = &authorization->entries;
	struct authorized *items = arena_array_of(arena, struct authorized, count_values(entries, attribute));
	size_t n = 0;

	for (size_t i = 0; i < entries->n_items; i++) {
		const char *value;

		for (size_t j = 0; (value = edit_value(entries->items[i], attribute, j)); j++) {
			struct authorized *item = &items[n];
			struct error ignored;

			*item = (struct authorized){ .entry = entries->items[i],
						     .version = entries->versions[i],
						     .value = value };
			n += dhcp_server_parse(value, &item->server, &ignored) == 0;
		}
	}
	authorization->items = items;
	authorization->n_items = n;
}

static bool is_root_entry(const struct entry *entry) {
	char name[DN_MAX];

	return dn_leaf_value(entry->dn, sizeof name, name) == 0 && is_text_equal_nocase(name, ROOT_NAME);
}

int authorization_load(struct directory *directory, struct arena *arena, struct authorization *ret_authorization,
		       struct error *reterr_error) {
	struct authorization authorization = { .has_container = true };
	int r = directory_search(directory, directory_authorization_dn(directory), DIRECTORY_SUBTREE,
				 "(objectClass=dHCPClass)", &authorization.entries, reterr_error);

	if (r == -E_NOT_FOUND)
		authorization.has_container = false;
	else if (r < 0)
		return r;
	for (size_t i = 0; i < authorization.entries.n_items; i++)
		authorization.has_root |= is_root_entry(authorization.entries.items[i]);
	take_values(&authorization, arena);
	*ret_authorization = authorization;
	return 0;
}

void authorization_done(struct authorization *authorization) {
	directory_entries_done(&authorization->entries);
}

enum authorization_match authorization_match(const struct dhcp_server *server, const char *name, struct ip4 address) {
	bool has_name = is_text_equal_nocase(server->name, name);
	bool has_address = is_ip4_equal(server->address, address);

	if (is_ip4_none(address))
		return has_name ? AUTHORIZATION_WHOLLY : AUTHORIZATION_NONE;
	if (has_name && has_address)
		return AUTHORIZATION_WHOLLY;
	return has_name || has_address ? AUTHORIZATION_PARTLY : AUTHORIZATION_NONE;
}

const struct authorized *authorization_find(const struct authorization *authorization, const char *name,
					    struct ip4 address, enum authorization_match *ret_match) {
	const struct authorized *best = NULL;

	*ret_match = AUTHORIZATION_NONE;
	for (size_t i = 0; i < authorization->n_items; i++) {
		enum authorization_match match = authorization_match(&authorization->items[i].server, name, address);

		if (match <= *ret_match)
			continue;
		*ret_match = match;
		best = &authorization->items[i];
	}
	return best;
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
		json_array_append_new(existing, output_text(entry->dn));
		return 0;
	}
	r = directory_add(directory, entry, E_DDS_SERVER_ALREADY_EXISTS, reterr_error);
	if (r == 0)
		json_array_append_new(created, output_text(entry->dn));
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
	return authorization_create_missing(
		directory,
		make_dhcp_entry(arena, arena_format(arena, "CN=" ROOT_NAME ",%s", directory_authorization_dn(directory)), "0",
				"This is a server"),
		created, existing, reterr_error);
}
