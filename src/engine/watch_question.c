/* SPDX-License-Identifier: Apache-2.0 */
/* What a question looks like on the wire. */
#include <string.h>

#include "base/macros.h"
#include "engine/watch.h"
#include "wire/packet.h"

#define CLIENT_ID_PREFIX "\0lessor-watch-" /* type 0 (RFC 2132 9.14): no hardware address, so no lease of this host */
#define CLIENT_ID_PREFIX_SIZE (sizeof CLIENT_ID_PREFIX - 1)

static_assert(SIGHTING_HARDWARE_MAX <= DHCP4_CHADDR_MAX, "a sender's hardware address goes into chaddr");

/* Broadcast, so that the answer is heard whatever address it is for. */
static void question_start(struct dhcp4_writer *ret_writer, uint8_t *octets, size_t size, struct dhcp4_header *header,
			   const struct watch_sender *sender) {
	assert(sender->hlen <= SIGHTING_HARDWARE_MAX);
	header->op = DHCP4_OP_REQUEST;
	header->flags = DHCP4_FLAG_BROADCAST;
	header->htype = sender->htype;
	header->hlen = sender->hlen;
	memcpy(header->chaddr, sender->hardware, sender->hlen);
	dhcp4_write_start(ret_writer, octets, size, header, 0);
}

size_t watch_write_inform(const struct watch_question *question, const struct watch_sender *sender, uint8_t *ret_octets,
			  size_t size) {
	struct dhcp4_header header = { .xid = question->xid, .ciaddr = sender->address };
	struct dhcp4_writer writer;
	uint8_t request[ROGUE_REQUEST_SIZE];

	question_start(&writer, ret_octets, size, &header, sender);
	dhcp4_write_u8(&writer, DHCP4_OPTION_MESSAGE_TYPE, DHCP4_INFORM);
	dhcp4_write_option(&writer, DHCP4_OPTION_VENDOR_INFORMATION, span_of(request, rogue_request_write(request)));
	return dhcp4_write_finish(&writer, (struct span){ 0 });
}

static bool write_client_id(struct dhcp4_writer *writer, const struct watch_sender *sender) {
	uint8_t client_id[CLIENT_ID_PREFIX_SIZE + SIGHTING_HARDWARE_MAX];

	memcpy(client_id, CLIENT_ID_PREFIX, CLIENT_ID_PREFIX_SIZE);
	memcpy(client_id + CLIENT_ID_PREFIX_SIZE, sender->hardware, sender->hlen);
	return dhcp4_write_option(writer, DHCP4_OPTION_CLIENT_ID,
				  span_of(client_id, CLIENT_ID_PREFIX_SIZE + sender->hlen));
}

size_t watch_write_discover(const struct watch_question *question, const struct watch_sender *sender,
			    uint8_t *ret_octets, size_t size) {
	static const uint8_t wanted[] = { DHCP4_OPTION_SUBNET_MASK, 3 /* routers */, 6 /* domain name servers */,
					  DHCP4_OPTION_LEASE_TIME, DHCP4_OPTION_SERVER_ID };
	struct dhcp4_header header = { .xid = question->xid };
	struct dhcp4_writer writer;

	question_start(&writer, ret_octets, size, &header, sender);
	dhcp4_write_u8(&writer, DHCP4_OPTION_MESSAGE_TYPE, DHCP4_DISCOVER);
	write_client_id(&writer, sender);
	dhcp4_write_option(&writer, DHCP4_OPTION_PARAMETER_LIST, span_of(wanted, sizeof wanted));
	return dhcp4_write_finish(&writer, (struct span){ 0 });
}
