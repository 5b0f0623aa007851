/* SPDX-License-Identifier: Apache-2.0 */
/* order.c - what an administrator asks of the leases. */
#include "engine/request.h"

#include <string.h>

#include "base/error.h"
#include "engine/reconcile.h"

#define OFFER_ROWS_LOOKED_AT 32

/* An order under way: as if its client had sent a packet that says nothing. */
struct ordering {
	struct request request;
	const struct order *order;
	struct order_answer *answer;
	char address[IP4_TEXT_MAX]; /* that the order names */
};

void order_refuse_store(struct order_answer *answer) {
	error_set(&answer->error, E_DHCP_JET_ERROR,
		  "the leases could not be read or changed; look at the disk that holds the state directory");
}

bool has_store_room(const struct engine_input *input, struct order_answer *answer) {
	if (input->is_store_short)
		error_set(
			&answer->error, E_DHCP_JET_ERROR,
			"the lease store has no room for new leases; make room on the disk that holds the state directory");
	return !input->is_store_short;
}

/* The scope that the order means, if this server serves it; else NULL, and the reason is given. */
static const struct scope *order_scope(struct ordering *ordering) {
	const struct snapshot *snapshot = ordering->request.input->snapshot;
	const struct order *order = ordering->order;
	bool has_address = !is_ip4_none(order->address);
	const struct scope *scope = snapshot ? snapshot_scope_of(snapshot, has_address ? order->address : order->scope)
					     : NULL;
	char wanted[IP4_TEXT_MAX];

	ip4_format(has_address ? order->address : order->scope, wanted);
	if (!scope || !scope->is_served) {
		error_set(
			&ordering->answer->error, E_DHCP_SUBNET_NOT_PRESENT,
			"this server serves no scope that holds %s; lessorctl scope list shows the scopes and their servers",
			wanted);
		return NULL;
	}
	if (!is_ip4_none(order->scope) && !is_ip4_equal(scope->subnet.network, order->scope)) {
		error_set(&ordering->answer->error, E_INVALID_PARAMETER,
			  "%s does not lie in the scope that is named; leave the scope out, or correct one of the two",
			  wanted);
		return NULL;
	}
	return scope;
}

const struct reservation *reservation_of(const struct scope *scope, const struct client_key *client, uint8_t htype,
					 struct span hardware) {
	const struct reservation *found = NULL;

	if (client->len && client->octets[0] == CLIENT_KEY_IDENTIFIER)
		found = scope_reservation_by_client_id(scope, span_of(client->octets + 1, client->len - 1u));
	if (!found && hardware.len)
		found = scope_reservation_by_hardware(scope, htype, hardware);
	return found;
}

/* False, and the reason is given, if the address or the client has a reservation that contradicts the order. */
static bool is_reservation_respected(struct ordering *ordering) {
	const struct request *request = &ordering->request;
	const struct reservation *holder = scope_reservation_at(request->scope, ordering->order->address);
	char reserved[IP4_TEXT_MAX];

	if (holder == request->reservation)
		return true;
	if (holder)
		error_set(&ordering->answer->error, E_DHCP_RESERVEDIP_EXISTS,
			  "%s is reserved for another client; choose another address, or change the reservation first",
			  ordering->address);
	else
		error_set(&ordering->answer->error, E_DHCP_RESERVEDIP_EXISTS,
			  "%s is reserved for this client; give it that one, or remove the reservation first",
			  ip4_format(request->reservation->address, reserved));
	return false;
}

/* False, and the reason is given, if somebody has a lease of the address in force. */
static bool is_address_unleased(struct ordering *ordering) {
	struct request *request = &ordering->request;
	struct lease lease;

	if (!request_lease_at(request, ordering->order->address, &lease) ||
	    !is_lease_in_force(&lease, request_lease_now(request)))
		return !request->output->is_store_failed;
	if (lease.state == LEASE_DECLINED)
		error_set(
			&ordering->answer->error, E_DHCP_ADDRESS_NOT_AVAILABLE,
			"%s was declined, as somebody unknown uses it; find that host, or delete the lease record first",
			ordering->address);
	else
		error_set(&ordering->answer->error, E_DHCP_CLIENT_EXISTS,
			  "%s has a lease already; lessorctl lease show tells whose it is", ordering->address);
	return false;
}

