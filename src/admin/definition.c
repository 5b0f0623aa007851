/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that make, change and remove definitions of options: entries below cn=options. */
#include "admin/definition.h"

#include "admin/edit.h"
#include "admin/fields.h"
#include "admin/orphans.h"
#include "admin/result.h"
#include "admin/undo.h"
#include "base/text.h"
#include "model/dn.h"
#include "wire/option.h"

#define DN_MAX 1024

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

/* Borrow the name of the entry of a definition that is nearest to @name, or NULL. */
static const char *nearest_name(const struct tree *tree, const char *name) {
	const char **names = arena_array_of(tree->arena, const char *, tree->entries.n_items + 1);
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_entry_of_class(tree->entries.items[i], schema_class_get(CLASS_DEFINITION)->name))
			names[n++] = tree_leaf(tree, tree->entries.items[i]);
	return text_nearest(name, names);
}

/* Borrow a vendor class for which an option called @name is defined, or NULL. */
static const struct client_class *class_with(const struct snapshot *snapshot, const char *name) {
	for (size_t i = 0; i < snapshot->n_definitions; i++)
		if (snapshot->definitions[i].vendor_class && is_text_equal_nocase(snapshot->definitions[i].name, name))
			return snapshot->definitions[i].vendor_class;
	return NULL;
}

static int reject_name(struct tree *tree, const struct client_class *vendor_class, const char *name,
		       struct error *reterr_error) {
	const struct client_class *other = vendor_class ? NULL : class_with(tree_snapshot(tree), name);
	const char *nearest = nearest_name(tree, name);

	if (snapshot_definition_find(tree_snapshot(tree), vendor_class, name) ||
	    (!vendor_class && option_info_find(name)))
		return error_set(reterr_error, E_DDS_OPTION_DOES_NOT_EXIST,
				 "%s is built in, so it is no definition of the directory and stays as it is", name);
	if (other)
		return error_set(reterr_error, E_DDS_OPTION_DOES_NOT_EXIST,
				 "%s is an option of a vendor class; name it with --vendor-class %s", name,
				 undo_quoted(tree->arena, other->name));
	if (nearest)
		return error_set(reterr_error, E_DDS_OPTION_DOES_NOT_EXIST,
				 "there is no definition %s; did you mean %s?", name, nearest);
	return error_set(reterr_error, E_DDS_OPTION_DOES_NOT_EXIST,
			 "there is no definition %s; \"lessorctl definition list\" shows what there is", name);
}

int definition_find_class(struct tree *tree, const struct call *call, const struct client_class **ret_class,
			  struct error *reterr_error) {
	const char *name = call_value(call, "vendor-class");
	int r;

	*ret_class = NULL;
	if (!name)
		return 0;
	r = tree_get_class(tree, name, E_DHCP_CLASS_NOT_FOUND, ret_class, reterr_error);
	if (r < 0)
		return r;
	if ((*ret_class)->kind == CLASS_KIND_VENDOR)
		return 0;
	return error_set(reterr_error, E_DHCP_CLASS_NOT_FOUND,
			 "%s is a user class; options are defined for vendor classes", name);
}

int definition_find_own(struct tree *tree, const struct call *call, const struct entry **ret_entry,
			struct error *reterr_error) {
	const char *name = call_value(call, "definition"), *its_class;
	const struct entry *entry = tree_find_named(tree, CLASS_DEFINITION, name);
	const struct client_class *class;
	int r = definition_find_class(tree, call, &class, reterr_error);

	if (r < 0)
		return r;
	if (!entry)
		return reject_name(tree, class, name, reterr_error);
	its_class = entry_text(entry, attribute(ATTRIBUTE_VENDOR_CLASS));
	if (class && (!its_class || !is_text_equal_nocase(class->name, its_class)))
		return error_set(reterr_error, E_DDS_OPTION_DOES_NOT_EXIST, "%s is defined for %s, not for %s", name,
				 its_class ? its_class : "all clients", class->name);
	*ret_entry = entry;
	return 0;
}

static const struct field fields[] = {
	{ "default", ATTRIBUTE_DEFAULT_VALUE, FIELD_TEXT },
	{ "description", ATTRIBUTE_DESCRIPTION, FIELD_TEXT },
};

/* Set what is given, in the form in which we write it. */
static int set_values(const struct call *call, struct entry *entry, struct error *reterr_error) {
	const char *type_name = call_value(call, "type");
	enum option_type type;

	if (type_name && option_type_find(type_name, &type, reterr_error) < 0)
		return -E_INVALID_PARAMETER;
	if (type_name)
		edit_set(call->arena, entry, attribute(ATTRIBUTE_OPTION_TYPE), option_type_get(type)->name);
	return fields_set(call, fields, ARRAY_LEN(fields), entry, reterr_error);
}

static int set_code(const struct call *call, struct entry *entry, struct error *reterr_error) {
	const char *typed = call_value(call, "code");
	uint64_t code;

	if (text_parse_u64(typed, OPTION_CODE_MAX, &code) < 0 || code < OPTION_CODE_MIN)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "\"%s\" is not the number of an option; give one from %d to %d", typed,
				 OPTION_CODE_MIN, OPTION_CODE_MAX);
	edit_set(call->arena, entry, attribute(ATTRIBUTE_OPTION_CODE), arena_format(call->arena, "%u", (unsigned)code));
	return 0;
}

