/* SPDX-License-Identifier: Apache-2.0 */
/* check: the whole configuration, read as every server would read it. */
#include <stdio.h>
#include <string.h>

#include "admin/authorization.h"
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/result.h"
#include "admin/target.h"
#include "admin/tree.h"
#include "admin/tree_file.h"
#include "base/mem.h"
#include "base/text.h"
#include "json/json.h"
#include "model/dn.h"
#include "model/snapshot.h"

/* Embedded: what has been found so far. */
struct report {
	json_t *servers, *findings, *warnings; /* arrays, owned */
	json_t *seen;                          /* an object, owned: what stands in the arrays, by all its words */
	json_int_t n_left_out;                 /* entries that are good, but below one that is not */
};

/* True if it is seen for the first time. */
static bool is_new(struct report *report, const char *dn, const char *attribute, const char *reason) {
	char *words CLEANUP(cleanup_free) = mem_format("%s\n%s\n%s", dn, attribute, reason);

	if (json_object_get(report->seen, words))
		return false;
	json_object_set_new_nocheck(report->seen, words, json_true());
	return true;
}

static void add_findings(struct report *report, const struct findings *findings) {
	for (size_t i = 0; i < findings->n_items; i++) {
		const struct finding *finding = &findings->items[i];

		if (!is_new(report, finding->dn, finding->attribute, finding->reason))
			continue;
		if (finding->is_consequence)
			report->n_left_out++;
		else
			json_array_append_new(report->findings, finding_json(finding));
	}
}

static void add_warning(struct report *report, const char *dn, const char *reason) {
	if (is_new(report, dn, "", reason))
		json_array_append_new(report->warnings,
				      json_pack("{s:o, s:o}", "dn", result_text(dn), "reason", result_text(reason)));
}

static void check_snapshot(const struct tree *tree, struct report *report) {
	struct findings findings;
	struct snapshot *snapshot = snapshot_build(tree->entries.items, tree->entries.n_items, "", 0, &findings);

	add_findings(report, &findings);
	for (size_t i = 0; i < snapshot->n_scopes; i++) {
		const struct scope *scope = &snapshot->scopes[i];

		if (scope->n_served_by == 0)
			add_warning(report, scope->dn, "nobody serves this scope; name a server with: lessorctl scope set NETWORK --server FQDN");
		if (scope->n_ranges == 0 && scope->n_reservations == 0)
			add_warning(report, scope->dn, "this scope has no range, so nobody gets an address from it; add one with: lessorctl range add");
	}
	snapshot_free(snapshot);
}

static void add_mistake(struct report *report, const struct entry *entry, int code, const char *reason) {
	struct finding finding = { .dn = entry->dn, .attribute = schema_attribute_get(ATTRIBUTE_DHCP_SERVERS)->name,
				   .code = code, .reason = reason };

	add_findings(report, &(struct findings){ &finding, 1 });
}

/* What stands in the list and authorizes nobody. */
static void check_leftover(const struct tree *tree, const struct server_list_item *item, struct report *report) {
	const char *name = authorization_name(tree->arena, item), *reason;

	if (item->is_conflict && is_text_equal_nocase(name, SERVER_LIST_ROOT))
		reason = "a replication conflict has left this object; remove it with: lessorctl server deauthorize " SERVER_LIST_ROOT;
	else if (item->is_conflict)
		reason = arena_format(tree->arena,
				      "a replication conflict has left this object, which authorizes nobody; remove it with: lessorctl server "
				      "authorize %s ADDRESS, or, if the server is not to be authorized, lessorctl server deauthorize %s", name,
				      name);
	else if (item->value)
		reason = arena_format(tree->arena,
				      "the value \"%s\" has neither an address nor a name, so it authorizes nobody; remove it with: lessorctl "
				      "server deauthorize %s", authorization_value(tree->arena, item), name);
	else
		reason = arena_format(tree->arena,
				      "this entry has no value, so it authorizes nobody; remove it with: lessorctl server deauthorize %s", name);
	add_mistake(report, item->entry, item->is_conflict ? E_DHCP_ROGUE_DS_CONFLICT : E_DDS_UNEXPECTED_ERROR, reason);
}

/* @item and one that stands before it: an address has one server, and a server that moved has two addresses. */
static void check_pair(const struct tree *tree, const struct server_list_item *before,
		       const struct server_list_item *item, struct report *report) {
	bool is_same_address = is_dhcp_server_address(&item->server, &before->server.address, 1);
	bool is_same_name = is_dhcp_server_name(&item->server, before->server.name);
	const char *name = item->server.name, *name_before = before->server.name;
	char address[IP4_TEXT_MAX];

	if (is_same_address == is_same_name || !*name || !*name_before)
		return;
	ip4_format(item->server.address, address);
	if (is_same_address)
		add_mistake(report, item->entry, E_DDS_SERVER_ADDRESS_MISMATCH,
			    arena_format(tree->arena,
					 "this gives %s the address %s, and %s gives it to %s; take off the wrong one with: lessorctl server "
					 "deauthorize NAME %s", name, address, before->entry->dn, name_before, address));
	else if (!is_ip4_none(item->server.address) && !is_ip4_none(before->server.address))
		add_warning(report, item->entry->dn,
			    arena_format(tree->arena,
					 "%s is listed with the address %s here and with another in %s; if it has only one, take off the other "
					 "with: lessorctl server deauthorize %s ADDRESS", name, address, before->entry->dn, name));
}

