/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/reconcile.h"

#include <string.h>

#include "base/error.h"

#define HARDWARE_KEY_HEAD 2 /* the kind and the hardware type stand before the address */

/* A judgment that is being made; mended becomes what the record should be, step by step. */
struct judging {
	const struct reconcile_input *input;
	const struct scope *scope;             /* in service, that holds the address; NULL if none does */
	const struct reservation *reservation; /* of the address, or NULL */
	bool is_own;                           /* the record is of the reservation's client */
	bool is_beaten;                        /* another record of the client stays instead of this one */
	struct judgment judgment;
};

static void note(struct judging *judging, enum inconsistency kind) {
	judging->judgment.kinds |= 1u << kind;
}

static bool is_known_by_hardware(const struct client_key *key) {
	return key->len > HARDWARE_KEY_HEAD && key->octets[0] == CLIENT_KEY_HARDWARE;
}

static bool is_known_by_identifier(const struct client_key *key) {
	return key->len > 1 && key->octets[0] == CLIENT_KEY_IDENTIFIER;
}

static bool has_hardware(const struct lease *lease, uint8_t htype, struct span address) {
	return lease->htype == htype && is_span_equal(span_of(lease->chaddr, lease->hlen), address);
}

static bool is_key_of_hardware(const struct client_key *key, uint8_t htype, struct span address) {
	return is_known_by_hardware(key) && key->octets[1] == htype &&
	       is_span_equal(span_of(key->octets + HARDWARE_KEY_HEAD, key->len - (size_t)HARDWARE_KEY_HEAD), address);
}

/* The same client under any of its names: those by which packets find a reservation, or what is left of them. */
static bool is_lease_of_reservation(const struct lease *lease, const struct reservation *reservation) {
	const struct client_key *key = &lease->client;
	struct span hardware = reservation->hardware_address;

	if (is_known_by_identifier(key) && reservation->client_id.len &&
	    is_span_equal(span_of(key->octets + 1, key->len - 1u), reservation->client_id))
		return true;
	return key->len && hardware.len &&
	       (has_hardware(lease, reservation->htype, hardware) ||
		is_key_of_hardware(key, reservation->htype, hardware));
}

static enum client_type type_of(const struct lease *lease) {
	return lease->is_bootp ? CLIENT_TYPE_BOOTP : CLIENT_TYPE_DHCP;
}

static void set_hardware(struct lease *lease, uint8_t htype, struct span address) {
	lease->htype = htype;
	lease->hlen = (uint8_t)(address.len <= LEASE_HARDWARE_MAX ? address.len : LEASE_HARDWARE_MAX);
	memset(lease->chaddr, 0, sizeof lease->chaddr);
	memcpy(lease->chaddr, address.data, lease->hlen);
}

/* The identity of a client without an identifier of its own. */
static void set_hardware_key(struct lease *lease) {
	struct client_key *key = &lease->client;

	*key = (struct client_key){ .len = (uint16_t)(HARDWARE_KEY_HEAD + lease->hlen),
				    .octets = { CLIENT_KEY_HARDWARE, lease->htype } };
	memcpy(key->octets + HARDWARE_KEY_HEAD, lease->chaddr, lease->hlen);
}

static void judge_scope(struct judging *judging) {
	struct lease *lease = &judging->judgment.mended;
	struct ip4_subnet subnet = judging->scope->subnet;

	if (is_ip4_equal(lease->scope.network, subnet.network) && lease->scope.prefix_length == subnet.prefix_length)
		return;
	lease->scope = subnet;
	note(judging, INCONSISTENCY_OTHER_SCOPE);
}

/* What was lost once when a store was put together again: the reservation's hardware address, by which its client asks.
 * Without a reservation, the address that the client is known by counts. */
static void judge_hardware(struct judging *judging) {
	struct lease *lease = &judging->judgment.mended, before = *lease;
	const struct reservation *reservation = judging->is_own ? judging->reservation : NULL;
	const struct client_key *key = &before.client;
	bool is_by_hardware = is_known_by_hardware(key);

	if (reservation && reservation->hardware_address.len)
		set_hardware(lease, reservation->htype, reservation->hardware_address);
	else if (is_by_hardware)
		set_hardware(lease, key->octets[1],
			     span_of(key->octets + HARDWARE_KEY_HEAD, key->len - (size_t)HARDWARE_KEY_HEAD));
	if (is_by_hardware)
		set_hardware_key(lease);
	if (!has_hardware(&before, lease->htype, span_of(lease->chaddr, lease->hlen)) ||
	    (is_by_hardware && !is_client_key_equal(key, &lease->client)))
		note(judging, INCONSISTENCY_WRONG_HARDWARE);
}

