/* SPDX-License-Identifier: Apache-2.0 */
/* search.c - finding an address that nobody has, in the ranges of a scope or of one of its policies. */
#include "engine/request.h"

#include "base/arena.h"
#include "base/error.h"

#define SEARCH_STEPS_MAX 1024 /* addresses looked at for one packet; the next packet goes on from there */
#define REUSE_STEPS_MAX 64    /* records of former clients looked at for one packet */
#define FULL_PAUSE_MS 1000    /* a scope without gaps is not searched again before */
#define SWEEP_STEPS_MAX 256   /* addresses looked at one by one for one packet */
#define SWEEP_PAUSE_MS 60000  /* a scope that was swept to its end is not swept again before */

/* The addresses that a search goes over. */
struct pool {
	const struct policy *policy;    /* whose ranges these are; NULL: the scope's, without those of policies */
	const struct ip4_range *ranges; /* sorted */
	size_t n_ranges;
	struct range_position *position; /* where the last search ended */
};

struct range_position *request_position(struct request *request) {
	struct engine *engine = request->engine;
	const struct snapshot *snapshot = request->input->snapshot;
	size_t place;

	if (!engine->positions) {
		engine->positions =
			arena_array_of(engine->positions_arena, struct range_position, 2 * snapshot->n_scopes);
		engine->n_positions = 2 * snapshot->n_scopes;
	}
	place = 2 * (size_t)(request->scope - snapshot->scopes) + (request->type == CLIENT_TYPE_BOOTP);
	assert(place < engine->n_positions);
	return &engine->positions[place];
}

static struct range_position *policy_position(struct request *request, const struct policy *policy) {
	struct range_position *position = request_position(request);
	const struct policies *policies = &request->scope->policies;

	if (!position->of_policies)
		position->of_policies =
			arena_array_of(request->engine->positions_arena, struct range_position, policies->n_items);
	return &position->of_policies[policy - policies->items];
}

static void pool_fill(struct request *request, const struct policy *policy, struct pool *ret_pool) {
	const struct scope *scope = request->scope;

	ret_pool->policy = policy;
	ret_pool->ranges = policy ? policy->ranges : scope->ranges;
	ret_pool->n_ranges = policy ? policy->n_ranges : scope->n_ranges;
	ret_pool->position = policy ? policy_position(request, policy) : request_position(request);
}

static bool is_in_pool(const struct request *request, const struct pool *pool, struct ip4 address) {
	return request_policy_of(request, address) == pool->policy;
}

/* False for a range of the scope that is for the other protocol. */
static bool is_range_of_use(const struct request *request, const struct pool *pool, size_t index) {
	return pool->policy || request->scope->range_kinds[index] & request->type;
}

static struct ip4 exclusion_end(const struct scope *scope, struct ip4 address) {
	for (size_t i = 0; i < scope->n_exclusions; i++)
		if (is_ip4_in_range(address, scope->exclusions[i]))
			return scope->exclusions[i].last;
	return address;
}

static struct ip4 reservations_end(const struct scope *scope, struct ip4 address) {
	const struct reservation *holder = scope_reservation_at(scope, address);
	const struct reservation *end = scope->reservations + scope->n_reservations;
	struct ip4 last = address;

	for (; holder && holder < end && is_ip4_equal(holder->address, address); holder++, address.value++)
		last = address;
	return last;
}

/* The last address of the exclusion, the run of reservations or the range of a policy that holds @address, or @address
 * itself: what need not be looked at one by one. */
static struct ip4 run_end(const struct request *request, const struct pool *pool, struct ip4 address) {
	const struct policy *owner = request_policy_of(request, address);
	struct ip4 end = exclusion_end(request->scope, address);

	if (end.value == address.value)
		end = reservations_end(request->scope, address);
	for (size_t i = 0; owner && owner != pool->policy && i < owner->n_ranges; i++)
		if (is_ip4_in_range(address, owner->ranges[i]) && owner->ranges[i].last.value > end.value)
			end = owner->ranges[i].last;
	return end;
}

/* The next address without any record in @range from the pool's position on that this client may have; none at the
 * end. */
static struct ip4 search_range(struct request *request, struct pool *pool, struct ip4_range range, unsigned *steps) {
	const struct lease_view *leases = request->input->leases;
	struct ip4 *next = &pool->position->next, from = next->value > range.first.value ? *next : range.first;

	while (from.value <= range.last.value && *steps < SEARCH_STEPS_MAX) {
		struct ip4 gap, end;

		++*steps;
		if (!is_found_in_store(request, leases->get_gap(leases->context, from, range.last, &gap)))
			break;
		*next = gap;
		if (is_in_pool(request, pool, gap) && can_assign(request, gap))
			return gap;
		end = run_end(request, pool, gap);
		if (end.value >= range.last.value)
			break;
		from.value = end.value + 1;
		*next = from;
	}
	return (struct ip4){ 0 };
}

