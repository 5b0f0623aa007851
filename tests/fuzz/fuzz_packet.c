/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets are either refused or a packet, a request's or a reply's; and what is written of it is what a reader finds
 * again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static enum dhcp4_fault parse(enum dhcp4_op op, struct span octets, struct dhcp4_packet *ret_packet) {
	return op == DHCP4_OP_REPLY ? dhcp4_parse_reply(octets, ret_packet) : dhcp4_parse(octets, ret_packet);
}

/* Touch every octet that the packet hands out, for the sanitizer to see. */
static void read_all(const struct dhcp4_packet *packet) {
	volatile uint8_t sum = 0;

	for (unsigned code = 0; code < 256; code++) {
		struct span value = packet->options[code];
		struct span sub = dhcp4_relay_suboption(packet, (uint8_t)code);

		for (size_t i = 0; i < value.len; i++)
			sum = (uint8_t)(sum + value.data[i]);
		for (size_t i = 0; i < sub.len; i++)
			sum = (uint8_t)(sum + sub.data[i]);
		dhcp4_option_ip4(packet, (uint8_t)code);
	}
}

/* Options that the writer makes itself, or that reading back would refuse. */
static bool is_copied(unsigned code) {
	return code != DHCP4_OPTION_OVERLOAD && code != DHCP4_OPTION_RELAY_INFO && code != DHCP4_OPTION_MESSAGE_TYPE;
}

/* True if the options field of a message of @limit octets has room for a relay option of @len beside overload and
 * end. */
static bool can_hold(size_t limit, size_t len) {
	return DHCP4_OPTIONS_OFFSET + len + (len + 254) / 255 * 2 + 4 <= limit;
}

static void write_back(const struct dhcp4_packet *packet, enum dhcp4_op op, size_t limit) {
	struct dhcp4_header header = { .op = op, .htype = packet->htype, .hlen = packet->hlen, .xid = packet->xid };
	struct span relay_info = packet->options[DHCP4_OPTION_RELAY_INFO];
	static struct dhcp4_packet again;
	uint8_t octets[DHCP4_MESSAGE_MAX];
	struct dhcp4_writer writer;
	bool is_written[256] = { false };
	unsigned n_omitted;
	size_t len;

	dhcp4_write_start(&writer, octets, limit, &header, relay_info.len);
	for (unsigned code = 1; code < 255; code++)
		if (packet->options[code].data && is_copied(code))
			is_written[code] = dhcp4_write_option(&writer, (uint8_t)code, packet->options[code]);
	n_omitted = writer.n_omitted;
	len = dhcp4_write_finish(&writer, relay_info);
	check(len >= DHCP4_MESSAGE_MIN && len <= limit);
	check((writer.n_omitted == n_omitted) == can_hold(limit, relay_info.len));
	check(parse(op, span_of(octets, len), &again) == DHCP4_FAULT_NONE);
	for (unsigned code = 1; code < 255; code++)
		if (is_copied(code))
			check(is_written[code] == (again.options[code].data != NULL));
	for (unsigned code = 1; code < 255; code++)
		if (is_written[code])
			check(is_span_equal(again.options[code], packet->options[code]));
	if (relay_info.len && writer.n_omitted == n_omitted)
		check(is_span_equal(again.options[DHCP4_OPTION_RELAY_INFO], relay_info));
}

/* @got is @text, cut to what a field of @size octets takes with a NUL. */
static void check_text(struct span got, struct span text, size_t size) {
	check(is_span_equal(got, span_of(text.data, text.len < size ? text.len : size - 1)));
}

/* A message for a BOOTP client: what options it has stand in the options field, whatever file and sname say. */
static void write_bootp(const struct dhcp4_packet *packet, size_t limit) {
	struct dhcp4_header header = { .op = DHCP4_OP_REPLY, .sname = packet->sname, .file = packet->file,
				       .is_bootp = true };
	static struct dhcp4_packet again;
	uint8_t octets[DHCP4_MESSAGE_MAX];
	struct dhcp4_writer writer;
	size_t len;

	dhcp4_write_start(&writer, octets, limit, &header, packet->options[DHCP4_OPTION_RELAY_INFO].len);
	for (unsigned code = 1; code < 255; code++)
		if (packet->options[code].data && is_copied(code))
			dhcp4_write_option(&writer, (uint8_t)code, packet->options[code]);
	len = dhcp4_write_finish(&writer, packet->options[DHCP4_OPTION_RELAY_INFO]);
	check(len >= DHCP4_MESSAGE_MIN && len <= limit);
	check(dhcp4_parse_reply(span_of(octets, len), &again) == DHCP4_FAULT_NONE);
	check(!again.options[DHCP4_OPTION_OVERLOAD].data);
	check_text(again.file, packet->file, DHCP4_FILE_SIZE);
	check_text(again.sname, packet->sname, DHCP4_SNAME_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	enum dhcp4_op op = size && data[0] == DHCP4_OP_REPLY ? DHCP4_OP_REPLY : DHCP4_OP_REQUEST;
	static struct dhcp4_packet packet;

	if (parse(op, span_of(data, size), &packet) != DHCP4_FAULT_NONE)
		return 0;
	read_all(&packet);
	write_back(&packet, op, DHCP4_MESSAGE_DEFAULT + packet.xid % (DHCP4_MESSAGE_MAX - DHCP4_MESSAGE_DEFAULT + 1));
	write_bootp(&packet, DHCP4_MESSAGE_MIN + packet.xid % (DHCP4_MESSAGE_MAX - DHCP4_MESSAGE_MIN + 1));
	return 0;
}
