/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/dn.h"
#include "model/map_priv.h"
#include "model/quote_priv.h"
#include "wire/option.h"

#define NAME_MAX_CHARACTERS 256
#define PREFIX_LENGTH_MAX 30
#define HARDWARE_ADDRESS_MAX 16
#define CLIENT_ID_MIN 2 /* RFC 2132 9.14 */
#define CLIENT_ID_MAX 255
#define CN_MAX 1024
#define HARDWARE_TYPE_ETHERNET 1

static void add_finding(struct map *map, struct map_object *object, struct finding finding) {
	struct map_finding *link = arena_new_of(map->scratch, struct map_finding);

	finding.uuid = object->entry->uuid;
	finding.dn = object->dn;
	link->finding = finding;
	*map->last_link = link;
	map->last_link = &link->next;
	map->n_findings++;
	object->is_bad |= !finding.is_value_only;
}

PRINTF_LIKE(4, 0)
static void report(struct map *map, struct map_object *object, struct finding finding, const char *format,
		   va_list args) {
	char reason[512];

	vsnprintf(reason, sizeof reason, format, args);
	finding.reason = arena_dup_text(map->keep, reason);
	add_finding(map, object, finding);
}

void map_report(struct map *map, struct map_object *object, const char *attribute, enum error_code code,
		const char *format, ...) {
	va_list args;

	va_start(args, format);
	report(map, object, (struct finding){ .attribute = attribute, .code = code }, format, args);
	va_end(args);
}

void map_report_value(struct map *map, struct map_object *object, const char *attribute, enum error_code code,
		      const char *format, ...) {
	va_list args;

	va_start(args, format);
	report(map, object, (struct finding){ .attribute = attribute, .code = code, .is_value_only = true }, format,
	       args);
	va_end(args);
}

void map_report_consequence(struct map *map, struct map_object *object, enum error_code code, const char *reason) {
	add_finding(map, object,
		    (struct finding){ .attribute = "",
				      .code = code,
				      .reason = arena_dup_text(map->keep, reason),
				      .is_consequence = true });
}

void map_require(struct map *map, struct map_object *object, enum schema_attribute attribute, enum error_code code,
		 const char *example) {
	const char *name = schema_attribute_get(attribute)->name;

	if (!entry_attribute_get(object->entry, name))
		map_report(map, object, name, code, "the entry has no %s; add one, for example %s", name, example);
}

void map_finish(struct map *map, struct findings *ret_findings) {
	struct finding *items = arena_array_of(map->keep, struct finding, map->n_findings);
	size_t n_items = 0;

	for (const struct map_finding *link = map->first_finding; link; link = link->next)
		items[n_items++] = link->finding;
	*ret_findings = (struct findings){ items, n_items };
}

size_t map_count_characters(struct span utf8) {
	size_t count = 0;

	for (size_t i = 0; i < utf8.len; i++)
		count += (utf8.data[i] & 0xc0) != 0x80;
	return count;
}

/* Copy a name to *@name; one that is too long is reported with @code. */
static void keep_name(struct map *map, struct map_object *object, const struct map_value *value, enum error_code code,
		      const char **name) {
	size_t count = map_count_characters(value->octets);

	if (count > NAME_MAX_CHARACTERS)
		map_report(map, object, value->attribute, code, "%s has %zu characters; shorten it to at most %d",
			   value->attribute, count, NAME_MAX_CHARACTERS);
	else
		*name = arena_dup(map->keep, value->octets);
}

static void take_name(struct map *map, struct map_object *object, const struct map_rule *rule,
		      const struct map_value *value) {
	keep_name(map, object, value, E_DHCP_SCOPE_NAME_TOO_LONG, &object->name);
}

