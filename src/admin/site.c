/* SPDX-License-Identifier: Apache-2.0 */
/* site: add, remove, list. */
#include <string.h>

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/removed.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/undo.h"
#include "model/dn.h"

#define DN_MAX 1024

int site_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "site");
	char dn[DN_MAX];
	int r = tree_load(call, &tree, reterr_error);

	if (r < 0)
		return r;
	if (tree_find_named(&tree, CLASS_SITE, name))
		return error_set(reterr_error, E_INVALID_PARAMETER, "site %s exists already; nothing was changed", name);
	r = tree_make_dn(name, tree.sites_dn, sizeof dn, dn, reterr_error);
	if (r < 0)
		return r;
	r = tree_add(&tree, edit_new(call->arena, dn, schema_class_get(CLASS_SITE)->name), E_INVALID_PARAMETER,
		     reterr_error);
	if (r == -E_NOT_FOUND)
		return error_set(reterr_error, E_NOT_FOUND, "%s is not in the directory; \"lessorctl init\" creates what is missing",
				 tree.sites_dn);
	if (r < 0)
		return r;
	return call_done(call, result_message(dn, "site %s added; add its server with: lessorctl server add NAME --site %s", name,
					      undo_quoted(call->arena, name)));
}

static int check_empty(const struct tree *tree, const struct entry *site, struct error *reterr_error) {
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];

		if (!is_dn_equal(dn_parent(entry->dn), site->dn) ||
		    is_entry_of_class(entry, schema_class_get(CLASS_POLICY)->name))
			continue;
		if (n++ == 0)
			first = tree_leaf(tree, tree->entries.items[i]);
	}
	if (n == 0)
		return 0;
	return error_set(reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
			 "site %s has %zu server%s or scope%s, such as %s; remove what is in it first", tree_leaf(tree, site), n,
			 n == 1 ? "" : "s", n == 1 ? "" : "s", first);
}

int site_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *site;
	const char *undo;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_site(&tree, call_value(call, "site"), &site, reterr_error);
	if (r == 0)
		r = check_empty(&tree, site, reterr_error);
	if (r == 0)
		r = call_confirm(call, reterr_error,
				 "this removes site %s, with the options, settings and policies that stand there",
				 tree_leaf(&tree, site));
	if (r < 0)
		return r;
	undo = removed_text(&tree, site->dn);
	r = tree_remove_policies(&tree, site, reterr_error);
	if (r == 0)
		r = directory_delete(tree.directory, site->dn, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, removed_result(result_message(site->dn, "site %s removed", tree_leaf(&tree, site)), undo));
}

static json_t *site_item(const struct tree *tree, const struct entry *site) {
	json_t *servers = json_array();
	json_int_t n_scopes = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++) {
		const struct entry *entry = tree->entries.items[i];

		if (!is_dn_equal(dn_parent(entry->dn), site->dn))
			continue;
		if (is_entry_of_class(entry, schema_class_get(CLASS_SERVER)->name))
			json_array_append_new(servers, result_text(tree_leaf(tree, entry)));
		n_scopes += is_entry_of_class(entry, schema_class_get(CLASS_SCOPE)->name);
	}
	return json_pack("{s:o, s:o, s:o, s:I}", "name", result_text(tree_leaf(tree, site)), "displayName",
			 result_text(entry_text(site, schema_attribute_get(ATTRIBUTE_NAME)->name)), "servers", servers, "scopes",
			 n_scopes);
}

int site_list(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	json_t *items;
	int r = tree_load(call, &tree, reterr_error);

	if (r < 0)
		return r;
	items = json_array();
	for (size_t i = 0; i < tree.entries.n_items; i++)
		if (is_entry_of_class(tree.entries.items[i], schema_class_get(CLASS_SITE)->name))
			json_array_append_new(items, site_item(&tree, tree.entries.items[i]));
	return call_list(call, "sites", items, NULL);
}
