/* SPDX-License-Identifier: Apache-2.0 */
/* link.c - from the way a packet came to the scope that serves it. */
#include "engine/request.h"

#include "base/wireint.h"

#define RELAY_LINK_SELECTION 5 /* RFC 3527 */

/* The subnet that relay or client name explicitly, else none. */
static struct ip4 subnet_named(const struct request *request) {
	const struct dhcp4_packet *packet = request->packet;
	struct span link = dhcp4_relay_suboption(packet, RELAY_LINK_SELECTION);

	if (!is_ip4_none(packet->giaddr) && link.data && link.len == 4)
		return (struct ip4){ be32_read(link.data) };
	if (has_dhcp4_option(packet, DHCP4_OPTION_SUBNET_SELECTION)) /* RFC 3011 */
		return dhcp4_option_ip4(packet, DHCP4_OPTION_SUBNET_SELECTION);
	return packet->giaddr;
}

/* The address that the client has, or would like. */
static struct ip4 client_address(const struct request *request) {
	struct ip4 ciaddr = request->packet->ciaddr;

	return is_ip4_none(ciaddr) ? dhcp4_option_ip4(request->packet, DHCP4_OPTION_REQUESTED_ADDRESS) : ciaddr;
}

/* Several subnets may be on one link: the one that the client's address belongs to, else the first that can be leased
 * from. */
static const struct scope *scope_of_link(const struct request *request) {
	const struct engine_input *input = request->input;
	struct ip4 address = client_address(request);
	const struct scope *first = NULL;

	for (size_t i = 0; i < input->n_link_addresses; i++) {
		const struct scope *scope = snapshot_scope_of(input->snapshot, input->link_addresses[i].address);

		if (!scope || !scope->is_served)
			continue;
		if (scope->is_enabled && is_ip4_in_subnet(address, scope->subnet))
			return scope;
		if (!first || (scope->is_enabled && !first->is_enabled))
			first = scope;
	}
	return first;
}

static const struct scope *scope_select(const struct request *request) {
	struct ip4 named = subnet_named(request), ciaddr = request->packet->ciaddr;
	const struct scope *scope;

	if (!is_ip4_none(named))
		return snapshot_scope_of(request->input->snapshot, named);
	/* Sent to us by unicast and not relayed: a client that renews, perhaps from behind a router. */
	if (!is_ip4_none(request->input->unicast_to) && !is_ip4_none(ciaddr)) {
		scope = snapshot_scope_of(request->input->snapshot, ciaddr);
		if (scope)
			return scope;
	}
	return scope_of_link(request);
}

/* The address that clients of @scope can reach us at: the one they reached us at, one in their subnet, or the link's
 * first. @scope may be NULL. */
static struct ip4 server_id_select(const struct request *request, const struct scope *scope) {
	const struct engine_input *input = request->input;

	if (!is_ip4_none(input->unicast_to))
		return input->unicast_to;
	for (size_t i = 0; scope && i < input->n_link_addresses; i++)
		if (is_ip4_in_subnet(input->link_addresses[i].address, scope->subnet))
			return input->link_addresses[i].address;
	return input->n_link_addresses ? input->link_addresses[0].address : (struct ip4){ 0 };
}

static bool is_for_client(const struct request *request, const struct reservation *reservation) {
	return reservation && reservation->type & request->type;
}

/* One for the other protocol is none, but nobody else gets its address. A BOOTP client has no identifier. */
static const struct reservation *reservation_find(const struct request *request) {
	const struct dhcp4_packet *packet = request->packet;
	const struct reservation *reservation = NULL;

	if (request->type == CLIENT_TYPE_DHCP && has_dhcp4_option(packet, DHCP4_OPTION_CLIENT_ID))
		reservation = scope_reservation_by_client_id(request->scope, packet->options[DHCP4_OPTION_CLIENT_ID]);
	if (!is_for_client(request, reservation) && packet->hlen)
		reservation = scope_reservation_by_hardware(request->scope, packet->htype,
							    span_of(packet->chaddr, packet->hlen));
	return is_for_client(request, reservation) ? reservation : NULL;
}

enum drop_reason request_select_scope(struct request *request) {
	const struct scope *scope = scope_select(request);

	if (!scope || !scope->is_served)
		return DROP_NO_SCOPE;
	request->scope = scope;
	request->output->scope = scope;
	if (!scope->is_enabled)
		return DROP_SCOPE_DISABLED;
	request->server_id = server_id_select(request, scope);
	if (is_ip4_none(request->server_id))
		return DROP_LINK;
	request->reservation = reservation_find(request);
	request_match_policies(request);
	return DROP_COUNT;
}

bool request_select_server_id(struct request *request) {
	request->server_id = server_id_select(request, scope_select(request));
	return !is_ip4_none(request->server_id);
}

bool is_request_for_us(const struct request *request, struct ip4 address) {
	const struct engine_input *input = request->input;

	for (size_t i = 0; i < input->n_host_addresses; i++)
		if (is_ip4_equal(input->host_addresses[i], address))
			return true;
	return false;
}

bool is_request_on_link(const struct request *request, struct ip4 address) {
	const struct engine_input *input = request->input;

	if (!is_ip4_none(subnet_named(request)))
		return false;
	for (size_t i = 0; i < input->n_link_addresses; i++) {
		uint32_t mask = ip4_mask(input->link_addresses[i].prefix_length);

		if ((input->link_addresses[i].address.value & mask) == (address.value & mask))
			return true;
	}
	return false;
}