static void take_setting(struct map *map, struct map_object *object, const struct map_rule *rule,
			 const struct map_value *value) {
	struct error error = { 0 };

	if (setting_parse(rule->setting, value->text, &object->settings.values[rule->setting], &error) < 0)
		map_report(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
	else
		object->settings_given |= 1u << rule->setting;
}

static void take_prefix_length(struct map *map, struct map_object *object, const struct map_rule *rule,
			       const struct map_value *value) {
	char quoted[QUOTE_MAX];
	uint64_t length;

	if (text_parse_u64(value->text, PREFIX_LENGTH_MAX, &length) < 0 || length == 0)
		map_report(map, object, value->attribute, E_DHCP_SUBNET_INCONSISTENT,
			   "%s is \"%s\"; write a number from 1 to %d, for example 24", value->attribute,
			   quote(value->octets, quoted), PREFIX_LENGTH_MAX);
	else
		object->scope->subnet.prefix_length = (uint8_t)length;
}

/* Read "FIRST-LAST" or "FIRST-LAST WORD"; @ret_word is borrowed, "" if there is none. */
static int parse_range(const char *text, struct ip4_range *ret_range, const char **ret_word) {
	char addresses[IP4_RANGE_TEXT_MAX];
	size_t len = strcspn(text, " ");

	if (len >= sizeof addresses)
		return -E_INVALID_PARAMETER;
	memcpy(addresses, text, len);
	addresses[len] = '\0';
	*ret_word = text + len + strspn(text + len, " ");
	return ip4_range_parse(addresses, ret_range);
}

/* The same of @value; false, and reported, if there is no range in it. */
static bool take_addresses(struct map *map, struct map_object *object, const struct map_value *value,
			   struct ip4_range *ret_range, const char **ret_word) {
	enum error_code code = object->policy ? E_DHCP_POLICY_RANGE_BAD : E_DHCP_INVALID_RANGE;
	char quoted[QUOTE_MAX];
	int result = parse_range(value->text, ret_range, ret_word);

	if (result == -E_DHCP_INVALID_RANGE)
		map_report(map, object, value->attribute, code,
			   "%s \"%s\" ends before it starts; write the lower address first", value->attribute,
			   quote(value->octets, quoted));
	else if (result < 0)
		map_report(map, object, value->attribute, code,
			   "%s \"%s\" is not a range; write FIRST-LAST, for example 10.1.0.50-10.1.0.200",
			   value->attribute, quote(value->octets, quoted));
	return result == 0;
}

static void take_range(struct map *map, struct map_object *object, const struct map_rule *rule,
		       const struct map_value *value) {
	struct address_range range = { .kind = CLIENT_TYPE_DHCP };
	const char *word = "";
	char quoted[QUOTE_MAX];

	if (!object->ranges)
		object->ranges = arena_array_of(map->scratch, struct address_range, value->count);
	if (!take_addresses(map, object, value, &range.range, &word))
		return;
	if (*word && object->policy)
		map_report(map, object, value->attribute, E_DHCP_POLICY_RANGE_BAD,
			   "%s \"%s\" has a word behind the addresses; on a policy nothing may stand there",
			   value->attribute, quote(value->octets, quoted));
	else if (*word && client_type_parse(word, &range.kind) < 0)
		map_report(map, object, value->attribute, E_DHCP_INVALID_RANGE,
			   "%s \"%s\" has an unknown word behind the addresses; write dhcp, bootp, both or nothing there",
			   value->attribute, quote(value->octets, quoted));
	else
		object->ranges[object->n_ranges++] = range;
}

static void take_exclusion(struct map *map, struct map_object *object, const struct map_rule *rule,
			   const struct map_value *value) {
	struct ip4_range **exclusions = (struct ip4_range **)&object->scope->exclusions, range;
	const char *word = "";
	char quoted[QUOTE_MAX];

	if (!*exclusions)
		*exclusions = arena_array_of(map->keep, struct ip4_range, value->count);
	if (!take_addresses(map, object, value, &range, &word))
		return;
	if (*word)
		map_report(map, object, value->attribute, E_DHCP_INVALID_RANGE,
			   "%s \"%s\" has a word behind the addresses; nothing may stand there", value->attribute,
			   quote(value->octets, quoted));
	else
		(*exclusions)[object->scope->n_exclusions++] = range;
}

static void take_state(struct map *map, struct map_object *object, const struct map_rule *rule,
		       const struct map_value *value) {
	bool is_enabled = is_text_equal_nocase(value->text, "enabled");
	char quoted[QUOTE_MAX];

	if (object->policy)
		object->policy->is_enabled = is_enabled;
	else
		object->scope->is_enabled = is_enabled;
	if (!is_enabled && !is_text_equal_nocase(value->text, "disabled"))
		map_report(map, object, value->attribute, E_INVALID_PARAMETER,
			   "%s is \"%s\"; write enabled or disabled", value->attribute, quote(value->octets, quoted));
}

static void take_server(struct map *map, struct map_object *object, const struct map_rule *rule,
			const struct map_value *value) {
	const char **servers = (const char **)object->scope->served_by;

	if (value->count > 1) {
		if (value->index == 0)
			map_report(
				map, object, value->attribute, E_DHCP_FO_SCOPE_NOT_IN_RELATIONSHIP,
				"%s names %zu servers, but servers can share a scope only in a failover relationship, "
				"which this version does not have; keep one of them",
				value->attribute, value->count);
		return;
	}
	servers = arena_array_of(map->keep, const char *, 1);
	servers[0] = arena_dup(map->keep, value->octets);
	object->scope->served_by = servers;
	object->scope->n_served_by = 1;
}

static void take_superscope(struct map *map, struct map_object *object, const struct map_rule *rule,
			    const struct map_value *value) {
	keep_name(map, object, value, E_DHCP_SUPER_SCOPE_NAME_TOO_LONG, &object->superscope);
}

static void take_default_scope(struct map *map, struct map_object *object, const struct map_rule *rule,
			       const struct map_value *value) {
	char quoted[QUOTE_MAX];

	object->is_default_scope = is_text_equal_nocase(value->text, "on");
	if (!object->is_default_scope && !is_text_equal_nocase(value->text, "off"))
		map_report(map, object, value->attribute, E_INVALID_PARAMETER, "%s is \"%s\"; write on or off",
			   value->attribute, quote(value->octets, quoted));
}

/* Read @value as @min to @max octets in hexadecimal; empty, and reported, if it is not. */
static struct span take_hex(struct map *map, struct map_object *object, const struct map_value *value, size_t min,
			    size_t max) {
	uint8_t octets[CLIENT_ID_MAX];
	char quoted[QUOTE_MAX];
	size_t len;

	if (text_parse_hex(value->text, max, octets, &len) == 0 && len >= min)
		return span_of(arena_dup(map->keep, span_of(octets, len)), len);
	map_report(map, object, value->attribute, E_INVALID_PARAMETER,
		   "%s is \"%s\"; write %zu to %zu octets in hexadecimal, for example 02:00:00:00:77:01",
		   value->attribute, quote(value->octets, quoted), min, max);
	return span_of(NULL, 0);
}

static void take_hardware_address(struct map *map, struct map_object *object, const struct map_rule *rule,
				  const struct map_value *value) {
	object->reservation->hardware_address = take_hex(map, object, value, 1, HARDWARE_ADDRESS_MAX);
	object->reservation->htype = HARDWARE_TYPE_ETHERNET;
}

static void take_client_id(struct map *map, struct map_object *object, const struct map_rule *rule,
			   const struct map_value *value) {
	object->reservation->client_id = take_hex(map, object, value, CLIENT_ID_MIN, CLIENT_ID_MAX);
}

static void take_client_type(struct map *map, struct map_object *object, const struct map_rule *rule,
			     const struct map_value *value) {
	char quoted[QUOTE_MAX];

	if (client_type_parse(value->text, &object->reservation->type) < 0)
		map_report(map, object, value->attribute, E_INVALID_PARAMETER, "%s is \"%s\"; write dhcp, bootp or both",
			   value->attribute, quote(value->octets, quoted));
}

/* What to do with an attribute; those without a row say nothing to a server. */
static const struct map_rule rules[] = {
	{ ATTRIBUTE_NAME, SETTING_COUNT, false, take_name },
	{ ATTRIBUTE_OPTION, SETTING_COUNT, true, map_take_option },
	{ ATTRIBUTE_PREFIX_LENGTH, SETTING_COUNT, false, take_prefix_length },
	{ ATTRIBUTE_RANGE, SETTING_COUNT, false, take_range },
	{ ATTRIBUTE_EXCLUSION, SETTING_COUNT, false, take_exclusion },
	{ ATTRIBUTE_STATE, SETTING_COUNT, false, take_state },
	{ ATTRIBUTE_SERVED_BY, SETTING_COUNT, false, take_server },
	{ ATTRIBUTE_HARDWARE_ADDRESS, SETTING_COUNT, false, take_hardware_address },
	{ ATTRIBUTE_CLIENT_IDENTIFIER, SETTING_COUNT, false, take_client_id },
	{ ATTRIBUTE_CLIENT_TYPE, SETTING_COUNT, false, take_client_type },
	{ ATTRIBUTE_SUPERSCOPE, SETTING_COUNT, false, take_superscope },
	{ ATTRIBUTE_DEFAULT_SCOPE, SETTING_COUNT, false, take_default_scope },
	{ ATTRIBUTE_FILTER, SETTING_COUNT, false, map_take_filter },
	{ ATTRIBUTE_BOOT_FILE, SETTING_COUNT, false, map_take_boot_file },
	{ ATTRIBUTE_CLASS_KIND, SETTING_COUNT, false, map_take_class_kind },
	{ ATTRIBUTE_CLASS_DATA, SETTING_COUNT, false, map_take_class_data },
	{ ATTRIBUTE_OPTION_CODE, SETTING_COUNT, false, map_take_option_code },
	{ ATTRIBUTE_OPTION_TYPE, SETTING_COUNT, false, map_take_option_type },
	{ ATTRIBUTE_VENDOR_CLASS, SETTING_COUNT, false, map_take_vendor_class },
	{ ATTRIBUTE_DEFAULT_VALUE, SETTING_COUNT, false, map_take_default_value },
	{ ATTRIBUTE_PROCESSING_ORDER, SETTING_COUNT, false, map_take_processing_order },
	{ ATTRIBUTE_CONDITION, SETTING_COUNT, true, map_take_condition },
	{ ATTRIBUTE_UNBOUND_INTERFACE, SETTING_COUNT, false, map_take_unbound },
#define SETTING(symbol, attribute, ...) { ATTRIBUTE_##attribute, SETTING_##symbol, false, take_setting },
#include "model/schema.def"
};

static const struct map_rule *rule_find(enum schema_attribute attribute) {
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].attribute == attribute)
			return &rules[i];
	return NULL;
}

