/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

#include <string.h>

#define BOOTP_LEN_MIN 300 /* which many clients pad their messages to (RFC 1542 2.1) */

static const uint8_t magic[4] = { 0x63, 0x82, 0x53, 0x63 };
static const uint8_t wanted[] = {
	OPTION_PARAMETERS,   8,
	OPTION_SUBNET_MASK,  OPTION_ROUTERS,
	OPTION_DNS_SERVERS,  OPTION_DOMAIN_NAME,
	OPTION_LEASE_TIME,   OPTION_SERVER_ID,
	OPTION_RENEWAL_TIME, OPTION_REBINDING_TIME,
};

static uint8_t *write_address(uint8_t *at, enum option_code code, uint32_t address) {
	if (address == 0)
		return at;
	at[0] = (uint8_t)code;
	at[1] = 4;
	store_be32(at + 2, address);
	return at + 6;
}

static uint8_t *write_text(uint8_t *at, enum option_code code, const char *text) {
	size_t len = text ? strlen(text) : 0;

	if (len == 0)
		return at;
	at[0] = (uint8_t)code;
	at[1] = (uint8_t)len;
	memcpy(at + 2, text, len);
	return at + 2 + len;
}

size_t message_write(const struct message *message, uint8_t ret_octets[static MESSAGE_MAX]) {
	uint8_t *at = ret_octets + AT_OPTIONS;

	memset(ret_octets, 0, BOOTP_LEN_MIN);
	ret_octets[0] = 1;
	ret_octets[1] = 1;
	ret_octets[2] = HARDWARE_LEN;
	ret_octets[3] = message->giaddr != 0;
	store_be32(ret_octets + AT_XID, message->xid);
	store_be32(ret_octets + AT_CIADDR, message->ciaddr);
	store_be32(ret_octets + AT_GIADDR, message->giaddr);
	memcpy(ret_octets + AT_CHADDR, message->chaddr, HARDWARE_LEN);
	memcpy(ret_octets + AT_MAGIC, magic, sizeof(magic));
	*at++ = OPTION_MESSAGE_TYPE;
	*at++ = 1;
	*at++ = (uint8_t)message->type;
	at = write_address(at, OPTION_REQUESTED_ADDRESS, message->requested);
	at = write_address(at, OPTION_SERVER_ID, message->server);
	at = write_text(at, OPTION_USER_CLASS, message->user_class);
	memcpy(at, wanted, sizeof(wanted));
	at[sizeof(wanted)] = OPTION_END;
	return BOOTP_LEN_MIN;
}

static void note_option(struct message *message, const uint8_t *option) {
	uint32_t number = option[1] == 4 ? load_be32(option + 2) : 0;

	switch (option[0]) {
	case OPTION_MESSAGE_TYPE:
		message->type = option[1] == 1 ? (enum message_type)option[2] : 0;
		break;
	case OPTION_REQUESTED_ADDRESS:
		message->requested = number;
		break;
	case OPTION_SERVER_ID:
		message->server = number;
		break;
	case OPTION_SUBNET_MASK:
		message->mask = number;
		break;
	case OPTION_LEASE_TIME:
		message->lease_time = number;
		break;
	default:
		break;
	}
}

static bool read_options(const uint8_t *at, const uint8_t *end, struct message *message) {
	while (at < end && *at != OPTION_END) {
		if (*at == OPTION_PAD) {
			at++;
			continue;
		}
		if (end - at < 2 || end - at < 2 + at[1])
			return false;
		note_option(message, at);
		at += 2 + at[1];
	}
	return at < end;
}

bool message_read(const uint8_t *octets, size_t len, struct message *ret_message) {
	if (len <= AT_OPTIONS || memcmp(octets + AT_MAGIC, magic, sizeof(magic)) != 0 || octets[2] != HARDWARE_LEN)
		return false;
	*ret_message = (struct message){
		.xid = load_be32(octets + AT_XID),
		.ciaddr = load_be32(octets + AT_CIADDR),
		.yiaddr = load_be32(octets + AT_YIADDR),
		.giaddr = load_be32(octets + AT_GIADDR),
	};
	memcpy(ret_message->chaddr, octets + AT_CHADDR, HARDWARE_LEN);
	return read_options(octets + AT_OPTIONS, octets + len, ret_message);
}
