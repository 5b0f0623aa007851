/* SPDX-License-Identifier: Apache-2.0 */
/* server: who may serve, and the entries of the servers. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "admin/authorization.h"
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/removed.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/undo.h"
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

/* The words NAME [ADDRESS]. *@ret_address is none if it was not given. A name may end in a dot; the list has none. */
static int take_words(const struct call *call, const char **ret_name, struct ip4 *ret_address,
		      struct error *reterr_error) {
	const char *name = call_value(call, "server"), *typed = call_value(call, "address");
	struct ip4 address = { 0 };
	size_t len = strlen(name);

	if (typed && (ip4_parse(typed, &address) < 0 || is_ip4_none(address)))
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an IPv4 address", typed);
	if (len > 1 && name[len - 1] == '.')
		len--;
	*ret_name = arena_dup(call->arena, span_of(name, len));
	*ret_address = address;
	return 0;
}

static int reject_address(const char *name, struct error *reterr_error) {
	return error_set(reterr_error, E_INVALID_PARAMETER,
			 "%s is an address; a server is known by its name first, then its address", name);
}

static const char *address_text(const struct call *call, struct ip4 address) {
	char text[IP4_TEXT_MAX];

	return is_ip4_none(address) ? "none" : arena_dup_text(call->arena, ip4_format(address, text));
}

/* What the list holds is one thing, what was asked for another. */
static int reject_mismatch(const struct call *call, const struct server_list_item *found, const char *name,
			   struct ip4 address, struct error *reterr_error) {
	const char *listed = authorization_name(call->arena, found);

	return error_set(reterr_error, E_DDS_SERVER_ADDRESS_MISMATCH,
			 "%s and %s do not belong together: the directory lists %s with the address %s; if that is out of date, take it "
			 "off first with: lessorctl server deauthorize %s",
			 name, address_text(call, address), listed, address_text(call, found->server.address), listed);
}

/* Conflict objects of @name, and what stands under its name and cannot be read: they authorize nobody. */
static bool is_leftover(const struct server_list_item *item, const char *name) {
	return !is_server_list_item_valid(item) &&
	       authorization_match(item, name, (struct ip4){ 0 }) == AUTHORIZATION_WHOLLY;
}

/* Mark the conflict objects of @name for removal. Returns their number. */
static size_t doom_conflicts(const struct server_list *list, const char *name, bool *is_doomed) {
	size_t n = 0;

	for (size_t i = 0; i < list->n_items; i++) {
		is_doomed[i] = list->items[i].is_conflict && is_leftover(&list->items[i], name);
		n += is_doomed[i];
	}
	return n;
}

/* Refuse what cannot be listed, because somebody is already, or something stands in the way. */
static int check_free(const struct call *call, const struct server_list *list, const char *name, struct ip4 address,
		      struct error *reterr_error) {
	enum authorization_match match;
	const struct server_list_item *found = authorization_find(list, name, address, &match);

	if (match == AUTHORIZATION_PARTLY)
		return reject_mismatch(call, found, name, address, reterr_error);
	if (match == AUTHORIZATION_WHOLLY)
		return error_set(reterr_error, E_DDS_SERVER_ALREADY_EXISTS, "%s with the address %s is authorized already, by %s",
				 name, address_text(call, address), found->entry->dn);
	for (size_t i = 0; i < list->n_items; i++) {
		const struct server_list_item *item = &list->items[i];

		if (!item->is_conflict && !is_server_list_root(item->entry) && is_leftover(item, name))
			return error_set(reterr_error, E_DDS_UNEXPECTED_ERROR,
					 "%s stands in the way and cannot be read: it names no server; remove it with lessorctl server "
					 "deauthorize %s, then authorize the server again", item->entry->dn, name);
	}
	return 0;
}

/* Make the server's entry, and before it the list if there is none. */
static int create_entry(const struct call *call, struct directory *directory, bool has_root, const char *name,
			struct ip4 address, struct error *reterr_error) {
	json_t *created = json_array(), *existing = json_array();
	struct entry *entry;
	int r = authorization_make_entry(call->arena, directory_authorization_dn(directory), name, address, &entry,
					 reterr_error);

	if (r == 0 && !has_root)
		r = authorization_create_root(directory, call->arena, created, existing, reterr_error);
	if (r == 0)
		r = directory_add(directory, entry, E_DDS_SERVER_ALREADY_EXISTS, reterr_error);
	json_decref(created);
	json_decref(existing);
	return r;
}

