/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - what a DHCP client says and is told, as octets. Of the benchmark's tools alone, which must not believe
 * the codec that they measure.
 *
 * Addresses and numbers are in the machine's order. No state, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_MAX 1500
#define HARDWARE_LEN 6
#define SERVER_PORT 67
#define CLIENT_PORT 68

enum message_type { MESSAGE_DISCOVER = 1, MESSAGE_OFFER, MESSAGE_REQUEST, MESSAGE_DECLINE, MESSAGE_ACK, MESSAGE_NAK };

/* Where in a message its fields are (RFC 2131, figure 1). */
enum message_offset {
	AT_XID = 4,
	AT_CIADDR = 12,
	AT_YIADDR = 16,
	AT_GIADDR = 24,
	AT_CHADDR = 28,
	AT_MAGIC = 236,
	AT_OPTIONS = 240,
};

enum option_code {
	OPTION_PAD = 0,
	OPTION_SUBNET_MASK = 1,
	OPTION_ROUTERS = 3,
	OPTION_DNS_SERVERS = 6,
	OPTION_DOMAIN_NAME = 15,
	OPTION_NTP_SERVERS = 42,
	OPTION_REQUESTED_ADDRESS = 50,
	OPTION_LEASE_TIME = 51,
	OPTION_MESSAGE_TYPE = 53,
	OPTION_SERVER_ID = 54,
	OPTION_PARAMETERS = 55,
	OPTION_RENEWAL_TIME = 58,
	OPTION_REBINDING_TIME = 59,
	OPTION_TFTP_SERVER = 66,
	OPTION_USER_CLASS = 77,
	OPTION_END = 255,
};

/* Embedded. */
struct message {
	enum message_type type;
	uint32_t xid;
	uint32_t ciaddr, yiaddr, giaddr;
	uint32_t requested, server; /* options 50 and 54; 0: absent */
	uint32_t mask, lease_time;  /* of a reply; 0: absent */
	const char *user_class;     /* of a client; NULL: none */
	uint8_t chaddr[HARDWARE_LEN];
};

/* Big-endian numbers. */
static inline uint32_t load_be32(const uint8_t *at) {
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void store_be32(uint8_t *at, uint32_t value) {
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static inline void store_be16(uint8_t *at, uint16_t value) {
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* Write a client's message as a common client would; with the usual list of options that it wants. Returns the
 * length. */
size_t message_write(const struct message *message, uint8_t ret_octets[static MESSAGE_MAX]);

/* Read a message of either side. False if it is none, or is cut off. */
bool message_read(const uint8_t *octets, size_t len, struct message *ret_message);