static struct ip4 search_ranges(struct request *request, struct pool *pool, unsigned *steps) {
	struct ip4 *next = &pool->position->next;

	for (size_t i = 0; i < pool->n_ranges; i++) {
		struct ip4 found;

		if (!is_range_of_use(request, pool, i) || next->value > pool->ranges[i].last.value)
			continue;
		found = search_range(request, pool, pool->ranges[i], steps);
		if (!is_ip4_none(found) || *steps >= SEARCH_STEPS_MAX || request->output->is_store_failed)
			return found;
		next->value = pool->ranges[i].last.value + 1;
	}
	return (struct ip4){ 0 };
}

/* An address that no client has had yet. Searching goes on where it ended; once at the end, it starts over after a
 * pause, since offers lapse and records go away. */
static struct ip4 choose_unused(struct request *request, struct pool *pool) {
	struct range_position *position = pool->position;
	uint64_t now = request->input->now.boot_ms;
	bool is_from_start = is_ip4_none(position->next);
	unsigned steps = 0;
	struct ip4 found;

	if (now < position->full_until_ms)
		return (struct ip4){ 0 };
	found = search_ranges(request, pool, &steps);
	if (is_ip4_none(found) && !is_from_start && steps < SEARCH_STEPS_MAX && !request->output->is_store_failed) {
		position->next = (struct ip4){ 0 };
		found = search_ranges(request, pool, &steps);
	}
	if (is_ip4_none(found) && steps < SEARCH_STEPS_MAX && !request->output->is_store_failed) {
		position->next = (struct ip4){ 0 };
		position->full_until_ms = now + FULL_PAUSE_MS;
	}
	return found;
}

/* The address that its former client has not used for the longest time. */
static struct ip4 choose_reusable(struct request *request, struct pool *pool) {
	const struct lease_view *leases = request->input->leases;

	for (size_t skip = 0; skip < REUSE_STEPS_MAX; skip++) {
		struct lease lease;

		if (!is_found_in_store(request, leases->get_reusable(leases->context, request->scope->subnet,
								     request_lease_now(request), skip, &lease)))
			break;
		if (is_in_pool(request, pool, lease.address) && can_assign(request, lease.address))
			return lease.address;
	}
	return (struct ip4){ 0 };
}

/* Look at the addresses of @range from where the last sweep ended. */
static struct ip4 sweep_range(struct request *request, struct pool *pool, struct ip4_range range, unsigned *steps) {
	struct ip4 *place = &pool->position->sweep;

	if (place->value < range.first.value)
		*place = range.first;
	for (; place->value <= range.last.value && *steps < SWEEP_STEPS_MAX; place->value++) {
		++*steps;
		if (is_in_pool(request, pool, *place) && can_assign(request, *place))
			return *place;
		*place = run_end(request, pool, *place);
		if (place->value >= range.last.value)
			break;
		if (request->output->is_store_failed) {
			place->value++; /* what cannot be read now must not be in the way for ever */
			break;
		}
	}
	return (struct ip4){ 0 };
}

/* An address whose record the scope's index does not lead to: granted while the scope had another mask, or standing
 * behind the records of many addresses that have left its ranges. */
static struct ip4 choose_overlooked(struct request *request, struct pool *pool) {
	struct range_position *position = pool->position;
	uint64_t now = request->input->now.boot_ms;
	unsigned steps = 0;

	for (size_t i = 0; i < pool->n_ranges && now >= position->swept_until_ms; i++) {
		struct ip4 found;

		if (!is_range_of_use(request, pool, i))
			continue;
		found = sweep_range(request, pool, pool->ranges[i], &steps);
		if (!is_ip4_none(found) || steps >= SWEEP_STEPS_MAX || request->output->is_store_failed)
			return found;
	}
	if (now >= position->swept_until_ms) {
		position->sweep = (struct ip4){ 0 };
		position->swept_until_ms = now + SWEEP_PAUSE_MS;
	}
	return (struct ip4){ 0 };
}

struct ip4 request_search(struct request *request, const struct policy *policy) {
	static struct ip4 (*const ways[])(struct request *, struct pool *) = { choose_unused, choose_reusable,
									      choose_overlooked };
	struct pool pool;

	pool_fill(request, policy, &pool);
	for (size_t i = 0; i < ARRAY_LEN(ways) && !request->output->is_store_failed; i++) {
		struct ip4 found = ways[i](request, &pool);

		if (!is_ip4_none(found))
			return found;
	}
	return (struct ip4){ 0 };
}
