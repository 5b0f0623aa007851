/* SPDX-License-Identifier: Apache-2.0 */
/* packet.h - DHCPv4 messages: octets to a struct and back (RFC 2131 section 2, RFC 2132, RFC 3396).
 *
 * Pure: no allocation, no recursion, no state; bounded by the size of its arguments. A parsed packet borrows from the
 * octets it was read from and from its own scratch space, so it must not be copied or outlive them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip4.h"
#include "base/span.h"

#define DHCP4_HEADER_SIZE 236   /* fixed fields, RFC 2131 figure 1 */
#define DHCP4_OPTIONS_OFFSET 240 /* after the magic cookie */
#define DHCP4_MESSAGE_MIN 300   /* BOOTP's size, below which some relays and clients drop a reply (RFC 1542 2.1) */
#define DHCP4_MESSAGE_DEFAULT 548 /* of a client that says nothing: 576 less the IP and UDP headers (RFC 2132 9.10) */
#define DHCP4_MESSAGE_MAX 1472  /* what fits an Ethernet frame after the IP and UDP headers */
#define DHCP4_CHADDR_MAX 16
#define DHCP4_SNAME_SIZE 64
#define DHCP4_FILE_OFFSET 108
#define DHCP4_FILE_SIZE 128
#define DHCP4_FLAG_BROADCAST 0x8000u
#define DHCP4_SERVER_PORT 67
#define DHCP4_CLIENT_PORT 68

enum dhcp4_op { DHCP4_OP_REQUEST = 1, DHCP4_OP_REPLY = 2 };

enum dhcp4_message_type {
	DHCP4_BOOTP = 0, /* no option 53: a BOOTP message */
	DHCP4_DISCOVER = 1,
	DHCP4_OFFER = 2,
	DHCP4_REQUEST = 3,
	DHCP4_DECLINE = 4,
	DHCP4_ACK = 5,
	DHCP4_NAK = 6,
	DHCP4_RELEASE = 7,
	DHCP4_INFORM = 8,
};

/* Options that the engine itself reads or writes; all others it only copies. */
enum dhcp4_option {
	DHCP4_OPTION_PAD = 0,
	DHCP4_OPTION_SUBNET_MASK = 1,
	DHCP4_OPTION_HOST_NAME = 12,
	DHCP4_OPTION_VENDOR_INFORMATION = 43,
	DHCP4_OPTION_REQUESTED_ADDRESS = 50,
	DHCP4_OPTION_LEASE_TIME = 51,
	DHCP4_OPTION_OVERLOAD = 52,
	DHCP4_OPTION_MESSAGE_TYPE = 53,
	DHCP4_OPTION_SERVER_ID = 54,
	DHCP4_OPTION_PARAMETER_LIST = 55,
	DHCP4_OPTION_MESSAGE = 56,
	DHCP4_OPTION_MAX_SIZE = 57,
	DHCP4_OPTION_RENEWAL_TIME = 58,
	DHCP4_OPTION_REBINDING_TIME = 59,
	DHCP4_OPTION_VENDOR_CLASS = 60,
	DHCP4_OPTION_CLIENT_ID = 61,
	DHCP4_OPTION_TFTP_SERVER = 66,
	DHCP4_OPTION_BOOT_FILE = 67,
	DHCP4_OPTION_USER_CLASS = 77,
	DHCP4_OPTION_CLIENT_FQDN = 81,
	DHCP4_OPTION_RELAY_INFO = 82,
	DHCP4_OPTION_SUBNET_SELECTION = 118,
	DHCP4_OPTION_END = 255,
};

/* Why a packet could not be read. */
enum dhcp4_fault {
	DHCP4_FAULT_NONE,
	DHCP4_FAULT_TRUNCATED,     /* shorter than the fixed header and the cookie */
	DHCP4_FAULT_OVERSIZED,     /* longer than DHCP4_PACKET_MAX */
	DHCP4_FAULT_OP,            /* a reply where a request is wanted, or the reverse */
	DHCP4_FAULT_HLEN,          /* hlen > 16 */
	DHCP4_FAULT_MAGIC,         /* no DHCP magic cookie, and no BOOTP message either */
	DHCP4_FAULT_OPTION_LENGTH, /* an option runs past the end of its field */
	DHCP4_FAULT_OVERLOAD,      /* option 52 with a wrong length or value, twice, or inside file or sname */
	DHCP4_FAULT_FIELD_LENGTH,  /* an option with a fixed size has another one */
	DHCP4_FAULT_MESSAGE_TYPE,  /* unknown, or one that only the other side sends */
	DHCP4_FAULT_TOO_MUCH,      /* split options need more scratch space than a packet has */
};

#define DHCP4_PACKET_MAX 4096
#define DHCP4_SCRATCH_SIZE 2048

