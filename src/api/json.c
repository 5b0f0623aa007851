/* SPDX-License-Identifier: Apache-2.0 */
#include "api/json.h"

#include <string.h>

#include "base/text.h"

json_t *json_address(struct ip4 address) {
	char array[IP4_TEXT_MAX];

	return json_string(ip4_format(address, array));
}

static void set_address(json_t *object, const char *key, struct ip4 address) {
	json_object_set_new(object, key, json_address(address));
}

static void set_address_or_null(json_t *object, const char *key, struct ip4 address) {
	if (is_ip4_none(address))
		json_object_set_new(object, key, json_null());
	else
		set_address(object, key, address);
}

static void set_text_or_null(json_t *object, const char *key, const char *text) {
	if (text[0])
		json_set_text(object, key, text);
	else
		json_object_set_new(object, key, json_null());
}

json_t *json_hex(struct span octets, char separator) {
	char array[3 * CLIENT_KEY_MAX + 1];
	struct text text;

	text_init(&text, array, sizeof array);
	text_add_hex(&text, octets, separator);
	return json_string(array);
}

void json_set_hex(json_t *object, const char *key, struct span octets, char separator) {
	json_object_set_new(object, key, json_hex(octets, separator));
}

json_t *json_subnet(struct ip4_subnet scope) {
	char array[IP4_TEXT_MAX + 4], network[IP4_TEXT_MAX];
	struct text text;

	text_init(&text, array, sizeof array);
	text_add(&text, "%s/%u", ip4_format(scope.network, network), scope.prefix_length);
	return json_string(array);
}

void json_set_subnet(json_t *object, const char *key, struct ip4_subnet scope) {
	json_object_set_new(object, key, json_subnet(scope));
}

int json_read_host_name(const json_t *value, char ret_name[static LEASE_HOST_NAME_MAX], struct error *reterr_error) {
	size_t len = json_string_length(value);

	if (!json_is_string(value) || len >= LEASE_HOST_NAME_MAX)
		return error_set(reterr_error, E_INVALID_PARAMETER, "hostName must be a text of at most 63 characters");
	for (size_t i = 0; i < len; i++)
		if (json_string_value(value)[i] <= ' ' || json_string_value(value)[i] > '~')
			return error_set(reterr_error, E_INVALID_PARAMETER,
					 "hostName must be of ASCII letters, digits and signs, without blanks");
	memcpy(ret_name, json_string_value(value), len);
	ret_name[len] = '\0';
	return 0;
}

static json_t *known_json(enum sighting_state state) {
	return state == SIGHTING_UNJUDGED ? json_null() : json_boolean(state == SIGHTING_LISTED);
}

static const char *answer_name(enum rogue_answer answer) {
	switch (answer) {
	case ROGUE_ANSWER_STANDALONE:
		return "standalone";
	case ROGUE_ANSWER_DIRECTORY:
		return "directory";
	case ROGUE_ANSWER_NONE:
		break;
	}
	return "";
}

json_t *sighting_json(const struct sighting *sighting) {
	json_t *object = json_object();

	set_address(object, "address", sighting->address);
	json_set_hex(object, "hardwareAddress", span_of(sighting->hardware, sighting->hlen), ':');
	set_text_or_null(object, "interface", sighting->interface);
	set_address_or_null(object, "via", sighting->via);
	json_set_text(object, "state", sighting_state_name(sighting->state));
	json_object_set_new(object, "gone", json_boolean(sighting->is_gone));
	json_object_set_new(object, "known", known_json(sighting->state));
	set_text_or_null(object, "answer", answer_name(sighting->answer));
	set_text_or_null(object, "enterprise", sighting->enterprise);
	set_address_or_null(object, "offered", sighting->offered);
	json_set_integer(object, "firstSeen", sighting->first_seen);
	json_set_integer(object, "lastSeen", sighting->last_seen);
	json_object_set_new(object, "overheard", json_boolean(sighting->is_overheard));
	return object;
}

json_t *detection_json(const struct detection *detection) {
	json_t *object = json_object();

	json_set_text(object, "outcome", detection_outcome_name(detection->outcome));
	json_set_integer(object, "number", (int64_t)detection->number);
	json_set_integer(object, "at", detection->at.wall_s);
	set_address_or_null(object, "by", detection->by);
	set_text_or_null(object, "enterprise", detection->enterprise);
	set_text_or_null(object, "reason", detection->reason);
	return object;
}

json_t *error_json(const struct error *error) {
	json_t *object = json_object(), *inner = json_object();

	json_set_code(inner, error->code);
	json_set_text(inner, "message", error->text);
	json_object_set_new(object, "error", inner);
	return object;
}
