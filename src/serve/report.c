/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/report.h"

#include "base/counter.h"
#include "base/event.h"

#define FULL_PAUSE_MS 60000
#define FULL_SCOPES_MAX 32 /* scopes whose last report is remembered */

static const enum counter received_counters[] = {
	[DHCP4_DISCOVER] = COUNTER_RECEIVED_DISCOVER, [DHCP4_REQUEST] = COUNTER_RECEIVED_REQUEST,
	[DHCP4_DECLINE] = COUNTER_RECEIVED_DECLINE,   [DHCP4_RELEASE] = COUNTER_RECEIVED_RELEASE,
	[DHCP4_INFORM] = COUNTER_RECEIVED_INFORM,
};

static bool is_counted(enum dhcp4_message_type type) {
	return type == DHCP4_DISCOVER || type == DHCP4_REQUEST || type == DHCP4_DECLINE || type == DHCP4_RELEASE ||
	       type == DHCP4_INFORM;
}

/* True once a minute for each scope. */
static bool is_full_report_due(struct ip4 network, uint64_t now_ms) {
	static struct {
		struct ip4 network;
		uint64_t next_ms;
	} reports[FULL_SCOPES_MAX];
	size_t place = (network.value * 2654435761u >> 16) % FULL_SCOPES_MAX;

	if (is_ip4_equal(reports[place].network, network) && now_ms < reports[place].next_ms)
		return false;
	reports[place].network = network;
	reports[place].next_ms = now_ms + FULL_PAUSE_MS;
	return true;
}

static void report_drop(const struct engine_output *output, const struct moment *now) {
	char network[IP4_TEXT_MAX];

	if (output->reason == DROP_NO_REPLY_DUE)
		return;
	counter_add_drop(output->reason);
	if (output->reason == DROP_RANGE_FULL && is_full_report_due(output->scope->subnet.network, now->boot_ms))
		event_emit(EVENT_SCOPE_FULL, "%s/%u", ip4_format(output->scope->subnet.network, network),
			   output->scope->subnet.prefix_length);
	event_emit(EVENT_PACKET_DROPPED, "%s: %s", dhcp4_message_name(output->received), drop_name(output->reason));
}

void report_output(const struct engine_output *output, const struct moment *now) {
	char address[IP4_TEXT_MAX];

	if (is_counted(output->received))
		counter_add(received_counters[output->received], 1);
	if (output->is_rogue_request)
		counter_add(COUNTER_ROGUE_REQUESTS, 1);
	if (!output->has_reply)
		report_drop(output, now);
	if (output->is_declined)
		event_emit(EVENT_LEASE_DECLINED, "%s", ip4_format(output->address, address));
}

void report_sent(const struct engine_output *output, bool is_sent) {
	if (!is_sent)
		counter_add(COUNTER_SEND_FAILED, 1);
	else if (output->sent == DHCP4_OFFER)
		counter_add(COUNTER_SENT_OFFER, 1);
	else if (output->sent == DHCP4_ACK)
		counter_add(COUNTER_SENT_ACK, 1);
	else
		counter_add(COUNTER_SENT_NAK, 1);
}
