/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "model/assignment.h"
#include "model/map_priv.h"
#include "model/quote_priv.h"

/* True if what is wrong with a value can be another entry's doing: a class or definition that was removed or
 * changed. */
static bool is_of_others(struct map *map, const char *text, int code) {
	struct option_reference option;
	const char *rest;

	if (code == E_DHCP_CLASS_NOT_FOUND || code == E_DHCP_OPTION_NOT_PRESENT)
		return true;
	return code == E_DHCP_OPTION_TYPE_MISMATCH &&
	       option_reference_parse(map->snapshot, text, &option, &rest, NULL) == 0 && !option.is_built_in;
}

void map_take_option(struct map *map, struct map_object *object, const struct map_rule *rule,
		     const struct map_value *value) {
	struct assignment assignment;
	struct error error = { 0 };

	if (!object->taken)
		object->taken = arena_array_of(map->scratch, struct map_option, value->count);
	if (assignment_parse(map->snapshot, value->text, &assignment, &error) == 0)
		object->taken[object->n_taken++] = (struct map_option){
			assignment.option.user_class, assignment.option.vendor_class,
			{ .code = assignment.option.code,
			  .level = schema_class_level(object->class),
			  .source_dn = object->dn,
			  .octets = span_of(arena_dup(map->keep, span_of(assignment.octets, assignment.len)),
					    assignment.len) }
		};
	else if (is_of_others(map, value->text, error.code))
		map_report_value(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
	else
		map_report(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
}

static struct option_group group_of(const struct map_option *option) {
	return (struct option_group){ .user_class = option->user_class, .vendor_class = option->vendor_class };
}

static int compare_groups(const struct map_option *a, const struct map_option *b) {
	struct option_group left = group_of(a), right = group_of(b);

	return option_group_compare(&left, &right);
}

static int compare_options(const void *a, const void *b) {
	const struct map_option *left = a, *right = b;
	int order = compare_groups(left, right);

	return order ? order : left->value.code - right->value.code;
}

static void check_doubles(struct map *map, struct map_object *object) {
	char array[QUOTE_MAX], quoted[QUOTE_MAX];
	struct text name;

	for (size_t i = 1; i < object->n_taken; i++) {
		const struct map_option *option = &object->taken[i];
		struct option_reference reference;

		if (compare_options(option - 1, option) != 0)
			continue;
		reference = option_reference_of(map->snapshot, option->user_class, option->vendor_class,
						option->value.code);
		text_init(&name, array, sizeof array);
		option_reference_format(&reference, &name);
		map_report(map, object, schema_attribute_get(ATTRIBUTE_OPTION)->name, E_DHCP_OPTION_EXISTS,
			   "the option %s is given twice on this entry; keep one of the values",
			   quote(span_of(array, name.len), quoted));
	}
}

/* The taken options are sorted: those that need no class first, then each group by itself. */
static void keep_options(struct map *map, struct map_object *object) {
	struct option_value *values = arena_array_of(map->keep, struct option_value, object->n_taken);
	struct option_group *groups = arena_array_of(map->keep, struct option_group, object->n_taken);
	size_t n_groups = 0;

	for (size_t i = 0; i < object->n_taken; i++) {
		const struct map_option *option = &object->taken[i];
		struct option_set *set = &object->options.plain;

		values[i] = option->value;
		if (option->user_class || option->vendor_class) {
			if (n_groups == 0 || compare_groups(option - 1, option) != 0)
				groups[n_groups++] = group_of(option);
			set = &groups[n_groups - 1].options;
		}
		if (set->n_values++ == 0)
			set->values = &values[i];
	}
	object->options.groups = (struct option_groups){ groups, n_groups };
}

void map_finish_options(struct map *map, struct map_object *object) {
	if (object->n_taken == 0)
		return;
	qsort(object->taken, object->n_taken, sizeof *object->taken, compare_options);
	check_doubles(map, object);
	keep_options(map, object);
}
