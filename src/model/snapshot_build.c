/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/text.h"
#include "model/map_priv.h"

/* The state of one build. */
struct build {
	struct map map;
	struct map_objects objects;
	struct snapshot *snapshot;
	const struct map_object *root;   /* the good one, or NULL */
	const struct map_object *server; /* the good entry of the server we build for, or NULL */
	struct scope *scopes;            /* the snapshot's, while they are filled */
};

static void map_entries(struct build *build, const struct entry *const *entries, size_t n_entries) {
	build->objects.items = arena_array_of(build->map.scratch, struct map_object *, n_entries);
	for (size_t i = 0; i < n_entries; i++) {
		struct map_object *object = map_entry(&build->map, entries[i], i);

		if (object)
			build->objects.items[build->objects.n_items++] = object;
	}
}

/* The next good object of @class from position *@place on, or NULL. */
static struct map_object *next_good(const struct build *build, enum schema_class class, size_t *place) {
	while (*place < build->objects.n_items) {
		struct map_object *object = build->objects.items[(*place)++];

		if (object->class == class && !object->is_bad)
			return object;
	}
	return NULL;
}

/* Root and sites: from here on their settings and options are those that everything below them inherits. */
static void inherit_sites(struct build *build) {
	struct settings defaults = inherit_defaults();
	struct map_object *object;
	size_t place = 0;

	build->snapshot->settings = defaults;
	object = next_good(build, CLASS_ROOT, &place);
	if (!object)
		return;
	object->settings = inherit_settings(&defaults, object);
	build->snapshot->settings = object->settings;
	build->snapshot->has_root = true;
	build->root = object;
	for (place = 0; (object = next_good(build, CLASS_SITE, &place));) {
		object->settings = inherit_settings(&object->parent->settings, object);
		object->options = inherit_values(build->map.keep, object->parent->options, object->options);
	}
}

static void find_server(struct build *build) {
	struct map_object *object;
	size_t place = 0;

	while (!build->server && (object = next_good(build, CLASS_SERVER, &place)))
		if (is_text_equal_nocase(object->cn, build->snapshot->server_name))
			build->server = object;
	if (!build->server)
		return;
	build->snapshot->has_server = true;
	build->snapshot->settings = inherit_settings(&build->server->parent->settings, build->server);
}

static bool is_serving(const struct scope *scope, const char *server_name) {
	for (size_t i = 0; i < scope->n_served_by; i++)
		if (is_text_equal_nocase(scope->served_by[i], server_name))
			return true;
	return false;
}

/* The options of the scopes in @site that our server serves, before their own. */
static const struct option_values *served_options(struct build *build, struct map_object *site) {
	struct option_values *values;

	if (!site->served) {
		values = arena_new_of(build->map.scratch, struct option_values);
		*values = inherit_values(build->map.keep, site->options, build->server->options);
		site->served = values;
	}
	return site->served;
}

static void inherit_scope(struct build *build, const struct map_object *object, struct scope *scope) {
	struct map_object *site = object->parent;
	struct option_values options = site->options;

	scope->dn = object->dn;
	scope->policies = object->policies;
	scope->name = object->name;
	scope->site = site->cn;
	scope->is_served = is_serving(scope, build->snapshot->server_name);
	scope->settings = site->settings;
	if (scope->is_served && build->server) {
		scope->settings = inherit_settings(&scope->settings, build->server);
		options = *served_options(build, site);
	}
	scope->settings = inherit_settings(&scope->settings, object);
	options = inherit_values(build->map.keep, options, object->options);
	scope->options = options.plain;
	scope->groups = options.groups;
}

static int compare_scopes(const void *a, const void *b) {
	uint32_t left = (*(struct map_object *const *)a)->scope->subnet.network.value;
	uint32_t right = (*(struct map_object *const *)b)->scope->subnet.network.value;

	return (left > right) - (left < right);
}

/* From here on an object's scope is the one in the snapshot. */
static void build_scopes(struct build *build) {
	struct map_object **objects = arena_array_of(build->map.scratch, struct map_object *, build->objects.n_items);
	struct map_object *object;
	size_t n_scopes = 0;

	for (size_t place = 0; (object = next_good(build, CLASS_SCOPE, &place));)
		objects[n_scopes++] = object;
	qsort(objects, n_scopes, sizeof *objects, compare_scopes);
	build->scopes = arena_array_of(build->map.keep, struct scope, n_scopes);
	for (size_t i = 0; i < n_scopes; i++) {
		build->scopes[i] = *objects[i]->scope;
		objects[i]->scope = &build->scopes[i];
		inherit_scope(build, objects[i], &build->scopes[i]);
	}
	build->snapshot->scopes = build->scopes;
	build->snapshot->n_scopes = n_scopes;
	build_superscopes(&build->map, build->snapshot, objects, n_scopes);
}

