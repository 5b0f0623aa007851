/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include "base/arena.h"
#include "engine/request.h"
#include "wire/rogue.h"

struct engine *engine_new(void) {
	struct arena *arena = arena_new(0);
	struct engine *engine = arena_new_of(arena, struct engine);

	engine->arena = arena;
	engine->positions_arena = arena_new(0);
	engine->offers = offers_new(arena);
	return engine;
}

struct engine *engine_free(struct engine *engine) {
	if (!engine)
		return NULL;
	arena_free(engine->positions_arena);
	arena_free(engine->arena);
	return NULL;
}

void engine_withhold(struct engine_output *output, enum drop_reason reason) {
	if (output->has_reply || output->reason == DROP_NO_REPLY_DUE)
		output->reason = reason;
	output->has_reply = false;
	output->is_declined = false;
}

void engine_snapshot_changed(struct engine *engine) {
	arena_reset(engine->positions_arena);
	engine->positions = NULL;
	engine->n_positions = 0;
}

static enum drop_reason reason_of_fault(enum dhcp4_fault fault) {
	switch (fault) {
	case DHCP4_FAULT_TRUNCATED:
		return DROP_TRUNCATED;
	case DHCP4_FAULT_OVERSIZED:
		return DROP_OVERSIZED;
	case DHCP4_FAULT_OP:
		return DROP_NOT_REQUEST;
	case DHCP4_FAULT_HLEN:
		return DROP_HLEN;
	case DHCP4_FAULT_MAGIC:
		return DROP_MAGIC;
	case DHCP4_FAULT_OPTION_LENGTH:
		return DROP_OPTION_LENGTH;
	case DHCP4_FAULT_OVERLOAD:
		return DROP_OVERLOAD;
	case DHCP4_FAULT_FIELD_LENGTH:
		return DROP_FIELD_LENGTH;
	case DHCP4_FAULT_MESSAGE_TYPE:
		return DROP_MESSAGE_TYPE;
	case DHCP4_FAULT_TOO_MUCH:
		return DROP_TOO_MUCH;
	case DHCP4_FAULT_NONE:
		break;
	}
	return DROP_COUNT;
}

/* RFC 2131 4.2: the client identifier if there is one, else hardware type and address. False if there is neither. BOOTP
 * knows no identifiers. */
static bool client_identify(const struct dhcp4_packet *packet, struct client_key *ret_client) {
	bool is_bootp = packet->type == DHCP4_BOOTP;
	struct span id = is_bootp ? (struct span){ 0 } : packet->options[DHCP4_OPTION_CLIENT_ID];

	if (id.data && id.len && id.len < CLIENT_KEY_MAX) {
		ret_client->octets[0] = CLIENT_KEY_IDENTIFIER;
		memcpy(ret_client->octets + 1, id.data, id.len);
		ret_client->len = (uint16_t)(1 + id.len);
		return true;
	}
	if (packet->hlen == 0 || id.len)
		return false;
	ret_client->octets[0] = CLIENT_KEY_HARDWARE;
	ret_client->octets[1] = packet->htype;
	memcpy(ret_client->octets + 2, packet->chaddr, packet->hlen);
	ret_client->len = (uint16_t)(2 + packet->hlen);
	return true;
}

/* A relay may bring our question back to us. Its transaction is enough to know it by: who guesses it and uses it
 * himself harms nobody else. */
static bool is_own_probe(const struct request *request) {
	return request->input->probe_xid && request->packet->xid == request->input->probe_xid;
}

static bool is_rogue_request(const struct dhcp4_packet *packet) {
	return packet->type == DHCP4_INFORM && has_rogue_request(packet->options[DHCP4_OPTION_VENDOR_INFORMATION]);
}

/* Whether to answer at all. DROP_COUNT: go on. */
static enum drop_reason request_admit(const struct request *request) {
	if (is_own_probe(request))
		return DROP_OWN_PROBE;
	if (!request->input->is_authorized)
		return DROP_UNAUTHORIZED;
	/* A server that asks is no client, and must hear that this network belongs to a directory. */
	return request->input->is_paused && !is_rogue_request(request->packet) ? DROP_PAUSED : DROP_COUNT;
}

/* What a client's message needs before the message itself matters. DROP_COUNT: go on. */
static enum drop_reason request_prepare(struct request *request) {
	if (!request_filter(request))
		return DROP_FILTERED;
	if (!client_identify(request->packet, &request->client))
		return DROP_NO_IDENTITY;
	request_classify(request);
	return request_select_scope(request);
}

static void client_dispatch(struct request *request) {
	switch (request->packet->type) {
	case DHCP4_DISCOVER:
		request_discover(request);
		return;
	case DHCP4_REQUEST:
		request_request(request);
		return;
	case DHCP4_DECLINE:
		request_decline(request);
		return;
	case DHCP4_RELEASE:
		request_release(request);
		return;
	case DHCP4_INFORM:
		request_inform(request);
		return;
	case DHCP4_BOOTP:
		request_bootp(request);
		return;
	case DHCP4_OFFER:
	case DHCP4_ACK:
	case DHCP4_NAK:
		request_drop(request, DROP_MESSAGE_TYPE);
		return;
	}
}

static void client_handle(struct request *request) {
	enum drop_reason reason = request_prepare(request);

	if (reason == DROP_COUNT)
		client_dispatch(request);
	else
		request_drop(request, reason);
}

static void request_handle(struct request *request) {
	enum drop_reason reason = request_admit(request);

	request->type = request->packet->type == DHCP4_BOOTP ? CLIENT_TYPE_BOOTP : CLIENT_TYPE_DHCP;
	request->output->is_bootp = request->type == CLIENT_TYPE_BOOTP;
	request->output->received = request->packet->type;
	request->output->via = request->packet->giaddr;
	request->output->is_rogue_request = reason != DROP_OWN_PROBE && is_rogue_request(request->packet);
	if (is_request_traced(request))
		request_note_packet(request);
	if (reason != DROP_COUNT)
		request_drop(request, reason);
	else if (request->output->is_rogue_request)
		request_rogue(request);
	else
		client_handle(request);
}

void engine_handle(struct engine *engine, const struct engine_input *input, struct engine_output *ret_output) {
	struct dhcp4_packet packet;
	struct traits traits;
	struct request request;
	enum drop_reason reason;

	memset(&request, 0, offsetof(struct request, client));
	request.engine = engine;
	request.input = input;
	request.packet = &packet;
	request.output = ret_output;
	request.traits = &traits;
	memset(ret_output, 0, offsetof(struct engine_output, octets));
	reason = reason_of_fault(dhcp4_parse(input->octets, &packet));
	if (reason == DROP_COUNT)
		request_handle(&request);
	else
		request_drop(&request, reason);
	if (ret_output->is_store_failed)
		request_drop(&request, DROP_STORE);
	if (is_request_traced(&request))
		request_note_result(&request);
}
