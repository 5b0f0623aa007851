/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that show definitions of options: those of the directory and the built-in ones. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/definition.h"
#include "admin/edit.h"
#include "admin/orphans.h"
#include "admin/result.h"
#include "base/text.h"
#include "wire/option.h"

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

static json_t *standard_item(const struct option_info *info) {
	return json_pack("{s:s, s:i, s:s, s:n, s:n, s:s, s:b, s:n}", "name", info->name, "code", info->code, "type",
			 option_type_get(info->type)->name, "vendorClass", "defaultValue", "description", info->prose,
			 "builtIn", true, "dn");
}

/* One that the model knows and no entry has. */
static json_t *builtin_item(const struct option_definition *definition) {
	return json_pack("{s:s, s:i, s:s, s:o, s:o, s:n, s:b, s:n}", "name", definition->name, "code", definition->code,
			 "type", option_type_get(definition->type)->name, "vendorClass",
			 definition->vendor_class ? result_text(definition->vendor_class->name) : json_null(),
			 "defaultValue",
			 definition->default_value[0] ? result_text(definition->default_value) : json_null(),
			 "description", "builtIn", true, "dn");
}

static json_t *code_of(const struct entry *entry) {
	const char *text = entry_text(entry, attribute(ATTRIBUTE_OPTION_CODE));
	uint64_t code;

	return text && text_parse_u64(text, UINT8_MAX, &code) == 0 ? json_integer((json_int_t)code) : json_null();
}

static json_t *own_item(struct tree *tree, const struct entry *entry) {
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "name", result_text(tree_leaf(tree, entry)),
			 "code", code_of(entry), "type",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_OPTION_TYPE))), "vendorClass",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_VENDOR_CLASS))), "defaultValue",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_DEFAULT_VALUE))), "description",
			 result_text(entry_text(entry, attribute(ATTRIBUTE_DESCRIPTION))), "builtIn", false, "dn",
			 result_text(entry->dn));
}

static json_t *all_items(struct tree *tree) {
	const struct snapshot *snapshot = tree_snapshot(tree);
	const struct option_info *info;
	json_t *items = json_array();

	for (size_t i = 0; (info = option_info_at(i)); i++)
		if (!(info->flags & OPTION_FLAG_MANAGED))
			json_array_append_new(items, standard_item(info));
	for (size_t i = 0; i < snapshot->n_definitions; i++)
		if (snapshot->definitions[i].dn[0] == '\0')
			json_array_append_new(items, builtin_item(&snapshot->definitions[i]));
	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_entry_of_class(tree->entries.items[i], schema_class_get(CLASS_DEFINITION)->name))
			json_array_append_new(items, own_item(tree, tree->entries.items[i]));
	return items;
}

/* The standard ones first, then class by class, each by number. */
static int compare_items(const void *a, const void *b) {
	const json_t *left = *(json_t *const *)a, *right = *(json_t *const *)b;
	json_int_t left_code = json_integer_value(json_object_get(left, "code"));
	json_int_t right_code = json_integer_value(json_object_get(right, "code"));
	int classes = strcasecmp(result_text_at(left, "vendorClass"), result_text_at(right, "vendorClass"));

	return classes ? classes : (left_code > right_code) - (left_code < right_code);
}

/* Those of @items that are of @class (NULL: any), in order; takes the reference. */
static json_t *select_sorted(struct arena *arena, json_t *items, const struct client_class *class) {
	json_t **sorted = arena_array_of(arena, json_t *, json_array_size(items)), *item, *selected = json_array();
	size_t i, n = 0;

	json_array_foreach(items, i, item) if (!class || is_text_equal_nocase(result_text_at(item, "vendorClass"),
									      class->name)) sorted[n++] = item;
	if (n)
		qsort(sorted, n, sizeof *sorted, compare_items);
	for (i = 0; i < n; i++)
		json_array_append(selected, sorted[i]);
	json_decref(items);
	return selected;
}

int definition_list(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct client_class *class = NULL;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = definition_find_class(&tree, call, &class, reterr_error);
	if (r < 0)
		return r;
	return call_list(call, "definitions", select_sorted(call->arena, all_items(&tree), class),
			 class ? arena_format(call->arena, "no option is defined for %s", class->name) : NULL);
}

/* Borrow the built-in one that is called @name, as JSON; NULL if there is none. */
static json_t *find_builtin(struct tree *tree, const struct client_class *class, const char *name) {
	const struct option_definition *definition = snapshot_definition_find(tree_snapshot(tree), class, name);
	const struct option_info *info = class ? NULL : option_info_find(name);

	if (definition && definition->dn[0] == '\0')
		return builtin_item(definition);
	return info && !definition ? standard_item(info) : NULL;
}

int definition_show(struct call *call, struct error *reterr_error) {
	CLEANUP(orphans_done) struct orphans orphans = { 0 };
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct client_class *class = NULL;
	const struct entry *entry;
	json_t *object;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = definition_find_class(&tree, call, &class, reterr_error);
	if (r < 0)
		return r;
	object = find_builtin(&tree, class, call_value(call, "definition"));
	if (object)
		return call_done(call, object);
	r = definition_find_own(&tree, call, &entry, reterr_error);
	if (r < 0)
		return r;
	orphans_find(&tree, entry, NULL, &orphans);
	object = own_item(&tree, entry);
	json_object_set_new(object, "usedBy", orphans_dns(&orphans));
	return call_done(call, object);
}

int definition_types(struct call *call, struct error *reterr_error) {
	json_t *items = json_array();

	for (unsigned i = 0; i < OPTION_TYPE_COUNT; i++) {
		const struct option_type_info *info = option_type_get((enum option_type)i);

		json_array_append_new(items, json_pack("{s:s, s:s, s:s}", "name", info->name, "description",
						       info->expected, "example", info->example));
	}
	return call_list(call, "types", items, NULL);
}
