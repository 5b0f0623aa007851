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

static bool is_usable(const struct scope *scope) {
	return scope->is_served && scope->is_enabled;
}

const struct scope *superscope_member(const struct scope *first, bool is_default_first, size_t index) {
	const struct superscope *superscope = first->superscope;
	bool is_own_order = is_default_first && superscope->has_default;

	if (!is_own_order && index-- == 0)
		return first;
	for (size_t i = 0; i < superscope->n_members; i++) {
		const struct scope *member = superscope->members[i];

		if (is_usable(member) && (is_own_order || member != first) && index-- == 0)
			return member;
	}
	return NULL;
}

/* What serves the clients on the link of @scope, which may be NULL: the scope itself, or another member of its
 * superscope if it is not in service here. */
static const struct scope *scope_in_service(const struct scope *scope) {
	const struct superscope *superscope = scope ? scope->superscope : NULL;

	for (size_t i = 0; superscope && !is_usable(scope) && i < superscope->n_members; i++)
		if (is_usable(superscope->members[i]))
			return superscope->members[i];
	return scope;
}

/* Several subnets may be on one link: the one that the client's address belongs to, else the first that can be leased
 * from. */
static const struct scope *scope_of_link(const struct request *request) {
	const struct engine_input *input = request->input;
	struct ip4 address = client_address(request);
	const struct scope *first = NULL;

	for (size_t i = 0; i < input->n_link_addresses; i++) {
		const struct scope *scope =
			scope_in_service(snapshot_scope_of(input->snapshot, input->link_addresses[i].address));

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
		return scope_in_service(snapshot_scope_of(request->input->snapshot, named));
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
const struct reservation *request_reservation_in(const struct request *request, const struct scope *scope) {
	const struct dhcp4_packet *packet = request->packet;
	const struct reservation *reservation = NULL;

	if (request->type == CLIENT_TYPE_DHCP && has_dhcp4_option(packet, DHCP4_OPTION_CLIENT_ID))
		reservation = scope_reservation_by_client_id(scope, packet->options[DHCP4_OPTION_CLIENT_ID]);
	if (!is_for_client(request, reservation) && packet->hlen)
		reservation =
			scope_reservation_by_hardware(scope, packet->htype, span_of(packet->chaddr, packet->hlen));
	return is_for_client(request, reservation) ? reservation : NULL;
}

static void reservation_note(const struct request *request) {
	const struct reservation *reservation = request->reservation;
	char address[IP4_TEXT_MAX] = "";

	if (reservation)
		ip4_format(reservation->address, address);
	request_note(request, (struct trace_note){ .step = TRACE_RESERVATION,
						   .is_applied = reservation != NULL,
						   .subject = address,
						   .dn = reservation ? reservation->dn : request->scope->dn,
						   .level = reservation ? LEVEL_RESERVATION : LEVEL_SCOPE,
						   .text = reservation ? "reserved for this client"
								       : "nothing is reserved for this client" });
}

static void scope_note(const struct request *request, const struct scope *scope, bool is_applied, const char *text) {
	char array[IP4_TEXT_MAX + 4] = "", address[IP4_TEXT_MAX];
	struct text network;

	text_init(&network, array, sizeof array);
	if (scope)
		text_add(&network, "%s/%u", ip4_format(scope->subnet.network, address), scope->subnet.prefix_length);
	request_note(request, (struct trace_note){ .step = TRACE_SCOPE,
						   .is_applied = is_applied,
						   .subject = array,
						   .dn = scope ? scope->dn : "",
						   .level = scope ? LEVEL_SCOPE : 0,
						   .text = text });
}

bool request_enter_scope(struct request *request, const struct scope *scope) {
	struct ip4 server_id;

	if (request->scope == scope)
		return true;
	server_id = server_id_select(request, scope);
	if (is_ip4_none(server_id))
		return false;
	if (request->scope && is_request_traced(request))
		scope_note(request, scope, true, "of the same superscope");
	request->server_id = server_id;
	request->scope = scope;
	request->output->scope = scope;
	request->reservation = request_reservation_in(request, scope);
	if (is_request_traced(request))
		reservation_note(request);
	request_match_policies(request);
	return true;
}

/* Why a scope was chosen, or none. */
static const char *selection_reason(const struct request *request, const struct scope *scope) {
	if (!scope)
		return "no scope holds the network that the packet came from";
	if (!scope->is_served)
		return "served by other servers";
	if (!scope->is_enabled)
		return "the scope is disabled";
	if (!is_ip4_none(subnet_named(request)))
		return "holds the address that the relay or the client names";
	return "holds an address of the link that the packet came in on, or the client's own";
}

static void selection_note(const struct request *request, const struct scope *scope) {
	bool is_applied = scope && scope->is_served && scope->is_enabled;

	if (is_request_traced(request))
		scope_note(request, scope, is_applied, selection_reason(request, scope));
}

/* A client that speaks of an address in another member of the superscope is at home there. */
static void member_follow(struct request *request) {
	const struct scope *first = request->scope, *scope;
	struct ip4 address = client_address(request);

	if (!first->superscope || is_ip4_none(address) || is_ip4_in_subnet(address, first->subnet) ||
	    request->packet->type == DHCP4_DISCOVER)
		return;
	for (size_t n = 1; (scope = superscope_member(first, false, n)) != NULL; n++)
		if (is_ip4_in_subnet(address, scope->subnet) && request_enter_scope(request, scope))
			return;
}

enum drop_reason request_select_scope(struct request *request) {
	const struct scope *scope = scope_select(request);

	selection_note(request, scope);
	if (!scope || !scope->is_served)
		return DROP_NO_SCOPE;
	request->output->scope = scope;
	if (!scope->is_enabled)
		return DROP_SCOPE_DISABLED;
	if (!request_enter_scope(request, scope))
		return DROP_LINK;
	member_follow(request);
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