/* *@ret_rest says what became of the conflict objects of this name; it is left as it was if there were none. That they
 * could not be removed is no failure: they do no harm to the entry. */
static void remove_conflicts(struct call *call, struct directory *directory, const struct authorization *authorization,
			     const char *name, const char **ret_rest) {
	bool *is_doomed = arena_array_of(call->arena, bool, authorization->list.n_items);
	size_t n = doom_conflicts(&authorization->list, name, is_doomed);
	struct error error;

	if (n && authorization_remove(directory, call->arena, authorization, is_doomed, &error) == 0)
		*ret_rest = "; what a replication conflict had left of it is removed";
	else if (n)
		*ret_rest = arena_format(call->arena, "; what a replication conflict has left of it is still there: %s",
					 error.text);
}

/* *@ret_rest is "", or what is to be said besides. Where the server is listed already but a replication conflict has left
 * something, its removal is what there is to do. */
static int authorize(struct call *call, struct directory *directory, const char *name, struct ip4 address,
		     const char **ret_rest, struct error *reterr_error) {
	CLEANUP(authorization_done) struct authorization authorization = { 0 };
	const char *rest = "";
	bool is_listed = false;
	int r = authorization_load(directory, call->arena, &authorization, reterr_error);

	if (r == 0 && !authorization.has_container)
		r = error_set(reterr_error, E_DDS_NO_DHCP_ROOT,
			      "%s, which holds the list of authorized servers, is not in the directory, or you may not see it; "
			      "\"lessorctl init\" creates what is missing", directory_authorization_dn(directory));
	if (r == 0) {
		r = check_free(call, &authorization.list, name, address, reterr_error);
		is_listed = r == -E_DDS_SERVER_ALREADY_EXISTS;
	}
	if (r == 0)
		r = create_entry(call, directory, authorization.list.has_root, name, address, reterr_error);
	if (r == 0 || is_listed)
		remove_conflicts(call, directory, &authorization, name, &rest);
	*ret_rest = rest;
	return is_listed && *rest ? 0 : r;
}

static json_t *describe(const struct call *call, const char *name, struct ip4 address, json_t *message) {
	json_object_set_new(message, "name", result_text(name));
	json_object_set_new(message, "address", is_ip4_none(address) ? json_null() : result_text(address_text(call, address)));
	return message;
}

int server_authorize(struct call *call, struct error *reterr_error) {
	const char *name, *dn, *rest;
	struct directory *directory;
	struct ip4 address, ignored;
	int r = take_words(call, &name, &address, reterr_error);

	if (r == 0 && ip4_parse(name, &ignored) == 0)
		r = reject_address(name, reterr_error);
	if (r == 0 && is_ip4_none(address))
		r = resolve(name, &address, reterr_error);
	if (r == 0)
		r = call_open_directory(call, &directory, reterr_error);
	if (r < 0)
		return r;
	r = authorize(call, directory, name, address, &rest, reterr_error);
	/* Also when it was listed already: the daemon may not have noticed. */
	if (r == 0 || r == -E_DDS_SERVER_ALREADY_EXISTS)
		call_recheck(call);
	if (r < 0)
		return r;
	dn = arena_format(call->arena, "CN=%s,%s", name, directory_authorization_dn(directory));
	return call_done(call, describe(call, name, address,
				      result_message(dn, "server %s with the address %s is authorized: its daemon may answer clients%s", name,
						  address_text(call, address), rest)));
}

static int check_root(struct directory *directory, const struct authorization *authorization,
		      struct error *reterr_error) {
	if (authorization->list.has_root)
		return 0;
	return error_set(reterr_error, E_DDS_NO_DHCP_ROOT,
			 "the directory has no list of authorized servers yet (cn=" SERVER_LIST_ROOT " in %s, or you may not see it); "
			 "\"lessorctl server authorize\" starts one",
			 directory_authorization_dn(directory));
}

