/* SPDX-License-Identifier: Apache-2.0 */
/* clock_watch.h - whether the wall clock goes as time does, told by the clock that cannot be set, and at a start by
 * what the life before has left.
 *
 * Leases end by the wall clock, as it goes on while this host does not. When somebody sets it, leases must neither end
 * early nor last for ever:
 * - After a jump ahead they are held to end so much later (engine_input.ahead_s), until all leases that were granted
 *   before the jump have ended by any clock. If the clock was wrong before, its leases keep their whole time; if it is
 *   wrong now, nothing was taken when it is put right.
 * - After it was set back the time that leases go by stays where it was, and goes on from there: a host without a
 *   battery begins in the past, and its clock is put right soon, which then is no jump. Only once the clock has stood
 *   so for a while it is believed, and records from a future that does not come are given their time from then on
 *   (engine/cleanup.h).
 * - At the first start after a boot nobody knows how long the host was off. A clock that stands before the last life
 *   was set back. One that stands long after it may be ahead, which is assumed until a time service vouches for it.
 * Pure. Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/span.h"

#define CLOCK_JUMP_S 300               /* a smaller step is none: clients renew long before their leases end */
#define CLOCK_AWAY_S 3600              /* for so long a host may be off without anybody being asked */
#define CLOCK_SETTLED_MS (3600 * 1000) /* a clock that was not set for so long is believed */

/* Embedded; starts zeroed. */
struct clock_watch {
	struct moment last;     /* when it was looked at last; boot_ms 0: never */
	int64_t before_s;       /* where the time that leases go by stood in a life before this boot; 0: unknown */
	uint64_t set_ms;        /* when the clock was last seen to be set, or first seen at all; since boot */
	int64_t ahead_s;        /* how far it has jumped ahead of time; negative: it stands behind that */
	int64_t unconfirmed_s;  /* as much of it because the host seems to have been off */
	bool is_confirmed;      /* a time service vouched for the clock before it was read; to be set while unsure */
};

/* What one life leaves to the next. Embedded. */
struct clock_past {
	struct moment at; /* when it looked last; wall_s 0: nothing is known */
	uint64_t set_ms;
	int64_t ahead_s;
	char boot_id[BOOT_ID_MAX]; /* of the boot that its clock counted from */
};

#define CLOCK_PAST_MAX (5 * 8 + 2 + BOOT_ID_MAX) /* octets */

enum clock_change {
	CLOCK_STEADY,
	CLOCK_AHEAD, /* it was set to a later time */
	CLOCK_BACK,  /* it was set to an earlier time */
};

/* Go on from @past in the boot @boot_id: before the first look. */
void clock_watch_recall(struct clock_watch *watch, const struct clock_past *past, const char *boot_id);

/* What the next life is to know. */
struct clock_past clock_watch_past(const struct clock_watch *watch, const char *boot_id);

/* Look at the clocks, which show @now. @longest_s: the longest lease time that clients are given, in seconds.
 * @ret_jump_s is by how much it was set, 0 if it was not. */
enum clock_change clock_watch_look(struct clock_watch *watch, const struct moment *now, uint64_t longest_s,
				   int64_t *ret_jump_s);

/* True while it matters whether a time service vouches for the clock. */
bool is_clock_unsure(const struct clock_watch *watch);

/* True if the clock was not set for CLOCK_SETTLED_MS. */
bool is_clock_settled(const struct clock_watch *watch);

/* @past as octets for a file; returns how many. */
size_t clock_past_encode(const struct clock_past *past, uint8_t ret_octets[static CLOCK_PAST_MAX]);

/* 0, or -E_INVALID_PARAMETER if @octets are nothing that could have been encoded. */
int clock_past_decode(struct span octets, struct clock_past *ret_past);
