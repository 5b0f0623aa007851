/* SPDX-License-Identifier: Apache-2.0 */
/* probe_table.h - addresses that are being pinged before they are offered, and the packets that wait for the outcome.
 *
 * Pure and bounded: times are milliseconds since boot, passed in; pings are sent, and answers are heard, by the caller.
 * An address is pinged as often as is wanted, for a second each; an answer ends that at once. Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ip4.h"
#include "wire/packet.h"

#define PROBES_MAX 1024
#define PROBE_ATTEMPT_MS 1000
#define PROBE_NEVER UINT64_MAX

struct probe_table;

/* A packet that waits. Embedded; large. */
struct probe_packet {
	unsigned interface; /* index */
	struct ip4 unicast_to;
	size_t len;
	uint8_t octets[DHCP4_PACKET_MAX];
};

/* What was found out. */
struct probe_outcome {
	struct ip4 address;
	bool is_answered; /* somebody uses it; else it was silent, or could not be pinged */
};

/* An empty table, of some megabytes once it is used, in @arena (which has no limit). */
struct probe_table *probe_table_new(struct arena *arena);

/* Ping @address @attempts times (at least once), and keep a copy of @packet meanwhile. If it is being pinged already,
 * that goes on, and @packet takes the place of the earlier one. False if there is no room. */
bool probe_table_begin(struct probe_table *table, struct ip4 address, unsigned attempts,
		       const struct probe_packet *packet, uint64_t now_ms);

/* Take an address to be pinged now. False if there is none. */
bool probe_table_take_ping(struct probe_table *table, uint64_t now_ms, struct ip4 *ret_address);

/* @address cannot be pinged: do not go on. */
void probe_table_give_up(struct probe_table *table, struct ip4 address);

/* @address has answered. Without effect if it is not being pinged. */
void probe_table_hear(struct probe_table *table, struct ip4 address);

/* Take an address of which the outcome is known at @now_ms, and its packet. False if there is none. */
bool probe_table_take_outcome(struct probe_table *table, uint64_t now_ms, struct probe_outcome *ret_outcome,
			      struct probe_packet *ret_packet);

/* Milliseconds until there is a ping or an outcome to take; PROBE_NEVER if nothing is pinged. */
uint64_t probe_table_wait_ms(const struct probe_table *table, uint64_t now_ms);
