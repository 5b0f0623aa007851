/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl server: who may serve, and the entries of the servers. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/ctl/authorization.h"
#include "app/ctl/ctl.h"
#include "app/ctl/edit.h"
#include "app/ctl/output.h"
#include "app/ctl/tree.h"
#include "base/text.h"
#include "model/dn.h"

#define DN_MAX 1024
#define LOOPBACK_NETWORK 127u

/* The first address of @name that others can reach: a host that knows itself as 127.0.1.1 says nothing of use. */
static int resolve(const char *name, struct ip4 *ret_address, struct error *reterr_error) {
	struct addrinfo wanted = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM }, *found = NULL;
	int failure = getaddrinfo(name, NULL, &wanted, &found), r = -E_DHCP_SERVER_NAME_NOT_RESOLVED;

	for (const struct addrinfo *one = failure ? NULL : found; one && r < 0; one = one->ai_next) {
		struct sockaddr_in address;

		memcpy(&address, one->ai_addr, sizeof address);
		ret_address->value = ntohl(address.sin_addr.s_addr);
		if (ret_address->value >> 24 != LOOPBACK_NETWORK)
			r = 0;
	}
	if (found)
		freeaddrinfo(found);
	if (failure)
		return error_set(reterr_error, E_DHCP_SERVER_NAME_NOT_RESOLVED,
				 "the name %s has no IPv4 address (%s); give the address behind the name", name, gai_strerror(failure));
	if (r < 0)
		return error_set(reterr_error, E_DHCP_SERVER_NAME_NOT_RESOLVED,
				 "here the name %s means only this machine itself (127.*); give its address behind the name", name);
	return 0;
}

/* The words NAME [ADDRESS]. *@ret_address is none if it was not given. */
static int take_words(const struct ctl *ctl, const char **ret_name, struct ip4 *ret_address,
		      struct error *reterr_error) {
	const struct arguments *arguments = &ctl->arguments;
	struct ip4 address = { 0 };

	if (ip4_parse(arguments->words[0], &address) == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is an address; a server is known by its name first, then its address",
				 arguments->words[0]);
	if (arguments->n_words > 1 && (ip4_parse(arguments->words[1], &address) < 0 || is_ip4_none(address)))
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an IPv4 address", arguments->words[1]);
	*ret_name = arguments->words[0];
	*ret_address = arguments->n_words > 1 ? address : (struct ip4){ 0 };
	return 0;
}

static const char *address_text(const struct ctl *ctl, struct ip4 address) {
	char text[IP4_TEXT_MAX];

	return is_ip4_none(address) ? "none" : arena_dup_text(ctl->arena, ip4_format(address, text));
}

/* What the list holds is one thing, what was asked for another. */
static int reject_mismatch(const struct ctl *ctl, const struct authorized *found, const char *name, struct ip4 address,
			   struct error *reterr_error) {
	return error_set(reterr_error, E_DDS_SERVER_ADDRESS_MISMATCH,
			 "%s and %s do not belong together: the directory lists %s with the address %s; if that is out of date, take it "
			 "off first with: lessorctl server deauthorize %s",
			 name, address_text(ctl, address), found->server.name, address_text(ctl, found->server.address),
			 found->server.name);
}

static int authorize(struct ctl *ctl, struct directory *directory, const char *name, struct ip4 address,
		     struct error *reterr_error) {
	CLEANUP(authorization_done) struct authorization authorization = { 0 };
	json_t *created = json_array(), *existing = json_array();
	enum authorization_match match;
	const struct authorized *found;
	struct entry *entry;
	int r = authorization_load(directory, ctl->arena, &authorization, reterr_error);

	if (r == 0 && !authorization.has_container)
		r = error_set(reterr_error, E_DDS_NO_DHCP_ROOT,
			      "%s, which holds the list of authorized servers, is not in the directory, or you may not see it; "
			      "\"lessorctl init\" creates what is missing", directory_authorization_dn(directory));
	found = authorization_find(&authorization, name, address, &match);
	if (r == 0 && match == AUTHORIZATION_PARTLY)
		r = reject_mismatch(ctl, found, name, address, reterr_error);
	if (r == 0 && match == AUTHORIZATION_WHOLLY)
		r = error_set(reterr_error, E_DDS_SERVER_ALREADY_EXISTS, "%s with the address %s is authorized already", name,
			      address_text(ctl, address));
	if (r == 0)
		r = authorization_make_entry(ctl->arena, directory_authorization_dn(directory), name, address, &entry,
					     reterr_error);
	if (r == 0 && !authorization.has_root)
		r = authorization_create_root(directory, ctl->arena, created, existing, reterr_error);
	if (r == 0)
		r = directory_add(directory, entry, E_DDS_SERVER_ALREADY_EXISTS, reterr_error);
	json_decref(created);
	json_decref(existing);
	return r;
}

