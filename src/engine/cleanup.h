/* SPDX-License-Identifier: Apache-2.0 */
/* cleanup.h - which ended leases are noticed, and which are forgotten: a walk through all records in bounded steps.
 * Pure.
 *
 * A lease that ends is kept for a while, so that its client finds its address again; addresses are given to others
 * before, if they are needed. A record of an address that somebody unknown used is of no use once its time is over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/lease.h"

#define CLEANUP_STEP_MAX 256 /* records that are looked at in one step */

/* A walk. Embedded. Times are seconds since the epoch. */
struct cleanup {
	int64_t now;   /* when it began, by the clock that leases end by */
	int64_t ahead; /* how far the wall clock has jumped ahead of that one, in seconds (engine/clock_watch.h) */
	bool is_clock_settled; /* records from the future are of a clock that was wrong */
	int64_t since;  /* when the one before began: what has ended since is news */
	int64_t memory; /* for how long an ended lease is kept, in seconds */
	struct ip4 next;
	bool is_done;
	uint64_t n_expired, n_deleted, n_mended;
};

/* What became of a lease. Embedded. */
struct cleanup_result {
	bool is_expired; /* it has ended by itself since the last time */
	bool is_deleted;
	struct lease lease;
};

/* Start a walk. @since in the future (the clock was set back) counts as @now. Who knows more of the clock fills @ahead
 * and @is_clock_settled afterwards. */
void cleanup_begin(struct cleanup *ret_cleanup, int64_t now, int64_t since, int64_t memory);

/* Look at the next records through @leases, and tell of those that have ended. A record that was changed in the future
 * gets its times as if that had been now, once the clock is settled: its lease lasts as long as it was given.
 * 0, or -E_DHCP_JET_ERROR: then the step was not done, and the batch is lost. */
int cleanup_step(struct cleanup *cleanup, const struct lease_view *leases,
		 struct cleanup_result ret_results[static CLEANUP_STEP_MAX], size_t *ret_n_results);
