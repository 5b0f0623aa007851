/* SPDX-License-Identifier: Apache-2.0 */
#include "model/map_priv.h"

static struct map_filters join_filters(struct arena *keep, const struct map_object *nearest) {
	struct map_filters joined = { 0 };
	size_t n_items = 0;

	for (const struct map_object *object = nearest; object; object = object->parent)
		n_items += object->filters.n_items;
	joined.items = arena_array_of(keep, struct filter, n_items);
	for (const struct map_object *object = nearest; object; object = object->parent)
		for (size_t i = 0; i < object->filters.n_items; i++)
			joined.items[joined.n_items++] = object->filters.items[i];
	return joined;
}

static struct map_boot_files join_boot_files(struct arena *keep, const struct map_object *nearest) {
	struct map_boot_files joined = { 0 };
	size_t n_items = 0;

	for (const struct map_object *object = nearest; object; object = object->parent)
		n_items += object->boot_files.n_items;
	joined.items = arena_array_of(keep, struct boot_file, n_items);
	for (const struct map_object *object = nearest; object; object = object->parent)
		for (size_t i = 0; i < object->boot_files.n_items; i++)
			joined.items[joined.n_items++] = object->boot_files.items[i];
	return joined;
}

void build_lists(struct arena *keep, struct snapshot *snapshot, const struct map_object *object) {
	struct map_filters filters = join_filters(keep, object);
	struct map_boot_files boot_files = join_boot_files(keep, object);

	snapshot->policies = join_policies(keep, object);
	snapshot->filters = filters.items;
	snapshot->n_filters = filters.n_items;
	snapshot->boot_files = boot_files.items;
	snapshot->n_boot_files = boot_files.n_items;
	if (object && object->class == CLASS_SERVER) {
		snapshot->unbound = object->unbound.items;
		snapshot->n_unbound = object->unbound.n_items;
	}
}
