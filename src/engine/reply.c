/* SPDX-License-Identifier: Apache-2.0 */
/* reply.c - replies: fields, options, and the way to the client (RFC 2131 4.1 and table 3). */
#include "engine/request.h"

#include "base/wireint.h"

#define IP_UDP_HEADERS 28
#define BROADCAST 0xffffffffu
#define HTYPE_ETHERNET 1
#define HLEN_ETHERNET 6

static size_t message_limit(const struct dhcp4_packet *packet) {
	struct span size = packet->options[DHCP4_OPTION_MAX_SIZE];
	size_t limit = size.data && size.len == 2 ? be16_read(size.data) : 0;

	limit = limit > IP_UDP_HEADERS ? limit - IP_UDP_HEADERS : 0;
	if (limit < DHCP4_MESSAGE_DEFAULT)
		return DHCP4_MESSAGE_DEFAULT;
	return limit < DHCP4_MESSAGE_MAX ? limit : DHCP4_MESSAGE_MAX;
}

static void header_fill(const struct request *request, struct dhcp4_header *ret_header) {
	const struct dhcp4_packet *packet = request->packet;

	*ret_header = (struct dhcp4_header){
		.op = DHCP4_OP_REPLY,
		.htype = packet->htype,
		.hlen = packet->hlen,
		.xid = packet->xid,
		.flags = packet->flags,
		.giaddr = packet->giaddr,
	};
	memcpy(ret_header->chaddr, packet->chaddr, sizeof ret_header->chaddr);
}

/* An option whose value the server makes itself. */
static void own_note(const struct request *request, uint8_t code, uint32_t value) {
	struct be32 wire = be32_from(value);
	char number[4], array[64];
	struct text text;

	text_init(&text, array, sizeof array);
	option_value_format(code, span_of(wire.octets, sizeof wire.octets), &text);
	request_note(request, (struct trace_note){ .step = TRACE_OPTION,
						   .is_applied = true,
						   .subject = option_name(code, number),
						   .text = array });
}

static void write_own(const struct request *request, struct dhcp4_writer *writer, uint8_t code, uint32_t value) {
	dhcp4_write_u32(writer, code, value);
	if (is_request_traced(request))
		own_note(request, code, value);
}

/* A configured renewal or rebinding time; @fallback if there is none. */
static uint32_t configured_time(const struct reply_options *options, uint8_t code, uint32_t fallback) {
	struct span value = reply_options_get(options, code);

	return value.len == 4 ? be32_read(value.data) : fallback;
}

/* RFC 2131 4.4.5: T1 at half, T2 at seven eighths, unless configured; always T1 <= T2 <= lease time. */
static void write_times(const struct reply_options *options, struct dhcp4_writer *writer, uint32_t lease_time) {
	uint32_t t2 = configured_time(options, DHCP4_OPTION_REBINDING_TIME, lease_time - lease_time / 8);
	uint32_t t1 = configured_time(options, DHCP4_OPTION_RENEWAL_TIME, lease_time / 2);

	if (t2 > lease_time)
		t2 = lease_time - lease_time / 8;
	if (t1 > t2)
		t1 = t2 / 2;
	write_own(options->search.request, writer, DHCP4_OPTION_LEASE_TIME, lease_time);
	write_own(options->search.request, writer, DHCP4_OPTION_RENEWAL_TIME, t1);
	write_own(options->search.request, writer, DHCP4_OPTION_REBINDING_TIME, t2);
}

/* The scope's own mask, unless another one is set. */
static void write_mask(struct request *request, struct reply_options *options, struct dhcp4_writer *writer) {
	reply_options_write(options, writer, DHCP4_OPTION_SUBNET_MASK);
	if (!is_code_in_set(&options->done, DHCP4_OPTION_SUBNET_MASK))
		write_own(request, writer, DHCP4_OPTION_SUBNET_MASK, ip4_mask(request->scope->subnet.prefix_length));
}

#define BIT_OF(word, code) ((code) / 64 == (word) ? UINT64_C(1) << ((code)&63) : 0)
#define BITS_OF(word)                                                                                                  \
	BIT_OF(word, DHCP4_OPTION_SUBNET_MASK) | BIT_OF(word, DHCP4_OPTION_REQUESTED_ADDRESS) |                        \
		BIT_OF(word, DHCP4_OPTION_LEASE_TIME) | BIT_OF(word, DHCP4_OPTION_OVERLOAD) |                          \
		BIT_OF(word, DHCP4_OPTION_MESSAGE_TYPE) | BIT_OF(word, DHCP4_OPTION_SERVER_ID) |                       \
		BIT_OF(word, DHCP4_OPTION_PARAMETER_LIST) | BIT_OF(word, DHCP4_OPTION_MAX_SIZE) |                      \
		BIT_OF(word, DHCP4_OPTION_RENEWAL_TIME) | BIT_OF(word, DHCP4_OPTION_REBINDING_TIME) |                  \
		BIT_OF(word, DHCP4_OPTION_CLIENT_ID) | BIT_OF(word, DHCP4_OPTION_RELAY_INFO) |                         \
		BIT_OF(word, DHCP4_OPTION_SUBNET_SELECTION)