/* False, and the reason is given, if the client has a lease in the scope. */
static bool is_client_unleased(struct ordering *ordering) {
	struct request *request = &ordering->request;
	char address[IP4_TEXT_MAX];
	struct lease lease;

	if (!request_lease_of_client(request, &lease) || !is_lease_in_force(&lease, request_lease_now(request)))
		return !request->output->is_store_failed;
	error_set(&ordering->answer->error, E_DHCP_CLIENT_EXISTS,
		  "this client has the lease of %s already; delete that one first", ip4_format(lease.address, address));
	return false;
}

/* False, and the reason is given, if the address is not one that this client could be given. */
static bool is_address_usable(struct ordering *ordering) {
	struct request *request = &ordering->request;
	bool is_configured = request->reservation || is_scope_address_dynamic(request->scope, ordering->order->address);

	if (is_configured && can_assign(request, ordering->order->address))
		return true;
	if (!request->output->is_store_failed)
		error_set(
			&ordering->answer->error, E_DHCP_ADDRESS_NOT_AVAILABLE,
			is_configured
				? "%s is this server's own, or offered to another client at this moment; choose another"
				: "%s is excluded, or outside the scope's ranges; choose another address, or change these",
			ordering->address);
	return false;
}

/* The address to lease; none, and the reason is given, if it cannot be. */
static struct ip4 order_address(struct ordering *ordering) {
	struct ip4 address = ordering->order->address;
	char network[IP4_TEXT_MAX];

	if (!is_ip4_none(address))
		return is_reservation_respected(ordering) && is_address_unleased(ordering) &&
				       is_client_unleased(ordering) && is_address_usable(ordering)
			       ? address
			       : (struct ip4){ 0 };
	if (!is_client_unleased(ordering))
		return address;
	address = request_choose_address(&ordering->request);
	if (is_ip4_none(address))
		error_set(&ordering->answer->error, E_DHCP_RANGE_FULL,
			  "no address is free in %s; extend its ranges, or delete leases that nobody uses",
			  ip4_format(ordering->request.scope->subnet.network, network));
	return address;
}

static uint32_t order_lease_time(const struct ordering *ordering) {
	return ordering->order->lease_time ? ordering->order->lease_time
					   : (uint32_t)request_setting(&ordering->request, SETTING_LEASE_TIME);
}

static void lease_make(struct ordering *ordering, struct ip4 address) {
	const struct order *order = ordering->order;
	int64_t now = ordering->request.input->now.wall_s;
	struct lease lease = {
		.address = address,
		.scope = ordering->request.scope->subnet,
		.state = LEASE_ACTIVE,
		.start = now,
		.changed = now,
		.expiry = now + order_lease_time(ordering),
		.client = order->client,
		.htype = order->htype,
		.hlen = order->hlen,
	};

	memcpy(lease.chaddr, order->chaddr, sizeof lease.chaddr);
	memcpy(lease.host_name, order->host_name, sizeof lease.host_name);
	if (!request_lease_put(&ordering->request, &lease))
		return;
	offers_remove(ordering->request.engine->offers, lease.scope, &lease.client);
	ordering->answer->lease = lease;
}

static void order_create(struct ordering *ordering) {
	struct request *request = &ordering->request;
	const struct order *order = ordering->order;
	struct ip4 address;

	if (request->input->is_paused) {
		error_set(&ordering->answer->error, E_DHCP_SERVICE_PAUSED,
			  "the service is paused and leases nothing; resume it first: lessorctl server resume");
		return;
	}
	if (!has_store_room(request->input, ordering->answer))
		return;
	request->scope = order_scope(ordering);
	if (!request->scope)
		return;
	request->reservation = reservation_of(request->scope, &order->client, order->htype,
					      span_of(order->chaddr, order->hlen));
	request_match_policies(request);
	address = order_address(ordering);
	if (!is_ip4_none(address))
		lease_make(ordering, address);
}

