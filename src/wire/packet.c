/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/packet.h"

#include "base/macros.h"
#include "base/cursor.h"

#define MAGIC_COOKIE 0x63825363u
#define OVERLOAD_FILE 1
#define OVERLOAD_SNAME 2
#define OVERLOAD_BOTH 3

/* The three fields where options can stand. */
struct fields {
	struct span options, file, sname;
};

/* Lengths that the engine relies on. */
static const struct {
	uint8_t code;
	size_t min, max;
} option_lengths[] = {
	{ DHCP4_OPTION_REQUESTED_ADDRESS, 4, 4 },
	{ DHCP4_OPTION_LEASE_TIME, 4, 4 },
	{ DHCP4_OPTION_MESSAGE_TYPE, 1, 1 },
	{ DHCP4_OPTION_SERVER_ID, 4, 4 },
	{ DHCP4_OPTION_MAX_SIZE, 2, 2 },
	{ DHCP4_OPTION_CLIENT_ID, 2, SIZE_MAX },
	{ DHCP4_OPTION_SUBNET_SELECTION, 4, 4 },
};

static struct ip4 read_ip4(struct reader *reader) {
	return (struct ip4){ reader_u32(reader) };
}

/* Figure 1 of RFC 2131, in its order; @reader has room for all of it. */
static enum dhcp4_fault parse_header(struct reader *reader, enum dhcp4_op op, struct dhcp4_packet *packet,
				     struct fields *ret_fields) {
	bool is_op = reader_u8(reader) == op;

	packet->htype = reader_u8(reader);
	packet->hlen = reader_u8(reader);
	packet->hops = reader_u8(reader);
	packet->xid = reader_u32(reader);
	packet->secs = reader_u16(reader);
	packet->flags = reader_u16(reader);
	packet->ciaddr = read_ip4(reader);
	packet->yiaddr = read_ip4(reader);
	packet->siaddr = read_ip4(reader);
	packet->giaddr = read_ip4(reader);
	if (!is_op)
		return DHCP4_FAULT_OP;
	if (packet->hlen > DHCP4_CHADDR_MAX)
		return DHCP4_FAULT_HLEN;
	memcpy(packet->chaddr, reader_take(reader, DHCP4_CHADDR_MAX).data, packet->hlen);
	ret_fields->sname = reader_take(reader, DHCP4_SNAME_SIZE);
	ret_fields->file = reader_take(reader, DHCP4_FILE_SIZE);
	packet->has_cookie = reader_u32(reader) == MAGIC_COOKIE;
	ret_fields->options = packet->has_cookie ? reader_take_rest(reader) : (struct span){ 0 };
	return DHCP4_FAULT_NONE;
}

static bool scratch_add(struct dhcp4_packet *packet, struct span octets) {
	if (octets.len > sizeof packet->scratch - packet->scratch_used)
		return false;
	memcpy(packet->scratch + packet->scratch_used, octets.data, octets.len);
	packet->scratch_used += octets.len;
	return true;
}

/* Append @part to what came before of the same option (RFC 3396 7). What was joined last lies at the end of the
 * scratch space and grows in place; anything else is copied there, so that the space bounds the work too. */
static enum dhcp4_fault join_option(struct dhcp4_packet *packet, struct span *value, struct span part) {
	const uint8_t *end = packet->scratch + packet->scratch_used;

	if (value->data + value->len != end) {
		const uint8_t *start = end;

		if (!scratch_add(packet, *value))
			return DHCP4_FAULT_TOO_MUCH;
		value->data = start;
	}
	if (!scratch_add(packet, part))
		return DHCP4_FAULT_TOO_MUCH;
	value->len += part.len;
	return DHCP4_FAULT_NONE;
}

static enum dhcp4_fault add_option(struct dhcp4_packet *packet, uint8_t code, struct span part) {
	struct span *value = &packet->options[code];

	if (!value->data) {
		*value = part;
		return DHCP4_FAULT_NONE;
	}
	/* A second one could only contradict; and inside file or sname, which are read because of a first, any is
	 * that. */
	if (code == DHCP4_OPTION_OVERLOAD)
		return DHCP4_FAULT_OVERLOAD;
	return join_option(packet, value, part);
}

static enum dhcp4_fault parse_options(struct dhcp4_packet *packet, struct span octets) {
	struct reader reader = reader_of(octets);