int definition_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "definition");
	const struct client_class *class = NULL;
	struct entry *entry;
	char dn[DN_MAX];
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_make_dn(name, tree_options_dn(call->arena, directory_base(tree.directory)), sizeof dn, dn,
				 reterr_error);
	if (r < 0)
		return r;
	entry = edit_new(call->arena, dn, schema_class_get(CLASS_DEFINITION)->name);
	r = set_code(call, entry, reterr_error);
	if (r == 0)
		r = set_values(call, entry, reterr_error);
	if (r == 0)
		r = definition_find_class(&tree, call, &class, reterr_error);
	if (r < 0)
		return r;
	if (class)
		edit_set(call->arena, entry, attribute(ATTRIBUTE_VENDOR_CLASS), class->name);
	if (tree_find_named(&tree, CLASS_DEFINITION, name))
		return error_set(reterr_error, E_DDS_OPTION_ALREADY_EXISTS,
				 "there is a definition %s already; \"lessorctl definition show %s\" prints it", name,
				 undo_quoted(call->arena, name));
	r = tree_add(&tree, entry, E_DDS_OPTION_ALREADY_EXISTS, reterr_error);
	if (r < 0)
		return r;
	return call_done(
		call,
		result_message(dn, "option %s defined; set it with: lessorctl option set %s%s%s=VALUE --root", name,
			       class ? "--vendor-class " : "",
			       class ? arena_format(call->arena, "%s ", undo_quoted(call->arena, class->name)) : "",
			       undo_quoted(call->arena, name)));
}

/* What the new type does to values that are set already. */
static int check_values(struct call *call, struct tree *tree, const struct entry *before, const struct entry *after,
			struct error *reterr_error) {
	CLEANUP(orphans_done) struct orphans orphans = { 0 };
	size_t n;

	orphans_find(tree, before, after, &orphans);
	n = orphans_count(&orphans, attribute(ATTRIBUTE_OPTION));
	if (n == 0)
		return 0;
	return error_set(
		reterr_error, E_DHCP_OPTION_TYPE_MISMATCH,
		"the values on %zu entr%s would not be of the type %s: %s; remove them first, then change the type, then set them anew",
		n, n == 1 ? "y" : "ies", entry_text(after, attribute(ATTRIBUTE_OPTION_TYPE)),
		orphans_text(&orphans, attribute(ATTRIBUTE_OPTION), call->arena));
}

int definition_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "definition");
	const struct entry *before;
	struct entry *after;
	int r;

	if (!is_call_given(call, "type") && !is_call_given(call, "code") &&
	    !is_any_field_given(call, fields, ARRAY_LEN(fields)))
		return call_reject_usage(call, reterr_error,
					 "what is to be set? Say it with --type, --default or --description");
	r = tree_load(call, &tree, reterr_error);
	if (r == 0)
		r = definition_find_own(&tree, call, &before, reterr_error);
	if (r < 0)
		return r;
	if (is_call_given(call, "code"))
		return error_set(
			reterr_error, E_DHCP_CANT_CHANGE_ATTRIBUTE,
			"the number of an option is fixed; remove the definition, and add it with another one");
	after = edit_copy(call->arena, before);
	r = set_values(call, after, reterr_error);
	if (r == 0)
		r = check_values(call, &tree, before, after, reterr_error);
	if (r == 0)
		r = tree_change(&tree, before, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call,
			 result_message(after->dn,
					"the definition of option %s is changed; servers take it over at once", name));
}

static int check_unused(const struct call *call, const struct orphans *orphans, const char *name,
			struct error *reterr_error) {
	size_t n = orphans_count(orphans, NULL);

	if (n == 0 || is_call_given(call, "force"))
		return 0;
	return error_set(
		reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
		"option %s has values on %zu entr%s, which would be lost: %s; remove them first, or all with --force",
		name, n, n == 1 ? "y" : "ies", orphans_text(orphans, NULL, call->arena));
}

static const char *undo_of(struct arena *arena, const char *name, const struct entry *entry) {
	struct undo undo = undo_start(arena, "definition add");

	undo_word(&undo, name);
	undo_parameter(&undo, "code", entry_text(entry, attribute(ATTRIBUTE_OPTION_CODE)));
	undo_parameter(&undo, "type", entry_text(entry, attribute(ATTRIBUTE_OPTION_TYPE)));
	undo_parameter(&undo, "vendor-class", entry_text(entry, attribute(ATTRIBUTE_VENDOR_CLASS)));
	undo_parameter(&undo, "default", entry_text(entry, attribute(ATTRIBUTE_DEFAULT_VALUE)));
	undo_parameter(&undo, "description", entry_text(entry, attribute(ATTRIBUTE_DESCRIPTION)));
	return undo_text(&undo);
}

int definition_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(orphans_done) struct orphans orphans = { 0 };
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "definition");
	json_t *removed = NULL, *result;
	const struct entry *entry;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = definition_find_own(&tree, call, &entry, reterr_error);
	if (r < 0)
		return r;
	orphans_find(&tree, entry, NULL, &orphans);
	r = check_unused(call, &orphans, name, reterr_error);
	if (r == 0)
		r = orphans_confirm(call, &orphans, "definition", name, reterr_error);
	if (r == 0)
		r = orphans_remove(&tree, &orphans, entry, &removed, reterr_error);
	if (r < 0)
		return r;
	result = result_message(entry->dn, "the definition of option %s removed%s%s", name,
				orphans_lost(call->arena, removed), undo_of(call->arena, name, entry));
	json_object_set_new(result, "removed", removed);
	return call_done(call, result);
}