/* A BOOTP client is known by its hardware address alone, and has its reserved address for ever. */
static void judge_type(struct judging *judging) {
	struct lease *lease = &judging->judgment.mended;

	if (!judging->is_own || !is_lease_in_force(lease, judging->input->now) ||
	    judging->reservation->type & type_of(lease) || lease->hlen == 0)
		return;
	lease->is_bootp = !lease->is_bootp;
	if (lease->is_bootp) {
		set_hardware_key(lease);
		lease->expiry = LEASE_FOR_EVER;
	}
	note(judging, INCONSISTENCY_WRONG_TYPE);
}

static uint64_t setting_of(const struct judging *judging, enum setting setting) {
	if (judging->is_own)
		return judging->reservation->settings.values[setting];
	return judging->scope ? judging->scope->settings.values[setting]
			      : judging->input->snapshot->settings.values[setting];
}

/* How long from now on something without end may still last. */
static uint64_t remaining_time(const struct judging *judging) {
	const struct lease *lease = &judging->judgment.mended;

	if (lease->state == LEASE_DECLINED)
		return setting_of(judging, SETTING_DECLINE_TIME);
	if (judging->reservation && !judging->is_own)
		return 0;
	return setting_of(judging, lease->is_bootp ? SETTING_BOOTP_LEASE_TIME : SETTING_LEASE_TIME);
}

static void judge_end(struct judging *judging) {
	struct lease *lease = &judging->judgment.mended;
	bool is_due = lease->state == LEASE_ACTIVE && lease->is_bootp && judging->is_own;

	if (lease->expiry != LEASE_FOR_EVER || lease->state == LEASE_RELEASED || is_due)
		return;
	lease->expiry = judging->input->now + (int64_t)remaining_time(judging);
	note(judging, INCONSISTENCY_NO_END);
}

/* True if @a says better than @b where their client is. */
static bool is_newer(const struct lease *a, const struct lease *b, int64_t now) {
	bool is_a = is_lease_in_force(a, now), is_b = is_lease_in_force(b, now);

	return is_a != is_b ? is_a : a->changed > b->changed;
}

static int judge_rival(struct judging *judging) {
	const struct lease_view *leases = judging->input->leases;
	const struct lease *lease = &judging->judgment.mended;
	struct lease rival;
	int r;

	if (lease->client.len == 0 || lease->state == LEASE_DECLINED)
		return 0;
	r = leases->get_by_client(leases->context, lease->scope, &lease->client, &rival);
	if (r < 0 || is_ip4_equal(rival.address, lease->address))
		return r == -E_NOT_FOUND ? 0 : r;
	judging->judgment.rival = rival.address;
	judging->is_beaten = !is_newer(lease, &rival, judging->input->now);
	note(judging, INCONSISTENCY_TWO_RECORDS);
	return 0;
}

static bool is_for_type(const struct reservation *reservation, enum client_type type) {
	return reservation && reservation->type & type;
}

/* The reservation in the scope that a packet of this client would find (request_reservation_in). */
static const struct reservation *client_reservation(const struct judging *judging) {
	const struct lease *lease = &judging->judgment.mended;
	const struct client_key *key = &lease->client;
	enum client_type type = type_of(lease);
	const struct reservation *found = NULL;

	if (!lease->is_bootp && is_known_by_identifier(key))
		found = scope_reservation_by_client_id(judging->scope, span_of(key->octets + 1, key->len - 1u));
	if (!is_for_type(found, type) && lease->hlen)
		found = scope_reservation_by_hardware(judging->scope, lease->htype,
						      span_of(lease->chaddr, lease->hlen));
	return is_for_type(found, type) ? found : NULL;
}

static bool is_in_range_for(const struct scope *scope, struct ip4 address, enum client_type type) {
	for (size_t i = 0; i < scope->n_ranges; i++)
		if (is_ip4_in_range(address, scope->ranges[i]))
			return scope->range_kinds[i] & type && is_scope_address_dynamic(scope, address);
	return false;
}

