/* SPDX-License-Identifier: Apache-2.0 */
#include "api/json.h"

#include <string.h>

#include "base/text.h"

#define ESCAPED_MAX 4096

void json_set_text(json_t *object, const char *key, const char *text) {
	json_t *value = json_string(text);
	char escaped[ESCAPED_MAX];
	struct text safe;

	if (!value) {
		text_init(&safe, escaped, sizeof escaped);
		text_add_escaped(&safe, span_of_text(text));
		value = json_string(escaped);
	}
	json_object_set_new(object, key, value);
}

void json_set_integer(json_t *object, const char *key, int64_t value) {
	json_object_set_new(object, key, json_integer(value));
}

void json_set_code(json_t *object, int code) {
	json_set_integer(object, "code", code);
	json_set_text(object, "name", code ? error_name(code) : "");
}

const char *lease_state_name(const struct lease *lease, int64_t now) {
	switch (lease->state) {
	case LEASE_RELEASED:
		return "released";
	case LEASE_ACTIVE:
		return lease->expiry > now ? "active" : "expired";
	case LEASE_DECLINED:
		return lease->expiry > now ? "declined" : "expired";
	}
	return "unknown";
}

static void set_address(json_t *object, const char *key, struct ip4 address) {
	char array[IP4_TEXT_MAX];

	json_object_set_new(object, key, json_string(ip4_format(address, array)));
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

void json_set_hex(json_t *object, const char *key, struct span octets, char separator) {
	char array[3 * CLIENT_KEY_MAX + 1];
	struct text text;

	text_init(&text, array, sizeof array);
	text_add_hex(&text, octets, separator);
	json_set_text(object, key, array);
}

void json_set_subnet(json_t *object, const char *key, struct ip4_subnet scope) {
	char array[IP4_TEXT_MAX + 4], network[IP4_TEXT_MAX];
	struct text text;

	text_init(&text, array, sizeof array);
	text_add(&text, "%s/%u", ip4_format(scope.network, network), scope.prefix_length);
	json_set_text(object, key, array);
}

json_t *lease_json(const struct lease *lease, int64_t now) {
	json_t *object = json_object();

	set_address(object, "address", lease->address);
	json_set_subnet(object, "scope", lease->scope);
	json_set_text(object, "state", lease_state_name(lease, now));
	json_set_hex(object, "client", span_of(lease->client.octets, lease->client.len), '\0');
	json_set_hex(object, "hardwareAddress", span_of(lease->chaddr, lease->hlen), ':');
	json_set_text(object, "hostName", lease->host_name);
	json_set_integer(object, "start", lease->start);
	json_set_integer(object, "changed", lease->changed);
	/* As in Windows' records, 0 is a lease without end. */
	json_set_integer(object, "expiry", lease->expiry == LEASE_FOR_EVER ? 0 : lease->expiry);
	json_set_text(object, "protocol", lease->is_bootp ? "bootp" : "dhcp");
	set_address_or_null(object, "relay", lease->relay);
	return object;
}

json_t *finding_json(const struct finding *finding) {
	json_t *object = json_object();

	json_set_text(object, "dn", finding->dn);
	json_set_text(object, "attribute", finding->attribute);
	json_set_code(object, finding->code);
	json_set_text(object, "reason", finding->reason);
	return object;
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
