/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cleanup.h"

#include "base/error.h"
#include "engine/clock_watch.h"

void cleanup_begin(struct cleanup *ret_cleanup, int64_t now, int64_t since, int64_t memory) {
	*ret_cleanup = (struct cleanup){ .now = now, .since = since < now ? since : now, .memory = memory };
}

static bool is_expired(const struct cleanup *cleanup, const struct lease *lease) {
	return lease->state == LEASE_ACTIVE && lease->expiry > cleanup->since;
}

static bool is_forgotten(const struct cleanup *cleanup, const struct lease *lease) {
	return lease->state == LEASE_DECLINED || lease_last_in_force(lease) <= cleanup->now - cleanup->memory;
}

/* Somebody else's clock, or this one before it was set back, has made the record. */
static bool is_from_future(const struct cleanup *cleanup, const struct lease *lease) {
	return cleanup->is_clock_settled && lease->changed > cleanup->now + cleanup->ahead + CLOCK_JUMP_S;
}

static int lease_mend(struct cleanup *cleanup, const struct lease_view *leases, struct lease lease) {
	int64_t now = cleanup->now + cleanup->ahead, shift = lease.changed - now;

	lease.changed = now;
	if (lease.start > now)
		lease.start = now;
	if (lease.expiry != LEASE_FOR_EVER)
		lease.expiry -= shift;
	cleanup->n_mended++;
	return leases->put(leases->context, &lease);
}

/* Fill @result if there is something to tell of the lease. */
static int lease_look(struct cleanup *cleanup, const struct lease_view *leases, const struct lease *lease,
		      struct cleanup_result *result) {
	*result = (struct cleanup_result){ .lease = *lease };
	if (is_from_future(cleanup, lease))
		return lease_mend(cleanup, leases, *lease);
	if (is_lease_in_force(lease, cleanup->now))
		return 0;
	result->is_expired = is_expired(cleanup, lease);
	result->is_deleted = is_forgotten(cleanup, lease);
	return result->is_deleted ? leases->remove(leases->context, lease->address) : 0;
}

/* Go on behind @address. */
static void advance(struct cleanup *cleanup, struct ip4 address) {
	cleanup->is_done = address.value == UINT32_MAX;
	cleanup->next.value = address.value + 1;
}

int cleanup_step(struct cleanup *cleanup, const struct lease_view *leases,
		 struct cleanup_result ret_results[static CLEANUP_STEP_MAX], size_t *ret_n_results) {
	struct cleanup walk = *cleanup;
	size_t n_results = 0;
	struct lease lease;

	for (size_t i = 0; i < CLEANUP_STEP_MAX && !walk.is_done; i++) {
		struct cleanup_result *result = &ret_results[n_results];
		int r = leases->get_next(leases->context, walk.next, &lease);

		if (r == -E_NOT_FOUND) {
			walk.is_done = true;
			break;
		}
		if (r == 0)
			r = lease_look(&walk, leases, &lease, result);
		if (r < 0)
			return r;
		n_results += result->is_expired || result->is_deleted;
		walk.n_expired += result->is_expired;
		walk.n_deleted += result->is_deleted;
		advance(&walk, lease.address);
	}
	*cleanup = walk;
	*ret_n_results = n_results;
	return 0;
}