/* Embedded; see the top of this file for what it borrows. */
struct dhcp4_packet {
	enum dhcp4_message_type type;
	uint8_t htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	struct ip4 ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[DHCP4_CHADDR_MAX]; /* @hlen octets count; the rest is zero */
	struct span sname, file; /* up to the first NUL; empty where options stand in them */
	bool has_cookie;         /* options are understood; without it, it is a BOOTP message */
	/* By code: the value, all its parts joined (RFC 3396); data NULL if absent. A zero-length option has data. */
	struct span options[256];
	uint8_t scratch[DHCP4_SCRATCH_SIZE];
	size_t scratch_used;
};

/* Read the request @octets. DHCP4_FAULT_NONE, or why it cannot be read; @ret_packet is then not to be used.
 * Without the magic cookie it is a BOOTP message of RFC 951, if it has at least BOOTP's size.
 * Checked: the fixed sizes of options 50, 51, 53, 54, 57, 118 (4, 4, 1, 4, 2, 4) and at least 2 for 61. Options in
 * file and sname are read when option 52 says so, in the order options, file, sname (RFC 2131 4.1). */
enum dhcp4_fault dhcp4_parse(struct span octets, struct dhcp4_packet *ret_packet);

/* The same for what a server sends: a BOOTREPLY that is an OFFER, ACK, NAK or BOOTP message. */
enum dhcp4_fault dhcp4_parse_reply(struct span octets, struct dhcp4_packet *ret_packet);

static inline bool has_dhcp4_option(const struct dhcp4_packet *packet, uint8_t code) {
	return packet->options[code].data != NULL;
}

/* The value of a four-octet option as an address; none (0.0.0.0) if absent or of another length. */
struct ip4 dhcp4_option_ip4(const struct dhcp4_packet *packet, uint8_t code);

/* The value of a four-octet option as a number; @fallback if absent or of another length. */
uint32_t dhcp4_option_u32(const struct dhcp4_packet *packet, uint8_t code, uint32_t fallback);

/* Borrow sub-option @code of the relay agent information (RFC 3046); data NULL if absent or malformed. */
struct span dhcp4_relay_suboption(const struct dhcp4_packet *packet, uint8_t code);

/* What the fixed header of a message says. Embedded. */
struct dhcp4_header {
	enum dhcp4_op op;
	uint8_t htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	struct ip4 ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[DHCP4_CHADDR_MAX];
	struct span sname, file; /* cut to fit with a NUL behind */
	bool is_bootp;           /* for a client that knows no options in file and sname */
};

/* Embedded: a message under construction. Options go to the options field until it is full, then to the file
 * field and to sname (option 52) where those hold nothing else; what still does not fit is left out and counted. Room
 * for the end mark, the overload option and the reserved trailer is kept from the start. */
struct dhcp4_writer {
	uint8_t *octets;
	size_t limit;    /* of the whole message */
	size_t used;     /* header, cookie and options so far */
	size_t trailer;  /* octets kept for the option that stands last, its head included */
	size_t file_used, sname_used;
	size_t file_room, sname_room; /* for options */
	size_t overload; /* octets kept for the option that announces them */
	unsigned n_omitted;
};

/* Start a message in @octets, at most @size and never more than DHCP4_MESSAGE_MAX. @trailer is the length of the
 * relay agent information that dhcp4_write_finish will get: room for it is kept (none if the message could never
 * hold it). @size must be at least DHCP4_MESSAGE_MIN. */
void dhcp4_write_start(struct dhcp4_writer *ret_writer, uint8_t *octets, size_t size, const struct dhcp4_header *header,
		       size_t trailer);

/* Add an option other than the pad and end marks; longer than 255 octets it is split (RFC 3396) and stays in one
 * field. False if left out for want of room. */
bool dhcp4_write_option(struct dhcp4_writer *writer, uint8_t code, struct span value);

/* The same for a number or an address, in network byte order. */
bool dhcp4_write_u8(struct dhcp4_writer *writer, uint8_t code, uint8_t value);
bool dhcp4_write_u32(struct dhcp4_writer *writer, uint8_t code, uint32_t value);
bool dhcp4_write_ip4(struct dhcp4_writer *writer, uint8_t code, struct ip4 value);

/* Add the relay agent information in the room kept for it (RFC 3046 2.2: last before the end mark), close all
 * fields, pad to DHCP4_MESSAGE_MIN. @relay_info may be empty: no option then. What does not fit is left out and
 * counted, as that section demands. Returns the message's length. */
size_t dhcp4_write_finish(struct dhcp4_writer *writer, struct span relay_info);

/* Close a message to a BOOTP client that understands no options: they are taken back, the magic cookie with them.
 * Returns its length. */
size_t dhcp4_write_finish_plain(struct dhcp4_writer *writer);

/* Borrow the name of a fault or message type, for people ("option runs past the end", "DHCPDISCOVER"). */
const char *dhcp4_fault_text(enum dhcp4_fault fault);
const char *dhcp4_message_name(enum dhcp4_message_type type);
