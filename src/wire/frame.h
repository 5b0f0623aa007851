/* SPDX-License-Identifier: Apache-2.0 */
/* frame.h - IPv4 and UDP headers (RFC 791, RFC 768), for replies to clients that have no address yet and for what is
 * read off a link without its addressee's help. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip4.h"
#include "base/span.h"

#define FRAME_HEADERS_SIZE 28 /* IPv4 without options and UDP */

/* Embedded. */
struct frame_addresses {
	struct ip4 source, destination;
	uint16_t source_port, destination_port;
};

/* Write both headers, with checksums, in front of @payload into @ret_octets of @size bytes. Returns the length of
 * headers and payload together, or 0 if they do not fit. */
size_t frame_build(const struct frame_addresses *addresses, struct span payload, uint8_t *ret_octets, size_t size);

/* Read the IPv4 packet @octets, as an AF_PACKET socket of type SOCK_DGRAM delivers it: from the IP header on, perhaps
 * with padding behind. @ret_payload borrows from it. False if it is not a whole UDP datagram, or if its lengths or
 * checksums are wrong. @is_checksum_known is false when the kernel says that the UDP checksum is not filled in yet
 * (TP_STATUS_CSUMNOTREADY: a packet that never was on a cable); it is then not looked at. */
bool frame_parse(struct span octets, bool is_checksum_known, struct frame_addresses *ret_addresses,
		 struct span *ret_payload);
