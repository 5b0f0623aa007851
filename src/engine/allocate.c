/* SPDX-License-Identifier: Apache-2.0 */
/* allocate.c - which address a client gets. */
#include "engine/request.h"

#include "base/arena.h"
#include "base/error.h"

#define SEARCH_STEPS_MAX 1024 /* addresses looked at for one packet; the next packet goes on from there */
#define REUSE_STEPS_MAX 64    /* records of former clients looked at for one packet */
#define FULL_PAUSE_MS 1000    /* a scope without gaps is not searched again before */
#define SWEEP_STEPS_MAX 256   /* addresses looked at one by one for one packet */
#define SWEEP_PAUSE_MS 60000  /* a scope that was swept to its end is not swept again before */

static bool is_found(struct request *request, int result) {
	if (result < 0 && result != -E_NOT_FOUND)
		request->output->is_store_failed = true;
	return result == 0;
}

bool request_lease_at(struct request *request, struct ip4 address, struct lease *ret_lease) {
	const struct lease_view *leases = request->input->leases;

	return is_found(request, leases->get_by_address(leases->context, address, ret_lease));
}

bool request_lease_of_client(struct request *request, struct lease *ret_lease) {
	const struct lease_view *leases = request->input->leases;

	return is_found(request,
			leases->get_by_client(leases->context, request->scope->subnet, &request->client, ret_lease));
}

bool request_lease_put(struct request *request, const struct lease *lease) {
	const struct lease_view *leases = request->input->leases;

	return is_found(request, leases->put(leases->context, lease));
}

uint32_t request_lease_time(const struct request *request) {
	uint32_t configured = (uint32_t)request_setting(request, SETTING_LEASE_TIME);
	uint32_t wanted = dhcp4_option_u32(request->packet, DHCP4_OPTION_LEASE_TIME, configured);

	return wanted > 0 && wanted < configured ? wanted : configured;
}

static bool is_reserved_for_client(const struct request *request, struct ip4 address) {
	return request->reservation && is_ip4_equal(request->reservation->address, address);
}

/* True if the @index-th range of the scope is for clients of this protocol. */
static bool is_range_for_client(const struct request *request, size_t index) {
	return request->scope->range_kinds[index] & request->type;
}

static bool is_in_range_for_client(const struct request *request, struct ip4 address) {
	const struct scope *scope = request->scope;

	for (size_t i = 0; i < scope->n_ranges; i++)
		if (is_ip4_in_range(address, scope->ranges[i]))
			return is_range_for_client(request, i);
	return false;
}

/* True if the client may use @address by configuration: its own reservation, or a dynamic address reserved for
 * nobody, in a range for its protocol. */
static bool is_configured_for_client(const struct request *request, struct ip4 address) {
	const struct reservation *holder = scope_reservation_at(request->scope, address);

	if (holder)
		return holder == request->reservation;
	return is_scope_address_dynamic(request->scope, address) && is_in_range_for_client(request, address);
}

/* The same machine under another identity (a boot loader and the system it starts) may take over what is reserved for
 * it, but nothing else: several clients can share a hardware address. */
static bool is_same_machine(const struct request *request, const struct lease *lease) {
	const struct dhcp4_packet *packet = request->packet;

	return is_reserved_for_client(request, lease->address) && lease->state == LEASE_ACTIVE && packet->hlen &&
	       lease->htype == packet->htype && lease->hlen == packet->hlen &&
	       memcmp(lease->chaddr, packet->chaddr, packet->hlen) == 0;
}

bool can_assign(struct request *request, struct ip4 address) {
	const struct engine_input *input = request->input;
	struct lease lease;

	if (!is_configured_for_client(request, address) || is_request_for_us(request, address))
		return false;
	if (!is_reserved_for_client(request, address) &&
	    is_offered_to_other(request->engine->offers, address, &request->client, input->now.boot_ms))
		return false;
	if (!request_lease_at(request, address, &lease))
		return !request->output->is_store_failed;
	/* A lease without end is worth no more than its reservation, which is gone, or else this client's. */
	return !is_lease_in_force(&lease, input->now.wall_s) || lease.expiry == LEASE_FOR_EVER ||
	       is_client_key_equal(&lease.client, &request->client) || is_same_machine(request, &lease);
}

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

/* The last address of the exclusion or the run of reservations that holds @address, or @address itself. */
static struct ip4 run_end(const struct scope *scope, struct ip4 address) {
	const struct reservation *holder = scope_reservation_at(scope, address);
	const struct reservation *end = scope->reservations + scope->n_reservations;

	for (size_t i = 0; i < scope->n_exclusions; i++)
		if (is_ip4_in_range(address, scope->exclusions[i]))
			return scope->exclusions[i].last;
	for (; holder && holder < end && is_ip4_equal(holder->address, address); holder++)
		address.value++;
	if (holder)
		address.value--;
	return address;
}

