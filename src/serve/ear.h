/* SPDX-License-Identifier: Apache-2.0 */
/* ear.h - what DHCP servers on our links say to their clients, read off the link whoever it is for.
 *
 * Thread: one.  Memory: a batch's storage is reused; what it holds is good until the next hearing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/ip4.h"
#include "base/span.h"

#define EAR_BATCH_MAX 32
#define EAR_HARDWARE_MAX 8 /* what the kernel tells */

/* A datagram from a server's port to a client's. Lives in the batch's storage. */
struct ear_packet {
	struct span octets; /* the UDP payload */
	unsigned interface; /* index */
	struct ip4 source;
	uint8_t hlen;       /* 0: its sender's hardware address is not known */
	uint8_t hardware[EAR_HARDWARE_MAX];
};

struct ear;

/* Hear with the descriptor @fd (AF_PACKET, SOCK_DGRAM, PACKET_AUXDATA, filtered), which stays the caller's. */
struct ear *ear_new(int fd);
struct ear *ear_free(struct ear *ear);

/* Take what is there, at most EAR_BATCH_MAX packets; those that are broken are left out. Returns how many there are. */
size_t ear_hear(struct ear *ear, const struct ear_packet **ret_packets);