void map_init(struct map *ret_map, struct snapshot *snapshot, struct arena *scratch) {
	size_t n_rules[CLASS_COUNT] = { 0 };
	const struct schema_use_info *use;

	*ret_map = (struct map){ .keep = snapshot->arena, .scratch = scratch, .snapshot = snapshot };
	ret_map->last_link = &ret_map->first_finding;
	for (size_t i = 0; (use = schema_use_at(i)); i++) {
		const struct map_rule *rule = rule_find(use->attribute);

		if (rule)
			ret_map->rules[use->class][n_rules[use->class]++] = rule;
	}
}

static void map_attribute(struct map *map, struct map_object *object, const struct map_rule *rule) {
	const struct schema_attribute_info *info = schema_attribute_get(rule->attribute);
	const struct entry_attribute *attribute = entry_attribute_get(object->entry, info->name);

	if (attribute && info->is_single && attribute->n_values > 1) {
		map_report(map, object, info->name, E_INVALID_PARAMETER, "%s has %zu values; keep one of them",
			   info->name, attribute->n_values);
		return;
	}
	for (size_t i = 0; attribute && i < attribute->n_values; i++) {
		struct map_value value = { attribute->values[i], (const char *)attribute->values[i].data, info->name, i,
					   attribute->n_values };

		if (value.octets.len == 0 || memchr(value.octets.data, '\0', value.octets.len))
			map_report(map, object, info->name, E_INVALID_PARAMETER,
				   "a value of %s is empty or holds a NUL character; remove it", info->name);
		else
			rule->take(map, object, rule, &value);
	}
}

