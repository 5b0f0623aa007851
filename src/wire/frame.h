/* SPDX-License-Identifier: Apache-2.0 */
/* frame.h - IPv4 and UDP headers for replies to clients that have no address yet (RFC 791, RFC 768). Pure. */
#pragma once

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
