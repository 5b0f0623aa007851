/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl superscope: a name that scopes of one site share. It has no entry of its own. */
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "base/text.h"
#include "model/dn.h"

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

/* Embedded: a superscope that has members, or scopes that are to change together. In the call's arena. */
struct superscope_edit {
	struct tree tree;
	const char *name;         /* as it stands in the directory */
	const struct entry *site; /* NULL until there is a member */
	const struct entry **scopes;
	size_t n_scopes;
};

static void superscope_edit_done(struct superscope_edit *edit) {
	tree_done(&edit->tree);
}

static bool is_scope(const struct entry *entry) {
	return is_entry_of_class(entry, schema_class_get(CLASS_SCOPE)->name);
}

/* Borrow the name of the superscope that @scope is in, or NULL. */
static const char *superscope_of(const struct entry *scope) {
	return entry_text(scope, attribute(ATTRIBUTE_SUPERSCOPE));
}

static bool is_default(const struct entry *scope) {
	const char *text = entry_text(scope, attribute(ATTRIBUTE_DEFAULT_SCOPE));

	return text && is_text_equal_nocase(text, "on");
}

static bool is_member(const struct entry *scope, const char *name) {
	const char *own = superscope_of(scope);

	return own && is_text_equal_nocase(own, name);
}

static const struct entry *site_of(const struct tree *tree, const struct entry *scope) {
	return tree_find(tree, dn_parent(scope->dn));
}

static int open_edit(struct call *call, struct superscope_edit *edit, struct error *reterr_error) {
	int r = tree_load(call, &edit->tree, reterr_error);

	edit->name = call_value(call, "superscope");
	if (r == 0)
		edit->scopes = arena_array_of(call->arena, const struct entry *, edit->tree.entries.n_items);
	return r;
}

static bool is_taken(const struct superscope_edit *edit, size_t n_taken, const struct entry *scope) {
	for (size_t i = 0; i < n_taken; i++)
		if (edit->scopes[i] == scope)
			return true;
	return false;
}

/* The scopes that the call names, each once, which must be of one site. */
static int take_networks(struct call *call, struct superscope_edit *edit, struct error *reterr_error) {
	const char *network;

	for (size_t i = 0; (network = call_value_at(call, "network", i)); i++) {
		const struct entry *scope;
		int r = tree_get_scope(&edit->tree, network, &scope, reterr_error);

		if (r < 0)
			return r;
		if (edit->site && site_of(&edit->tree, scope) != edit->site)
			return error_set(reterr_error, E_INVALID_PARAMETER,
					 "scope %s is of site %s, and a superscope joins scopes of one site: here of %s", network,
					 tree_site_name(&edit->tree, scope), tree_leaf(&edit->tree, edit->site));
		edit->site = site_of(&edit->tree, scope);
		if (!is_taken(edit, edit->n_scopes, scope))
			edit->scopes[edit->n_scopes++] = scope;
	}
	return 0;
}

/* The members of the superscope that the call names: of the site that it names, or of the only one that has such. */
static int take_members(struct call *call, struct superscope_edit *edit, struct error *reterr_error) {
	const struct directory_entries *entries = &edit->tree.entries;
	const char *site_name = call_value(call, "site");
	int r = site_name ? tree_get_site(&edit->tree, site_name, &edit->site, reterr_error) : 0;

	for (size_t i = 0; i < entries->n_items && r == 0; i++) {
		const struct entry *scope = entries->items[i];

		if (!is_scope(scope) || !is_member(scope, edit->name) ||
		    (site_name && site_of(&edit->tree, scope) != edit->site))
			continue;
		if (edit->site && site_of(&edit->tree, scope) != edit->site)
			return error_set(reterr_error, E_INVALID_PARAMETER,
					 "several sites have a superscope %s: say with --site which is meant", edit->name);
		edit->site = site_of(&edit->tree, scope);
		edit->scopes[edit->n_scopes++] = scope;
	}
	if (r == 0 && edit->n_scopes == 0)
		return error_set(reterr_error, E_NOT_FOUND, "there is no superscope %s; \"lessorctl superscope list\" shows what there is",
				 edit->name);
	if (r == 0)
		edit->name = superscope_of(edit->scopes[0]);
	return r;
}

static int open_members(struct call *call, struct superscope_edit *edit, struct error *reterr_error) {
	int r = open_edit(call, edit, reterr_error);

	return r < 0 ? r : take_members(call, edit, reterr_error);
}

