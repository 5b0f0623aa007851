/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/report.h"

#include <string.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/text.h"
#include "serve/audit_rows.h"

#define REPORT_PAUSE_MS 60000
#define REPORTS_MAX 64 /* that are remembered */
#define FILE_NAME_MAX 64 /* what is longer is cut */

static const enum counter received_counters[] = {
	[DHCP4_DISCOVER] = COUNTER_RECEIVED_DISCOVER, [DHCP4_REQUEST] = COUNTER_RECEIVED_REQUEST,
	[DHCP4_DECLINE] = COUNTER_RECEIVED_DECLINE,   [DHCP4_RELEASE] = COUNTER_RECEIVED_RELEASE,
	[DHCP4_INFORM] = COUNTER_RECEIVED_INFORM,
};

static bool is_counted(enum dhcp4_message_type type) {
	return type == DHCP4_DISCOVER || type == DHCP4_REQUEST || type == DHCP4_DECLINE || type == DHCP4_RELEASE ||
	       type == DHCP4_INFORM;
}

/* True once a minute for each scope and kind. */
static bool is_report_due(enum event_kind kind, struct ip4 network, uint64_t now_ms) {
	static struct {
		enum event_kind kind;
		struct ip4 network;
		uint64_t next_ms;
	} reports[REPORTS_MAX];
	size_t place = ((network.value + (uint32_t)kind) * 2654435761u >> 16) % REPORTS_MAX;

	if (reports[place].kind == kind && is_ip4_equal(reports[place].network, network) &&
	    now_ms < reports[place].next_ms)
		return false;
	reports[place].kind = kind;
	reports[place].network = network;
	reports[place].next_ms = now_ms + REPORT_PAUSE_MS;
	return true;
}

/* What there is to be told of a scope that had no address; EVENT_PACKET_DROPPED: nothing. */
static enum event_kind event_of_full(const struct engine_output *output) {
	if (output->reason == DROP_POLICY_FULL)
		return EVENT_POLICY_FULL;
	if (output->reason == DROP_BOOTP_FULL)
		return EVENT_BOOTP_FULL;
	if (output->reason != DROP_RANGE_FULL)
		return EVENT_PACKET_DROPPED;
	return output->is_residual_full ? EVENT_RESIDUAL_FULL : EVENT_SCOPE_FULL;
}

/* Tell of it if @output had no address for its client. */
static void report_full(const struct engine_output *output, const struct moment *now) {
	enum event_kind kind = event_of_full(output);
	const char *policy = output->policy ? output->policy->name : "";
	char network[IP4_TEXT_MAX];

	if (kind == EVENT_PACKET_DROPPED || !is_report_due(kind, output->scope->subnet.network, now->boot_ms))
		return;
	event_emit(kind, "%s/%u%s%s", ip4_format(output->scope->subnet.network, network),
		   output->scope->subnet.prefix_length, *policy ? ", policy " : "", policy);
}

/* The lists are the same for all scopes: once a minute for the server. */
static void report_filtered(const struct engine_output *output, const struct moment *now) {
	enum event_kind kind = output->filter ? EVENT_CLIENT_DENIED : EVENT_CLIENT_NOT_ALLOWED;
	char hardware[3 * DHCP4_CHADDR_MAX + 1];
	struct text text;

	if (!is_report_due(kind, (struct ip4){ 0 }, now->boot_ms))
		return;
	text_init(&text, hardware, sizeof hardware);
	text_add_hex(&text, span_of(output->chaddr, output->hlen), ':');
	if (output->filter)
		event_emit(kind, "%s, by lessorFilter of %s", hardware, output->filter->source_dn);
	else
		event_emit(kind, "%s", hardware);
}

static void report_drop(const struct engine_output *output, const struct moment *now) {
	if (output->reason == DROP_NO_REPLY_DUE)
		return;
	counter_add_drop(output->reason);
	report_full(output, now);
	if (output->reason == DROP_FILTERED)
		report_filtered(output, now);
	event_emit(EVENT_PACKET_DROPPED, "%s: %s", dhcp4_message_name(output->received), drop_name(output->reason));
}

/* The file that the packet @octets names, as far as it is harmless to show. The engine has read the packet, so that it
 * has the field. */
static const char *file_of(struct span octets, char ret_name[static FILE_NAME_MAX]) {
	struct span field = span_of(octets.data + DHCP4_FILE_OFFSET, DHCP4_FILE_SIZE);
	struct text text;

	text_init(&text, ret_name, FILE_NAME_MAX);
	text_add_escaped(&text, span_of(field.data, strnlen((const char *)field.data, field.len)));
	return ret_name;
}

static void report_boot_file(struct span octets, const struct engine_output *output, const struct moment *now) {
	struct ip4_subnet subnet = output->scope->subnet;
	char network[IP4_TEXT_MAX], name[FILE_NAME_MAX];
	struct error error;

	if (!is_report_due(EVENT_BOOT_FILE_UNKNOWN, subnet.network, now->boot_ms))
		return;
	error_set(&error, E_DHCP_SERVER_UNKNOWN_BOOT_FILE_NAME,
		  "\"%s\", in %s/%u; add a row for it with lessorctl bootfile add, or correct the client",
		  file_of(octets, name), ip4_format(subnet.network, network), subnet.prefix_length);
	event_emit_error(EVENT_BOOT_FILE_UNKNOWN, &error);
}

void report_received(const struct engine_output *output) {
	if (output->is_bootp)
		counter_add(COUNTER_RECEIVED_BOOTP, 1);
	else if (is_counted(output->received))
		counter_add(received_counters[output->received], 1);
	if (output->is_rogue_request)
		counter_add(COUNTER_ROGUE_REQUESTS, 1);
}

void report_output(struct span octets, const struct engine_output *output, const struct moment *now) {
	char address[IP4_TEXT_MAX];

	if (!output->has_reply)
		report_drop(output, now);
	if (output->is_declined)
		event_emit(EVENT_LEASE_DECLINED, "%s", ip4_format(output->address, address));
	if (output->is_boot_file_unknown && output->has_reply)
		report_boot_file(octets, output, now);
}

void report_address_in_use(struct ip4 address, const struct moment *now) {
	const struct lease lease = { .address = address };
	char text[IP4_TEXT_MAX];

	counter_add(COUNTER_ADDRESSES_IN_USE, 1);
	audit_rows_lease(ROW_CONFLICT, &lease, now->wall_s);
	event_emit(EVENT_ADDRESS_IN_USE, "%s (%d): %s answers a ping and is given to nobody",
		   error_name(E_DHCP_IP_ADDRESS_IN_USE), E_DHCP_IP_ADDRESS_IN_USE, ip4_format(address, text));
}

static enum counter sent_counter(const struct engine_output *output) {
	if (output->is_bootp)
		return COUNTER_SENT_BOOTP;
	if (output->sent == DHCP4_OFFER)
		return COUNTER_SENT_OFFER;
	return output->sent == DHCP4_ACK ? COUNTER_SENT_ACK : COUNTER_SENT_NAK;
}

void report_sent(const struct engine_output *output, bool is_sent) {
	counter_add(is_sent ? sent_counter(output) : COUNTER_SEND_FAILED, 1);
}
