/* SPDX-License-Identifier: Apache-2.0 */
/* scope: add, set, remove. */
#include <stdio.h>
#include <string.h>

#include "admin/call.h"
#include "admin/daemon.h"
#include "admin/edit.h"
#include "admin/result.h"
#include "admin/ranges.h"
#include "admin/tree.h"
#include "base/text.h"
#include "model/dn.h"

#define DN_MAX 1024

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

static int parse_subnet(const char *text, struct ip4_subnet *ret_subnet, struct error *reterr_error) {
	const char *slash = strchr(text, '/');
	char network[IP4_TEXT_MAX], whole[IP4_TEXT_MAX];
	struct ip4 address;
	uint64_t length;

	if (ip4_subnet_parse(text, ret_subnet) == 0)
		return 0;
	if (slash && slash - text < IP4_TEXT_MAX) {
		snprintf(whole, sizeof whole, "%.*s", (int)(slash - text), text);
		if (ip4_parse(whole, &address) == 0 && text_parse_u64(slash + 1, 32, &length) == 0)
			return error_set(reterr_error, E_INVALID_PARAMETER,
					 "%s is an address within a network; did you mean the network %s/%u?", text,
					 ip4_format((struct ip4){ address.value & ip4_mask((uint8_t)length) }, network),
					 (unsigned)length);
	}
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a network with its length, such as 10.77.0.0/24", text);
}

static int check_overlap(const struct tree *tree, struct ip4_subnet subnet, const char *text,
			 struct error *reterr_error) {
	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];
		struct ip4_subnet other;

		if (!is_entry_of_class(entry, schema_class_get(CLASS_SCOPE)->name) ||
		    tree_scope_subnet(tree, entry, &other) < 0 ||
		    !is_ip4_range_overlapping(ip4_subnet_range(subnet), ip4_subnet_range(other)))
			continue;
		return error_set(reterr_error, E_DDS_SUBNET_EXISTS, "%s %s the scope %s of site %s", text,
				 is_ip4_equal(subnet.network, other.network) && subnet.prefix_length == other.prefix_length ? "is" :
															      "overlaps",
				 tree_scope_text(tree, entry), tree_site_name(tree, entry));
	}
	return 0;
}

/* The servers named with --server; each must have an entry, whose spelling is taken. */
static int set_servers(struct tree *tree, const struct call *call, struct entry *scope,
		       struct error *reterr_error) {
	edit_set(tree->arena, scope, attribute(ATTRIBUTE_SERVED_BY), NULL);
	for (size_t i = 0; i < call_count(call, "server"); i++) {
		const char *name = call_value_at(call, "server", i);
		const struct entry *server;
		int r;

		if (!name[0] && call_count(call, "server") == 1)
			return 0;
		r = tree_get_server(tree, name, &server, reterr_error);
		if (r < 0)
			return r;
		edit_add(tree->arena, scope, attribute(ATTRIBUTE_SERVED_BY), tree_leaf(tree, server));
	}
	return 0;
}

/* Without --server: the site's server, if there is no choice. */
static int set_only_server(struct tree *tree, const struct entry *site, struct entry *scope,
			   struct error *reterr_error) {
	char names[320];
	struct text list;
	const char *name = NULL;
	size_t n = 0;

	text_init(&list, names, sizeof names);
	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];

		if (!is_entry_of_class(entry, schema_class_get(CLASS_SERVER)->name) ||
		    !is_dn_equal(dn_parent(entry->dn), site->dn))
			continue;
		name = tree_leaf(tree, entry);
		text_add(&list, "%s%s", n++ ? ", " : "", name);
	}
	if (n == 0)
		return error_set(reterr_error, E_DDS_DHCP_SERVER_NOT_FOUND,
				 "site %s has no server yet that could serve the scope; add one with: lessorctl server add NAME --site %s",
				 tree_leaf(tree, site), tree_leaf(tree, site));
	if (n > 1)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "site %s has several servers; say with --server which one serves the scope: %s", tree_leaf(tree, site), names);
	edit_add(tree->arena, scope, attribute(ATTRIBUTE_SERVED_BY), name);
	return 0;
}

static int set_lease_time(struct arena *arena, struct entry *scope, const char *text, struct error *reterr_error) {
	if (text[0])
		return edit_set_setting(arena, scope, SETTING_LEASE_TIME, text, reterr_error);
	edit_set(arena, scope, attribute(ATTRIBUTE_LEASE_TIME), NULL);
	return 0;
}

