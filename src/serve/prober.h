/* SPDX-License-Identifier: Apache-2.0 */
/* prober.h - finds out by pings whether somebody uses an address, while the loop goes on (engine/probe_table.h).
 *
 * Thread: the loop's.
 */
#pragma once

#include "engine/probe_table.h"
#include "rt/loop.h"

struct prober;

/* Ping with @fd (a raw socket for ICMP, non-blocking), which stays the caller's. @call is called in the loop, never
 * from inside one of these functions, when there are outcomes to take. */
struct prober *prober_new(struct loop *loop, int fd, loop_f *call, void *context);
struct prober *prober_free(struct prober *prober);

/* As probe_table_begin, now. What cannot be pinged is reported, and comes out as silent. */
bool prober_begin(struct prober *prober, struct ip4 address, unsigned attempts, const struct probe_packet *packet);

/* As probe_table_take_outcome, now. */
bool prober_take(struct prober *prober, struct probe_outcome *ret_outcome, struct probe_packet *ret_packet);
