/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl scope add, set. */
#include <stdio.h>
#include <string.h>

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/fields.h"
#include "admin/ranges.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/usage.h"
#include "base/text.h"
#include "model/dn.h"

#define DN_MAX 1024

static const struct field fields[] = {
	{ "name", ATTRIBUTE_NAME, FIELD_TEXT },
	{ "description", ATTRIBUTE_DESCRIPTION, FIELD_TEXT },
	{ "state", ATTRIBUTE_STATE, FIELD_TEXT },
	{ "superscope", ATTRIBUTE_SUPERSCOPE, FIELD_TEXT },
	{ "lease-time", ATTRIBUTE_LEASE_TIME, SETTING_LEASE_TIME },
	{ "delay", ATTRIBUTE_OFFER_DELAY, SETTING_OFFER_DELAY },
};

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
			return error_set(reterr_error, E_DHCP_SUBNET_INCONSISTENT,
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

static int add_range(struct arena *arena, struct entry *scope, struct ip4_subnet subnet, const char *text,
		     struct error *reterr_error) {
	struct address_range range = { .kind = CLIENT_TYPE_DHCP };
	int r = ranges_parse(text, subnet, &range.range, reterr_error);

	return r < 0 ? r : ranges_add(arena, scope, subnet, range, reterr_error);
}

static int fill_new_scope(struct tree *tree, const struct call *call, const struct entry *site,
			  struct ip4_subnet subnet, struct entry *scope, struct error *reterr_error) {
	int r;

	edit_add(tree->arena, scope, attribute(ATTRIBUTE_PREFIX_LENGTH), arena_format(tree->arena, "%u", subnet.prefix_length));
	r = is_call_given(call, "server") ? set_servers(tree, call, scope, reterr_error) :
						    set_only_server(tree, site, scope, reterr_error);
	for (size_t i = 0; i < call_count(call, "range") && r == 0; i++)
		r = add_range(tree->arena, scope, subnet, call_value_at(call, "range", i), reterr_error);
	return r < 0 ? r : fields_set(call, fields, ARRAY_LEN(fields), scope, reterr_error);
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

static const char *state_of(const struct entry *scope) {
	const char *state = entry_text(scope, attribute(ATTRIBUTE_STATE));

	return state ? state : "enabled";
}

static bool is_served_alike(const struct entry *before, const struct entry *after) {
	const struct entry_attribute *old = entry_attribute_get(before, attribute(ATTRIBUTE_SERVED_BY));
	const struct entry_attribute *new = entry_attribute_get(after, attribute(ATTRIBUTE_SERVED_BY));

	return old && new && old->n_values == 1 && new->n_values == 1 && is_span_equal(old->values[0], new->values[0]);
}

/* What the change of a scope means for its clients. */
static const char *scope_outlook(struct call *call, const struct tree *tree, const struct entry *before,
				 const struct entry *after) {
	struct usage usage;
	size_t n_leases;

	if (is_text_equal_nocase(state_of(after), "disabled"))
		return "its clients keep their leases until they run out, and get no new ones";
	if (!entry_attribute_get(after, attribute(ATTRIBUTE_SERVED_BY)))
		return "nobody answers its clients until you name a server with --server FQDN";
	if (!entry_attribute_get(before, attribute(ATTRIBUTE_SERVED_BY)) || is_served_alike(before, after))
		return "its servers have it at once";
	usage = usage_of_scope(call, tree, before);
	n_leases = usage.n_dhcp + usage.n_bootp;
	if (n_leases == 0)
		return "its servers have it at once";
	return arena_format(call->arena, "%zu of its addresses %s leased by the server of this machine; another one does not know these "
			    "leases, and may give the addresses to other clients", n_leases, n_leases == 1 ? "is" : "are");
}

/* Nobody would answer the clients of a scope that is enabled and served by nobody. */
static int check_enabling(const struct call *call, const struct tree *tree, const struct entry *scope,
			  struct error *reterr_error) {
	const char *state = call_value(call, "state");

	if (!state || !is_text_equal_nocase(state, "enabled") || edit_value(scope, attribute(ATTRIBUTE_SERVED_BY), 0))
		return 0;
	return error_set(reterr_error, E_DHCP_PRIMARY_NOT_FOUND,
			 "no server serves scope %s, so it cannot be enabled; name one with --server FQDN", tree_scope_text(tree, scope));
}

int scope_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *before;
	struct entry *after;
	int r;

	if (!is_any_field_given(call, fields, ARRAY_LEN(fields)) && !is_call_given(call, "server"))
		return call_reject_usage(call, reterr_error, "what is to be set? Say it with --state, --name, --description, --lease-time, --delay or --server");
	r = fields_check(call, fields, ARRAY_LEN(fields), reterr_error);
	if (r == 0)
		r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = tree_get_scope(&tree, call_value(call, "network"), &before, reterr_error);
	if (r < 0)
		return r;
	after = edit_copy(call->arena, before);
	r = fields_set(call, fields, ARRAY_LEN(fields), after, reterr_error);
	if (r == 0 && is_call_given(call, "server"))
		r = set_servers(&tree, call, after, reterr_error);
	if (r == 0)
		r = check_enabling(call, &tree, after, reterr_error);
	if (r == 0)
		r = tree_change(&tree, before, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "scope %s is %s, %s; %s", tree_scope_text(&tree, after), state_of(after),
					 served_text(call->arena, after), scope_outlook(call, &tree, before, after)));
}
