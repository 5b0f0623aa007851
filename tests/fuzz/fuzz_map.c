/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever stands in a directory makes a snapshot that keeps its promises: everything sorted, nothing overlapping,
 * every address within its subnet; and each finding can be shown. The input is text as in tests/support/tree_text.h. */
#include <stdlib.h>

#include "../support/tree_text.h"
#include "model/assignment.h"
#include "model/condition.h"
#include "model/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void check_options(const struct option_set *set) {
	for (size_t i = 0; i < set->n_values; i++) {
		check(i == 0 || set->values[i - 1].code < set->values[i].code);
		check(option_set_get(set, set->values[i].code) == &set->values[i] && *set->values[i].source_dn);
	}
}

static void check_ranges(const struct ip4_range *ranges, size_t n_ranges, struct ip4_range within) {
	for (size_t i = 0; i < n_ranges; i++) {
		check(ranges[i].first.value <= ranges[i].last.value);
		check(ranges[i].first.value >= within.first.value && ranges[i].last.value <= within.last.value);
		check(i == 0 || ranges[i - 1].last.value < ranges[i].first.value);
	}
}

static void check_groups(const struct option_groups *groups) {
	for (size_t i = 0; i < groups->n_items; i++) {
		const struct option_group *group = &groups->items[i];

		check(group->user_class || group->vendor_class);
		check(option_groups_get(groups, group->user_class, group->vendor_class) == group);
		check(group->options.n_values > 0);
		check_options(&group->options);
	}
}

/* Whatever is in force can be written, and read again as the same. */
static void check_assignment(const struct snapshot *snapshot, const struct option_reference *option,
			     struct span octets) {
	static char array[4 * OPTION_VALUE_MAX + 4096];
	static struct assignment again;
	struct text text;

	text_init(&text, array, sizeof array);
	assignment_format(option, octets, &text);
	check(assignment_parse(snapshot, array, &again, NULL) == 0);
	check(again.option.code == option->code && again.option.user_class == option->user_class);
	check(again.option.vendor_class == option->vendor_class);
	check(is_span_equal(span_of(again.octets, again.len), octets));
}

static void check_assignments(const struct snapshot *snapshot, const struct option_values *values) {
	for (size_t i = 0; i < values->plain.n_values; i++) {
		struct option_reference option =
			option_reference_of(snapshot, NULL, NULL, values->plain.values[i].code);

		check_assignment(snapshot, &option, values->plain.values[i].octets);
	}
	for (size_t i = 0; i < values->groups.n_items; i++) {
		const struct option_group *group = &values->groups.items[i];

		for (size_t j = 0; j < group->options.n_values; j++) {
			struct option_reference option = option_reference_of(
				snapshot, group->user_class, group->vendor_class, group->options.values[j].code);

			check_assignment(snapshot, &option, group->options.values[j].octets);
		}
	}
}

static void check_vocabulary(const struct snapshot *snapshot) {
	for (size_t i = 0; i < snapshot->n_classes; i++) {
		const struct client_class *class = &snapshot->classes[i];

		check(snapshot_class_find(snapshot, class->name) == class);
		check(class->data.len >= 1 && class->data.len <= 255);
	}
	for (size_t i = 0; i < snapshot->n_definitions; i++) {
		const struct option_definition *definition = &snapshot->definitions[i];

		check(snapshot_definition_get(snapshot, definition->vendor_class, definition->code) == definition);
		check(snapshot_definition_find(snapshot, definition->vendor_class, definition->name) == definition);
		check(definition->vendor_class || !option_info_get(definition->code));
	}
}

static void check_reservations(const struct snapshot *snapshot, const struct scope *scope) {
	for (size_t i = 0; i < scope->n_reservations; i++) {
		const struct reservation *reservation = &scope->reservations[i];

		check(is_ip4_in_subnet(reservation->address, scope->subnet));
		check(scope_reservation_at(scope, reservation->address) == reservation);
		check_options(&reservation->options);
		check_options(&reservation->own.plain);
		check_groups(&reservation->own.groups);
		check_assignments(snapshot, &reservation->own);
	}
	for (size_t i = 0; i < scope->n_by_hardware; i++)
		check(scope_reservation_by_hardware(scope, 1, scope->by_hardware[i]->hardware_address) ==
		      scope->by_hardware[i]);
	for (size_t i = 0; i < scope->n_by_client_id; i++)
		check(scope_reservation_by_client_id(scope, scope->by_client_id[i]->client_id) ==
		      scope->by_client_id[i]);
}

