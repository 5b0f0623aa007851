/* SPDX-License-Identifier: Apache-2.0 */
#include "model/snapshot.h"

#include <stdlib.h>

#include "base/macros.h"

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

static int compare_with_code(const void *key, const void *element) {
	return *(const uint8_t *)key - ((const struct option_value *)element)->code;
}

const struct option_value *option_set_get(const struct option_set *set, uint8_t code) {
	if (set->n_values == 0)
		return NULL;
	return bsearch(&code, set->values, set->n_values, sizeof *set->values, compare_with_code);
}

const struct option_group *option_groups_get(const struct option_groups *groups, const struct client_class *user_class,
					     const struct client_class *vendor_class) {
	for (size_t i = 0; i < groups->n_items; i++)
		if (groups->items[i].user_class == user_class && groups->items[i].vendor_class == vendor_class)
			return &groups->items[i];
	return NULL;
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
