/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/listing.h"

#include "base/text.h"
#include "model/dhcpservers.h"
#include "model/dn.h"

#define ADDRESSES_SHOWN 3
#define ROOT_NAME "DhcpRoot"

/* True if a value of the entry's dhcpServers is about @server. Values that cannot be read list nobody. */
static bool is_listing(const struct entry *entry, const struct listing_server *server) {
	const struct entry_attribute *attribute = entry_attribute_get(entry, "dhcpServers");
	struct dhcp_server listed;

	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		if (dhcp_server_parse((const char *)attribute->values[i].data, &listed, NULL) == 0 &&
		    is_dhcp_server_match(&listed, server->name, server->addresses, server->n_addresses))
			return true;
	return false;
}

static bool is_root(const struct entry *entry) {
	char name[DHCP_SERVER_NAME_MAX];

	return dn_leaf_value(entry->dn, sizeof name, name) == 0 && is_text_equal_nocase(name, ROOT_NAME);
}

static void addresses_describe(const struct listing_server *server, struct text *text) {
	char address[IP4_TEXT_MAX];

	if (server->n_addresses == 0)
		text_add(text, "none");
	for (size_t i = 0; i < server->n_addresses && i < ADDRESSES_SHOWN; i++)
		text_add(text, "%s%s", i ? ", " : "", ip4_format(server->addresses[i], address));
	if (server->n_addresses > ADDRESSES_SHOWN)
		text_add(text, ", ...");
}

static int not_listed(const struct listing_server *server, const char *uri, struct error *reterr_error) {
	char array[80], address[IP4_TEXT_MAX];
	struct text addresses;

	text_init(&addresses, array, sizeof array);
	addresses_describe(server, &addresses);
	return error_set(reterr_error, E_DHCP_ROGUE_NOT_AUTHORIZED,
			 "the directory %s does not list %s (addresses %s); run lessorctl server authorize %s %s", uri,
			 server->name, array, server->name,
			 server->n_addresses ? ip4_format(server->addresses[0], address) : "ADDRESS");
}

enum authority_event listing_judge(const struct entry *const *entries, size_t n_entries,
				   const struct listing_server *server, const char *container, const char *uri,
				   struct error *reterr_error) {
	bool has_root = false, is_listed = false;

	for (size_t i = 0; i < n_entries; i++) {
		has_root |= is_root(entries[i]);
		is_listed |= is_listing(entries[i], server);
	}
	if (is_listed && has_root)
		return AUTHORITY_EVENT_LISTED;
	if (has_root)
		not_listed(server, uri, reterr_error);
	else
		error_set(reterr_error, E_DDS_NO_DHCP_ROOT,
			  "the directory %s shows no cn=DhcpRoot below %s, so nobody is authorized; run lessorctl init or "
			  "lessorctl server authorize %s, or give this server the right to read there", uri, container,
			  server->name);
	return AUTHORITY_EVENT_NOT_LISTED;
}

enum authority_event listing_without_container(const char *container, const char *uri, struct error *reterr_error) {
	error_set(reterr_error, E_DDS_NO_DHCP_ROOT,
		  "the directory %s shows no %s, so nobody is authorized; run lessorctl init, correct authorization-base, or "
		  "give this server the right to read there", uri, container);
	return AUTHORITY_EVENT_NOT_LISTED;
}
