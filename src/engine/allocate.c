/* SPDX-License-Identifier: Apache-2.0 */
/* allocate.c - which address a client may have, and which it gets. */
#include "engine/request.h"

#include "base/arena.h"
#include "base/error.h"

bool is_found_in_store(struct request *request, int result) {
	if (result < 0 && result != -E_NOT_FOUND)
		request->output->is_store_failed = true;
	return result == 0;
}

bool request_lease_at(struct request *request, struct ip4 address, struct lease *ret_lease) {
	const struct lease_view *leases = request->input->leases;

	return is_found_in_store(request, leases->get_by_address(leases->context, address, ret_lease));
}

bool request_lease_in(struct request *request, const struct scope *scope, struct lease *ret_lease) {
	const struct lease_view *leases = request->input->leases;

	return is_found_in_store(request,
				 leases->get_by_client(leases->context, scope->subnet, &request->client, ret_lease));
}

bool request_lease_of_client(struct request *request, struct lease *ret_lease) {
	return request_lease_in(request, request->scope, ret_lease);
}

bool request_lease_put(struct request *request, const struct lease *lease) {
	const struct lease_view *leases = request->input->leases;

	return is_found_in_store(request, leases->put(leases->context, lease));
}

uint32_t request_lease_time(const struct request *request) {
	uint32_t configured = (uint32_t)request_setting(request, SETTING_LEASE_TIME);
	uint32_t wanted = dhcp4_option_u32(request->packet, DHCP4_OPTION_LEASE_TIME, configured);

	return wanted > 0 && wanted < configured ? wanted : configured;
}

bool is_reserved_for_client(const struct request *request, struct ip4 address) {
	return request->reservation && is_ip4_equal(request->reservation->address, address);
}

bool is_address_own(struct request *request, struct ip4 address) {
	struct lease lease;

	return is_reserved_for_client(request, address) ||
	       (request_lease_at(request, address, &lease) && is_lease_in_force(&lease, request_lease_now(request)) &&
		is_client_key_equal(&lease.client, &request->client));
}

static bool is_range_for_client(const struct request *request, struct ip4 address) {
	const struct scope *scope = request->scope;

	for (size_t i = 0; i < scope->n_ranges; i++)
		if (is_ip4_in_range(address, scope->ranges[i]))
			return scope->range_kinds[i] & request->type;
	return false;
}

/* A client that meets policies with ranges gets addresses of these; one that does not, what no policy has a claim
 * to. An administrator's order may name any. */
static bool is_policy_range_for_client(const struct request *request, struct ip4 address) {
	const struct policy *owner;

	if (!request->scope->policies.n_items || request->type == CLIENT_TYPE_BOTH)
		return true;
	owner = request_policy_of(request, address);
	if (!owner)
		return !request_policy_ranged(request, 0);
	return is_request_policy(request, owner);
}

/* The same machine under another identity (a boot loader and the system it starts) may take over what is reserved for
 * it, but nothing else: several clients can share a hardware address. */
static bool is_same_machine(const struct request *request, const struct lease *lease) {
	const struct dhcp4_packet *packet = request->packet;

	return is_reserved_for_client(request, lease->address) && lease->state == LEASE_ACTIVE && packet->hlen &&
	       lease->htype == packet->htype && lease->hlen == packet->hlen &&
	       memcmp(lease->chaddr, packet->chaddr, packet->hlen) == 0;
}

/* Why this client may not be given @address by configuration, or NULL: its own reservation, or a dynamic address
 * reserved for nobody. */
static const char *configured_obstacle(const struct request *request, struct ip4 address) {
	const struct reservation *holder = scope_reservation_at(request->scope, address);

	if (holder)
		return holder == request->reservation ? NULL : "reserved for another client";
	if (!is_scope_address_dynamic(request->scope, address))
		return "excluded, or outside the scope's ranges";
	if (!is_range_for_client(request, address))
		return "in a range for clients of another protocol";
	return is_policy_range_for_client(request, address) ? NULL
							    : "not in the ranges that the client's policies allow";
}