static void order_delete(struct ordering *ordering) {
	struct request *request = &ordering->request;
	const struct lease_view *leases = request->input->leases;
	struct ip4 address = ordering->order->address;
	const struct scope *scope = request->input->snapshot ? snapshot_scope_of(request->input->snapshot, address)
							     : NULL;
	struct lease lease;
	int r;

	if (!request_lease_at(request, address, &lease)) {
		error_set(&ordering->answer->error, E_DHCP_INVALID_DHCP_CLIENT,
			  "there is no lease of %s; lessorctl lease list shows the leases there are",
			  ordering->address);
		return;
	}
	if (scope && scope_reservation_at(scope, address)) {
		error_set(&ordering->answer->error, E_DHCP_RESERVED_CLIENT,
			  "%s is reserved, so its lease stays; remove the reservation first", ordering->address);
		return;
	}
	r = leases->remove(leases->context, address);
	request->output->is_store_failed = r < 0 && r != -E_NOT_FOUND;
	ordering->answer->lease = lease;
}

/* The rows are a hash table, so that many offers in many scopes do not hold up packets. */
static void count_offer(void *context, struct ip4_subnet scope) {
	struct order_answer *answer = context;
	size_t start = scope.network.value * 2654435761u >> 16;

	for (size_t i = 0; i < OFFER_ROWS_LOOKED_AT; i++) {
		struct order_offers *row = &answer->scopes[(start + i) % ORDER_SCOPES_MAX];

		if (row->n_offers && !is_ip4_equal(row->network, scope.network))
			continue;
		row->network = scope.network;
		row->n_offers++;
		return;
	}
}

static void order_mend(struct ordering *ordering) {
	const struct engine_input *from = ordering->request.input;
	const struct reconcile_input input = { from->snapshot, from->leases, input_lease_now(from) };

	if (!input.snapshot)
		error_set(&ordering->answer->error, E_DHCP_SUBNET_NOT_PRESENT,
			  "the directory was never read, so there is nothing to correct leases by; lessorctl status tells why");
	else if (reconcile_order(&input, ordering->order, ordering->answer) < 0)
		ordering->request.output->is_store_failed = true;
}

static void order_dispatch(struct ordering *ordering) {
	const struct request *request = &ordering->request;

	switch (ordering->order->kind) {
	case ORDER_LEASE_CREATE:
		order_create(ordering);
		return;
	case ORDER_LEASE_DELETE:
		order_delete(ordering);
		return;
	case ORDER_OFFERS:
		offers_visit(request->engine->offers, request->input->now.boot_ms, count_offer, ordering->answer);
		return;
	case ORDER_LEASE_MEND:
		order_mend(ordering);
		return;
	case ORDER_STORE_REINDEX: /* is the store's alone */
	case ORDER_LEASE_IMPORT:  /* engine_import */
		return;
	}
}

void engine_order(struct engine *engine, const struct engine_input *input, const struct order *order,
		  struct order_answer *ret_answer) {
	struct dhcp4_packet packet;
	struct engine_output output;
	struct traits traits;
	struct ordering ordering = {
		.request = {
			.engine = engine,
			.input = input,
			.packet = &packet,
			.output = &output,
			.traits = &traits,
			.type = CLIENT_TYPE_BOTH,
		},
		.order = order,
		.answer = ret_answer,
	};

	memset(ret_answer, 0, sizeof *ret_answer);
	if (!is_order_valid(order)) {
		error_set(&ret_answer->error, E_INVALID_PARAMETER, "the order is not one that this program makes");
		return;
	}
	memset(&packet, 0, sizeof packet);
	request_classify(&ordering.request);
	memset(&output, 0, offsetof(struct engine_output, octets));
	packet.htype = order->htype;
	packet.hlen = order->hlen;
	memcpy(packet.chaddr, order->chaddr, sizeof packet.chaddr);
	ordering.request.client = order->client;
	ip4_format(order->address, ordering.address);
	order_dispatch(&ordering);
	if (output.is_store_failed)
		order_refuse_store(ret_answer);
}
