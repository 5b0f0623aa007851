/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/map_priv.h"
#include "model/quote_priv.h"

static int compare_overlap(const void *key, const void *element) {
	const struct ip4_range *range = key, *other = element;

	return (range->first.value > other->last.value) - (range->last.value < other->first.value);
}

/* The one of @ranges, which are sorted, that overlaps @range; NULL if none does. */
static const struct ip4_range *find_overlap(struct ip4_range range, const struct ip4_range *ranges, size_t n_ranges) {
	return n_ranges ? bsearch(&range, ranges, n_ranges, sizeof range, compare_overlap) : NULL;
}

/* True if @range lies in @ranges, which are sorted; in several of them if they touch. */
static bool is_covered(struct ip4_range range, const struct ip4_range *ranges, size_t n_ranges) {
	struct ip4_range first = { range.first, range.first };
	const struct ip4_range *at = find_overlap(first, ranges, n_ranges), *end = ranges + n_ranges;

	while (at && at->last.value < range.last.value)
		at = at + 1 < end && at[1].first.value == at->last.value + 1 ? at + 1 : NULL;
	return at != NULL;
}

/* What the scope does not hold now is left out: it may have had it when the policy was made. */
static void judge_cover(struct map *map, struct map_object *object) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_RANGE)->name;
	struct ip4_range *ranges = (struct ip4_range *)object->policy->ranges, all;
	const struct scope *scope = object->parent->scope;
	char text[IP4_RANGE_TEXT_MAX], network[IP4_TEXT_MAX];
	size_t n_kept = 0;

	all = ip4_subnet_range(scope->subnet);
	for (size_t i = 0; i < object->policy->n_ranges; i++) {
		bool is_inside = is_covered(ranges[i], &all, 1);

		if (is_covered(ranges[i], scope->ranges, scope->n_ranges))
			ranges[n_kept++] = ranges[i];
		else
			map_report_value(map, object, attribute,
					 is_inside ? E_SCOPE_RANGE_POLICY_RANGE_CONFLICT : E_DHCP_POLICY_RANGE_BAD,
					 "%s %s of the policy is not within the %s of the scope %s; correct it, or extend those",
					 attribute, ip4_range_format(ranges[i], text), is_inside ? "ranges" : "addresses",
					 ip4_format(scope->subnet.network, network));
	}
	object->policy->n_ranges = n_kept;
}

static void judge_overlap(struct map *map, struct map_object *object, const struct map_object *other) {
	char text[IP4_RANGE_TEXT_MAX], taken[IP4_RANGE_TEXT_MAX], quoted[QUOTE_MAX];

	for (size_t i = 0; i < object->policy->n_ranges && !object->is_bad; i++) {
		const struct ip4_range *overlap =
			find_overlap(object->policy->ranges[i], other->policy->ranges, other->policy->n_ranges);

		if (overlap)
			map_report(map, object, schema_attribute_get(ATTRIBUTE_RANGE)->name, E_DHCP_POLICY_RANGE_EXISTS,
				   "the range %s overlaps %s of the policy %s; give the policies ranges of their own",
				   ip4_range_format(object->policy->ranges[i], text), ip4_range_format(*overlap, taken),
				   quote(span_of_text(other->dn), quoted));
	}
}

void policy_judge(struct map *map, struct map_object *object) {
	struct map_object *parent = object->parent;

	if (object->policy->n_ranges == 0)
		return;
	if (!parent->scope) {
		map_report(map, object, schema_attribute_get(ATTRIBUTE_RANGE)->name,
			   E_DHCP_RANGE_INVALID_IN_SERVER_POLICY,
			   "only the policy of a scope can have ranges; remove them, or make the policy below a scope");
		return;
	}
	judge_cover(map, object);
	for (const struct map_object *other = parent->ranged_policy; other; other = other->ranged_policy)
		judge_overlap(map, object, other);
	if (object->is_bad || object->policy->n_ranges == 0)
		return;
	object->ranged_policy = parent->ranged_policy;
	parent->ranged_policy = object;
}

/* Those of one entry beside each other, in the order in which they are looked at. */
static int compare_policies(const void *a, const void *b) {
	const struct map_object *left = *(struct map_object *const *)a, *right = *(struct map_object *const *)b;
	int order;

	if (left->parent != right->parent)
		return left->parent->order < right->parent->order ? -1 : 1;
	if (left->policy->order != right->policy->order)
		return left->policy->order < right->policy->order ? -1 : 1;
	order = strcasecmp(left->cn, right->cn);
	return order ? order : strcmp(left->key, right->key);
}

static void fill(struct policy *policy, const struct map_object *object) {
	*policy = *object->policy;
	policy->name = object->cn;
	policy->dn = object->dn;
	policy->level = schema_class_level(object->parent->class);
	policy->settings_given = object->settings_given;
	policy->settings = object->settings;
	policy->options = object->options;
}

void build_policies(struct map *map, const struct map_objects *objects) {
	struct map_object **sorted = arena_array_of(map->scratch, struct map_object *, objects->n_items);
	struct policy *policies;
	size_t n_policies = 0;

	for (size_t i = 0; i < objects->n_items; i++)
		if (objects->items[i]->class == CLASS_POLICY && !objects->items[i]->is_bad)
			sorted[n_policies++] = objects->items[i];
	qsort(sorted, n_policies, sizeof *sorted, compare_policies);
	policies = arena_array_of(map->keep, struct policy, n_policies);
	for (size_t i = 0; i < n_policies; i++) {
		struct policies *of_parent = &sorted[i]->parent->policies;

		fill(&policies[i], sorted[i]);
		if (of_parent->n_items++ == 0)
			of_parent->items = &policies[i];
	}
}

struct policies join_policies(struct arena *keep, const struct map_object *nearest) {
	struct policy *items;
	size_t n_items = 0, n_joined = 0;

	for (const struct map_object *object = nearest; object; object = object->parent)
		n_items += object->policies.n_items;
	items = arena_array_of(keep, struct policy, n_items);
	for (const struct map_object *object = nearest; object; object = object->parent)
		for (size_t i = 0; i < object->policies.n_items; i++)
			items[n_joined++] = object->policies.items[i];
	return (struct policies){ items, n_joined };
}
