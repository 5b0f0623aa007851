/* SPDX-License-Identifier: Apache-2.0 */
/* probe.c - whether somebody uses an address that nobody was given (RFC 2131 3.1, point 2, and 4.4.1): when to find
 * out by a ping, and what an answer means. */
#include "engine/request.h"

#include "base/error.h"

static bool is_known_silent(const struct request *request, struct ip4 address) {
	return is_ip4_equal(request->input->silent, address) ||
	       is_offer_silent(request->engine->offers, address, &request->client, request->input->now.boot_ms);
}

/* While clients may use addresses that the store knows nothing of, one ping is the least. */
static unsigned wanted_attempts(const struct request *request) {
	unsigned configured = (unsigned)request_setting(request, SETTING_CONFLICT_DETECTION);

	return configured ? configured : request->input->is_store_doubtful;
}

bool request_must_probe(struct request *request, struct ip4 address) {
	uint64_t offer_ms = request_setting(request, SETTING_OFFER_TIME) * 1000;
	unsigned attempts = wanted_attempts(request);
	struct offers *offers = request->engine->offers;
	bool is_silent = is_known_silent(request, address);

	offers_add(offers, address, request->scope->subnet, &request->client, request->input->now.boot_ms + offer_ms);
	if (is_silent)
		offers_note_silent(offers, address, &request->client);
	if (is_silent || attempts == 0 || is_address_own(request, address)) /* it would answer itself */
		return false;
	request->output->probe = address;
	request->output->probe_attempts = attempts;
	return true;
}

/* Whoever was given the address meanwhile answers by right. The offer of it lapses by itself. */
int engine_address_in_use(const struct engine_input *input, struct ip4 address) {
	const struct scope *scope = snapshot_scope_of(input->snapshot, address);
	const struct lease_view *leases = input->leases;
	struct lease lease;
	int r = leases->get_by_address(leases->context, address, &lease);

	if (!scope || (r == 0 && is_lease_in_force(&lease, input_lease_now(input))))
		return -E_NOT_FOUND;
	if (r < 0 && r != -E_NOT_FOUND)
		return r;
	lease = (struct lease){
		.address = address,
		.scope = scope->subnet,
		.state = LEASE_DECLINED,
		.start = input->now.wall_s,
		.changed = input->now.wall_s,
		.expiry = input->now.wall_s + (int64_t)scope->settings.values[SETTING_DECLINE_TIME],
	};
	return leases->put(leases->context, &lease);
}
