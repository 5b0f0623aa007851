/* SPDX-License-Identifier: Apache-2.0 */
#include "model/snapshot.h"

#include <stdlib.h>
#include <strings.h>

#include "base/macros.h"
#include "model/map_priv.h"

static const char *const client_types[] = {
	[CLIENT_TYPE_DHCP] = "dhcp",
	[CLIENT_TYPE_BOOTP] = "bootp",
	[CLIENT_TYPE_BOTH] = "both",
};

const char *client_type_name(enum client_type type) {
	return client_types[type];
}

int client_type_parse(const char *word, enum client_type *ret_type) {
	for (unsigned i = CLIENT_TYPE_DHCP; i < ARRAY_LEN(client_types); i++)
		if (is_text_equal_nocase(word, client_types[i])) {
			*ret_type = (enum client_type)i;
			return 0;
		}
	return -E_INVALID_PARAMETER;
}

struct snapshot *snapshot_free(struct snapshot *snapshot) {
	if (snapshot)
		arena_free(snapshot->arena);
	return NULL;
}

static int compare_with_subnet(const void *key, const void *element) {
	struct ip4_range range = ip4_subnet_range(((const struct scope *)element)->subnet);
	struct ip4 address = *(const struct ip4 *)key;

	return (address.value > range.last.value) - (address.value < range.first.value);
}

const struct scope *snapshot_scope_of(const struct snapshot *snapshot, struct ip4 address) {
	if (snapshot->n_scopes == 0)
		return NULL;
	return bsearch(&address, snapshot->scopes, snapshot->n_scopes, sizeof *snapshot->scopes, compare_with_subnet);
}

static int compare_with_address(const void *key, const void *element) {
	struct ip4 address = *(const struct ip4 *)key, other = ((const struct reservation *)element)->address;

	return (address.value > other.value) - (address.value < other.value);
}

const struct reservation *scope_reservation_at(const struct scope *scope, struct ip4 address) {
	if (scope->n_reservations == 0)
		return NULL;
	return bsearch(&address, scope->reservations, scope->n_reservations, sizeof *scope->reservations,
		       compare_with_address);
}

static int compare_with_hardware(const void *key, const void *element) {
	return span_compare(*(const struct span *)key, (*(const struct reservation *const *)element)->hardware_address);
}

const struct reservation *scope_reservation_by_hardware(const struct scope *scope, uint8_t htype, struct span address) {
	const struct reservation *const *found;

	if (scope->n_by_hardware == 0)
		return NULL;
	found = bsearch(&address, scope->by_hardware, scope->n_by_hardware, sizeof *scope->by_hardware,
			compare_with_hardware);
	return found && (*found)->htype == htype ? *found : NULL;
}

static int compare_with_client_id(const void *key, const void *element) {
	return span_compare(*(const struct span *)key, (*(const struct reservation *const *)element)->client_id);
}

const struct reservation *scope_reservation_by_client_id(const struct scope *scope, struct span client_id) {
	const struct reservation *const *found;

	if (scope->n_by_client_id == 0)
		return NULL;
	found = bsearch(&client_id, scope->by_client_id, scope->n_by_client_id, sizeof *scope->by_client_id,
			compare_with_client_id);
	return found ? *found : NULL;
}

/* Each reply asks for many codes: this one is not left to bsearch. */
const struct option_value *option_set_get(const struct option_set *set, uint8_t code) {
	size_t first = 0, end = set->n_values;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (set->values[middle].code == code)
			return &set->values[middle];
		if (set->values[middle].code < code)
			first = middle + 1;
		else
			end = middle;
	}
	return NULL;
}

/* NULL is below all classes, and these are in the order of the snapshot. */
static int compare_classes(const struct client_class *a, const struct client_class *b) {
	return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

int option_group_compare(const struct option_group *a, const struct option_group *b) {
	int order = compare_classes(a->vendor_class, b->vendor_class);

	return order ? order : compare_classes(a->user_class, b->user_class);
}

static int compare_with_group(const void *key, const void *element) {
	return option_group_compare(key, element);
}

const struct option_group *option_groups_get(const struct option_groups *groups, const struct client_class *user_class,
					     const struct client_class *vendor_class) {
	struct option_group key = { .user_class = user_class, .vendor_class = vendor_class };

	if (groups->n_items == 0)
		return NULL;
	return bsearch(&key, groups->items, groups->n_items, sizeof *groups->items, compare_with_group);
}

static int compare_with_class_name(const void *key, const void *element) {
	return strcasecmp(key, (*(const struct client_class *const *)element)->name);
}

const struct client_class *snapshot_class_find(const struct snapshot *snapshot, const char *name) {
	const struct client_class *const *found;

	if (snapshot->n_classes == 0)
		return NULL;
	found = bsearch(name, snapshot->classes_by_name, snapshot->n_classes, sizeof *found, compare_with_class_name);

	return found ? *found : NULL;
}

int option_definition_compare(const struct option_definition *a, const struct option_definition *b) {
	int order = compare_classes(a->vendor_class, b->vendor_class);

	return order ? order : a->code - b->code;
}

static int compare_with_definition(const void *key, const void *element) {
	return option_definition_compare(key, element);
}

const struct option_definition *snapshot_definition_get(const struct snapshot *snapshot,
							const struct client_class *vendor_class, uint8_t code) {
	struct option_definition key = { .vendor_class = vendor_class, .code = code };

	if (snapshot->n_definitions == 0)
		return NULL;
	return bsearch(&key, snapshot->definitions, snapshot->n_definitions, sizeof key, compare_with_definition);
}

int option_definition_compare_names(const struct option_definition *a, const struct option_definition *b) {
	int order = compare_classes(a->vendor_class, b->vendor_class);

	return order ? order : strcasecmp(a->name, b->name);
}

static int compare_with_definition_name(const void *key, const void *element) {
	return option_definition_compare_names(key, *(const struct option_definition *const *)element);
}

const struct option_definition *snapshot_definition_find(const struct snapshot *snapshot,
							 const struct client_class *vendor_class, const char *name) {
	struct option_definition key = { .vendor_class = vendor_class, .name = name };
	const struct option_definition *const *found;

	if (snapshot->n_definitions == 0)
		return NULL;
	found = bsearch(&key, snapshot->definitions_by_name, snapshot->n_definitions, sizeof *found,
			compare_with_definition_name);

	return found ? *found : NULL;
}

static int compare_with_range(const void *key, const void *element) {
	const struct ip4_range *range = element;
	struct ip4 address = *(const struct ip4 *)key;

	return (address.value > range->last.value) - (address.value < range->first.value);
}

static bool is_in_any(struct ip4 address, const struct ip4_range *ranges, size_t n_ranges) {
	return n_ranges && bsearch(&address, ranges, n_ranges, sizeof *ranges, compare_with_range);
}

bool is_scope_address_dynamic(const struct scope *scope, struct ip4 address) {
	return is_in_any(address, scope->ranges, scope->n_ranges) &&
	       !is_in_any(address, scope->exclusions, scope->n_exclusions);
}
