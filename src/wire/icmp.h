/* SPDX-License-Identifier: Apache-2.0 */
/* icmp.h - the echo message of ICMP (RFC 792), by which is found out whether somebody uses an address. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip4.h"
#include "base/span.h"

#define ICMP_ECHO_SIZE 16

/* What a request says and its reply repeats. Embedded. */
struct icmp_echo {
	uint16_t identifier, sequence;
	uint64_t token; /* nobody who has not seen the request knows it */
};

/* Write a request, without an IP header. */
void icmp_echo_write(const struct icmp_echo *echo, uint8_t ret_octets[static ICMP_ECHO_SIZE]);

/* Read a reply, with its IP header in front, as a raw socket delivers it; and whom it comes from. False for anything
 * else, a fragment, a wrong checksum, or a reply to a longer or shorter request than ours. */
bool icmp_echo_parse(struct span octets, struct ip4 *ret_source, struct icmp_echo *ret_echo);