static int compare_ranges(const void *a, const void *b) {
	const struct ip4_range *left = a, *right = b;

	return (left->first.value > right->first.value) - (left->first.value < right->first.value);
}

static int compare_address_ranges(const void *a, const void *b) {
	return compare_ranges(&((const struct address_range *)a)->range, &((const struct address_range *)b)->range);
}

/* No client can be in "this" network, in loopback, or have a multicast address (RFC 6890). */
static bool is_subnet_of_clients(struct ip4_subnet subnet) {
	static const struct ip4_range others[] = {
		{ { 0x00000000 }, { 0x00ffffff } },
		{ { 0x7f000000 }, { 0x7fffffff } },
		{ { 0xe0000000 }, { 0xefffffff } },
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (is_ip4_range_overlapping(ip4_subnet_range(subnet), others[i]))
			return false;
	return true;
}

static void check_network(struct map *map, struct map_object *object) {
	struct ip4_subnet *subnet = &object->scope->subnet;
	const char *attribute = schema_attribute_get(ATTRIBUTE_PREFIX_LENGTH)->name;
	char quoted[QUOTE_MAX], network[IP4_TEXT_MAX];
	uint32_t mask = ip4_mask(subnet->prefix_length);

	if (subnet->prefix_length == 0)
		map_report(map, object, attribute, E_DHCP_SUBNET_INCONSISTENT,
			   "the scope has no %s; add one, for example 24", attribute);
	else if (ip4_parse(object->cn, &subnet->network) < 0 || is_ip4_none(subnet->network))
		map_report(map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_DHCP_SUBNET_INCONSISTENT,
			   "the scope's name \"%s\" is not a network address; name it for example 10.1.0.0",
			   quote(span_of_text(object->cn), quoted));
	else if (subnet->network.value & ~mask)
		map_report(map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_DHCP_SUBNET_INCONSISTENT,
			   "%s is not the network address of its subnet of length %u; name the scope %s, or correct %s",
			   quote(span_of_text(object->cn), quoted), subnet->prefix_length,
			   ip4_format((struct ip4){ subnet->network.value & mask }, network), attribute);
	else if (!is_subnet_of_clients(*subnet))
		map_report(map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_DHCP_SUBNET_INCONSISTENT,
			   "%s/%u has addresses that no client can have: of 0.0.0.0/8, 127.0.0.0/8 or 224.0.0.0/4",
			   ip4_format(subnet->network, network), subnet->prefix_length);
}

static void check_range_in_subnet(struct map *map, struct map_object *object, const char *attribute,
				  struct ip4_range range) {
	struct ip4_range all = ip4_subnet_range(object->scope->subnet);
	char text[IP4_RANGE_TEXT_MAX], network[IP4_TEXT_MAX];

	if (range.first.value < all.first.value || range.last.value > all.last.value)
		map_report(map, object, attribute, E_DHCP_INVALID_RANGE,
			   "%s %s is not within the scope's subnet %s/%u; correct it", attribute,
			   ip4_range_format(range, text), ip4_format(all.first, network),
			   object->scope->subnet.prefix_length);
	else if (attribute == schema_attribute_get(ATTRIBUTE_RANGE)->name &&
		 (range.first.value == all.first.value || range.last.value == all.last.value))
		map_report(map, object, attribute, E_DHCP_INVALID_RANGE,
			   "%s %s holds the subnet's %s address, which no client may have; leave it out", attribute,
			   ip4_range_format(range, text),
			   range.first.value == all.first.value ? "network" : "broadcast");
}

/* The ranges are sorted; @reach is the one that extends furthest so far. */
static void check_ranges(struct map *map, struct map_object *object) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_RANGE)->name;
	char text[IP4_RANGE_TEXT_MAX], other[IP4_RANGE_TEXT_MAX];
	const struct ip4_range *ranges = object->scope->ranges;
	size_t reach = 0;

	for (size_t i = 0; i < object->scope->n_ranges; i++) {
		check_range_in_subnet(map, object, attribute, ranges[i]);
		if (i && is_ip4_range_overlapping(ranges[reach], ranges[i]))
			map_report(map, object, attribute, E_DHCP_INVALID_RANGE,
				   "%s %s overlaps %s; write one range that holds both", attribute,
				   ip4_range_format(ranges[i], text), ip4_range_format(ranges[reach], other));
		if (ranges[i].last.value > ranges[reach].last.value)
			reach = i;
	}
}

