/* SPDX-License-Identifier: Apache-2.0 */
#include "api/lease_row.h"

#include <string.h>

#include "api/json.h"
#include "base/text.h"

#define ETHERNET 1
#define TIME_MAX 253402300799 /* the end of the year 9999 */

/* A row being read. */
struct reading {
	struct lease lease;
	bool has_client, has_start, has_changed, has_expiry;
	bool is_ended; /* the state does not say whose the address was */
};

static int refuse(struct error *reterr_error, const char *sentence) {
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s", sentence);
}

static int refuse_time(struct error *reterr_error, const char *name) {
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s must be a time in seconds since 1970", name);
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

/* Each member in both directions: write_ makes its value of the lease, read_ takes it from one that is there. */

static json_t *write_ADDRESS(const struct lease *lease, int64_t now) {
	return json_address(lease->address);
}

static int read_ADDRESS(const json_t *value, struct reading *reading, struct error *reterr_error) {
	if (!json_is_string(value) || ip4_parse(json_string_value(value), &reading->lease.address) < 0)
		return refuse(reterr_error, "address must be an IPv4 address such as 10.77.0.5");
	return 0;
}

static json_t *write_SCOPE(const struct lease *lease, int64_t now) {
	return json_subnet(lease->scope);
}

/* What lies behind the network's length, only the server that has the scope knows. */
static int read_SCOPE(const json_t *value, struct reading *reading, struct error *reterr_error) {
	struct ip4_subnet *scope = &reading->lease.scope;

	if (!json_is_string(value) || (ip4_subnet_parse(json_string_value(value), scope) < 0 &&
				       ip4_parse(json_string_value(value), &scope->network) < 0))
		return refuse(reterr_error, "scope must be a network such as 10.77.0.0/24");
	return 0;
}

static json_t *write_STATE(const struct lease *lease, int64_t now) {
	return json_string(lease_state_name(lease, now));
}

static int read_STATE(const json_t *value, struct reading *reading, struct error *reterr_error) {
	static const struct {
		const char *word;
		enum lease_state state;
	} states[] = {
		{ "active", LEASE_ACTIVE },
		{ "expired", LEASE_ACTIVE },
		{ "released", LEASE_RELEASED },
		{ "declined", LEASE_DECLINED },
	};

	for (size_t i = 0; json_is_string(value) && i < ARRAY_LEN(states); i++)
		if (strcmp(json_string_value(value), states[i].word) == 0) {
			reading->lease.state = states[i].state;
			reading->is_ended = strcmp(states[i].word, "expired") == 0;
			return 0;
		}
	return refuse(reterr_error, "state must be active, expired, released or declined");
}

static json_t *write_CLIENT(const struct lease *lease, int64_t now) {
	return json_hex(span_of(lease->client.octets, lease->client.len), '\0');
}

static int read_CLIENT(const json_t *value, struct reading *reading, struct error *reterr_error) {
	struct client_key *client = &reading->lease.client;
	size_t len = 0;

	if (!json_is_string(value) ||
	    text_parse_hex(json_string_value(value), sizeof client->octets, client->octets, &len) < 0 || len < 2 ||
	    client->octets[0] > CLIENT_KEY_IDENTIFIER)
		return refuse(reterr_error, "client must be hexadecimal: 00, hardware type and address, or 01 and the client "
					    "identifier");
	client->len = (uint16_t)len;
	return 0;
}

static json_t *write_HARDWARE_TYPE(const struct lease *lease, int64_t now) {
	return json_integer(lease->htype);
}

static int read_HARDWARE_TYPE(const json_t *value, struct reading *reading, struct error *reterr_error) {
	json_int_t type = json_integer_value(value);

	if (!json_is_integer(value) || type < 0 || type > UINT8_MAX)
		return refuse(reterr_error, "hardwareType must be a number from 0 to 255; 1 is Ethernet");
	reading->lease.htype = (uint8_t)type;
	return 0;
}

static json_t *write_HARDWARE_ADDRESS(const struct lease *lease, int64_t now) {
	return json_hex(span_of(lease->chaddr, lease->hlen), ':');
}

static int read_HARDWARE_ADDRESS(const json_t *value, struct reading *reading, struct error *reterr_error) {
	struct lease *lease = &reading->lease;
	size_t len = 0;

	if (!json_is_string(value) ||
	    text_parse_hex(json_string_value(value), sizeof lease->chaddr, lease->chaddr, &len) < 0)
		return refuse(reterr_error, "hardwareAddress must be at most 16 octets such as 02:00:00:00:77:01");
	lease->hlen = (uint8_t)len;
	return 0;
}

static json_t *write_HOST_NAME(const struct lease *lease, int64_t now) {
	return json_safe_text(lease->host_name);
}

static int read_HOST_NAME(const json_t *value, struct reading *reading, struct error *reterr_error) {
	return json_read_host_name(value, reading->lease.host_name, reterr_error);
}

/* False for what is no time. */
static bool is_time(const json_t *value, int64_t *ret_time) {
	json_int_t seconds = json_integer_value(value);

	*ret_time = seconds;
	return json_is_integer(value) && seconds >= 0 && seconds <= TIME_MAX;
}

static json_t *write_START(const struct lease *lease, int64_t now) {
	return json_integer(lease->start);
}

static int read_START(const json_t *value, struct reading *reading, struct error *reterr_error) {
	reading->has_start = true;
	return is_time(value, &reading->lease.start) ? 0 : refuse_time(reterr_error, "start");
}

static json_t *write_CHANGED(const struct lease *lease, int64_t now) {
	return json_integer(lease->changed);
}

static int read_CHANGED(const json_t *value, struct reading *reading, struct error *reterr_error) {
	reading->has_changed = true;
	return is_time(value, &reading->lease.changed) ? 0 : refuse_time(reterr_error, "changed");
}

/* As in Windows' records, 0 is a lease without end. */
static json_t *write_EXPIRY(const struct lease *lease, int64_t now) {
	return json_integer(lease->expiry == LEASE_FOR_EVER ? 0 : lease->expiry);
}

static int read_EXPIRY(const json_t *value, struct reading *reading, struct error *reterr_error) {
	struct lease *lease = &reading->lease;

	if (!is_time(value, &lease->expiry))
		return refuse_time(reterr_error, "expiry");
	if (lease->expiry == 0)
		lease->expiry = LEASE_FOR_EVER;
	reading->has_expiry = true;
	return 0;
}

static json_t *write_PROTOCOL(const struct lease *lease, int64_t now) {
	return json_string(lease->is_bootp ? "bootp" : "dhcp");
}

static int read_PROTOCOL(const json_t *value, struct reading *reading, struct error *reterr_error) {
	const char *word = json_string_value(value);

	if (!word || (strcmp(word, "dhcp") != 0 && strcmp(word, "bootp") != 0))
		return refuse(reterr_error, "protocol must be dhcp or bootp");
	reading->lease.is_bootp = word[0] == 'b';
	return 0;
}

static json_t *write_RELAY(const struct lease *lease, int64_t now) {
	return is_ip4_none(lease->relay) ? json_null() : json_address(lease->relay);
}

static int read_RELAY(const json_t *value, struct reading *reading, struct error *reterr_error) {
	if (!json_is_string(value) || ip4_parse(json_string_value(value), &reading->lease.relay) < 0)
		return refuse(reterr_error, "relay must be an IPv4 address such as 10.77.0.1");
	return 0;
}

static const struct {
	const char *key;
	json_t *(*write)(const struct lease *lease, int64_t now);
	int (*read)(const json_t *value, struct reading *reading, struct error *reterr_error);
} members[] = {
#define LEASE_MEMBER(symbol, key, kind, description) { key, write_##symbol, read_##symbol },
#include "model/lease_member.def"
#undef LEASE_MEMBER
};

json_t *lease_row_json(const struct lease *lease, int64_t now) {
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		json_object_set_new_nocheck(object, members[i].key, members[i].write(lease, now));
	return object;
}

static bool is_absent(const json_t *value) {
	return json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0);
}