/* What only the server itself writes; the mask it has written by then. */
static const struct code_set written_by_server = { { BITS_OF(0), BITS_OF(1), BITS_OF(2), BITS_OF(3) } };

/* What the client asks for in its own order (RFC 2132 9.8); everything if it does not say. */
static void write_configured(struct request *request, struct reply_options *options, struct dhcp4_writer *writer) {
	struct span list = request->packet->options[DHCP4_OPTION_PARAMETER_LIST];

	write_mask(request, options, writer);
	options->done = written_by_server;
	for (size_t i = 0; i < list.len; i++)
		reply_options_write(options, writer, list.data[i]);
	if (!list.data)
		reply_options_write_all(options, writer);
	reply_options_note_rest(options);
}

/* True if the client wants a broadcast, or has no hardware address of the kind that frames are sent to. */
static bool is_broadcast_needed(const struct dhcp4_packet *packet) {
	return packet->flags & DHCP4_FLAG_BROADCAST || packet->htype != HTYPE_ETHERNET || packet->hlen != HLEN_ETHERNET;
}

/* RFC 2131 4.3.5; RFC 1542 5.4. */
static bool is_answered_past_relay(const struct dhcp4_packet *packet) {
	return (packet->type == DHCP4_INFORM || packet->type == DHCP4_BOOTP) && !is_ip4_none(packet->ciaddr);
}

/* RFC 2131 4.1, fourth paragraph on: relay, the client's own address, broadcast if it asks for that, else its hardware.
 * An inform, and a BOOTP request, is answered to the client's own address even if a relay brought it, and one of rogue
 * detection may come without. */
static void destination_fill(struct request *request, struct ip4 address) {
	const struct dhcp4_packet *packet = request->packet;
	struct engine_output *output = request->output;

	output->source = request->server_id;
	output->port = DHCP4_CLIENT_PORT;
	output->path = REPLY_UNICAST;
	if (is_answered_past_relay(packet)) {
		output->destination = packet->ciaddr;
	} else if (!is_ip4_none(packet->giaddr)) {
		output->destination = packet->giaddr;
		output->port = DHCP4_SERVER_PORT;
	} else if (output->sent == DHCP4_NAK || packet->type == DHCP4_INFORM) {
		output->path = REPLY_BROADCAST;
	} else if (!is_ip4_none(packet->ciaddr)) {
		output->destination = packet->ciaddr;
	} else if (is_broadcast_needed(packet)) {
		output->path = REPLY_BROADCAST;
	} else {
		output->path = REPLY_LINK;
		output->destination = address;
	}
	if (output->path == REPLY_BROADCAST)
		output->destination.value = BROADCAST;
	output->hlen = packet->hlen;
	memcpy(output->chaddr, packet->chaddr, sizeof output->chaddr);
}

static void reply_start(struct request *request, enum dhcp4_message_type type, const struct dhcp4_header *header,
			struct dhcp4_writer *ret_writer) {
	struct span relay_info = request->packet->options[DHCP4_OPTION_RELAY_INFO];

	dhcp4_write_start(ret_writer, request->output->octets, message_limit(request->packet), header, relay_info.len);
	dhcp4_write_u8(ret_writer, DHCP4_OPTION_MESSAGE_TYPE, (uint8_t)type);
	dhcp4_write_ip4(ret_writer, DHCP4_OPTION_SERVER_ID, request->server_id);
}

static void reply_finish(struct request *request, enum dhcp4_message_type type, struct ip4 address,
			 struct dhcp4_writer *writer) {
	const struct span *options = request->packet->options;

	if (options[DHCP4_OPTION_CLIENT_ID].data) /* RFC 6842 */
		dhcp4_write_option(writer, DHCP4_OPTION_CLIENT_ID, options[DHCP4_OPTION_CLIENT_ID]);
	request->output->len = dhcp4_write_finish(writer, options[DHCP4_OPTION_RELAY_INFO]);
	request->output->has_reply = true;
	request->output->sent = type;
	destination_fill(request, address);
}