/* What add and set have in common. */
static int set_common(const struct call *call, struct entry *scope, struct error *reterr_error) {
	const char *name = call_value(call, "name"), *lease_time = call_value(call, "lease-time");

	if (name)
		edit_set(call->arena, scope, attribute(ATTRIBUTE_NAME), name[0] ? name : NULL);
	return lease_time ? set_lease_time(call->arena, scope, lease_time, reterr_error) : 0;
}

static int fill_new_scope(struct tree *tree, const struct call *call, const struct entry *site,
			  struct ip4_subnet subnet, struct entry *scope, struct error *reterr_error) {
	int r;

	edit_add(tree->arena, scope, attribute(ATTRIBUTE_PREFIX_LENGTH), arena_format(tree->arena, "%u", subnet.prefix_length));
	r = is_call_given(call, "server") ? set_servers(tree, call, scope, reterr_error) :
						    set_only_server(tree, site, scope, reterr_error);
	for (size_t i = 0; i < call_count(call, "range") && r == 0; i++)
		r = ranges_add(tree->arena, scope, subnet, call_value_at(call, "range", i), reterr_error);
	return r < 0 ? r : set_common(call, scope, reterr_error);
}

/* "served by a, b" or that nobody serves it. */
static const char *served_text(struct arena *arena, const struct entry *scope) {
	const char *name, *text = NULL;

	for (size_t i = 0; (name = edit_value(scope, attribute(ATTRIBUTE_SERVED_BY), i)); i++)
		text = text ? arena_format(arena, "%s, %s", text, name) : arena_format(arena, "served by %s", name);
	return text ? text : "served by nobody";
}

int scope_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *text = call_value(call, "network"), *site_name = call_value(call, "site"), *next = "";
	char dn[DN_MAX], network[IP4_TEXT_MAX];
	const struct entry *site;
	struct ip4_subnet subnet;
	struct entry *scope;
	int r = parse_subnet(text, &subnet, reterr_error);

	if (r == 0)
		r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = tree_get_site(&tree, site_name, &site, reterr_error);
	if (r == 0)
		r = check_overlap(&tree, subnet, text, reterr_error);
	if (r == 0)
		r = dn_make(ip4_format(subnet.network, network), site->dn, sizeof dn, dn);
	if (r < 0)
		return r;
	scope = edit_new(call->arena, dn, schema_class_get(CLASS_SCOPE)->name);
	r = fill_new_scope(&tree, call, site, subnet, scope, reterr_error);
	if (r == 0)
		r = tree_add(&tree, scope, E_DDS_SUBNET_EXISTS, reterr_error);
	if (r < 0)
		return r;
	if (!edit_value(scope, attribute(ATTRIBUTE_RANGE), 0))
		next = arena_format(call->arena, "; add addresses with: lessorctl range add %s FIRST-LAST", network);
	return call_done(call, result_message(dn, "scope %s added to site %s; %s%s", text, tree_leaf(&tree, site),
					 served_text(call->arena, scope), next));
}

static int set_state(struct arena *arena, struct entry *scope, const char *state, struct error *reterr_error) {
	if (strcmp(state, "enabled") != 0 && strcmp(state, "disabled") != 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "the state %s is not one of enabled, disabled", state);
	edit_set(arena, scope, attribute(ATTRIBUTE_STATE), state);
	return 0;
}

static const char *state_of(const struct entry *scope) {
	const char *state = entry_text(scope, attribute(ATTRIBUTE_STATE));

	return state ? state : "enabled";
}

/* How many leases of the scope are in force, as far as this machine's daemon knows. Negative if it could not be
 * asked. */
static long leases_in_force(struct call *call, const char *network) {
	struct error ignored;
	const char *socket_path;
	json_t *leases, *lease;
	long n = 0;
	size_t i;

	if (call_find_socket(call, &socket_path, &ignored) < 0 ||
	    daemon_get_leases(socket_path, network, &leases, &ignored) < 0)
		return -1;
	json_array_foreach(leases, i, lease) {
		const char *state = json_string_value(json_object_get(lease, "state"));

		n += state && strcmp(state, "active") == 0;
	}
	json_decref(leases);
	return n;
}