/* A lease without end is worth no more than its reservation, which is gone, or else this client's. */
static bool can_take_over(const struct request *request, const struct lease *lease) {
	return !is_lease_in_force(lease, request_lease_now(request)) || lease->expiry == LEASE_FOR_EVER ||
	       is_client_key_equal(&lease->client, &request->client) || is_same_machine(request, lease);
}

/* What the record of an address, NULL if there is none, means while the store takes no more of them: it makes room for
 * its own client alone, or for whom the address is reserved. */
static const char *room_obstacle(struct request *request, const struct lease *lease) {
	request->is_room_missing = request->input->is_store_short &&
				   !(lease && (is_client_key_equal(&lease->client, &request->client) ||
					       is_reserved_for_client(request, lease->address)));
	return request->is_room_missing ? "the lease store has no room for a new lease" : NULL;
}

/* Why the client may not be given @address, or NULL. */
static const char *obstacle(struct request *request, struct ip4 address) {
	const struct engine_input *input = request->input;
	const char *configured = configured_obstacle(request, address);
	bool has_record;
	struct lease lease;

	request->is_room_missing = false;
	if (configured || is_request_for_us(request, address))
		return configured ? configured : "this server's own";
	if (!is_reserved_for_client(request, address) &&
	    is_offered_to_other(request->engine->offers, address, &request->client, input->now.boot_ms))
		return "offered to another client";
	has_record = request_lease_at(request, address, &lease);
	if (request->output->is_store_failed)
		return "the lease store failed";
	if (!has_record || can_take_over(request, &lease))
		return room_obstacle(request, has_record ? &lease : NULL);
	return lease.state == LEASE_DECLINED ? "declined by a client not long ago" : "leased to another client";
}

bool can_assign(struct request *request, struct ip4 address) {
	return obstacle(request, address) == NULL;
}

static void address_note(const struct request *request, struct ip4 address, bool is_applied, const char *text) {
	const struct policy *policy = request_policy_of(request, address);
	char subject[IP4_TEXT_MAX];

	request_note(request, (struct trace_note){ .step = TRACE_ADDRESS,
						   .is_applied = is_applied,
						   .subject = ip4_format(address, subject),
						   .dn = policy ? policy->dn : request->scope->dn,
						   .level = policy ? LEVEL_POLICY : LEVEL_SCOPE,
						   .text = text });
}

bool request_claim(struct request *request, struct ip4 address, const char *why) {
	const char *reason;

	if (is_ip4_none(address))
		return false;
	reason = obstacle(request, address);
	if (is_request_traced(request))
		address_note(request, address, !reason, reason ? reason : why);
	return !reason;
}

/* Addresses that this client has a claim to, best first: reserved for it, had before, just offered, asked for. */
static struct ip4 choose_claimed(struct request *request) {
	static const char *const reasons[] = { "reserved for the client", "the client has or had it",
					       "just offered to it", "the client asks for it" };
	struct ip4 claims[ARRAY_LEN(reasons)] = { { 0 } };
	struct lease lease;

	if (request->reservation)
		claims[0] = request->reservation->address;
	if (request_lease_of_client(request, &lease))
		claims[1] = lease.address;
	claims[2] = offers_find(request->engine->offers, request->scope->subnet, &request->client,
				request->input->now.boot_ms);
	claims[3] = dhcp4_option_ip4(request->packet, DHCP4_OPTION_REQUESTED_ADDRESS);
	for (size_t i = 0; i < ARRAY_LEN(claims); i++)
		if (request_claim(request, claims[i], reasons[i]))
			return claims[i];
	return (struct ip4){ 0 };
}

static void full_note(const struct request *request, const struct policy *policy) {
	request_note(request, (struct trace_note){ .step = TRACE_ADDRESS,
						   .subject = policy ? policy->name : "",
						   .dn = policy ? policy->dn : request->scope->dn,
						   .level = policy ? LEVEL_POLICY : LEVEL_SCOPE,
						   .text = policy ? "no free address in the ranges of the policy"
								  : "no free address" });
}

/* An address that nobody has, from the ranges of the first policy that has any, or from those of the scope. */
static struct ip4 choose_free(struct request *request) {
	const struct policy *policy = request_policy_ranged(request, 0);
	struct ip4 found = { 0 };