static int read_member(const char *key, const json_t *value, struct reading *reading, struct error *reterr_error) {
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (strcmp(members[i].key, key) == 0)
			return is_absent(value) ? 0 : members[i].read(value, reading, reterr_error);
	return error_set(reterr_error, E_INVALID_PARAMETER, "a lease has no member \"%.40s\"", key);
}

/* A client without an identifier of its own is known by its hardware address (RFC 2131 4.2). */
static void identify(struct lease *lease) {
	struct client_key *client = &lease->client;

	client->octets[0] = CLIENT_KEY_HARDWARE;
	client->octets[1] = lease->htype;
	memcpy(client->octets + 2, lease->chaddr, lease->hlen);
	client->len = (uint16_t)(2 + lease->hlen);
}

/* Who has the lease, after all members were read. */
static int find_holder(struct reading *reading, struct error *reterr_error) {
	struct lease *lease = &reading->lease;

	if (reading->is_ended && reading->has_client && lease->client.len == 0)
		lease->state = LEASE_DECLINED;
	if (lease->state == LEASE_DECLINED)
		return lease->client.len == 0 ? 0 : refuse(reterr_error, "a declined address is nobody's; client must be empty");
	if (lease->client.len == 0 && lease->hlen > 0)
		identify(lease);
	return lease->client.len > 0 ? 0 : refuse(reterr_error, "give the client, or its hardwareAddress");
}

static int complete(struct reading *reading, int64_t now, struct error *reterr_error) {
	struct lease *lease = &reading->lease;

	if (is_ip4_none(lease->address))
		return refuse(reterr_error, "give the address that is leased");
	if (!reading->has_expiry)
		return refuse(reterr_error, "give the expiry, in seconds since 1970, or 0 for a lease without end");
	if (!reading->has_changed)
		lease->changed = now;
	if (!reading->has_start)
		lease->start = lease->changed;
	return find_holder(reading, reterr_error);
}

int lease_row_parse(const json_t *object, int64_t now, struct lease *ret_lease, struct error *reterr_error) {
	struct reading reading = { .lease.state = LEASE_ACTIVE, .lease.htype = ETHERNET };
	const char *key;
	json_t *value;
	int r = 0;

	if (!json_is_object(object))
		return refuse(reterr_error, "a lease must be a JSON object");
	reading.has_client = json_is_string(json_object_get(object, "client"));
	json_object_foreach((json_t *)object, key, value) {
		r = read_member(key, value, &reading, reterr_error);
		if (r < 0)
			return r;
	}
	r = complete(&reading, now, reterr_error);
	if (r == 0)
		*ret_lease = reading.lease;
	return r;
}