static void build_reservations(struct build *build) {
	struct map_object *object;

	for (size_t place = 0; (object = next_good(build, CLASS_RESERVATION, &place));)
		object->parent->n_children++;
	for (size_t place = 0; (object = next_good(build, CLASS_SCOPE, &place));)
		object->scope->reservations = arena_array_of(build->map.keep, struct reservation, object->n_children);
	for (size_t place = 0; (object = next_good(build, CLASS_RESERVATION, &place));) {
		struct scope *scope = object->parent->scope;
		struct reservation *reservation = (struct reservation *)&scope->reservations[scope->n_reservations++];

		*reservation = *object->reservation;
		reservation->dn = object->dn;
		reservation->name = object->name;
		reservation->settings = inherit_settings(&scope->settings, object);
		reservation->settings_given = object->settings_given;
		reservation->own = object->options;
		reservation->options = inherit_options(build->map.keep, scope->options, object->options.plain);
	}
}

static int compare_addresses(const void *a, const void *b) {
	const struct reservation *left = a, *right = b;

	return (left->address.value > right->address.value) - (left->address.value < right->address.value);
}

static int compare_hardware(const void *a, const void *b) {
	return span_compare((*(const struct reservation *const *)a)->hardware_address,
			    (*(const struct reservation *const *)b)->hardware_address);
}

static int compare_client_ids(const void *a, const void *b) {
	return span_compare((*(const struct reservation *const *)a)->client_id,
			    (*(const struct reservation *const *)b)->client_id);
}

static void index_reservations(struct arena *keep, struct scope *scope) {
	const struct reservation **by_hardware, **by_client_id;

	if (scope->n_reservations == 0)
		return;
	qsort((struct reservation *)scope->reservations, scope->n_reservations, sizeof *scope->reservations,
	      compare_addresses);
	by_hardware = arena_array_of(keep, const struct reservation *, scope->n_reservations);
	by_client_id = arena_array_of(keep, const struct reservation *, scope->n_reservations);
	for (size_t i = 0; i < scope->n_reservations; i++) {
		if (scope->reservations[i].hardware_address.len)
			by_hardware[scope->n_by_hardware++] = &scope->reservations[i];
		if (scope->reservations[i].client_id.len)
			by_client_id[scope->n_by_client_id++] = &scope->reservations[i];
	}
	qsort(by_hardware, scope->n_by_hardware, sizeof *by_hardware, compare_hardware);
	qsort(by_client_id, scope->n_by_client_id, sizeof *by_client_id, compare_client_ids);
	scope->by_hardware = by_hardware;
	scope->by_client_id = by_client_id;
}

/* What names classes and options is read between the two. */
static void judge_all(struct build *build) {
	struct judge *judge = judge_vocabulary(&build->map, &build->objects);

	for (size_t i = 0; i < build->objects.n_items; i++)
		map_values(&build->map, build->objects.items[i]);
	judge_others(judge);
	build_policies(&build->map, &build->objects);
}

struct snapshot *snapshot_build(const struct entry *const *entries, size_t n_entries, const char *server_name,
				uint64_t generation, struct findings *ret_findings) {
	struct arena *keep = arena_new(0), *scratch = arena_new(0);
	struct build build = { .snapshot = arena_new_of(keep, struct snapshot) };

	build.snapshot->arena = keep;
	build.snapshot->generation = generation;
	build.snapshot->server_name = arena_dup_text(keep, server_name);
	map_init(&build.map, build.snapshot, scratch);
	map_entries(&build, entries, n_entries);
	tree_link(&build.map, &build.objects);
	judge_all(&build);
	inherit_sites(&build);
	find_server(&build);
	build_lists(keep, build.snapshot, build.server ? build.server : build.root);
	build_scopes(&build);
	build_reservations(&build);
	for (size_t i = 0; i < build.snapshot->n_scopes; i++)
		index_reservations(keep, &build.scopes[i]);
	map_finish(&build.map, ret_findings);
	arena_free(scratch);
	return build.snapshot;
}