static bool is_served_alike(const struct entry *before, const struct entry *after) {
	const struct entry_attribute *old = entry_attribute_get(before, attribute(ATTRIBUTE_SERVED_BY));
	const struct entry_attribute *new = entry_attribute_get(after, attribute(ATTRIBUTE_SERVED_BY));

	return old && new && old->n_values == 1 && new->n_values == 1 && is_span_equal(old->values[0], new->values[0]);
}

/* What the change of a scope means for its clients. */
static const char *scope_outlook(struct call *call, const struct tree *tree, const struct entry *before,
				 const struct entry *after) {
	long n_leases;

	if (strcmp(state_of(after), "disabled") == 0)
		return "its clients keep their leases until they run out, and get no new ones";
	if (!entry_attribute_get(before, attribute(ATTRIBUTE_SERVED_BY)) || is_served_alike(before, after))
		return "its servers have it at once";
	n_leases = leases_in_force(call, tree_leaf(tree, after));
	if (n_leases == 0)
		return "its servers have it at once";
	if (n_leases < 0)
		return "leases stay with the server that gave them, and another one does not know them: it may give their "
		       "addresses to other clients";
	return arena_format(call->arena, "%ld of its addresses are leased by the server of this machine; another one does not "
			    "know these leases, and may give the addresses to other clients", n_leases);
}

int scope_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *state = call_value(call, "state");
	const struct entry *before;
	struct entry *after;
	int r;

	if (!state && !is_call_given(call, "lease-time") && !is_call_given(call, "name") &&
	    !is_call_given(call, "server"))
		return call_reject_usage(call, reterr_error, "what is to be set? Say it with --state, --lease-time, --name or --server");
	r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = tree_get_scope(&tree, call_value(call, "network"), &before, reterr_error);
	if (r < 0)
		return r;
	after = edit_copy(call->arena, before);
	r = set_common(call, after, reterr_error);
	if (r == 0 && state)
		r = set_state(call->arena, after, state, reterr_error);
	if (r == 0 && is_call_given(call, "server"))
		r = set_servers(&tree, call, after, reterr_error);
	if (r == 0)
		r = tree_change(&tree, before, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "scope %s is %s, %s; %s", tree_scope_text(&tree, after), state_of(after),
					 served_text(call->arena, after), scope_outlook(call, &tree, before, after)));
}

static size_t count_reservations(const struct tree *tree, const struct entry *scope) {
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++)
		n += is_dn_equal(dn_parent(tree->entries.items[i]->dn), scope->dn);
	return n;
}

static int check_unused(struct call *call, const struct tree *tree, const struct entry *scope, const char **ret_note,
			struct error *reterr_error) {
	size_t n_reservations = count_reservations(tree, scope);
	bool is_forced = is_call_given(call, "force");
	long n_leases;

	*ret_note = "";
	if (n_reservations && !is_forced)
		return error_set(reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
				 "scope %s has %zu reservation%s; remove them first, or remove all with --force", tree_scope_text(tree, scope),
				 n_reservations, n_reservations == 1 ? "" : "s");
	n_leases = leases_in_force(call, tree_leaf(tree, scope));
	if (n_leases > 0 && !is_forced)
		return error_set(reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
				 "%ld address%s of scope %s %s leased at this moment; disable the scope and wait, or remove it with --force",
				 n_leases, n_leases == 1 ? "" : "es", tree_scope_text(tree, scope), n_leases == 1 ? "is" : "are");
	if (n_leases < 0)
		*ret_note = "; whether addresses are leased could not be asked, since no daemon answers here";
	else if (n_leases > 0)
		*ret_note = arena_format(call->arena, "; clients still use %ld of its addresses", n_leases);
	return 0;
}

int scope_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *scope;
	const char *note = "";
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_scope(&tree, call_value(call, "network"), &scope, reterr_error);
	if (r == 0)
		r = check_unused(call, &tree, scope, &note, reterr_error);
	for (size_t i = 0; i < tree.entries.n_items && r == 0; i++)
		if (is_dn_equal(dn_parent(tree.entries.items[i]->dn), scope->dn))
			r = directory_delete(tree.directory, tree.entries.items[i]->dn, reterr_error);
	if (r == 0)
		r = directory_delete(tree.directory, scope->dn, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(scope->dn, "scope %s removed%s", tree_scope_text(&tree, scope), note));
}