static json_t *describe(const struct ctl *ctl, const char *name, struct ip4 address, json_t *message) {
	json_object_set_new(message, "name", output_text(name));
	json_object_set_new(message, "address", is_ip4_none(address) ? json_null() : output_text(address_text(ctl, address)));
	return message;
}

int server_authorize(struct ctl *ctl, struct error *reterr_error) {
	struct directory *directory;
	const char *name, *dn;
	struct ip4 address;
	int r = take_words(ctl, &name, &address, reterr_error);

	if (r == 0 && is_ip4_none(address))
		r = resolve(name, &address, reterr_error);
	if (r == 0)
		r = ctl_open_directory(ctl, &directory, reterr_error);
	if (r < 0)
		return r;
	r = authorize(ctl, directory, name, address, reterr_error);
	/* Also when it was listed already: the daemon may not have noticed. */
	if (r == 0 || r == -E_DDS_SERVER_ALREADY_EXISTS)
		ctl_recheck(ctl);
	if (r < 0)
		return r;
	dn = arena_format(ctl->arena, "CN=%s,%s", name, directory_authorization_dn(directory));
	return ctl_done(ctl, describe(ctl, name, address,
				      ctl_message(dn, "server %s with the address %s is authorized: its daemon may answer clients", name,
						  address_text(ctl, address))));
}

/* Remove the entry that holds only this value; an entry of several (Windows 2000's DhcpRoot) loses the value. */
static int remove_value(struct ctl *ctl, struct directory *directory, const struct authorized *found,
			struct error *reterr_error) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_DHCP_SERVERS)->name, *type, *value;
	struct entry *after;
	size_t n;

	edit_values(found->entry, attribute, &n);
	type = entry_text(found->entry, schema_attribute_get(ATTRIBUTE_DHCP_TYPE)->name);
	if (n == 1 && type && strcmp(type, "0") != 0)
		return directory_delete(directory, found->entry->dn, reterr_error);
	after = edit_copy(ctl->arena, found->entry);
	for (size_t i = n; i-- > 0;) {
		value = edit_value(after, attribute, i);
		if (strcmp(value, found->value) == 0)
			edit_remove_at(after, attribute, i);
	}
	return directory_modify(directory, found->entry, found->version, after, reterr_error);
}

static int check_root(struct directory *directory, const struct authorization *authorization,
		      struct error *reterr_error) {
	if (authorization->has_root)
		return 0;
	return error_set(reterr_error, E_DDS_NO_DHCP_ROOT,
			 "the directory has no list of authorized servers yet (cn=DhcpRoot in %s, or you may not see it); "
			 "\"lessorctl server authorize\" starts one",
			 directory_authorization_dn(directory));
}

static int deauthorize(struct ctl *ctl, struct directory *directory, const char *name, struct ip4 address,
		       struct authorized *ret_removed, struct error *reterr_error) {
	CLEANUP(authorization_done) struct authorization authorization = { 0 };
	enum authorization_match match;
	const struct authorized *found;
	int r = authorization_load(directory, ctl->arena, &authorization, reterr_error);

	if (r == 0)
		r = check_root(directory, &authorization, reterr_error);
	if (r < 0)
		return r;
	found = authorization_find(&authorization, name, address, &match);
	if (match == AUTHORIZATION_PARTLY)
		return reject_mismatch(ctl, found, name, address, reterr_error);
	if (match == AUTHORIZATION_NONE)
		return error_set(reterr_error, E_DDS_SERVER_DOES_NOT_EXIST,
				 "%s is not on the directory's list; \"lessorctl server list\" shows who is", name);
	*ret_removed = *found;
	return remove_value(ctl, directory, found, reterr_error);
}

int server_deauthorize(struct ctl *ctl, struct error *reterr_error) {
	struct authorized removed;
	struct directory *directory;
	struct ip4 address;
	const char *name;
	int r = take_words(ctl, &name, &address, reterr_error);

	if (r == 0)
		r = ctl_open_directory(ctl, &directory, reterr_error);
	if (r == 0)
		r = deauthorize(ctl, directory, name, address, &removed, reterr_error);
	if (r < 0)
		return r;
	ctl_recheck(ctl);
	return ctl_done(ctl, describe(ctl, removed.server.name, removed.server.address,
				      ctl_message(removed.entry->dn,
						  "server %s is not authorized any more: its daemon stops answering clients",
						  removed.server.name)));
}