void map_sort_ranges(struct map_object *object) {
	if (object->n_ranges)
		qsort(object->ranges, object->n_ranges, sizeof *object->ranges, compare_address_ranges);
}

/* Sort the ranges that were taken, and keep them with their kinds beside them. */
static void keep_ranges(struct map *map, struct map_object *object) {
	struct ip4_range *ranges = arena_array_of(map->keep, struct ip4_range, object->n_ranges);
	enum client_type *kinds = arena_array_of(map->keep, enum client_type, object->n_ranges);

	map_sort_ranges(object);
	for (size_t i = 0; i < object->n_ranges; i++) {
		ranges[i] = object->ranges[i].range;
		kinds[i] = object->ranges[i].kind;
	}
	object->scope->ranges = ranges;
	object->scope->range_kinds = kinds;
	object->scope->n_ranges = object->n_ranges;
}

/* Exclusions may overlap or touch; one that does is joined with the one before it, so that a search finds it. */
static size_t join_ranges(struct ip4_range *ranges, size_t n_ranges) {
	size_t n_joined = n_ranges ? 1 : 0;

	for (size_t i = 1; i < n_ranges; i++) {
		struct ip4_range *before = &ranges[n_joined - 1];

		if (ranges[i].first.value > before->last.value)
			ranges[n_joined++] = ranges[i];
		else if (ranges[i].last.value > before->last.value)
			before->last = ranges[i].last;
	}
	return n_joined;
}