	while (!is_reader_at_end(&reader)) {
		uint8_t code = reader_u8(&reader);
		enum dhcp4_fault fault;
		struct span part;

		if (code == DHCP4_OPTION_PAD)
			continue;
		if (code == DHCP4_OPTION_END)
			break;
		part = reader_take(&reader, reader_u8(&reader));
		if (reader.is_failed)
			return DHCP4_FAULT_OPTION_LENGTH;
		fault = add_option(packet, code, part);
		if (fault != DHCP4_FAULT_NONE)
			return fault;
	}
	return DHCP4_FAULT_NONE;
}

/* Each field is read at most once, and no option inside one leads anywhere: so this ends. */
static enum dhcp4_fault parse_overloaded(struct dhcp4_packet *packet, const struct fields *fields) {
	struct span overload = packet->options[DHCP4_OPTION_OVERLOAD];
	enum dhcp4_fault fault = DHCP4_FAULT_NONE;

	if (!overload.data)
		return DHCP4_FAULT_NONE;
	if (overload.len != 1 || overload.data[0] < OVERLOAD_FILE || overload.data[0] > OVERLOAD_BOTH)
		return DHCP4_FAULT_OVERLOAD;
	if (overload.data[0] & OVERLOAD_FILE)
		fault = parse_options(packet, fields->file);
	if (fault == DHCP4_FAULT_NONE && overload.data[0] & OVERLOAD_SNAME)
		fault = parse_options(packet, fields->sname);
	return fault;
}

static struct span text_of(struct span field) {
	const uint8_t *end = memchr(field.data, '\0', field.len);

	return span_of(field.data, end ? (size_t)(end - field.data) : field.len);
}

/* What file and sname say where they hold no options. */
static void take_texts(struct dhcp4_packet *packet, const struct fields *fields) {
	struct span value = packet->options[DHCP4_OPTION_OVERLOAD];
	uint8_t overload = value.data ? value.data[0] : 0;

	if (!(overload & OVERLOAD_FILE))
		packet->file = text_of(fields->file);
	if (!(overload & OVERLOAD_SNAME))
		packet->sname = text_of(fields->sname);
}

static enum dhcp4_fault check_lengths(const struct dhcp4_packet *packet) {
	for (size_t i = 0; i < ARRAY_LEN(option_lengths); i++) {
		struct span value = packet->options[option_lengths[i].code];

		if (value.data && (value.len < option_lengths[i].min || value.len > option_lengths[i].max))
			return DHCP4_FAULT_FIELD_LENGTH;
	}
	return DHCP4_FAULT_NONE;
}

/* RFC 2131 table 2. */
static bool is_type_of(uint8_t type, enum dhcp4_op op) {
	switch (type) {
	case DHCP4_DISCOVER:
	case DHCP4_REQUEST:
	case DHCP4_DECLINE:
	case DHCP4_RELEASE:
	case DHCP4_INFORM:
		return op == DHCP4_OP_REQUEST;
	case DHCP4_OFFER:
	case DHCP4_ACK:
	case DHCP4_NAK:
		return op == DHCP4_OP_REPLY;
	default:
		return false;
	}
}

static enum dhcp4_fault take_message_type(struct dhcp4_packet *packet, enum dhcp4_op op) {
	struct span value = packet->options[DHCP4_OPTION_MESSAGE_TYPE];

	packet->type = DHCP4_BOOTP;
	if (!value.data)
		return DHCP4_FAULT_NONE;
	if (!is_type_of(value.data[0], op))
		return DHCP4_FAULT_MESSAGE_TYPE;
	packet->type = value.data[0];
	return DHCP4_FAULT_NONE;
}

/* RFC 951's messages have none of their own. */
static bool can_lack_cookie(struct span octets, enum dhcp4_op op) {
	return op == DHCP4_OP_REQUEST && octets.len >= DHCP4_MESSAGE_MIN;
}

static enum dhcp4_fault parse(struct span octets, enum dhcp4_op op, struct dhcp4_packet *ret_packet) {
	struct reader reader = reader_of(octets);
	enum dhcp4_fault fault;
	struct fields fields;