/* Give @scope, one of several, the values of @name and of the default mark; NULL removes one. */
static int write_scope(struct superscope_edit *edit, size_t index, const char *name, const char *mark,
		       struct error *reterr_error) {
	const struct entry *before = edit->scopes[index];
	struct entry *after = edit_copy(edit->tree.arena, before);
	int r;

	edit_set(edit->tree.arena, after, attribute(ATTRIBUTE_SUPERSCOPE), name);
	edit_set(edit->tree.arena, after, attribute(ATTRIBUTE_DEFAULT_SCOPE), mark);
	r = tree_change(&edit->tree, before, after, reterr_error);
	if (r < 0 && index)
		error_prefix(reterr_error, "%zu of %zu scopes are changed, but not %s", index, edit->n_scopes,
			     tree_scope_text(&edit->tree, before));
	return r;
}

static int check_new_member(const struct superscope_edit *edit, const struct entry *scope, struct error *reterr_error) {
	const char *own = superscope_of(scope);

	if (!own)
		return 0;
	if (is_text_equal_nocase(own, edit->name))
		return error_set(reterr_error, E_DHCP_SUBNET_EXISTS, "scope %s is in the superscope %s already",
				 tree_scope_text(&edit->tree, scope), own);
	return error_set(reterr_error, E_DDS_SUBNET_HAS_DIFF_SUPER_SCOPE,
			 "scope %s is in the superscope %s; take it out of that one first: lessorctl superscope remove %s %s",
			 tree_scope_text(&edit->tree, scope), own, own, tree_leaf(&edit->tree, scope));
}

/* The name as members of it at that site spell it, if there are any. */
static const char *spelling_of(const struct superscope_edit *edit) {
	for (size_t i = 0; i < edit->tree.entries.n_items; i++) {
		const struct entry *scope = edit->tree.entries.items[i];

		if (is_scope(scope) && is_member(scope, edit->name) && site_of(&edit->tree, scope) == edit->site)
			return superscope_of(scope);
	}
	return edit->name;
}

static const char *plural(size_t n) {
	return n == 1 ? "" : "s";
}

int superscope_add(struct call *call, struct error *reterr_error) {
	CLEANUP(superscope_edit_done) struct superscope_edit edit = { 0 };
	int r = open_edit(call, &edit, reterr_error);

	if (r == 0)
		r = take_networks(call, &edit, reterr_error);
	for (size_t i = 0; i < edit.n_scopes && r == 0; i++)
		r = check_new_member(&edit, edit.scopes[i], reterr_error);
	if (r < 0)
		return r;
	edit.name = spelling_of(&edit);
	for (size_t i = 0; i < edit.n_scopes && r == 0; i++)
		r = write_scope(&edit, i, edit.name, NULL, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit.site->dn, "%zu scope%s added to the superscope %s of site %s", edit.n_scopes,
					      plural(edit.n_scopes), edit.name, tree_leaf(&edit.tree, edit.site)));
}

/* Of the members, leave only those that the call names. */
static int choose_members(struct call *call, struct superscope_edit *edit, struct error *reterr_error) {
	size_t n_chosen = 0;
	const char *network;

	for (size_t i = 0; (network = call_value_at(call, "network", i)); i++) {
		const struct entry *scope;
		int r = tree_get_scope(&edit->tree, network, &scope, reterr_error);

		if (r < 0)
			return r;
		if (!is_member(scope, edit->name) || site_of(&edit->tree, scope) != edit->site)
			return error_set(reterr_error, E_NOT_FOUND, "scope %s is not in the superscope %s of site %s",
					 tree_scope_text(&edit->tree, scope), edit->name,
					 tree_leaf(&edit->tree, edit->site));
		if (!is_taken(edit, n_chosen, scope))
			edit->scopes[n_chosen++] = scope;
	}
	if (n_chosen)
		edit->n_scopes = n_chosen;
	return 0;
}

int superscope_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(superscope_edit_done) struct superscope_edit edit = { 0 };
	int r = open_members(call, &edit, reterr_error);

	if (r == 0)
		r = choose_members(call, &edit, reterr_error);
	if (r == 0)
		r = call_confirm(call, reterr_error,
				 "this takes %zu scope%s out of the superscope %s; their clients get no addresses of the others any more",
				 edit.n_scopes, plural(edit.n_scopes), edit.name);
	for (size_t i = 0; i < edit.n_scopes && r == 0; i++)
		r = write_scope(&edit, i, NULL, NULL, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit.site->dn, "%zu scope%s taken out of the superscope %s; the scopes stay as they are",
					      edit.n_scopes, plural(edit.n_scopes), edit.name));
}