/* Whether the lease will be renewed. Nothing is wrong if it will not: it was given by right, and runs out. */
static void judge_prospects(struct judging *judging) {
	const struct lease *lease = &judging->judgment.mended;
	const struct reservation *elsewhere;

	if (lease->state != LEASE_ACTIVE || !is_lease_in_force(lease, judging->input->now))
		return;
	if (judging->reservation && !judging->is_own)
		note(judging, INCONSISTENCY_RESERVED_FOR_OTHER);
	else if (!judging->reservation && !is_in_range_for(judging->scope, lease->address, type_of(lease)))
		note(judging, INCONSISTENCY_NOT_IN_RANGE);
	elsewhere = judging->is_own ? NULL : client_reservation(judging);
	if (!elsewhere)
		return;
	judging->judgment.reserved = elsewhere->address;
	note(judging, INCONSISTENCY_RESERVED_ELSEWHERE);
}

static void judge_without_scope(struct judging *judging) {
	judge_end(judging);
	note(judging, is_lease_in_force(&judging->judgment.mended, judging->input->now) ? INCONSISTENCY_SCOPE_GONE
											: INCONSISTENCY_NO_SCOPE);
}

static int judge_in_scope(struct judging *judging) {
	int r;

	judge_scope(judging);
	judge_hardware(judging);
	judge_type(judging);
	judge_end(judging);
	r = judge_rival(judging);
	if (r == 0 && !judging->is_beaten)
		judge_prospects(judging);
	return r;
}

static bool has_kind_to_mend(unsigned kinds) {
	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++)
		if (kinds & 1u << kind && inconsistency_info_get(kind)->mending == MENDING_RECORDS)
			return true;
	return false;
}

static enum mend_action action_of(const struct judging *judging) {
	unsigned kinds = judging->judgment.kinds;

	if (!has_kind_to_mend(kinds))
		return MEND_NOTHING;
	return kinds & 1u << INCONSISTENCY_NO_SCOPE || judging->is_beaten ? MEND_REMOVE : MEND_PUT;
}

static struct judging judging_of(const struct reconcile_input *input, const struct lease *lease) {
	const struct scope *scope = snapshot_scope_of(input->snapshot, lease->address);
	struct judging judging = { .input = input, .judgment.mended = *lease };

	if (!scope || !scope->is_served)
		return judging;
	judging.scope = scope;
	judging.reservation = scope_reservation_at(scope, lease->address);
	judging.is_own = judging.reservation && is_lease_of_reservation(lease, judging.reservation);
	return judging;
}

int reconcile_judge(const struct reconcile_input *input, const struct lease *lease, struct judgment *ret_judgment) {
	struct judging judging = judging_of(input, lease);
	int r = 0;

	if (judging.scope)
		r = judge_in_scope(&judging);
	else
		judge_without_scope(&judging);
	if (r < 0)
		return r;
	judging.judgment.action = action_of(&judging);
	*ret_judgment = judging.judgment;
	return 0;
}

/* Somebody may use the address, and nobody knows who: but for the client that it is reserved for, nobody gets it until
 * that lease must have run out. */
void reconcile_judge_unreadable(const struct reconcile_input *input, struct ip4 address,
				struct judgment *ret_judgment) {
	const struct lease lease = { .address = address };
	struct judging judging = judging_of(input, &lease);
	struct lease *mended = &judging.judgment.mended;

	note(&judging, INCONSISTENCY_UNREADABLE);
	judging.judgment.action = MEND_REMOVE;
	if (judging.scope && !judging.reservation) {
		judging.judgment.action = MEND_PUT;
		mended->scope = judging.scope->subnet;
		mended->state = LEASE_DECLINED;
		mended->start = mended->changed = input->now;
		mended->expiry = input->now + (int64_t)setting_of(&judging, SETTING_LEASE_TIME);
	}
	*ret_judgment = judging.judgment;
}

bool is_reservation_active(const struct reconcile_input *input, const struct scope *scope,
			   const struct reservation *reservation) {
	const struct lease_view *leases = input->leases;
	struct lease lease;
	int r = leases->get_by_address(leases->context, reservation->address, &lease);

	return r == 0 ? is_lease_of_reservation(&lease, reservation) : r != -E_NOT_FOUND;
}
