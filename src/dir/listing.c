/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/listing.h"

#include "base/text.h"

#define ADDRESSES_SHOWN 3

/* The first item of each kind that is about the server; NULL where there is none. */
struct matches {
	const struct server_list_item *whole;     /* its name and one of its addresses */
	const struct server_list_item *named;     /* its name, without an address */
	const struct server_list_item *elsewhere; /* its name, with an address that it does not have */
	const struct server_list_item *taken;     /* the same, and another server is at work there */
	const struct server_list_item *other;     /* one of its addresses, with another name */
	const struct server_list_item *nameless;  /* one of its addresses, without a name */
	const struct server_list_item *conflict;  /* any of these, in what a replication conflict has left */
};

static void note(const struct server_list_item **place, const struct server_list_item *item) {
	if (!*place)
		*place = item;
}

static void take_named(const struct server_list_item *item, const struct listing_server *server,
		       struct matches *matches) {
	if (is_ip4_none(item->server.address)) {
		note(&matches->named, item);
		return;
	}
	note(&matches->elsewhere, item);
	if (is_dhcp_server_address(&item->server, server->others, server->n_others))
		note(&matches->taken, item);
}

static void take_item(const struct server_list_item *item, const struct listing_server *server,
		      struct matches *matches) {
	bool has_name = is_dhcp_server_name(&item->server, server->name);
	bool has_address = is_dhcp_server_address(&item->server, server->addresses, server->n_addresses);

	if (!has_name && !has_address)
		return;
	if (item->is_conflict)
		note(&matches->conflict, item);
	else if (has_name && has_address)
		note(&matches->whole, item);
	else if (has_name)
		take_named(item, server, matches);
	else
		note(*item->server.name ? &matches->other : &matches->nameless, item);
}

static void find_matches(const struct server_list *list, const struct listing_server *server,
			 struct matches *ret_matches) {
	*ret_matches = (struct matches){ 0 };
	for (size_t i = 0; i < list->n_items; i++)
		take_item(&list->items[i], server, ret_matches);
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

/* The address to be given to lessorctl. */
static const char *address_choose(const struct listing_server *server, char array[static IP4_TEXT_MAX]) {
	return server->n_addresses ? ip4_format(server->addresses[0], array) : "ADDRESS";
}

static enum authority_event not_listed(const struct server_list *list, const struct listing_server *server,
				       const char *uri, struct error *reterr_error) {
	char array[80], address[IP4_TEXT_MAX], unreadable[64] = "";
	struct text addresses, more;
	size_t n = 0;

	text_init(&addresses, array, sizeof array);
	addresses_describe(server, &addresses);
	text_init(&more, unreadable, sizeof unreadable);
	for (size_t i = 0; i < list->n_items; i++)
		n += list->items[i].value && !list->items[i].is_readable;
	if (n)
		text_add(&more, "; %zu value%s there cannot be read", n, n == 1 ? "" : "s");
	error_set(reterr_error, E_DHCP_ROGUE_NOT_AUTHORIZED,
		  "the directory %s does not list %s (addresses %s)%s; run lessorctl server authorize %s %s", uri,
		  server->name, array, unreadable, server->name, address_choose(server, address));
	return AUTHORITY_EVENT_NOT_LISTED;
}

/* What another server uses is not this server's, whoever of the two the directory means. */
static enum authority_event address_taken(const struct server_list_item *item, const struct listing_server *server,
					  struct error *reterr_error) {
	char address[IP4_TEXT_MAX], own[IP4_TEXT_MAX];

	ip4_format(item->server.address, address);
	error_set(reterr_error, E_DHCP_ROGUE_DS_CONFLICT,
		  "the directory lists %s with the address %s, where another DHCP server is at work: give one of the two another "
		  "name, or put the entry right with lessorctl server deauthorize %s %s and lessorctl server authorize %s %s (%s)",
		  server->name, address, item->server.name, address, server->name, address_choose(server, own),
		  item->entry->dn);
	return AUTHORITY_EVENT_CONFLICTING;
}

static enum authority_event entries_contradict(const struct matches *matches, const struct listing_server *server,
					       struct error *reterr_error) {
	const struct dhcp_server *elsewhere = &matches->elsewhere->server, *other = &matches->other->server;
	char entries[2][DHCP_SERVER_NAME_MAX], addresses[2][IP4_TEXT_MAX];

	server_list_entry_name(matches->elsewhere->entry, entries[0]);
	server_list_entry_name(matches->other->entry, entries[1]);
	ip4_format(elsewhere->address, addresses[0]);
	ip4_format(other->address, addresses[1]);
	error_set(reterr_error, E_DHCP_ROGUE_DS_CONFLICT,
		  "the directory contradicts itself: the entry %s lists %s with the address %s, the entry %s lists %s with this "
		  "server's address %s; take off what is wrong with lessorctl server deauthorize NAME ADDRESS, then run lessorctl "
		  "server authorize %s %s", entries[0], elsewhere->name, addresses[0], entries[1], other->name, addresses[1], server->name,
		  addresses[1]);
	return AUTHORITY_EVENT_CONFLICTING;
}

static enum authority_event conflict_only(const struct server_list_item *item, const struct listing_server *server,
					  struct error *reterr_error) {
	char address[IP4_TEXT_MAX];

	error_set(reterr_error, E_DHCP_ROGUE_DS_CONFLICT,
		  "only a replication conflict object lists %s, and that authorizes nobody; delete it and authorize the server "
		  "again: lessorctl server authorize %s %s does both (%s)",
		  server->name, server->name, address_choose(server, address), item->entry->dn);
	return AUTHORITY_EVENT_CONFLICTING;
}

static enum authority_event no_root(const struct listing_server *server, const char *container, const char *uri,
				    struct error *reterr_error) {
	error_set(reterr_error, E_DDS_NO_DHCP_ROOT,
		  "the directory %s shows no cn=" SERVER_LIST_ROOT " below %s, so nobody is authorized; run lessorctl init or "
		  "lessorctl server authorize %s, or give this server the right to read there", uri, container, server->name);
	return AUTHORITY_EVENT_NOT_LISTED;
}

enum authority_event listing_judge(const struct server_list *list, const struct listing_server *server,
				   const char *container, const char *uri, struct error *reterr_error) {
	struct matches matches;

	if (!list->has_root)
		return no_root(server, container, uri, reterr_error);
	find_matches(list, server, &matches);
	if (matches.whole)
		return AUTHORITY_EVENT_LISTED;
	if (matches.taken)
		return address_taken(matches.taken, server, reterr_error);
	if (matches.elsewhere && matches.other)
		return entries_contradict(&matches, server, reterr_error);
	if (matches.named || matches.elsewhere || matches.other || matches.nameless)
		return AUTHORITY_EVENT_LISTED;
	if (matches.conflict)
		return conflict_only(matches.conflict, server, reterr_error);
	return not_listed(list, server, uri, reterr_error);
}

enum authority_event listing_without_container(const char *container, const char *uri, struct error *reterr_error) {
	error_set(reterr_error, E_DDS_NO_DHCP_ROOT,
		  "the directory %s shows no %s, so nobody is authorized; run lessorctl init, correct base or authorization-base, or "
		  "give this server the right to read there", uri, container);
	return AUTHORITY_EVENT_NOT_LISTED;
}