int superscope_rename(struct call *call, struct error *reterr_error) {
	CLEANUP(superscope_edit_done) struct superscope_edit edit = { 0 };
	const char *name = call_value(call, "name");
	int r = open_members(call, &edit, reterr_error);

	for (size_t i = 0; r == 0 && i < edit.tree.entries.n_items; i++) {
		const struct entry *scope = edit.tree.entries.items[i];

		if (is_scope(scope) && is_member(scope, name) && !is_member(scope, edit.name) &&
		    site_of(&edit.tree, scope) == edit.site)
			r = error_set(reterr_error, E_DDS_SUBNET_HAS_DIFF_SUPER_SCOPE,
				      "site %s has a superscope %s already, with scope %s; choose another name", tree_leaf(&edit.tree, edit.site),
				      superscope_of(scope), tree_scope_text(&edit.tree, scope));
	}
	for (size_t i = 0; i < edit.n_scopes && r == 0; i++)
		r = write_scope(&edit, i, name, is_default(edit.scopes[i]) ? "on" : NULL, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit.site->dn, "the superscope %s of site %s is now called %s", edit.name,
					      tree_leaf(&edit.tree, edit.site), name));
}

/* The place of @scope among the members; they stand in the order of the directory. */
static int find_member(const struct superscope_edit *edit, const char *network, size_t *ret_index,
		       struct error *reterr_error) {
	const struct entry *scope;
	int r = tree_get_scope(&edit->tree, network, &scope, reterr_error);

	if (r < 0)
		return r;
	for (size_t i = 0; i < edit->n_scopes; i++)
		if (edit->scopes[i] == scope) {
			*ret_index = i;
			return 0;
		}
	return error_set(reterr_error, E_NOT_FOUND, "scope %s is not in the superscope %s; add it with: lessorctl superscope add %s %s",
			 tree_scope_text(&edit->tree, scope), edit->name, edit->name, network);
}

static int check_default(const struct superscope_edit *edit, size_t index, struct error *reterr_error) {
	for (size_t i = 0; i < edit->n_scopes; i++)
		if (i != index && is_default(edit->scopes[i]))
			return error_set(reterr_error, E_DHCP_DEFAULT_SCOPE_EXISTS,
					 "scope %s is the default of the superscope %s; first say: lessorctl superscope default %s none",
					 tree_scope_text(&edit->tree, edit->scopes[i]), edit->name, edit->name);
	return 0;
}

static int clear_default(struct call *call, struct superscope_edit *edit, struct error *reterr_error) {
	int r = 0;

	for (size_t i = 0; i < edit->n_scopes && r == 0; i++)
		if (is_default(edit->scopes[i]))
			r = write_scope(edit, i, edit->name, NULL, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit->site->dn, "the superscope %s has no default scope: a new client gets an address of the "
					      "scope that it asks from, then of the others", edit->name));
}

int superscope_default(struct call *call, struct error *reterr_error) {
	CLEANUP(superscope_edit_done) struct superscope_edit edit = { 0 };
	const char *network = call_value(call, "network");
	size_t index = 0;
	int r = open_members(call, &edit, reterr_error);

	if (r == 0 && is_text_equal_nocase(network, "none"))
		return clear_default(call, &edit, reterr_error);
	if (r == 0)
		r = find_member(&edit, network, &index, reterr_error);
	if (r == 0)
		r = check_default(&edit, index, reterr_error);
	if (r == 0)
		r = write_scope(&edit, index, edit.name, "on", reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit.scopes[index]->dn, "scope %s is the default of the superscope %s",
					      tree_scope_text(&edit.tree, edit.scopes[index]), edit.name));
}

/* The object of the list @items that is for the superscope of @scope; a new one if there is none yet. */
static json_t *item_of(const struct tree *tree, const struct entry *scope, json_t *items) {
	const char *name = superscope_of(scope), *site = tree_site_name(tree, scope);
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
		if (is_text_equal_nocase(json_string_value(json_object_get(item, "name")), name) &&
		    is_text_equal_nocase(json_string_value(json_object_get(item, "site")), site))
			return item;
	item = json_pack("{s:o, s:o, s:[], s:n}", "name", result_text(name), "site", result_text(site), "scopes", "default");
	json_array_append_new(items, item);
	return item;
}

int superscope_list(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	json_t *items;
	int r = tree_load(call, &tree, reterr_error);

	if (r < 0)
		return r;
	items = json_array();
	for (size_t i = 0; i < tree.entries.n_items; i++) {
		const struct entry *scope = tree.entries.items[i];
		json_t *item;

		if (!is_scope(scope) || !superscope_of(scope))
			continue;
		item = item_of(&tree, scope, items);
		json_array_append_new(json_object_get(item, "scopes"), result_text(tree_scope_text(&tree, scope)));
		if (is_default(scope))
			json_object_set_new(item, "default", result_text(tree_scope_text(&tree, scope)));
	}
	return call_list(call, "superscopes", items, NULL);
}
