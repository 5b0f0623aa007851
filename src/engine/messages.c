/* SPDX-License-Identifier: Apache-2.0 */
/* messages.c - what each DHCP message asks for, and what becomes of it (RFC 2131 4.3). */
#include "engine/request.h"

#include "base/text.h"

void request_drop(struct request *request, enum drop_reason reason) {
	request->output->has_reply = false;
	request->output->reason = request->output->is_store_failed ? DROP_STORE : reason;
}

static struct ip4 requested_address(const struct request *request) {
	return dhcp4_option_ip4(request->packet, DHCP4_OPTION_REQUESTED_ADDRESS);
}

/* True if the message names a server and it is not us. */
static bool is_for_other_server(const struct request *request) {
	return has_dhcp4_option(request->packet, DHCP4_OPTION_SERVER_ID) &&
	       !is_request_for_us(request, dhcp4_option_ip4(request->packet, DHCP4_OPTION_SERVER_ID));
}

void request_discover(struct request *request) {
	struct ip4 address = request_choose_address(request);

	if (is_ip4_none(address)) {
		request_drop(request, request_full_reason(request, DROP_RANGE_FULL));
		return;
	}
	request->output->address = address;
	if (request_must_probe(request, address)) {
		request_drop(request, DROP_PROBING);
		return;
	}
	request->output->delay_ms = (uint32_t)request_setting(request, SETTING_OFFER_DELAY);
	request_reply(request, DHCP4_OFFER, address, request_lease_time(request));
}

/* What the client calls itself, as far as it is harmless to show. */
static void host_name_copy(const struct dhcp4_packet *packet, char *ret_name) {
	struct span name = packet->options[DHCP4_OPTION_HOST_NAME];
	size_t len = 0;

	for (size_t i = 0; i < name.len && len < LEASE_HOST_NAME_MAX - 1; i++)
		if (name.data[i] > 0x20 && name.data[i] < 0x7f)
			ret_name[len++] = (char)name.data[i];
	ret_name[len] = '\0';
}

static void lease_fill(const struct request *request, struct ip4 address, int64_t expiry, struct lease *lease) {
	const struct dhcp4_packet *packet = request->packet;
	int64_t now = request->input->now.wall_s;

	if (lease->state != LEASE_ACTIVE || !is_client_key_equal(&lease->client, &request->client))
		lease->start = now;
	lease->address = address;
	lease->scope = request->scope->subnet;
	lease->state = LEASE_ACTIVE;
	lease->changed = now;
	lease->expiry = expiry;
	lease->client = request->client;
	lease->htype = packet->htype;
	lease->hlen = packet->hlen;
	memcpy(lease->chaddr, packet->chaddr, sizeof lease->chaddr);
	/* A renewal by unicast passes the relay by; the client is still behind it. */
	if (is_ip4_none(packet->ciaddr) || !is_ip4_none(packet->giaddr))
		lease->relay = packet->giaddr;
	host_name_copy(packet, lease->host_name);
	lease->is_bootp = request->type == CLIENT_TYPE_BOOTP;
}

bool request_bind(struct request *request, struct ip4 address, int64_t expiry) {
	struct lease lease = { 0 };

	request_lease_at(request, address, &lease);
	lease_fill(request, address, expiry, &lease);
	if (request->output->is_store_failed || !request_lease_put(request, &lease)) {
		request_drop(request, DROP_STORE);
		return false;
	}
	offers_remove(request->engine->offers, request->scope->subnet, &request->client);
	return true;
}

/* Bind @address to the client and acknowledge. */
static void grant(struct request *request, struct ip4 address) {
	uint32_t lease_time = request_lease_time(request);

	if (!request_bind(request, address, request->input->now.wall_s + lease_time))
		return;
	request->output->address = address;
	request->output->policy = request_policy_of(request, address);
	request_reply(request, DHCP4_ACK, address, lease_time);
}

/* True if the client has a reservation of another address, and can have that one now. */
static bool has_better_address(struct request *request, struct ip4 address) {
	if (request->reservation)
		return !is_ip4_equal(request->reservation->address, address) &&
		       can_assign(request, request->reservation->address);
	return request->scope->superscope && has_reservation_elsewhere(request);
}

static void grant_or_refuse(struct request *request, struct ip4 address) {
	if (has_better_address(request, address))
		request_reply_nak(request, "another address is reserved for this client");
	else if (request_claim(request, address, "the client asks for it"))
		grant(request, address);
	else if (request->output->is_store_failed)
		request_drop(request, DROP_STORE);
	else if (request->is_room_missing) /* a refusal would end what the client may have by right */
		request_drop(request, DROP_STORE_FULL);
	else
		request_reply_nak(request, "address not available");
}

/* An answer to an offer: ours, or another server's. */
static void request_selecting(struct request *request) {
	struct ip4 address = requested_address(request);

	if (is_for_other_server(request)) {
		offers_remove(request->engine->offers, request->scope->subnet, &request->client);
		request->output->other_server = dhcp4_option_ip4(request->packet, DHCP4_OPTION_SERVER_ID);
		request_drop(request, DROP_OTHER_SERVER);
	} else if (is_ip4_none(address)) {
		request_drop(request, DROP_CONTRADICTORY);
	} else {
		grant_or_refuse(request, address);
	}
}

/* True if the store says that somebody else is using @address. */
static bool is_in_use_by_other(struct request *request, struct ip4 address) {
	struct lease lease;

	return request_lease_at(request, address, &lease) && is_lease_in_force(&lease, request_lease_now(request)) &&
	       !is_client_key_equal(&lease.client, &request->client);
}

/* True if this client has or had @address, or if it is reserved for it. Its record may name the subnet that the scope
 * was. */
