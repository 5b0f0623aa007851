/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on classes of clients: entries below cn=classes, and the built-in ones, which no entry has. */
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/fields.h"
#include "admin/orphans.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/undo.h"
#include "base/text.h"
#include "model/class_data.h"

#define DN_MAX 1024
#define DATA_TEXT_MAX (2 * CLASS_DATA_MAX + 8)

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

/* Borrow the built-in class called @name, or NULL. */
static const struct client_class *find_builtin(struct tree *tree, const char *name) {
	const struct client_class *class = snapshot_class_find(tree_snapshot(tree), name);

	return class && class->dn[0] == '\0' ? class : NULL;
}

/* The class of that name which an entry makes; a built-in one is refused. */
static int find_own(struct tree *tree, const char *name, const struct entry **ret_entry, struct error *reterr_error) {
	const struct client_class *class;

	*ret_entry = tree_find_named(tree, CLASS_CLIENT_CLASS, name);
	if (*ret_entry)
		return 0;
	class = find_builtin(tree, name);
	if (!class)
		return tree_get_class(tree, name, E_DDS_CLASS_DOES_NOT_EXIST, &class, reterr_error);
	return error_set(
		reterr_error, E_DHCP_DELETE_BUILTIN_CLASS,
		"%s is built in and stays as it is; make one of your own with: lessorctl class add NAME --kind %s --data DATA",
		class->name, class_kind_name(class->kind));
}

static const struct field fields[] = {
	{ "data", ATTRIBUTE_CLASS_DATA, FIELD_TEXT },
	{ "description", ATTRIBUTE_DESCRIPTION, FIELD_TEXT },
};

/* Set what is given, in the form in which we write it. */
static int set_values(const struct call *call, struct entry *entry, struct error *reterr_error) {
	const char *kind = call_value(call, "kind"), *data = call_value(call, "data");
	uint8_t octets[CLASS_DATA_MAX];
	enum class_kind parsed;
	size_t len;

	if (kind && class_kind_parse(kind, &parsed) < 0)
		return error_set(
			reterr_error, E_INVALID_PARAMETER,
			"the kind \"%s\" is not one of user (option 77 names the class), vendor (option 60 does)",
			kind);
	if (data && class_data_parse(data, octets, &len, reterr_error) < 0)
		return -E_INVALID_PARAMETER;
	if (kind)
		edit_set(call->arena, entry, attribute(ATTRIBUTE_CLASS_KIND), class_kind_name(parsed));
	return fields_set(call, fields, ARRAY_LEN(fields), entry, reterr_error);
}

int class_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "class");
	struct entry *entry;
	char dn[DN_MAX];
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_make_dn(name, tree_classes_dn(call->arena, directory_base(tree.directory)), sizeof dn, dn,
				 reterr_error);
	if (r < 0)
		return r;
	entry = edit_new(call->arena, dn, schema_class_get(CLASS_CLIENT_CLASS)->name);
	r = set_values(call, entry, reterr_error);
	if (r < 0)
		return r;
	if (tree_find_named(&tree, CLASS_CLIENT_CLASS, name) || find_builtin(&tree, name))
		return error_set(reterr_error, E_DDS_CLASS_EXISTS,
				 "there is a class %s already; \"lessorctl class list\" shows it", name);
	r = tree_add(&tree, entry, E_DDS_CLASS_EXISTS, reterr_error);
	if (r < 0)
		return r;
	return call_done(
		call,
		result_message(
			dn,
			"class %s added; give its clients values of their own with: lessorctl option set --%s-class %s NAME=VALUE",
			name, entry_text(entry, attribute(ATTRIBUTE_CLASS_KIND)), undo_quoted(call->arena, name)));
}

static bool is_kind_kept(const struct entry *before, const struct entry *after) {
	const char *was = entry_text(before, attribute(ATTRIBUTE_CLASS_KIND));

	return !was || is_text_equal_nocase(was, entry_text(after, attribute(ATTRIBUTE_CLASS_KIND)));
}

int class_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "class");
	const struct entry *before;
	struct entry *after;
	int r;

	if (!is_call_given(call, "kind") && !is_any_field_given(call, fields, ARRAY_LEN(fields)))
		return call_reject_usage(call, reterr_error, "what is to be set? Say it with --data or --description");
	r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = find_own(&tree, name, &before, reterr_error);
	if (r < 0)
		return r;
	after = edit_copy(call->arena, before);
	r = set_values(call, after, reterr_error);
	if (r < 0)
		return r;
	if (!is_kind_kept(before, after))
		return error_set(
			reterr_error, E_DHCP_CANT_CHANGE_ATTRIBUTE,
			"the kind of a class is fixed; make another class with: lessorctl class add NAME --kind %s --data DATA",
			call_value(call, "kind"));
	r = tree_change(&tree, before, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "class %s changed; servers take it over at once", name));
}

