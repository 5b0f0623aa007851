/* SPDX-License-Identifier: Apache-2.0 */
/* clock_watch.h - whether the wall clock goes as time does, told by the clock that cannot be set.
 *
 * Leases end by the wall clock, as it goes on while this host does not. When somebody sets it, leases must neither end
 * early nor last for ever:
 * - After a jump ahead they are held to end so much later (engine_input.ahead_s), until all leases that were granted
 *   before the jump have ended by any clock. If the clock was wrong before, its leases keep their whole time; if it is
 *   wrong now, nothing was taken when it is put right.
 * - After it was set back they end when it gets there. Records from a future that does not come are given their time
 *   from now on (engine/cleanup.h), but only once the clock has stood so for a while: a host without a battery begins
 *   in the past, and its clock is put right soon.
 * Pure. Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define CLOCK_JUMP_S 300               /* a smaller step is none: clients renew long before their leases end */
#define CLOCK_SETTLED_MS (3600 * 1000) /* a clock that was not set for so long is believed */

/* Embedded; starts zeroed. */
struct clock_watch {
	struct moment last;      /* when it was looked at last; boot_ms 0: never */
	uint64_t set_ms;         /* when the clock was last seen to be set, or first seen at all; since boot */
	int64_t ahead_s;         /* how far it has jumped ahead of time */
	uint64_t ahead_until_ms; /* until when that matters, since boot */
};

enum clock_change {
	CLOCK_STEADY,
	CLOCK_AHEAD, /* it was set to a later time */
	CLOCK_BACK,  /* it was set to an earlier time */
};

/* Look at the clocks, which show @now. @longest_s: the longest lease time that clients are given, in seconds.
 * @ret_jump_s is by how much it was set, 0 if it was not. */
enum clock_change clock_watch_look(struct clock_watch *watch, const struct moment *now, uint64_t longest_s,
				   int64_t *ret_jump_s);

/* True if the clock was not set for CLOCK_SETTLED_MS. */
bool is_clock_settled(const struct clock_watch *watch);