static void finish_scope(struct map *map, struct map_object *object) {
	struct ip4_range *exclusions = (struct ip4_range *)object->scope->exclusions;
	struct scope *scope = object->scope;

	if (!object->is_bad)
		check_network(map, object);
	if (object->is_bad)
		return;
	keep_ranges(map, object);
	check_ranges(map, object);
	for (size_t i = 0; i < scope->n_exclusions; i++)
		check_range_in_subnet(map, object, schema_attribute_get(ATTRIBUTE_EXCLUSION)->name, exclusions[i]);
	if (scope->n_exclusions)
		qsort(exclusions, scope->n_exclusions, sizeof *exclusions, compare_ranges);
	scope->n_exclusions = join_ranges(exclusions, scope->n_exclusions);
}

static void finish_reservation(struct map *map, struct map_object *object) {
	char quoted[QUOTE_MAX];

	if (ip4_parse(object->cn, &object->reservation->address) < 0)
		map_report(map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_DHCP_NOT_RESERVED_CLIENT,
			   "the reservation's name \"%s\" is not an address; name it for example 10.1.0.9",
			   quote(span_of_text(object->cn), quoted));
	if (!object->is_bad && !object->reservation->hardware_address.len && !object->reservation->client_id.len)
		map_report(map, object, "", E_INVALID_PARAMETER,
			   "the reservation does not say whose it is; add %s or %s",
			   schema_attribute_get(ATTRIBUTE_HARDWARE_ADDRESS)->name,
			   schema_attribute_get(ATTRIBUTE_CLIENT_IDENTIFIER)->name);
}

/* The class among ours that @entry has; CLASS_COUNT if none. */
static enum schema_class class_of(const struct entry *entry) {
	const struct entry_attribute *names = entry_attribute_get(entry, "objectClass");

	for (size_t i = 0; names && i < names->n_values; i++) {
		enum schema_class class = names->values[i].len ? schema_class_find((const char *)names->values[i].data)
							       : CLASS_COUNT;

		if (class != CLASS_COUNT && class != CLASS_DHCP_CLASS)
			return class;
	}
	return CLASS_COUNT;
}

static struct map_object *new_object(struct map *map, const struct entry *entry, enum schema_class class) {
	struct map_object *object = arena_new_of(map->scratch, struct map_object);
	char cn[CN_MAX];

	object->entry = entry;
	object->class = class;
	object->dn = arena_dup_text(map->keep, entry->dn);
	object->name = object->cn = "";
	if (class == CLASS_SCOPE) {
		object->scope = arena_new_of(map->scratch, struct scope);
		object->scope->is_enabled = true;
	}
	if (class == CLASS_RESERVATION) {
		object->reservation = arena_new_of(map->scratch, struct reservation);
		object->reservation->type = CLIENT_TYPE_BOTH;
	}
	if (class == CLASS_POLICY) {
		object->policy = arena_new_of(map->scratch, struct policy);
		object->policy->is_enabled = true;
	}
	if (class == CLASS_CLIENT_CLASS)
		object->client_class = arena_new_of(map->scratch, struct client_class);
	if (class == CLASS_DEFINITION)
		object->definition = arena_new_of(map->scratch, struct option_definition);
	if (dn_leaf_value(entry->dn, sizeof cn, cn) < 0)
		map_report(map, object, "", E_INVALID_PARAMETER,
			   "the entry's name cannot be read; give it a cn of less than %d octets", CN_MAX);
	else
		object->cn = arena_dup_text(map->keep, cn);
	return object;
}

static void map_attributes(struct map *map, struct map_object *object, bool is_late) {
	for (const struct map_rule *const *rule = map->rules[object->class]; *rule; rule++)
		if ((*rule)->is_late == is_late)
			map_attribute(map, object, *rule);
}

struct map_object *map_entry(struct map *map, const struct entry *entry, size_t order) {
	enum schema_class class = class_of(entry);
	struct map_object *object;

	if (class == CLASS_COUNT)
		return NULL;
	object = new_object(map, entry, class);
	object->order = order;
	map_attributes(map, object, false);
	map_finish_lists(map, object);
	if (class == CLASS_SCOPE)
		finish_scope(map, object);
	if (class == CLASS_RESERVATION)
		finish_reservation(map, object);
	if (class == CLASS_CLIENT_CLASS)
		map_finish_class(map, object);
	if (class == CLASS_DEFINITION)
		map_finish_definition(map, object);
	if (class == CLASS_POLICY)
		map_finish_policy(map, object);
	return object;
}

void map_values(struct map *map, struct map_object *object) {
	map_attributes(map, object, true);
	map_finish_options(map, object);
	if (object->policy)
		map_finish_policy_values(map, object);
}
