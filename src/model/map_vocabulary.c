/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "model/class_data.h"
#include "model/map_priv.h"
#include "model/quote_priv.h"

#define NAME_MAX_OCTETS 256

void map_take_class_kind(struct map *map, struct map_object *object, const struct map_rule *rule,
			 const struct map_value *value) {
	char quoted[QUOTE_MAX];

	if (class_kind_parse(value->text, &object->client_class->kind) < 0)
		map_report(map, object, value->attribute, E_INVALID_PARAMETER, "%s is \"%s\"; write user or vendor",
			   value->attribute, quote(value->octets, quoted));
}

void map_take_class_data(struct map *map, struct map_object *object, const struct map_rule *rule,
			 const struct map_value *value) {
	uint8_t octets[CLASS_DATA_MAX];
	struct error error = { 0 };
	size_t len;

	if (class_data_parse(value->text, octets, &len, &error) < 0)
		map_report(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
	else
		object->client_class->data = span_of(arena_dup(map->keep, span_of(octets, len)), len);
}

void map_take_option_code(struct map *map, struct map_object *object, const struct map_rule *rule,
			  const struct map_value *value) {
	char quoted[QUOTE_MAX];
	uint64_t code = 0;

	if (text_parse_u64(value->text, OPTION_CODE_MAX, &code) < 0 || code < OPTION_CODE_MIN)
		map_report(map, object, value->attribute, E_INVALID_PARAMETER, "%s is \"%s\"; write a number from %d to %d",
			   value->attribute, quote(value->octets, quoted), OPTION_CODE_MIN, OPTION_CODE_MAX);
	else
		object->definition->code = (uint8_t)code;
}

void map_take_option_type(struct map *map, struct map_object *object, const struct map_rule *rule,
			  const struct map_value *value) {
	struct error error = { 0 };

	if (option_type_find(value->text, &object->definition->type, &error) < 0)
		map_report(map, object, value->attribute, (enum error_code)error.code, "%s", error.text);
}

void map_take_vendor_class(struct map *map, struct map_object *object, const struct map_rule *rule,
			   const struct map_value *value) {
	object->vendor_class = arena_dup(map->scratch, value->octets);
}

void map_take_default_value(struct map *map, struct map_object *object, const struct map_rule *rule,
			    const struct map_value *value) {
	object->definition->default_value = arena_dup(map->keep, value->octets);
}

static void check_name(struct map *map, struct map_object *object, const char *forbidden) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_CN)->name;
	char quoted[QUOTE_MAX];

	quote(span_of_text(object->cn), quoted);
	if (!*object->cn || strlen(object->cn) > NAME_MAX_OCTETS)
		map_report(map, object, attribute, E_DHCP_SCOPE_NAME_TOO_LONG,
			   "the name \"%s\" has %zu octets; give it 1 to %d", quoted, strlen(object->cn), NAME_MAX_OCTETS);
	else if (strpbrk(object->cn, forbidden))
		map_report(map, object, attribute, E_INVALID_PARAMETER,
			   "the name \"%s\" has one of the characters %s, by which values that name it are divided; choose another one",
			   quoted, forbidden);
}

void map_finish_class(struct map *map, struct map_object *object) {
	check_name(map, object, "]");
	map_require(map, object, ATTRIBUTE_CLASS_KIND, E_INVALID_PARAMETER, "user");
	map_require(map, object, ATTRIBUTE_CLASS_DATA, E_INVALID_PARAMETER, "Kiosk");
	object->client_class->name = object->cn;
	object->client_class->dn = object->dn;
}

/* A number is taken for the code, so it must be that. */
static void check_numeric_name(struct map *map, struct map_object *object) {
	uint64_t number;

	if (text_parse_u64(object->cn, UINT64_MAX, &number) == 0 && number != object->definition->code)
		map_report(map, object, schema_attribute_get(ATTRIBUTE_CN)->name, E_INVALID_PARAMETER,
			   "the name %s is a number other than the option's; choose another name", object->cn);
}

static void check_default(struct map *map, struct map_object *object) {
	struct option_definition *definition = object->definition;
	const char *attribute = schema_attribute_get(ATTRIBUTE_DEFAULT_VALUE)->name;
	uint8_t octets[OPTION_VALUE_MAX];
	struct error error = { 0 };
	size_t len;
	int r = 0;

	if (definition->default_value)
		r = option_value_parse(definition->type, definition->default_value, sizeof octets, octets, &len,
				       &error);
	else
		definition->default_value = "";
	if (r < 0)
		map_report(map, object, attribute, (enum error_code)error.code, "%s: %s", attribute, error.text);
}

void map_finish_definition(struct map *map, struct map_object *object) {
	check_name(map, object, "[]=");
	map_require(map, object, ATTRIBUTE_OPTION_CODE, E_INVALID_PARAMETER, "224");
	map_require(map, object, ATTRIBUTE_OPTION_TYPE, E_INVALID_PARAMETER, "ip4-list");
	object->definition->name = object->cn;
	object->definition->dn = object->dn;
	if (!object->is_bad)
		check_numeric_name(map, object);
	if (!object->is_bad)
		check_default(map, object);
}