static json_t *builtin_item(struct arena *arena, const struct client_class *class) {
	struct text data;

	text_init(&data, arena_take(arena, DATA_TEXT_MAX), DATA_TEXT_MAX);
	class_data_format(class->data, &data);
	return json_pack("{s:o, s:s, s:s, s:b, s:n, s:n}", "name", result_text(class->name), "kind",
			 class_kind_name(class->kind), "data", data.data, "builtIn", true, "description", "dn");
}

static json_t *own_item(struct tree *tree, const struct entry *entry) {
	return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o}", "name", result_text(tree_leaf(tree, entry)), "kind",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_CLASS_KIND))), "data",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_CLASS_DATA))), "builtIn", false,
			 "description", result_text(entry_text(entry, attribute(ATTRIBUTE_DESCRIPTION))), "dn",
			 result_text(entry->dn));
}

static bool is_wanted(const struct call *call, const json_t *item) {
	const char *kind = call_value(call, "kind"), *has = json_string_value(json_object_get(item, "kind"));

	return !kind || (has && is_text_equal_nocase(kind, has));
}

static void append_wanted(const struct call *call, json_t *items, json_t *item) {
	if (is_wanted(call, item))
		json_array_append(items, item);
	json_decref(item);
}

int class_list(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct snapshot *snapshot;
	json_t *items;
	int r = tree_load(call, &tree, reterr_error);

	if (r < 0)
		return r;
	items = json_array();
	snapshot = tree_snapshot(&tree);
	for (size_t i = 0; i < snapshot->n_classes; i++)
		if (snapshot->classes[i].dn[0] == '\0')
			append_wanted(call, items, builtin_item(call->arena, &snapshot->classes[i]));
	for (size_t i = 0; i < tree.entries.n_items; i++)
		if (is_entry_of_class(tree.entries.items[i], schema_class_get(CLASS_CLIENT_CLASS)->name))
			append_wanted(call, items, own_item(&tree, tree.entries.items[i]));
	return call_list(call, "classes", items, NULL);
}

int class_show(struct call *call, struct error *reterr_error) {
	CLEANUP(orphans_done) struct orphans orphans = { 0 };
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "class");
	const struct client_class *builtin;
	const struct entry *entry;
	json_t *object;
	int r = tree_load(call, &tree, reterr_error);

	if (r < 0)
		return r;
	builtin = find_builtin(&tree, name);
	if (builtin)
		return call_done(call, builtin_item(call->arena, builtin));
	r = find_own(&tree, name, &entry, reterr_error);
	if (r < 0)
		return r;
	orphans_find(&tree, entry, NULL, &orphans);
	object = own_item(&tree, entry);
	json_object_set_new(object, "usedBy", orphans_dns(&orphans));
	return call_done(call, object);
}

/* A policy without the class in its condition would be for other clients: that is nothing to decide by the way. */
static int check_unused(const struct call *call, const struct orphans *orphans, const char *name,
			struct error *reterr_error) {
	size_t n = orphans_count(orphans, NULL), n_policies = orphans_count(orphans, attribute(ATTRIBUTE_CONDITION));

	if (n_policies)
		return error_set(
			reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
			"the condition of %zu polic%s names class %s; change or remove what is there first: %s",
			n_policies, n_policies == 1 ? "y" : "ies", name,
			orphans_text(orphans, attribute(ATTRIBUTE_CONDITION), call->arena));
	if (n == 0 || is_call_given(call, "force"))
		return 0;
	return error_set(
		reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
		"class %s is used by %zu entr%s, whose values for it would be lost: %s; remove them first, or all with --force",
		name, n, n == 1 ? "y" : "ies", orphans_text(orphans, NULL, call->arena));
}

static const char *undo_of(struct arena *arena, const char *name, const struct entry *entry) {
	struct undo undo = undo_start(arena, "class add");

	undo_word(&undo, name);
	undo_parameter(&undo, "kind", entry_text(entry, attribute(ATTRIBUTE_CLASS_KIND)));
	undo_parameter(&undo, "data", entry_text(entry, attribute(ATTRIBUTE_CLASS_DATA)));
	undo_parameter(&undo, "description", entry_text(entry, attribute(ATTRIBUTE_DESCRIPTION)));
	return undo_text(&undo);
}

int class_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(orphans_done) struct orphans orphans = { 0 };
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "class");
	json_t *removed = NULL, *result;
	const struct entry *entry;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = find_own(&tree, name, &entry, reterr_error);
	if (r < 0)
		return r;
	orphans_find(&tree, entry, NULL, &orphans);
	r = check_unused(call, &orphans, name, reterr_error);
	if (r == 0)
		r = orphans_confirm(call, &orphans, "class", name, reterr_error);
	if (r == 0)
		r = orphans_remove(&tree, &orphans, entry, &removed, reterr_error);
	if (r < 0)
		return r;
	result = result_message(entry->dn, "class %s removed%s%s", name, orphans_lost(call->arena, removed),
				undo_of(call->arena, name, entry));
	json_object_set_new(result, "removed", removed);
	return call_done(call, result);
}