/* What a deauthorization has done. */
struct withdrawal {
	const struct server_list_item *first; /* of what was removed */
	bool was_authorized;                  /* else it was only what authorizes nobody */
	const struct server_list_item *rest;  /* what still lists a part of it, or NULL */
};

/* Mark what is to go: what authorizes @name and is as was said, and what is left over under this name. */
static void doom(const struct server_list *list, const char *name, struct ip4 address, bool *is_doomed,
		 struct withdrawal *ret_withdrawal) {
	*ret_withdrawal = (struct withdrawal){ 0 };
	for (size_t i = 0; i < list->n_items; i++) {
		const struct server_list_item *item = &list->items[i];
		enum authorization_match match = authorization_match(item, name, address);
		bool is_valid = is_server_list_item_valid(item);

		is_doomed[i] = is_valid ? match == AUTHORIZATION_WHOLLY : is_leftover(item, name);
		if (is_doomed[i] && (!ret_withdrawal->first || (is_valid && !ret_withdrawal->was_authorized)))
			ret_withdrawal->first = item;
		if (is_doomed[i])
			ret_withdrawal->was_authorized |= is_valid;
		else if (is_valid && match != AUTHORIZATION_NONE)
			ret_withdrawal->rest = item;
	}
}

static int reject_unlisted(const char *name, struct error *reterr_error) {
	struct ip4 address;

	if (ip4_parse(name, &address) == 0)
		return reject_address(name, reterr_error);
	return error_set(reterr_error, E_DDS_SERVER_DOES_NOT_EXIST,
			 "%s is not on the directory's list; \"lessorctl server list\" shows who is", name);
}

static int deauthorize(struct call *call, struct directory *directory, const char *name, struct ip4 address,
		       struct withdrawal *ret_withdrawal, struct error *reterr_error) {
	CLEANUP(authorization_done) struct authorization authorization = { 0 };
	bool *is_doomed;
	int r = authorization_load(directory, call->arena, &authorization, reterr_error);

	if (r == 0)
		r = check_root(directory, &authorization, reterr_error);
	if (r < 0)
		return r;
	is_doomed = arena_array_of(call->arena, bool, authorization.list.n_items);
	doom(&authorization.list, name, address, is_doomed, ret_withdrawal);
	if (ret_withdrawal->rest && !ret_withdrawal->was_authorized)
		return reject_mismatch(call, ret_withdrawal->rest, name, address, reterr_error);
	if (!ret_withdrawal->first)
		return reject_unlisted(name, reterr_error);
	return authorization_remove(directory, call->arena, &authorization, is_doomed, reterr_error);
}

static json_t *describe_withdrawal(const struct call *call, const struct withdrawal *withdrawal) {
	const char *name = authorization_name(call->arena, withdrawal->first), *dn = withdrawal->first->entry->dn;
	const struct server_list_item *rest = withdrawal->rest;

	if (!withdrawal->was_authorized)
		return result_message(dn, "what stood under the name %s is removed; it authorized nobody", name);
	if (rest)
		return result_message(dn,
				   "server %s is off the list with this address, but %s is still listed with the address %s (%s): a daemon "
				   "with that name or address goes on answering clients", name, authorization_name(call->arena, rest),
				   address_text(call, rest->server.address), rest->entry->dn);
	return result_message(dn, "server %s is not authorized any more: its daemon stops answering clients", name);
}

int server_deauthorize(struct call *call, struct error *reterr_error) {
	struct withdrawal withdrawal = { 0 };
	struct directory *directory;
	struct ip4 address;
	const char *name;
	int r = take_words(call, &name, &address, reterr_error);

	if (r == 0)
		r = call_open_directory(call, &directory, reterr_error);
	if (r == 0)
		r = deauthorize(call, directory, name, address, &withdrawal, reterr_error);
	if (r < 0)
		return r;
	call_recheck(call);
	return call_done(call, describe(call, authorization_name(call->arena, withdrawal.first),
				      withdrawal.first->server.address, describe_withdrawal(call, &withdrawal)));
}

