/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "model/boot_file.h"
#include "model/filter.h"
#include "model/map_priv.h"
#include "model/quote_priv.h"

#define INTERFACE_NAME_MAX 15 /* Linux has no longer ones */

void map_take_filter(struct map *map, struct map_object *object, const struct map_rule *rule,
		     const struct map_value *value) {
	struct map_filters *filters = &object->filters;
	struct error error = { 0 };
	struct filter filter;

	if (!filters->items)
		filters->items = arena_array_of(map->keep, struct filter, value->count);
	if (filter_parse(value->text, &filter, &error) < 0) {
		map_report(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
		return;
	}
	filter.comment = arena_dup_text(map->keep, filter.comment);
	filter.source_dn = object->dn;
	filters->items[filters->n_items++] = filter;
}

void map_take_boot_file(struct map *map, struct map_object *object, const struct map_rule *rule,
			const struct map_value *value) {
	struct map_boot_files *files = &object->boot_files;
	struct error error = { 0 };

	if (!files->items)
		files->items = arena_array_of(map->keep, struct boot_file, value->count);
	if (boot_file_parse(value->text, map->keep, &files->items[files->n_items], &error) < 0)
		map_report(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
	else
		files->items[files->n_items++].source_dn = object->dn;
}

void map_take_unbound(struct map *map, struct map_object *object, const struct map_rule *rule,
		      const struct map_value *value) {
	char quoted[QUOTE_MAX];

	if (!object->unbound.items)
		object->unbound.items = arena_array_of(map->keep, const char *, value->count);
	if (value->octets.len > INTERFACE_NAME_MAX || strpbrk(value->text, " /"))
		map_report(map, object, value->attribute, E_INVALID_PARAMETER,
			   "%s \"%s\" is not the name of an interface; write for example eth0", value->attribute,
			   quote(value->octets, quoted));
	else
		object->unbound.items[object->unbound.n_items++] = arena_dup(map->keep, value->octets);
}

static int compare_filters(const void *a, const void *b) {
	return filter_compare(*(const struct filter *const *)a, *(const struct filter *const *)b);
}

static int compare_requested(const void *a, const void *b) {
	return strcmp((*(const struct boot_file *const *)a)->requested,
		      (*(const struct boot_file *const *)b)->requested);
}

static void check_filters(struct map *map, struct map_object *object) {
	const struct filter **sorted = arena_array_of(map->scratch, const struct filter *, object->filters.n_items);
	char array[QUOTE_MAX];
	struct text pattern;

	for (size_t i = 0; i < object->filters.n_items; i++)
		sorted[i] = &object->filters.items[i];
	qsort(sorted, object->filters.n_items, sizeof *sorted, compare_filters);
	for (size_t i = 1; i < object->filters.n_items; i++) {
		if (filter_compare(sorted[i - 1], sorted[i]) != 0)
			continue;
		text_init(&pattern, array, sizeof array);
		filter_format_pattern(sorted[i], &pattern);
		if (sorted[i]->list == FILTER_EXEMPT)
			map_report(map, object, schema_attribute_get(ATTRIBUTE_FILTER)->name,
				   E_DHCP_HARDWARE_ADDRESS_TYPE_ALREADY_EXEMPT,
				   "the hardware type %s is exempt twice on this entry; keep one of the values", array);
		else
			map_report(map, object, schema_attribute_get(ATTRIBUTE_FILTER)->name,
				   E_DHCP_LINKLAYER_ADDRESS_EXISTS,
				   "this entry has two filters for %s; keep one of them", array);
	}
}

static void check_boot_files(struct map *map, struct map_object *object) {
	const struct boot_file **sorted =
		arena_array_of(map->scratch, const struct boot_file *, object->boot_files.n_items);
	char quoted[QUOTE_MAX];

	for (size_t i = 0; i < object->boot_files.n_items; i++)
		sorted[i] = &object->boot_files.items[i];
	qsort(sorted, object->boot_files.n_items, sizeof *sorted, compare_requested);
	for (size_t i = 1; i < object->boot_files.n_items; i++)
		if (strcmp(sorted[i - 1]->requested, sorted[i]->requested) == 0)
			map_report(map, object, schema_attribute_get(ATTRIBUTE_BOOT_FILE)->name,
				   E_DHCP_SERVER_INVALID_BOOT_FILE_TABLE,
				   "this entry has two rows for the file \"%s\"; keep one of them",
				   quote(span_of_text(sorted[i]->requested), quoted));
}

void map_finish_lists(struct map *map, struct map_object *object) {
	if (object->filters.n_items > 1)
		check_filters(map, object);
	if (object->boot_files.n_items > 1)
		check_boot_files(map, object);
}
