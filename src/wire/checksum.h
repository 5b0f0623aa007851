/* SPDX-License-Identifier: Apache-2.0 */
/* checksum.h - the checksum of the Internet protocols (RFC 1071). Pure. */
#pragma once

#include <stdint.h>

#include "base/span.h"
#include "base/wireint.h"

/* The ones' complement sum, not yet folded; @sum is what came before it, of an even number of octets. 64 bits cannot
 * overflow within a datagram. */
static inline uint64_t checksum_add(uint64_t sum, struct span octets) {
	size_t i;

	for (i = 0; i + 1 < octets.len; i += 2)
		sum += be16_read(octets.data + i);
	if (i < octets.len)
		sum += (uint64_t)octets.data[i] << 8;
	return sum;
}

/* The checksum of what was added; 0 if that holds the right one already. */
static inline uint16_t checksum_fold(uint64_t sum) {
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
