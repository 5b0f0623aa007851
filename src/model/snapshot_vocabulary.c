/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <strings.h>

#include "model/map_priv.h"
#include "model/quote_priv.h"

static const struct {
	const char *name;
	enum class_kind kind;
	const char *data;
} builtin_classes[] = {
#define BUILTIN_CLASS(name, kind, data) { name, CLASS_KIND_##kind, data },
#include "model/class.def"
#undef BUILTIN_CLASS
};

static const struct {
	const char *vendor_class;
	struct option_definition definition;
} builtin_options[] = {
#define BUILTIN_VENDOR_OPTION(class_name, code_, name_, type_, default_)                                               \
	{ class_name,                                                                                                  \
	  { .name = name_, .code = code_, .type = OPTION_TYPE_##type_, .default_value = default_, .dn = "" } },
#include "model/vendor_option.def"
#undef BUILTIN_VENDOR_OPTION
};

static size_t count_class(const struct map_objects *objects, enum schema_class class) {
	size_t count = 0;

	for (size_t i = 0; i < objects->n_items; i++)
		count += objects->items[i]->class == class;
	return count;
}

/* The snapshot's own, which only this file changes. */
static struct client_class *classes_of(struct snapshot *snapshot) {
	return (struct client_class *)snapshot->classes;
}

static struct option_definition *definitions_of(struct snapshot *snapshot) {
	return (struct option_definition *)snapshot->definitions;
}

static int compare_class_names(const void *a, const void *b) {
	const struct client_class *const *left = a, *const *right = b;

	return strcasecmp((*left)->name, (*right)->name);
}

static void index_classes(struct snapshot *snapshot) {
	const struct client_class **index = (const struct client_class **)snapshot->classes_by_name;

	for (size_t i = 0; i < snapshot->n_classes; i++)
		index[i] = &snapshot->classes[i];
	qsort(index, snapshot->n_classes, sizeof *index, compare_class_names);
}

static int compare_definitions(const void *a, const void *b) {
	return option_definition_compare(a, b);
}

static int compare_definition_names(const void *a, const void *b) {
	return option_definition_compare_names(*(const struct option_definition *const *)a,
					       *(const struct option_definition *const *)b);
}

static void index_definitions(struct snapshot *snapshot) {
	const struct option_definition **index = (const struct option_definition **)snapshot->definitions_by_name;

	qsort(definitions_of(snapshot), snapshot->n_definitions, sizeof *snapshot->definitions, compare_definitions);
	for (size_t i = 0; i < snapshot->n_definitions; i++)
		index[i] = &snapshot->definitions[i];
	qsort(index, snapshot->n_definitions, sizeof *index, compare_definition_names);
}

static void add_builtin_classes(struct snapshot *snapshot) {
	for (size_t i = 0; i < ARRAY_LEN(builtin_classes); i++)
		classes_of(snapshot)[snapshot->n_classes++] =
			(struct client_class){ .name = builtin_classes[i].name,
					       .kind = builtin_classes[i].kind,
					       .data = span_of_text(builtin_classes[i].data),
					       .dn = "" };
}

static void add_builtin_definitions(struct snapshot *snapshot) {
	for (size_t i = 0; i < ARRAY_LEN(builtin_options); i++) {
		struct option_definition definition = builtin_options[i].definition;

		definition.vendor_class = snapshot_class_find(snapshot, builtin_options[i].vendor_class);
		assert(definition.vendor_class);
		definitions_of(snapshot)[snapshot->n_definitions++] = definition;
	}
}

void vocabulary_init(struct map *map, const struct map_objects *objects) {
	struct snapshot *snapshot = map->snapshot;
	size_t n_classes = ARRAY_LEN(builtin_classes) + count_class(objects, CLASS_CLIENT_CLASS);
	size_t n_definitions = ARRAY_LEN(builtin_options) + count_class(objects, CLASS_DEFINITION);

	snapshot->classes = arena_array_of(map->keep, struct client_class, n_classes);
	snapshot->definitions = arena_array_of(map->keep, struct option_definition, n_definitions);
	snapshot->classes_by_name = arena_array_of(map->keep, const struct client_class *, n_classes);
	snapshot->definitions_by_name = arena_array_of(map->keep, const struct option_definition *, n_definitions);
	add_builtin_classes(snapshot);
	index_classes(snapshot);
	add_builtin_definitions(snapshot);
	index_definitions(snapshot);
}

void vocabulary_add_classes(struct map *map, const struct map_objects *objects) {
	for (size_t i = 0; i < objects->n_items; i++)
		if (objects->items[i]->class == CLASS_CLIENT_CLASS && !objects->items[i]->is_bad)
			classes_of(map->snapshot)[map->snapshot->n_classes++] = *objects->items[i]->client_class;
	index_classes(map->snapshot);
}

void vocabulary_add_definitions(struct map *map, const struct map_objects *objects) {
	for (size_t i = 0; i < objects->n_items; i++)
		if (objects->items[i]->class == CLASS_DEFINITION && !objects->items[i]->is_bad)
			definitions_of(map->snapshot)[map->snapshot->n_definitions++] = *objects->items[i]->definition;
	index_definitions(map->snapshot);
}

void vocabulary_judge_class(struct map *map, struct map_object *object) {
	const struct client_class *class = object->client_class;

	for (size_t i = 0; i < ARRAY_LEN(builtin_classes); i++) {
		if (is_text_equal_nocase(class->name, builtin_classes[i].name))
			map_report(map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_DDS_CLASS_EXISTS,
				   "the class \"%s\" is built in; choose another name", builtin_classes[i].name);
		else if (class->kind == builtin_classes[i].kind &&
			 is_span_equal(class->data, span_of_text(builtin_classes[i].data)))
			map_report(map, object, schema_attribute_get(ATTRIBUTE_CLASS_DATA)->name,
				   E_DHCP_CLASS_ALREADY_EXISTS,
				   "the built-in class \"%s\" has the same data; use that one, or give other data",
				   builtin_classes[i].name);
	}
}

/* The snapshot has only the built-in definitions yet. */
static void judge_against_builtin(struct map *map, struct map_object *object) {
	const struct option_definition *definition = object->definition;
	const struct option_info *info = definition->vendor_class ? NULL : option_info_get(definition->code);
	const struct option_definition *other =
		snapshot_definition_get(map->snapshot, definition->vendor_class, definition->code);
	const char *name = info ? info->name : other ? other->name : NULL;

	if (name)
		map_report(map, object, schema_attribute_get(ATTRIBUTE_OPTION_CODE)->name, E_DHCP_OPTION_EXISTS,
			   "option %u is built in, as %s; choose another code", definition->code, name);
	else if (definition->vendor_class
			 ? snapshot_definition_find(map->snapshot, definition->vendor_class, definition->name) != NULL
			 : option_info_find(definition->name) != NULL)
		map_report(map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_DDS_OPTION_ALREADY_EXISTS,
			   "an option called %s is built in; choose another name", definition->name);
}

void vocabulary_judge_definition(struct map *map, struct map_object *object) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_VENDOR_CLASS)->name;
	const struct client_class *class = NULL;
	char quoted[QUOTE_MAX];

	if (object->vendor_class) {
		class = snapshot_class_find(map->snapshot, object->vendor_class);
		quote(span_of_text(object->vendor_class), quoted);
		if (!class)
			map_report(map, object, attribute, E_DHCP_CLASS_NOT_FOUND,
				   "there is no vendor class \"%s\"; define it first, or name another one", quoted);
		else if (class->kind != CLASS_KIND_VENDOR)
			map_report(map, object, attribute, E_DHCP_CLASS_NOT_FOUND,
				   "the class \"%s\" is not a vendor class; name one that is", quoted);
	}
	object->definition->vendor_class = class;
	if (!object->is_bad)
		judge_against_builtin(map, object);
}