static bool is_in_ranges(const struct scope *scope, struct ip4 address) {
	for (size_t i = 0; i < scope->n_ranges; i++)
		if (is_ip4_in_range(address, scope->ranges[i]))
			return true;
	return false;
}

static bool is_any_overlapping(const struct policy *policy, const struct policy *other) {
	for (size_t i = 0; i < policy->n_ranges; i++)
		for (size_t j = 0; j < other->n_ranges; j++)
			if (is_ip4_range_overlapping(policy->ranges[i], other->ranges[j]))
				return true;
	return false;
}

static void check_policy(const struct snapshot *snapshot, const struct policy *policy) {
	check(policy->order >= 1 && *policy->name && *policy->dn);
	check_options(&policy->options.plain);
	check_groups(&policy->options.groups);
	check_assignments(snapshot, &policy->options);
	check(policy->n_ranges == 0 || !policy->condition || !is_condition_about(policy->condition, CONDITION_FQDN));
}

static void check_policies(const struct snapshot *snapshot, const struct scope *scope) {
	for (size_t i = 0; i < scope->policies.n_items; i++) {
		const struct policy *policy = &scope->policies.items[i];

		check_policy(snapshot, policy);
		check(i == 0 || policy[-1].order <= policy->order);
		check_ranges(policy->ranges, policy->n_ranges, ip4_subnet_range(scope->subnet));
		for (size_t j = 0; j < policy->n_ranges; j++)
			check(is_in_ranges(scope, policy->ranges[j].first) &&
			      is_in_ranges(scope, policy->ranges[j].last));
		for (size_t j = 0; j < i; j++)
			check(!is_any_overlapping(policy, &scope->policies.items[j]));
	}
}

static void check_superscopes(const struct snapshot *snapshot) {
	for (size_t i = 0; i < snapshot->n_superscopes; i++) {
		const struct superscope *superscope = &snapshot->superscopes[i];

		check(superscope->n_members > 0);
		for (size_t j = 0; j < superscope->n_members; j++)
			check(superscope->members[j]->superscope == superscope);
	}
}

static void check_snapshot(const struct snapshot *snapshot) {
	check_superscopes(snapshot);
	check_vocabulary(snapshot);
	for (size_t i = 0; i < snapshot->policies.n_items; i++) {
		check_policy(snapshot, &snapshot->policies.items[i]);
		check(snapshot->policies.items[i].n_ranges == 0);
	}
	for (size_t i = 0; i < snapshot->n_scopes; i++) {
		const struct scope *scope = &snapshot->scopes[i];
		struct ip4_range all = ip4_subnet_range(scope->subnet);

		check(i == 0 || ip4_subnet_range(snapshot->scopes[i - 1].subnet).last.value < all.first.value);
		check(snapshot_scope_of(snapshot, all.first) == scope &&
		      snapshot_scope_of(snapshot, all.last) == scope);
		check_ranges(scope->ranges, scope->n_ranges, all);
		check_ranges(scope->exclusions, scope->n_exclusions, all);
		check(!is_scope_address_dynamic(scope, all.first) && !is_scope_address_dynamic(scope, all.last));
		check_options(&scope->options);
		check_groups(&scope->groups);
		check_assignments(snapshot, &(struct option_values){ scope->options, scope->groups });
		check_reservations(snapshot, scope);
		check_policies(snapshot, scope);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct arena *arena = arena_new(0);
	struct findings findings;
	struct snapshot *snapshot;
	size_t n_entries;

	snapshot = snapshot_build(tree_text_read(arena, span_of(data, size), &n_entries), n_entries,
				  "dhcp1.example.com", 1, &findings);
	arena_free(arena);
	check_snapshot(snapshot);
	for (size_t i = 0; i < findings.n_items; i++)
		check(error_info_get(findings.items[i].code) && *findings.items[i].reason && findings.items[i].dn);
	snapshot_free(snapshot);
	return 0;
}