	if (octets.len < DHCP4_OPTIONS_OFFSET)
		return DHCP4_FAULT_TRUNCATED;
	if (octets.len > DHCP4_PACKET_MAX)
		return DHCP4_FAULT_OVERSIZED;
	memset(ret_packet, 0, offsetof(struct dhcp4_packet, scratch));
	ret_packet->scratch_used = 0;
	fault = parse_header(&reader, op, ret_packet, &fields);
	if (fault == DHCP4_FAULT_NONE && !ret_packet->has_cookie && !can_lack_cookie(octets, op))
		fault = DHCP4_FAULT_MAGIC;
	if (fault == DHCP4_FAULT_NONE)
		fault = parse_options(ret_packet, fields.options);
	if (fault == DHCP4_FAULT_NONE)
		fault = parse_overloaded(ret_packet, &fields);
	if (fault == DHCP4_FAULT_NONE)
		take_texts(ret_packet, &fields);
	if (fault == DHCP4_FAULT_NONE)
		fault = check_lengths(ret_packet);
	if (fault == DHCP4_FAULT_NONE)
		fault = take_message_type(ret_packet, op);
	return fault;
}

enum dhcp4_fault dhcp4_parse(struct span octets, struct dhcp4_packet *ret_packet) {
	return parse(octets, DHCP4_OP_REQUEST, ret_packet);
}

enum dhcp4_fault dhcp4_parse_reply(struct span octets, struct dhcp4_packet *ret_packet) {
	return parse(octets, DHCP4_OP_REPLY, ret_packet);
}

struct ip4 dhcp4_option_ip4(const struct dhcp4_packet *packet, uint8_t code) {
	return (struct ip4){ dhcp4_option_u32(packet, code, 0) };
}

uint32_t dhcp4_option_u32(const struct dhcp4_packet *packet, uint8_t code, uint32_t fallback) {
	struct span value = packet->options[code];

	return value.len == 4 ? be32_read(value.data) : fallback;
}

struct span dhcp4_relay_suboption(const struct dhcp4_packet *packet, uint8_t code) {
	struct reader reader = reader_of(packet->options[DHCP4_OPTION_RELAY_INFO]);
	struct span found = { 0 };

	while (!is_reader_at_end(&reader)) {
		uint8_t sub_code = reader_u8(&reader);
		struct span value = reader_take(&reader, reader_u8(&reader));

		if (sub_code == code && !found.data)
			found = value;
	}
	return reader.is_failed ? (struct span){ 0 } : found;
}

static const char *const fault_texts[] = {
	[DHCP4_FAULT_NONE] = "no fault",
	[DHCP4_FAULT_TRUNCATED] = "shorter than the fixed header and the magic cookie",
	[DHCP4_FAULT_OVERSIZED] = "longer than any DHCP message",
	[DHCP4_FAULT_OP] = "a reply where a request is wanted, or the reverse",
	[DHCP4_FAULT_HLEN] = "hardware address longer than 16 octets",
	[DHCP4_FAULT_MAGIC] = "no DHCP magic cookie, and no BOOTP message either",
	[DHCP4_FAULT_OPTION_LENGTH] = "an option runs past the end of its field",
	[DHCP4_FAULT_OVERLOAD] = "contradictory option overload",
	[DHCP4_FAULT_FIELD_LENGTH] = "an option of fixed size has another size",
	[DHCP4_FAULT_MESSAGE_TYPE] = "unknown message type, or one that only the other side sends",
	[DHCP4_FAULT_TOO_MUCH] = "split options exceed any sensible size",
};

static const char *const message_names[] = {
	[DHCP4_BOOTP] = "BOOTP",
	[DHCP4_DISCOVER] = "DHCPDISCOVER",
	[DHCP4_OFFER] = "DHCPOFFER",
	[DHCP4_REQUEST] = "DHCPREQUEST",
	[DHCP4_DECLINE] = "DHCPDECLINE",
	[DHCP4_ACK] = "DHCPACK",
	[DHCP4_NAK] = "DHCPNAK",
	[DHCP4_RELEASE] = "DHCPRELEASE",
	[DHCP4_INFORM] = "DHCPINFORM",
};

const char *dhcp4_fault_text(enum dhcp4_fault fault) {
	return fault < ARRAY_LEN(fault_texts) ? fault_texts[fault] : "unknown fault";
}

const char *dhcp4_message_name(enum dhcp4_message_type type) {
	return type < ARRAY_LEN(message_names) ? message_names[type] : "unknown message";
}
