/* SPDX-License-Identifier: Apache-2.0 */
#include "api/body.h"

#include <jansson.h>
#include <string.h>

#include "api/json.h"
#include "base/text.h"

#define HARDWARE_LEN 6
#define ETHERNET 1
#define LEASE_TIME_MAX 4294967294

typedef int member_f(const json_t *value, struct order *order, struct error *reterr_error);

static int refuse(struct error *reterr_error, const char *what) {
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s", what);
}

static int take_address(const json_t *value, struct order *order, struct error *reterr_error) {
	if (!json_is_string(value) || ip4_parse(json_string_value(value), &order->address) < 0 ||
	    is_ip4_none(order->address))
		return refuse(reterr_error, "address must be an IPv4 address such as \"10.77.0.5\"");
	return 0;
}

static int take_scope(const json_t *value, struct order *order, struct error *reterr_error) {
	if (!json_is_string(value) || ip4_parse(json_string_value(value), &order->scope) < 0 ||
	    is_ip4_none(order->scope))
		return refuse(reterr_error, "scope must be a network address such as \"10.77.0.0\"");
	return 0;
}

static int take_hardware_address(const json_t *value, struct order *order, struct error *reterr_error) {
	size_t len;

	if (!json_is_string(value) || text_parse_hex(json_string_value(value), HARDWARE_LEN, order->chaddr, &len) < 0 ||
	    len != HARDWARE_LEN)
		return refuse(reterr_error, "hardwareAddress must be six octets such as \"02:00:00:00:77:01\"");
	order->hlen = HARDWARE_LEN;
	order->htype = ETHERNET;
	return 0;
}

static int take_client_identifier(const json_t *value, struct order *order, struct error *reterr_error) {
	struct client_key *client = &order->client;
	size_t len;

	if (!json_is_string(value) ||
	    text_parse_hex(json_string_value(value), CLIENT_KEY_MAX - 1, client->octets + 1, &len) < 0 || len < 2)
		return refuse(reterr_error, "clientIdentifier must be 2 to 255 octets in hexadecimal, its type first");
	client->octets[0] = CLIENT_KEY_IDENTIFIER;
	client->len = (uint16_t)(1 + len);
	return 0;
}

static int take_host_name(const json_t *value, struct order *order, struct error *reterr_error) {
	return json_read_host_name(value, order->host_name, reterr_error);
}

static int take_lease_time(const json_t *value, struct order *order, struct error *reterr_error) {
	json_int_t seconds = json_integer_value(value);

	if (!json_is_integer(value) || seconds < 1 || seconds > LEASE_TIME_MAX)
		return refuse(reterr_error, "leaseTime must be a number of seconds from 1 to 4294967294");
	order->lease_time = (uint32_t)seconds;
	return 0;
}

static const struct {
	const char *name;
	member_f *take;
} members[] = {
	{ "address", take_address },
	{ "scope", take_scope },
	{ "hardwareAddress", take_hardware_address },
	{ "clientIdentifier", take_client_identifier },
	{ "hostName", take_host_name },
	{ "leaseTime", take_lease_time },
};

static int take_member(const char *name, const json_t *value, struct order *order, struct error *reterr_error) {
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (strcmp(members[i].name, name) == 0)
			return members[i].take(value, order, reterr_error);
	return refuse(reterr_error,
		      "the body may have the members address, scope, hardwareAddress, clientIdentifier, hostName "
		      "and leaseTime");
}

/* A client without an identifier of its own is known by its hardware address (RFC 2131 4.2). */
static void identify(struct order *order) {
	struct client_key *client = &order->client;

	if (client->len)
		return;
	client->octets[0] = CLIENT_KEY_HARDWARE;
	client->octets[1] = order->htype;
	memcpy(client->octets + 2, order->chaddr, order->hlen);
	client->len = (uint16_t)(2 + order->hlen);
}

static int take_members(json_t *object, struct order *order, struct error *reterr_error) {
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return refuse(reterr_error, "the body must be a JSON object");
	json_object_foreach(object, name, value) {
		int r = take_member(name, value, order, reterr_error);

		if (r < 0)
			return r;
	}
	if (is_ip4_none(order->address) && is_ip4_none(order->scope))
		return refuse(reterr_error, "give the address to lease, or the scope to take one from");
	if (!order->hlen && !order->client.len)
		return refuse(reterr_error, "give the client's hardwareAddress, or its clientIdentifier");
	identify(order);
	return 0;
}

int body_parse_lease(struct span body, struct order *ret_order, struct error *reterr_error) {
	struct order order = { .kind = ORDER_LEASE_CREATE };
	json_t *object = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
	int r = take_members(object, &order, reterr_error);

	json_decref(object);
	if (r == 0)
		*ret_order = order;
	return r;
}