/* Entries that authorize nobody, and those that contradict each other. */
static void check_list(const struct tree *tree, const struct server_list *list, struct report *report) {
	for (size_t i = 0; i < list->n_items; i++) {
		const struct server_list_item *item = &list->items[i];

		if (!is_server_list_item_valid(item))
			check_leftover(tree, item, report);
		for (size_t j = 0; j < i && is_server_list_item_valid(item); j++)
			if (is_server_list_item_valid(&list->items[j]))
				check_pair(tree, &list->items[j], item, report);
	}
}

/* Both ways: entries without authorization, authorization without entry. */
static void check_servers(const struct tree *tree, const struct server_list *list, struct report *report) {
	enum authorization_match match;

	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];

		if (!is_entry_of_class(entry, schema_class_get(CLASS_SERVER)->name))
			continue;
		authorization_find(list, tree_leaf(tree, entry), (struct ip4){ 0 }, &match);
		if (match == AUTHORIZATION_NONE)
			add_warning(report, entry->dn,
				    "the directory does not list this server by its name, so it may answer nobody, unless one of its addresses "
				    "is listed; authorize it with: lessorctl server authorize NAME ADDRESS");
	}
	for (size_t i = 0; i < list->n_items; i++) {
		const struct server_list_item *item = &list->items[i];

		if (is_server_list_item_valid(item) &&
		    !tree_find_named(tree, CLASS_SERVER, authorization_name(tree->arena, item)))
			add_warning(report, item->entry->dn,
				    "this server is authorized but has no entry in a site, so it has nothing to serve from here; a Windows server "
				    "needs none");
	}
}

/* What is found in them is the same for every server (model/snapshot.h). */
static void check_entries(const struct tree *tree, struct report *report) {
	check_snapshot(tree, report);
	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_entry_of_class(tree->entries.items[i], schema_class_get(CLASS_SERVER)->name))
			json_array_append_new(report->servers, result_text(tree_leaf(tree, tree->entries.items[i])));
}

static int check_authorization(struct call *call, const struct tree *tree, struct report *report,
			       struct error *reterr_error) {
	CLEANUP(authorization_done) struct authorization authorization = { 0 };
	int r = authorization_load(tree->directory, call->arena, &authorization, reterr_error);

	if (r < 0)
		return r;
	if (!authorization.list.has_root)
		add_warning(report, directory_authorization_dn(tree->directory),
			    "there is no list of authorized servers (cn=DhcpRoot); lessorctl init makes one");
	check_list(tree, &authorization.list, report);
	check_servers(tree, &authorization.list, report);
	return 0;
}

/* True if the entries are a tree by themselves: a root and the sites below it. */
static bool is_whole(const struct tree_entries *entries) {
	bool has_root = false, has_sites = false;

	for (size_t i = 0; i < entries->n_items; i++) {
		has_root |= is_entry_of_class(entries->items[i], schema_class_get(CLASS_ROOT)->name);
		has_sites |= is_entry_of_class(entries->items[i], schema_class_get(CLASS_SITE)->name);
	}
	return has_root && has_sites;
}

static void take_entries(struct tree *tree, const struct entry **items, size_t n_items) {
	directory_entries_done(&tree->entries);
	tree->entries.arena = tree->arena;
	tree->entries.items = mem_grow(NULL, &tree->entries.items_capacity, n_items + 1, sizeof *items);
	tree->entries.n_items = n_items;
	if (n_items)
		memcpy(tree->entries.items, items, n_items * sizeof *items);
}

/* The tree that the file would make: it is one by itself, or the directory's with the file applied to it. */
static int load_file(struct call *call, const char *path, struct tree *tree, struct error *reterr_error) {
	bool is_rebased = is_call_given(call, "rebase");
	struct tree_entries entries;
	struct target target;
	int r = tree_file_read(path, NULL, false, call->arena, &entries, reterr_error);

	if (r < 0)
		return r;
	if (is_whole(&entries)) {
		tree->arena = call->arena;
		take_entries(tree, entries.items, entries.n_items);
		return 0;
	}
	r = tree_load(call, tree, reterr_error);
	if (r == 0)
		r = target_read(tree, path, is_rebased, false, &target, reterr_error);
	if (r == 0)
		take_entries(tree, target.plan.result, target.plan.n_result);
	return r;
}

int check_run(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct report report = { json_array(), json_array(), json_array(), json_object(), 0 };
	const char *path = call_value(call, "file");
	json_t *document;
	int r = path ? load_file(call, path, &tree, reterr_error) : tree_load(call, &tree, reterr_error);

	if (r == 0)
		check_entries(&tree, &report);
	if (r == 0 && !path && !is_directory_file(tree.directory))
		r = check_authorization(call, &tree, &report, reterr_error);
	if (r == 0)
		r = json_array_size(report.findings) > 0;
	document = json_pack("{s:I, s:o, s:o, s:o, s:I}", "entries", (json_int_t)tree.entries.n_items, "servers",
			     report.servers, "findings", report.findings, "warnings", report.warnings, "leftOut",
			     report.n_left_out);
	if (r >= 0)
		call_done(call, document);
	else
		json_decref(document);
	json_decref(report.seen);
	return r;
}
