/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/question.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "wire/option.h"
#include "wire/packet.h"

#define HTYPE_ETHERNET 1
#define TEXT_MAX (3 * DHCP4_PACKET_MAX) /* of a message in hexadecimal, a separator behind each octet */

/* The messages by which a client asks for something, as a person names them. */
static const struct {
	const char *name;
	enum dhcp4_message_type type;
} types[] = {
	{ "discover", DHCP4_DISCOVER }, { "request", DHCP4_REQUEST }, { "inform", DHCP4_INFORM }, { "bootp", DHCP4_BOOTP }
};

static int read_type(const struct call *call, enum dhcp4_message_type *ret_type, struct error *reterr_error) {
	const char *word = call_value(call, "message");

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (is_text_equal_nocase(word ? word : types[0].name, types[i].name)) {
			*ret_type = types[i].type;
			return 0;
		}
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s is no message that can be explained; write discover, request, inform or bootp",
			 word);
}

static int read_address(const struct call *call, const char *name, struct ip4 *ret_address,
			struct error *reterr_error) {
	const char *text = call_value(call, name);

	*ret_address = (struct ip4){ 0 };
	if (!text || ip4_parse(text, ret_address) == 0)
		return 0;
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an IPv4 address", text);
}

static int read_hardware(struct call *call, struct dhcp4_header *header, struct error *reterr_error) {
	const char *text = call_value(call, "hardware");
	size_t len;

	if (!text)
		return call_reject_usage(call, reterr_error, "say whom to explain: --hardware MAC, or --packet FILE");
	if (text_parse_hex(text, sizeof header->chaddr, header->chaddr, &len) < 0 || len == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a hardware address such as 02:00:00:00:77:01", text);
	header->htype = HTYPE_ETHERNET;
	header->hlen = (uint8_t)len;
	return 0;
}

/* A value in hexadecimal, which may be of any option, those of the server's own making too. */
static bool read_raw_option(const char *text, uint8_t *ret_code, uint8_t *ret_octets, size_t *ret_len) {
	const char *value = strchr(text, '=');
	const struct option_info *info;
	char name[64] = "";
	uint64_t code;

	if (!value || (size_t)(value - text) >= sizeof name || strncmp(value, "=hex:", 5) != 0)
		return false;
	memcpy(name, text, (size_t)(value - text));
	info = option_info_find(name);
	if (!info && (text_parse_u64(name, DHCP4_OPTION_END - 1, &code) < 0 || code == 0))
		return false;
	*ret_code = info ? info->code : (uint8_t)code;
	return text_parse_hex(value + 5, OPTION_VALUE_MAX, ret_octets, ret_len) == 0;
}

static int write_options(const struct call *call, struct dhcp4_writer *writer, struct error *reterr_error) {
	uint8_t octets[OPTION_VALUE_MAX], code = 0;
	const char *text;
	size_t len = 0;
	int r;

	for (size_t i = 0; (text = call_value_at(call, "option", i)); i++) {
		r = read_raw_option(text, &code, octets, &len) ? 0 :
			option_assignment_parse(text, sizeof octets, &code, octets, &len, reterr_error);
		if (r < 0) {
			error_prefix(reterr_error, "an option that the client sends (NAME=hex:OCTETS will do for any)");
			return r;
		}
		dhcp4_write_option(writer, code, span_of(octets, len));
	}
	return 0;
}

static int write_client_id(const struct call *call, struct dhcp4_writer *writer, struct error *reterr_error) {
	const char *text = call_value(call, "client-id");
	uint8_t octets[255];
	size_t len;

	if (!text)
		return 0;
	if (text_parse_hex(text, sizeof octets, octets, &len) < 0 || len < 2)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a client identifier: at least two octets in hexadecimal", text);
	dhcp4_write_option(writer, DHCP4_OPTION_CLIENT_ID, span_of(octets, len));
	return 0;
}

static int write_message(struct call *call, const struct dhcp4_header *header, enum dhcp4_message_type type,
			 struct span *ret_octets, struct error *reterr_error) {
	uint8_t *octets = arena_take(call->arena, DHCP4_MESSAGE_MAX);
	struct dhcp4_writer writer;
	struct ip4 address;
	int r = read_address(call, "address", &address, reterr_error);

	dhcp4_write_start(&writer, octets, DHCP4_MESSAGE_MAX, header, 0);
	if (type != DHCP4_BOOTP)
		dhcp4_write_u8(&writer, DHCP4_OPTION_MESSAGE_TYPE, (uint8_t)type);
	if (r == 0 && !is_ip4_none(address) && type != DHCP4_INFORM)
		dhcp4_write_ip4(&writer, DHCP4_OPTION_REQUESTED_ADDRESS, address);
	if (r == 0)
		r = write_client_id(call, &writer, reterr_error);
	if (r == 0)
		r = write_options(call, &writer, reterr_error);
	if (r == 0)
		*ret_octets = span_of(octets, dhcp4_write_finish(&writer, span_of(NULL, 0)));
	return r;
}

static int make_message(struct call *call, struct span *ret_octets, struct error *reterr_error) {
	struct dhcp4_header header = { .op = DHCP4_OP_REQUEST, .xid = 1 };
	enum dhcp4_message_type type = DHCP4_DISCOVER;
	int r = read_type(call, &type, reterr_error);

	if (r == 0)
		r = read_hardware(call, &header, reterr_error);
	if (r == 0)
		r = read_address(call, "relay", &header.giaddr, reterr_error);
	if (r == 0 && type == DHCP4_INFORM)
		r = read_address(call, "address", &header.ciaddr, reterr_error);
	return r == 0 ? write_message(call, &header, type, ret_octets, reterr_error) : r;
}

/* A file holds the message as it is on the wire, or in hexadecimal. */
static void read_text(struct arena *arena, struct span *octets) {
	uint8_t *read = arena_take(arena, DHCP4_PACKET_MAX);
	const char *text = arena_dup(arena, *octets);
	size_t len = strlen(text);

	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	text = arena_dup(arena, span_of(text, len));
	if (text_parse_hex(text, DHCP4_PACKET_MAX, read, &len) == 0)
		*octets = span_of(read, len);
}

static int read_packet(struct call *call, const char *path, struct span *ret_octets, struct error *reterr_error) {
	uint8_t *octets = arena_take(call->arena, TEXT_MAX + 1);
	struct dhcp4_packet packet;
	enum dhcp4_fault fault;
	FILE *file = fopen(path, "re");

	if (!file)
		return error_set(reterr_error, E_NOT_FOUND, "%s cannot be read: %s", path, strerror(errno));
	*ret_octets = span_of(octets, fread(octets, 1, TEXT_MAX, file));
	fclose(file);
	read_text(call->arena, ret_octets);
	fault = dhcp4_parse(*ret_octets, &packet);
	if (fault == DHCP4_FAULT_NONE)
		return 0;
	return error_set(reterr_error, E_DHCP_INVALID_DHCP_MESSAGE,
			 "%s holds no message of a DHCP client: %s; the message alone must stand there, as octets or in hexadecimal",
			 path, dhcp4_fault_text(fault));
}

/* "10.77.0.1", or "10.77.0.1/24". */
static int read_link(const struct call *call, struct question *question, struct error *reterr_error) {
	const char *text = call_value(call, "link"), *slash = text ? strchr(text, '/') : NULL;
	char address[IP4_TEXT_MAX];
	uint64_t length = 32;

	if (!text)
		return 0;
	snprintf(address, sizeof address, "%.*s", slash ? (int)(slash - text) : IP4_TEXT_MAX, text);
	if (ip4_parse(address, &question->link) < 0 || (slash && text_parse_u64(slash + 1, 32, &length) < 0))
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not an address such as 10.77.0.1 or 10.77.0.1/24", text);
	question->link_length = (uint8_t)length;
	return 0;
}

int question_read(struct call *call, struct question *ret_question, struct error *reterr_error) {
	const char *path = call_value(call, "packet");
	struct question question = { 0 };
	int r = read_link(call, &question, reterr_error);

	if (r == 0)
		r = path ? read_packet(call, path, &question.octets, reterr_error) :
			   make_message(call, &question.octets, reterr_error);
	if (r == 0)
		*ret_question = question;
	return r;
}