/* The next address without any record in @range from @position on that this client may have; none at the end. */
static struct ip4 search_range(struct request *request, struct ip4_range range, struct range_position *position,
			       unsigned *steps) {
	const struct lease_view *leases = request->input->leases;
	struct ip4 from = position->next.value > range.first.value ? position->next : range.first;

	while (from.value <= range.last.value && *steps < SEARCH_STEPS_MAX) {
		struct ip4 gap, end;

		++*steps;
		if (!is_found(request, leases->get_gap(leases->context, from, range.last, &gap)))
			break;
		position->next.value = gap.value;
		if (can_assign(request, gap))
			return gap;
		end = run_end(request->scope, gap);
		if (end.value >= range.last.value)
			break;
		from.value = end.value + 1;
		position->next = from;
	}
	return (struct ip4){ 0 };
}

static struct ip4 search_ranges(struct request *request, struct range_position *position, unsigned *steps) {
	const struct scope *scope = request->scope;

	for (size_t i = 0; i < scope->n_ranges; i++) {
		struct ip4 found;

		if (!is_range_for_client(request, i) || position->next.value > scope->ranges[i].last.value)
			continue;
		found = search_range(request, scope->ranges[i], position, steps);
		if (!is_ip4_none(found) || *steps >= SEARCH_STEPS_MAX || request->output->is_store_failed)
			return found;
		position->next.value = scope->ranges[i].last.value + 1;
	}
	return (struct ip4){ 0 };
}

/* An address that no client has had yet. Searching goes on where it ended; once at the end, it starts over after a
 * pause, since offers lapse and records go away. */
static struct ip4 choose_unused(struct request *request) {
	struct range_position *position = request_position(request);
	uint64_t now = request->input->now.boot_ms;
	bool is_from_start = is_ip4_none(position->next);
	unsigned steps = 0;
	struct ip4 found;

	if (now < position->full_until_ms)
		return (struct ip4){ 0 };
	found = search_ranges(request, position, &steps);
	if (is_ip4_none(found) && !is_from_start && steps < SEARCH_STEPS_MAX && !request->output->is_store_failed) {
		position->next = (struct ip4){ 0 };
		found = search_ranges(request, position, &steps);
	}
	if (is_ip4_none(found) && steps < SEARCH_STEPS_MAX && !request->output->is_store_failed) {
		position->next = (struct ip4){ 0 };
		position->full_until_ms = now + FULL_PAUSE_MS;
	}
	return found;
}

/* The address that its former client has not used for the longest time. */
static struct ip4 choose_reusable(struct request *request) {
	const struct engine_input *input = request->input;
	const struct lease_view *leases = input->leases;

	for (size_t skip = 0; skip < REUSE_STEPS_MAX; skip++) {
		struct lease lease;

		if (!is_found(request, leases->get_reusable(leases->context, request->scope->subnet, input->now.wall_s,
							    skip, &lease)))
			break;
		if (can_assign(request, lease.address))
			return lease.address;
	}
	return (struct ip4){ 0 };
}

/* Look at the addresses of @range from *@place on, which is left at the one found, or at the last one looked at. */
static struct ip4 sweep_range(struct request *request, struct ip4_range range, struct ip4 *place, unsigned *steps) {
	if (place->value < range.first.value)
		*place = range.first;
	for (; place->value <= range.last.value && *steps < SWEEP_STEPS_MAX; place->value++) {
		++*steps;
		if (can_assign(request, *place))
			return *place;
		*place = run_end(request->scope, *place);
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
static struct ip4 choose_overlooked(struct request *request) {
	struct range_position *position = request_position(request);
	uint64_t now = request->input->now.boot_ms;
	unsigned steps = 0;

	for (size_t i = 0; i < request->scope->n_ranges && now >= position->swept_until_ms; i++) {
		struct ip4 found;

		if (!is_range_for_client(request, i))
			continue;
		found = sweep_range(request, request->scope->ranges[i], &position->sweep, &steps);
		if (!is_ip4_none(found) || steps >= SWEEP_STEPS_MAX || request->output->is_store_failed)
			return found;
	}
	if (now >= position->swept_until_ms) {
		position->sweep = (struct ip4){ 0 };
		position->swept_until_ms = now + SWEEP_PAUSE_MS;
	}
	return (struct ip4){ 0 };
}

/* Addresses that this client has a claim to, best first: reserved for it, had before, just offered, asked for. */
static struct ip4 choose_claimed(struct request *request) {
	struct ip4 claims[4] = { { 0 } };
	struct lease lease;

	if (request->reservation)
		claims[0] = request->reservation->address;
	if (request_lease_of_client(request, &lease))
		claims[1] = lease.address;
	claims[2] = offers_find(request->engine->offers, request->scope->subnet, &request->client,
				request->input->now.boot_ms);
	claims[3] = dhcp4_option_ip4(request->packet, DHCP4_OPTION_REQUESTED_ADDRESS);
	for (size_t i = 0; i < ARRAY_LEN(claims); i++)
		if (!is_ip4_none(claims[i]) && can_assign(request, claims[i]))
			return claims[i];
	return (struct ip4){ 0 };
}

struct ip4 request_choose_address(struct request *request) {
	static struct ip4 (*const ways[])(struct request *) = { choose_claimed, choose_unused, choose_reusable,
								choose_overlooked };

	for (size_t i = 0; i < ARRAY_LEN(ways) && !request->output->is_store_failed; i++) {
		struct ip4 address = ways[i](request);

		if (!is_ip4_none(address))
			return address;
	}
	return (struct ip4){ 0 };
}