static bool is_address_of_client(struct request *request, struct ip4 address) {
	struct lease lease;

	if (request->reservation && is_ip4_equal(request->reservation->address, address))
		return true;
	return request_lease_at(request, address, &lease) && is_client_key_equal(&lease.client, &request->client);
}

/* True if the client is known here: it has a lease (perhaps expired), or a reservation. */
static bool is_client_known(struct request *request) {
	const struct scope *scope = request->scope;
	struct lease lease;

	for (size_t n = 0; scope;
	     scope = request->scope->superscope ? superscope_member(request->scope, false, ++n) : NULL)
		if (request_reservation_in(request, scope) || request_lease_in(request, scope, &lease))
			return true;
	return false;
}

/* A client outside the scope is on the wrong network, unless there is another subnet on its link, of which others
 * decide. */
static void refuse_foreign(struct request *request, struct ip4 address) {
	if (is_request_on_link(request, address))
		request_drop(request, DROP_NO_RECORD);
	else
		request_reply_nak(request, "wrong network");
}

/* Of an address that is free as far as the store knows: it was most likely granted after the store was copied. A client
 * that uses it already would answer the ping itself. */
static void confirm_unrecorded(struct request *request, struct ip4 address) {
	if (is_ip4_none(request->packet->ciaddr) && request_must_probe(request, address))
		request_drop(request, DROP_PROBING);
	else
		grant_or_refuse(request, address);
}

/* A client that remembers an address and asks whether it is still good (INIT-REBOOT), or rebinds by broadcast. Without
 * a record of the client RFC 2131 4.3.2 wants silence, since another server may know it; but where we lent the address
 * to somebody else no other server can know better, and silence would let the client use it. While the store is one
 * that was put back, it lacks records of our own clients, and an address of our ranges is ours to confirm. */
static void confirm(struct request *request, struct ip4 address) {
	if (!is_ip4_in_subnet(address, request->scope->subnet))
		refuse_foreign(request, address);
	else if (is_address_of_client(request, address))
		grant_or_refuse(request, address);
	else if (request->input->is_store_doubtful && can_assign(request, address))
		confirm_unrecorded(request, address);
	else if (is_client_known(request) || is_in_use_by_other(request, address))
		request_reply_nak(request, "not the address of this client");
	else
		request_drop(request, DROP_NO_RECORD);
}

/* A renewal by unicast reaches just the server that granted the lease: if its record is gone and nobody else has the
 * address, the client keeps it. */
static void request_renewing(struct request *request, struct ip4 address) {
	if (is_ip4_in_subnet(address, request->scope->subnet))
		grant_or_refuse(request, address);
	else
		request_reply_nak(request, "wrong network");
}

/* The four kinds of DHCPREQUEST, told apart by RFC 2131 table 4. */
void request_request(struct request *request) {
	struct ip4 requested = requested_address(request), ciaddr = request->packet->ciaddr;
	bool is_direct = !is_ip4_none(request->input->unicast_to) && is_ip4_none(request->packet->giaddr);

	if (has_dhcp4_option(request->packet, DHCP4_OPTION_SERVER_ID))
		request_selecting(request);
	else if (is_ip4_none(ciaddr) && is_ip4_none(requested))
		request_drop(request, DROP_CONTRADICTORY);
	else if (!is_ip4_none(ciaddr) && !is_ip4_none(requested) && !is_ip4_equal(ciaddr, requested))
		request_drop(request, DROP_CONTRADICTORY);
	else if (!is_ip4_none(ciaddr) && is_direct)
		request_renewing(request, ciaddr);
	else
		confirm(request, is_ip4_none(ciaddr) ? requested : ciaddr);
}

static bool is_holder(struct request *request, struct ip4 address, struct lease *ret_lease) {
	return !is_ip4_none(address) && request_lease_at(request, address, ret_lease) &&
	       ret_lease->state == LEASE_ACTIVE && is_client_key_equal(&ret_lease->client, &request->client);
}

/* The lease of @address, if it is this client's to give up; otherwise the packet is dropped and false returned. */
static bool take_back(struct request *request, struct ip4 address, struct lease *ret_lease) {
	if (is_for_other_server(request)) {
		request_drop(request, DROP_OTHER_SERVER);
		return false;
	}
	if (!is_holder(request, address, ret_lease)) {
		request_drop(request, DROP_NOT_OWNER);
		return false;
	}
	ret_lease->changed = request->input->now.wall_s;
	return true;
}

/* RFC 2131 4.3.3: somebody else uses the address. Nobody is given it for the decline time. */
void request_decline(struct request *request) {
	struct ip4 address = requested_address(request);
	struct lease lease;

	if (!take_back(request, address, &lease))
		return;
	lease.state = LEASE_DECLINED;
	lease.client.len = 0;
	lease.expiry = lease.changed + (int64_t)request_setting(request, SETTING_DECLINE_TIME);
	request->output->is_declined = request_lease_put(request, &lease);
	request->output->address = address;
	request_drop(request, DROP_NO_REPLY_DUE);
}

/* RFC 2131 4.3.4. The record stays, so that the client finds its address again. */
void request_release(struct request *request) {
	struct ip4 address = request->packet->ciaddr;
	struct lease lease;

	if (!take_back(request, address, &lease))
		return;
	lease.state = LEASE_RELEASED;
	lease.expiry = lease.changed;
	request_lease_put(request, &lease);
	request->output->address = address;
	request_drop(request, DROP_NO_REPLY_DUE);
}

/* RFC 2131 4.3.5: options for a client that has its address from elsewhere; no lease is made or looked at. */
void request_inform(struct request *request) {
	if (is_ip4_none(request->packet->ciaddr))
		request_drop(request, DROP_CONTRADICTORY);
	else
		request_reply(request, DHCP4_ACK, (struct ip4){ 0 }, 0);
}
