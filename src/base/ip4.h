/* SPDX-License-Identifier: Apache-2.0 */
/* ip4.h - an IPv4 address, a subnet and an inclusive range of addresses, all in host byte order. Values, no
 * ownership. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP4_TEXT_MAX 16       /* "255.255.255.255" and the final NUL */
#define IP4_RANGE_TEXT_MAX 32 /* "a.b.c.d-e.f.g.h" and the final NUL */

/* Embedded. 0.0.0.0 (value 0) means "none" where a field may be absent. */
struct ip4 {
	uint32_t value;
};

/* Embedded. All host bits of @network are zero. */
struct ip4_subnet {
	struct ip4 network;
	uint8_t prefix_length; /* 0..32 */
};

/* Embedded. @first <= @last. */
struct ip4_range {
	struct ip4 first;
	struct ip4 last;
};

static inline bool is_ip4_equal(struct ip4 a, struct ip4 b) {
	return a.value == b.value;
}

static inline bool is_ip4_none(struct ip4 address) {
	return address.value == 0;
}

static inline uint32_t ip4_mask(uint8_t prefix_length) {
	return prefix_length ? UINT32_MAX << (32 - prefix_length) : 0;
}

static inline bool is_ip4_in_subnet(struct ip4 address, struct ip4_subnet subnet) {
	return (address.value & ip4_mask(subnet.prefix_length)) == subnet.network.value;
}

static inline bool is_ip4_in_range(struct ip4 address, struct ip4_range range) {
	return address.value >= range.first.value && address.value <= range.last.value;
}

static inline bool is_ip4_range_overlapping(struct ip4_range a, struct ip4_range b) {
	return a.first.value <= b.last.value && b.first.value <= a.last.value;
}

/* Every address of @subnet, the network and broadcast addresses included. */
static inline struct ip4_range ip4_subnet_range(struct ip4_subnet subnet) {
	uint32_t mask = ip4_mask(subnet.prefix_length);

	return (struct ip4_range){ { subnet.network.value & mask }, { subnet.network.value | ~mask } };
}

/* Strict dotted decimal (four parts, no leading zeros, nothing after). 0, or -E_INVALID_PARAMETER. */
int ip4_parse(const char *text, struct ip4 *ret_address);

/* "a.b.c.d/len" with all host bits zero. 0, or -E_INVALID_PARAMETER. */
int ip4_subnet_parse(const char *text, struct ip4_subnet *ret_subnet);

/* "a.b.c.d-e.f.g.h", or one address alone. 0, -E_INVALID_PARAMETER (not addresses), -E_DHCP_INVALID_RANGE (end before
 * start). */
int ip4_range_parse(const char *text, struct ip4_range *ret_range);

/* Write dotted decimal into @ret_text and return it. */
const char *ip4_format(struct ip4 address, char ret_text[static IP4_TEXT_MAX]);

/* Write "first-last", or one address when both are equal, into @ret_text and return it. */
const char *ip4_range_format(struct ip4_range range, char ret_text[static IP4_RANGE_TEXT_MAX]);