void request_reply(struct request *request, enum dhcp4_message_type type, struct ip4 address, uint32_t lease_time) {
	struct reply_options options;
	struct dhcp4_header header;
	struct dhcp4_writer writer;

	header_fill(request, &header);
	header.yiaddr = address;
	if (type == DHCP4_ACK)
		header.ciaddr = request->packet->ciaddr;
	request_boot_file(request, &header);
	if (is_request_traced(request)) {
		request_note_settings(request);
		request_note_boot_file(request);
	}
	reply_options_start(request, &options);
	reply_start(request, type, &header, &writer);
	if (lease_time)
		write_times(&options, &writer, lease_time);
	if (has_dhcp4_option(request->packet, DHCP4_OPTION_SUBNET_SELECTION)) /* RFC 3011 */
		dhcp4_write_option(&writer, DHCP4_OPTION_SUBNET_SELECTION,
				   request->packet->options[DHCP4_OPTION_SUBNET_SELECTION]);
	write_configured(request, &options, &writer);
	reply_finish(request, type, address, &writer);
}

/* Extensions of DHCP (RFC 2132 section 9), and what the engine itself writes. */
static void withhold_from_bootp(struct reply_options *options) {
	static const uint8_t others[] = { DHCP4_OPTION_TFTP_SERVER, DHCP4_OPTION_BOOT_FILE, DHCP4_OPTION_RELAY_INFO,
					  DHCP4_OPTION_SUBNET_SELECTION, DHCP4_OPTION_SUBNET_MASK };

	for (unsigned code = DHCP4_OPTION_REQUESTED_ADDRESS; code <= DHCP4_OPTION_CLIENT_ID; code++)
		code_set_add(&options->done, (uint8_t)code);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		code_set_add(&options->done, others[i]);
}

/* As much as the client has room for: RFC 951's, or more if its request was longer or says so (RFC 1542 2.1). */
static size_t bootp_limit(const struct request *request) {
	struct span size = request->packet->options[DHCP4_OPTION_MAX_SIZE];
	size_t limit = request->input->octets.len;

	if (size.data && be16_read(size.data) > limit + IP_UDP_HEADERS)
		limit = be16_read(size.data) - IP_UDP_HEADERS;
	return limit < DHCP4_MESSAGE_MIN ? DHCP4_MESSAGE_MIN : limit;
}

void request_reply_bootp(struct request *request, struct ip4 address) {
	struct span relay_info = request->packet->options[DHCP4_OPTION_RELAY_INFO];
	struct reply_options options;
	struct dhcp4_header header;
	struct dhcp4_writer writer;

	header_fill(request, &header);
	header.is_bootp = true;
	header.secs = request->packet->secs;
	header.ciaddr = request->packet->ciaddr;
	header.yiaddr = address;
	header.siaddr = request->server_id;
	request_boot_file(request, &header);
	if (is_request_traced(request)) {
		request_note_settings(request);
		request_note_boot_file(request);
	}
	reply_options_start(request, &options);
	dhcp4_write_start(&writer, request->output->octets, bootp_limit(request), &header, relay_info.len);
	write_mask(request, &options, &writer);
	withhold_from_bootp(&options);
	reply_options_write_all(&options, &writer);
	request->output->len = request->packet->has_cookie ? dhcp4_write_finish(&writer, relay_info)
							   : dhcp4_write_finish_plain(&writer);
	request->output->has_reply = true;
	request->output->sent = DHCP4_BOOTP;
	destination_fill(request, address);
}

void request_reply_vendor(struct request *request, struct span vendor_information) {
	struct dhcp4_header header;
	struct dhcp4_writer writer;

	header_fill(request, &header);
	header.ciaddr = request->packet->ciaddr;
	/* Else the relay has no address to send it to. */
	if (is_ip4_none(header.ciaddr) && !is_ip4_none(header.giaddr))
		header.flags |= DHCP4_FLAG_BROADCAST;
	reply_start(request, DHCP4_ACK, &header, &writer);
	dhcp4_write_option(&writer, DHCP4_OPTION_VENDOR_INFORMATION, vendor_information);
	reply_finish(request, DHCP4_ACK, (struct ip4){ 0 }, &writer);
}

void request_reply_nak(struct request *request, const char *message) {
	struct dhcp4_header header;
	struct dhcp4_writer writer;

	request_note(request,
		     (struct trace_note){
			     .step = TRACE_ADDRESS, .dn = request->scope->dn, .level = LEVEL_SCOPE, .text = message });
	header_fill(request, &header);
	/* The client may not yet have a usable address behind that relay (RFC 2131 4.1). */
	if (!is_ip4_none(request->packet->giaddr))
		header.flags |= DHCP4_FLAG_BROADCAST;
	reply_start(request, DHCP4_NAK, &header, &writer);
	dhcp4_write_option(&writer, DHCP4_OPTION_MESSAGE, span_of_text(message));
	reply_finish(request, DHCP4_NAK, (struct ip4){ 0 }, &writer);
}