	for (size_t i = 0; i == 0 || policy; policy = request_policy_ranged(request, ++i)) {
		found = request_search(request, policy);
		if (!is_ip4_none(found) || request->output->is_store_failed)
			break;
		full_note(request, policy);
	}
	if (is_request_traced(request) && !is_ip4_none(found))
		address_note(request, found, true, policy ? "free in the ranges of the policy" : "free");
	return found;
}

static bool has_reservation_in(struct request *request, const struct scope *scope) {
	const struct reservation *reservation = request_reservation_in(request, scope);

	return reservation && request_enter_scope(request, scope) && can_assign(request, reservation->address);
}

static bool has_lease_in(struct request *request, const struct scope *scope) {
	struct lease lease;

	return request_lease_in(request, scope, &lease) && lease.state == LEASE_ACTIVE &&
	       is_lease_in_force(&lease, request_lease_now(request)) && request_enter_scope(request, scope) &&
	       can_assign(request, lease.address);
}

static bool has_claim_in(struct request *request, const struct scope *scope) {
	struct ip4 wanted = dhcp4_option_ip4(request->packet, DHCP4_OPTION_REQUESTED_ADDRESS);
	struct ip4 offered =
		offers_find(request->engine->offers, scope->subnet, &request->client, request->input->now.boot_ms);
	struct lease lease;

	return !is_ip4_none(offered) || is_ip4_in_subnet(wanted, scope->subnet) ||
	       request_lease_in(request, scope, &lease);
}

/* Claims in the members of a superscope: a reservation anywhere counts for more than a lease anywhere, and so on. */
static struct ip4 choose_claimed_in_members(struct request *request) {
	static bool (*const claims[])(struct request *, const struct scope *) = { has_reservation_in, has_lease_in,
										  has_claim_in };
	const struct scope *first = request->scope;

	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		const struct scope *scope;

		for (size_t n = 0; (scope = superscope_member(first, false, n)) != NULL; n++) {
			struct ip4 found = { 0 };

			if (claims[i](request, scope) && request_enter_scope(request, scope))
				found = choose_claimed(request);
			if (!is_ip4_none(found) || request->output->is_store_failed)
				return found;
		}
	}
	request_enter_scope(request, first);
	return (struct ip4){ 0 };
}

static struct ip4 choose_free_in_members(struct request *request) {
	const struct scope *first = request->scope, *scope;

	for (size_t n = 0; (scope = superscope_member(first, true, n)) != NULL; n++) {
		struct ip4 found = { 0 };

		if (request_enter_scope(request, scope))
			found = choose_free(request);
		if (!is_ip4_none(found) || request->output->is_store_failed)
			return found;
	}
	request_enter_scope(request, first);
	return (struct ip4){ 0 };
}

struct ip4 request_choose_address(struct request *request) {
	bool has_members = request->scope->superscope && request->type != CLIENT_TYPE_BOTH;
	struct ip4 found = has_members ? choose_claimed_in_members(request) : choose_claimed(request);

	/* A search would look at all addresses in vain while there is no room for a new lease. */
	if (is_ip4_none(found) && !request->output->is_store_failed && !request->input->is_store_short)
		found = has_members ? choose_free_in_members(request) : choose_free(request);
	request->output->policy = is_ip4_none(found) ? request_policy_ranged(request, 0)
						     : request_policy_of(request, found);
	return found;
}

bool has_reservation_elsewhere(struct request *request) {
	const struct scope *first = request->scope, *scope;
	bool is_found = false;

	for (size_t n = 1; !is_found && (scope = superscope_member(first, false, n)) != NULL; n++)
		is_found = has_reservation_in(request, scope);
	return request_enter_scope(request, first) && is_found;
}

enum drop_reason request_full_reason(struct request *request, enum drop_reason reason) {
	if (request->input->is_store_short)
		return DROP_STORE_FULL;
	if (request->output->policy)
		return DROP_POLICY_FULL;
	request->output->is_residual_full = has_policy_ranges(request);
	return reason;
}