static json_t *list_item(const struct ctl *ctl, const struct tree *tree, const struct dhcp_server *server) {
	const struct entry *entry = tree ? tree_find_named(tree, CLASS_SERVER, server->name) : NULL;
	json_t *item = describe(ctl, server->name, server->address, json_object());

	json_object_set_new(item, "site", entry ? output_text(tree_site_name(tree, entry)) : json_null());
	json_object_set_new(item, "configured", json_boolean(entry));
	return item;
}

int server_list(struct ctl *ctl, struct error *reterr_error) {
	static const struct column columns[] = { { "NAME", "name", COLUMN_TEXT }, { "ADDRESS", "address", COLUMN_TEXT },
						 { "SITE", "site", COLUMN_TEXT }, { "CONFIGURED", "configured", COLUMN_TEXT } };
	CLEANUP(authorization_done) struct authorization authorization = { 0 };
	CLEANUP(tree_done) struct tree tree = { 0 };
	json_t *items;
	struct directory *directory;
	struct error ignored;
	bool has_tree;
	int r = ctl_open_directory(ctl, &directory, reterr_error);

	if (r == 0)
		r = authorization_load(directory, ctl->arena, &authorization, reterr_error);
	if (r == 0)
		r = check_root(directory, &authorization, reterr_error);
	if (r < 0)
		return r;
	has_tree = tree_load(ctl, &tree, &ignored) == 0;
	items = json_array();
	for (size_t i = 0; i < authorization.n_items; i++)
		json_array_append_new(items, list_item(ctl, has_tree ? &tree : NULL, &authorization.items[i].server));
	return ctl_list(ctl, "servers", items, columns, ARRAY_LEN(columns),
			"no server is authorized; authorize one with: lessorctl server authorize NAME ADDRESS");
}

int server_add(struct ctl *ctl, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = ctl->arguments.words[0], *site_name = flag_value(&ctl->arguments, FLAG_SITE);
	const struct entry *site, *taken;
	char dn[DN_MAX];
	int r = tree_load(ctl, &tree, reterr_error);

	if (r == 0)
		r = tree_get_site(&tree, site_name, &site, reterr_error);
	if (r < 0)
		return r;
	taken = tree_find_named(&tree, CLASS_SERVER, name);
	if (taken)
		return error_set(reterr_error, E_DDS_SERVER_ALREADY_EXISTS, "server %s exists already, in site %s", name,
				 tree_site_name(&tree, taken));
	if (dn_make(name, site->dn, sizeof dn, dn) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s\" cannot be an entry's name", name);
	r = tree_add(&tree, edit_new(ctl->arena, dn, schema_class_get(CLASS_SERVER)->name), E_DDS_SERVER_ALREADY_EXISTS,
		     reterr_error);
	if (r < 0)
		return r;
	return ctl_done(ctl, ctl_message(dn,
					 "server %s added to site %s; give it a scope with: lessorctl scope add NETWORK/LENGTH --site %s --server %s",
					 name, tree_leaf(&tree, site), tree_leaf(&tree, site), name));
}

static bool is_named_by(const struct entry *scope, const char *server) {
	const char *name;

	for (size_t i = 0; (name = edit_value(scope, schema_attribute_get(ATTRIBUTE_SERVED_BY)->name, i)); i++)
		if (strcasecmp(name, server) == 0)
			return true;
	return false;
}

static int check_unnamed(const struct tree *tree, const char *server, struct error *reterr_error) {
	const struct entry *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];

		if (!is_entry_of_class(entry, schema_class_get(CLASS_SCOPE)->name) || !is_named_by(entry, server))
			continue;
		if (n++ == 0)
			first = entry;
	}
	if (n == 0)
		return 0;
	return error_set(reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
			 "server %s serves %zu scope%s, such as %s; give them another with: lessorctl scope set NETWORK --server FQDN",
			 server, n, n == 1 ? "" : "s", tree_scope_text(tree, first));
}

int server_remove(struct ctl *ctl, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *server;
	const char *name;
	int r = tree_load(ctl, &tree, reterr_error);

	if (r == 0)
		r = tree_get_server(&tree, ctl->arguments.words[0], &server, reterr_error);
	if (r < 0)
		return r;
	name = tree_leaf(&tree, server);
	r = check_unnamed(&tree, name, reterr_error);
	if (r == 0)
		r = directory_delete(tree.directory, server->dn, reterr_error);
	if (r < 0)
		return r;
	return ctl_done(ctl, ctl_message(server->dn, "server %s removed from site %s", name, tree_site_name(&tree, server)));
}
