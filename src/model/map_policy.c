/* SPDX-License-Identifier: Apache-2.0 */
#include "model/condition.h"
#include "model/map_priv.h"
#include "model/quote_priv.h"

#define NAME_MAX_CHARACTERS 64
#define OPTION_CLIENT_FQDN 81 /* RFC 4702 */

void map_take_processing_order(struct map *map, struct map_object *object, const struct map_rule *rule,
			       const struct map_value *value) {
	char quoted[QUOTE_MAX];
	uint64_t order = 0;

	if (text_parse_u64(value->text, UINT32_MAX, &order) < 0 || order == 0)
		map_report(map, object, value->attribute, E_DHCP_INVALID_PROCESSING_ORDER,
			   "%s is \"%s\"; write a number from 1 on", value->attribute, quote(value->octets, quoted));
	else
		object->policy->order = (uint32_t)order;
}

void map_take_condition(struct map *map, struct map_object *object, const struct map_rule *rule,
			const struct map_value *value) {
	struct condition_classes classes = { map->snapshot->classes, map->snapshot->n_classes };
	struct condition *condition = NULL;
	struct error error = { 0 };
	int r = condition_parse(value->text, &classes, map->keep, &condition, &error);

	/* A class that went takes nobody's addresses away: its policy stays, for nobody, and keeps its ranges. */
	if (r == -E_DHCP_CLASS_NOT_FOUND)
		map_report_value(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
	else if (r < 0)
		map_report(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
	else
		object->policy->condition = condition;
}

static void check_ranges(struct map *map, struct map_object *object) {
	char text[IP4_RANGE_TEXT_MAX], other[IP4_RANGE_TEXT_MAX];
	const struct ip4_range *ranges = object->policy->ranges;

	for (size_t i = 1; i < object->policy->n_ranges; i++)
		if (is_ip4_range_overlapping(ranges[i - 1], ranges[i]))
			map_report(map, object, schema_attribute_get(ATTRIBUTE_RANGE)->name, E_DHCP_POLICY_RANGE_BAD,
				   "the ranges %s and %s of the policy overlap; write one range that holds both",
				   ip4_range_format(ranges[i - 1], other), ip4_range_format(ranges[i], text));
}

void map_finish_policy(struct map *map, struct map_object *object) {
	struct ip4_range *ranges = arena_array_of(map->keep, struct ip4_range, object->n_ranges);
	size_t n_characters = map_count_characters(span_of_text(object->cn));

	if (n_characters < 1 || n_characters > NAME_MAX_CHARACTERS)
		map_report(map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_INVALID_PARAMETER,
			   "the policy's name has %zu characters; give it 1 to %d", n_characters, NAME_MAX_CHARACTERS);
	map_require(map, object, ATTRIBUTE_PROCESSING_ORDER, E_DHCP_INVALID_PROCESSING_ORDER, "1");
	map_require(map, object, ATTRIBUTE_CONDITION, E_DHCP_INVALID_POLICY_EXPRESSION, "mac is 02:00:5e:*");
	map_sort_ranges(object);
	for (size_t i = 0; i < object->n_ranges; i++)
		ranges[i] = object->ranges[i].range;
	object->policy->ranges = ranges;
	object->policy->n_ranges = object->n_ranges;
	check_ranges(map, object);
}

/* What only the lease time and the client's own name can be set by: Windows' rule. */
static void check_fqdn(struct map *map, struct map_object *object) {
	const struct option_values *options = &object->options;
	bool has_others = options->groups.n_items > 0;

	for (size_t i = 0; i < options->plain.n_values; i++)
		has_others |= options->plain.values[i].code != OPTION_CLIENT_FQDN;
	if (object->policy->n_ranges)
		map_report(map, object, schema_attribute_get(ATTRIBUTE_RANGE)->name,
			   E_DHCP_POLICY_FQDN_RANGE_UNSUPPORTED,
			   "the condition is about the client's domain name, so the policy cannot have ranges; remove them");
	if (has_others)
		map_report(map, object, schema_attribute_get(ATTRIBUTE_OPTION)->name,
			   E_DHCP_POLICY_FQDN_OPTION_UNSUPPORTED,
			   "the condition is about the client's domain name, so the policy can set no option but %d, and the lease "
			   "time; remove the others",
			   OPTION_CLIENT_FQDN);
}

void map_finish_policy_values(struct map *map, struct map_object *object) {
	if (object->policy->condition && is_condition_about(object->policy->condition, CONDITION_FQDN))
		check_fqdn(map, object);
}
