/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <strings.h>

#include "model/map_priv.h"

/* Below, equal or above 0: whether two scopes are in the same superscope. */
static int compare_names(const struct map_object *a, const struct map_object *b) {
	if (a->parent != b->parent)
		return a->parent->order < b->parent->order ? -1 : 1;
	return strcasecmp(a->superscope, b->superscope);
}

/* The members of one beside each other, the default one first, then by network. */
static int compare_members(const void *a, const void *b) {
	const struct map_object *left = *(struct map_object *const *)a, *right = *(struct map_object *const *)b;
	uint32_t network = left->scope->subnet.network.value, other = right->scope->subnet.network.value;
	int order = compare_names(left, right);

	if (order)
		return order;
	if (left->is_default_scope != right->is_default_scope)
		return left->is_default_scope ? -1 : 1;
	return (network > other) - (network < other);
}

static void join(struct arena *keep, struct superscope *superscope, struct map_object *const *members,
		 size_t n_members) {
	const struct scope **scopes = arena_array_of(keep, const struct scope *, n_members);

	for (size_t i = 0; i < n_members; i++) {
		members[i]->scope->superscope = superscope;
		scopes[i] = members[i]->scope;
	}
	*superscope = (struct superscope){ .name = members[0]->superscope,
					   .site = members[0]->parent->cn,
					   .members = scopes,
					   .n_members = n_members,
					   .has_default = members[0]->is_default_scope };
}

void build_superscopes(struct map *map, struct snapshot *snapshot, struct map_object *const *objects,
		       size_t n_objects) {
	struct map_object **members = arena_array_of(map->scratch, struct map_object *, n_objects);
	struct superscope *superscopes;
	size_t n_members = 0, n_superscopes = 0;

	for (size_t i = 0; i < n_objects; i++)
		if (objects[i]->superscope)
			members[n_members++] = objects[i];
	qsort(members, n_members, sizeof *members, compare_members);
	superscopes = arena_array_of(map->keep, struct superscope, n_members);
	for (size_t first = 0, end; first < n_members; first = end) {
		for (end = first + 1; end < n_members && compare_names(members[first], members[end]) == 0;)
			end++;
		join(map->keep, &superscopes[n_superscopes++], &members[first], end - first);
	}
	snapshot->superscopes = superscopes;
	snapshot->n_superscopes = n_superscopes;
}