static json_t *list_note(const struct call *call, const struct server_list_item *item) {
	if (item->is_conflict)
		return json_string("replication conflict, authorizes nobody");
	if (!item->value)
		return json_string("lists nobody");
	if (item->is_readable)
		return json_null();
	return result_text(arena_format(call->arena, "cannot be read, authorizes nobody: %s",
					authorization_value(call->arena, item)));
}

/* The entry's own name as it stands in its DN. */
static json_t *list_entry(const struct call *call, const struct entry *entry) {
	const char *start = strchr(entry->dn, '='), *end = dn_parent(entry->dn);

	if (!start || start > end)
		return result_text(entry->dn);
	return result_text(arena_format(call->arena, "%.*s", (int)(end - start - 1 - (*end != '\0')), start + 1));
}

static json_t *list_item(const struct call *call, const struct tree *tree, const struct server_list_item *item) {
	const char *name = authorization_name(call->arena, item);
	const struct entry *entry = tree ? tree_find_named(tree, CLASS_SERVER, name) : NULL;
	json_t *object = describe(call, name, item->server.address, json_object());

	json_object_set_new(object, "site", entry ? result_text(tree_site_name(tree, entry)) : json_null());
	json_object_set_new(object, "configured", json_boolean(entry));
	json_object_set_new(object, "authorized", json_boolean(is_server_list_item_valid(item)));
	json_object_set_new(object, "dn", result_text(item->entry->dn));
	json_object_set_new(object, "entry", list_entry(call, item->entry));
	json_object_set_new(object, "value", result_text(item->value));
	json_object_set_new(object, "note", list_note(call, item));
	return object;
}

int server_list(struct call *call, struct error *reterr_error) {
	CLEANUP(authorization_done) struct authorization authorization = { 0 };
	CLEANUP(tree_done) struct tree tree = { 0 };
	json_t *items;
	struct directory *directory;
	struct error ignored;
	bool has_tree;
	int r = call_open_directory(call, &directory, reterr_error);

	if (r == 0)
		r = authorization_load(directory, call->arena, &authorization, reterr_error);
	if (r == 0)
		r = check_root(directory, &authorization, reterr_error);
	if (r < 0)
		return r;
	has_tree = tree_load(call, &tree, &ignored) == 0;
	items = json_array();
	for (size_t i = 0; i < authorization.list.n_items; i++)
		json_array_append_new(items, list_item(call, has_tree ? &tree : NULL, &authorization.list.items[i]));
	return call_list(call, "servers", items, NULL);
}

int server_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "server"), *site_name = call_value(call, "site");
	const struct entry *site, *taken;
	char dn[DN_MAX];
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_site(&tree, site_name, &site, reterr_error);
	if (r < 0)
		return r;
	taken = tree_find_named(&tree, CLASS_SERVER, name);
	if (taken)
		return error_set(reterr_error, E_DDS_SERVER_ALREADY_EXISTS, "server %s exists already, in site %s", name,
				 tree_site_name(&tree, taken));
	r = tree_make_dn(name, site->dn, sizeof dn, dn, reterr_error);
	if (r < 0)
		return r;
	r = tree_add(&tree, edit_new(call->arena, dn, schema_class_get(CLASS_SERVER)->name),
		     E_DDS_SERVER_ALREADY_EXISTS, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(dn,
					 "server %s added to site %s; give it a scope with: lessorctl scope add NETWORK/LENGTH --site %s --server %s",
					 name, tree_leaf(&tree, site), undo_quoted(call->arena, tree_leaf(&tree, site)),
					 undo_quoted(call->arena, name)));
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

int server_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *server;
	const char *name, *undo;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_server(&tree, call_value(call, "server"), &server, reterr_error);
	if (r < 0)
		return r;
	name = tree_leaf(&tree, server);
	r = check_unnamed(&tree, name, reterr_error);
	if (r == 0)
		r = call_confirm(
			call, reterr_error,
			"this removes the entry of server %s, with the options, settings and policies that stand there",
			name);
	if (r < 0)
		return r;
	undo = removed_text(&tree, server->dn);
	r = tree_remove_policies(&tree, server, reterr_error);
	if (r == 0)
		r = directory_delete(tree.directory, server->dn, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, removed_result(result_message(server->dn, "server %s removed from site %s", name,
							     tree_site_name(&tree, server)), undo));
}
