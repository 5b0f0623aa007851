/* SPDX-License-Identifier: Apache-2.0 */
/* import.c - leases that an administrator brings along: from a file of this server, or of another one that leased the
 * same addresses. What was promised to a client by this server stands above what a file says. */
#include "engine/engine.h"

#include <string.h>

#include "base/error.h"
#include "engine/request.h"

/* One lease on its way into the store. */
struct import {
	const struct engine_input *input;
	const struct scope *scope;
	struct lease lease;
	bool is_overwriting;
	bool is_store_failed;
};

static bool is_own_address(const struct engine_input *input, struct ip4 address) {
	for (size_t i = 0; i < input->n_host_addresses; i++)
		if (is_ip4_equal(input->host_addresses[i], address))
			return true;
	return false;
}

static bool is_end_of_subnet(struct ip4 address, struct ip4_subnet subnet) {
	struct ip4_range all = ip4_subnet_range(subnet);

	return subnet.prefix_length < 31 && (is_ip4_equal(address, all.first) || is_ip4_equal(address, all.last));
}

/* Nobody's lease, that of a declined address, takes nothing away from whom it is reserved for. */
static bool is_reserved_for_other(const struct import *import) {
	const struct lease *lease = &import->lease;
	const struct reservation *holder = scope_reservation_at(import->scope, lease->address);

	return holder && lease->client.len > 0 &&
	       holder != reservation_of(import->scope, &lease->client, lease->htype,
					span_of(lease->chaddr, lease->hlen));
}

/* What stands against the address itself; IMPORT_STORED: nothing. Also finds the scope. */
static enum import_outcome judge_address(struct import *import) {
	const struct snapshot *snapshot = import->input->snapshot;
	struct lease *lease = &import->lease;

	import->scope = snapshot ? snapshot_scope_of(snapshot, lease->address) : NULL;
	if (!import->scope || !import->scope->is_served)
		return IMPORT_NO_SCOPE;
	if (!is_ip4_none(lease->scope.network) && !is_ip4_equal(lease->scope.network, import->scope->subnet.network))
		return IMPORT_OTHER_SCOPE;
	lease->scope = import->scope->subnet;
	if (is_own_address(import->input, lease->address) || is_end_of_subnet(lease->address, lease->scope))
		return IMPORT_NOT_LEASABLE;
	return is_reserved_for_other(import) ? IMPORT_RESERVED : IMPORT_STORED;
}

static bool is_same_holder(const struct lease *a, const struct lease *b) {
	return (a->client.len == 0 && b->client.len == 0) || is_client_key_equal(&a->client, &b->client);
}

/* What @present, the record of the same address, means for the import. */
static enum import_outcome judge_record(const struct import *import, const struct lease *present) {
	int64_t now = import->input->now.wall_s;
	bool is_in_force = is_lease_in_force(present, input_lease_now(import->input));

	if (!is_same_holder(present, &import->lease))
		return is_in_force              ? present->state == LEASE_DECLINED ? IMPORT_DECLINED : IMPORT_LEASED
		       : import->is_overwriting ? IMPORT_STORED
						: IMPORT_REMEMBERED;
	if (!import->is_overwriting)
		return IMPORT_KEPT;
	if (is_in_force && (!is_lease_in_force(&import->lease, now) || import->lease.expiry < present->expiry))
		return IMPORT_LASTING;
	return IMPORT_STORED;
}

/* What @present, the client's record of another address, means for the import. */
static enum import_outcome judge_other(const struct import *import, const struct lease *present) {
	if (is_lease_in_force(present, input_lease_now(import->input)))
		return IMPORT_CLIENT_LEASED;
	return import->is_overwriting ? IMPORT_STORED : IMPORT_CLIENT_REMEMBERED;
}

static bool is_found(struct import *import, int r) {
	import->is_store_failed = import->is_store_failed || (r < 0 && r != -E_NOT_FOUND);
	return r == 0;
}

static enum import_outcome judge(struct import *import) {
	const struct lease_view *leases = import->input->leases;
	const struct lease *lease = &import->lease;
	enum import_outcome outcome = is_order_lease_valid(lease) ? judge_address(import) : IMPORT_MALFORMED;
	struct lease present;

	if (outcome == IMPORT_STORED &&
	    is_found(import, leases->get_by_address(leases->context, lease->address, &present)))
		outcome = judge_record(import, &present);
	if (outcome == IMPORT_STORED && lease->client.len > 0 &&
	    is_found(import, leases->get_by_client(leases->context, lease->scope, &lease->client, &present)) &&
	    !is_ip4_equal(present.address, lease->address))
		outcome = judge_other(import, &present);
	return outcome;
}

void engine_import(struct engine *engine, const struct engine_input *input, const struct order_message *message,
		   struct order_answer *ret_answer) {
	const struct lease_view *leases = input->leases;
	struct import import = { .input = input, .is_overwriting = message->order.is_overwriting };

	memset(ret_answer, 0, sizeof *ret_answer);
	if (!has_store_room(input, ret_answer))
		return;
	for (size_t i = 0; i < message->order.n_leases && !import.is_store_failed; i++) {
		enum import_outcome outcome;

		import.lease = message->leases[i];
		outcome = judge(&import);
		if (outcome == IMPORT_STORED && !import.is_store_failed &&
		    is_found(&import, leases->put(leases->context, &import.lease)))
			offers_remove(engine->offers, import.lease.scope, &import.lease.client);
		ret_answer->outcomes[i] = (uint8_t)outcome;
	}
	if (import.is_store_failed)
		order_refuse_store(ret_answer);
}
