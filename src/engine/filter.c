/* SPDX-License-Identifier: Apache-2.0 */
/* filter.c - the lists of hardware addresses ([MS-DHCPM] 3.1.1.30): who is let in, before anything else. */
#include "engine/request.h"

#define HTYPE_ETHERNET 1

static bool is_listed(const struct filter *filter, const struct dhcp4_packet *packet) {
	return filter->htype == packet->htype && filter->len <= packet->hlen &&
	       (filter->len < sizeof filter->octets || packet->hlen == sizeof filter->octets) &&
	       memcmp(filter->octets, packet->chaddr, filter->len) == 0;
}

static const struct filter *filter_find(const struct request *request, enum filter_list list) {
	const struct snapshot *snapshot = request->input->snapshot;

	for (size_t i = 0; i < snapshot->n_filters; i++)
		if (snapshot->filters[i].list == list && is_listed(&snapshot->filters[i], request->packet))
			return &snapshot->filters[i];
	return NULL;
}

/* Other hardware than Ethernet is on no list; its whole type may be exempted. */
static const struct filter *exemption_find(const struct request *request) {
	const struct snapshot *snapshot = request->input->snapshot;

	if (request->packet->htype == HTYPE_ETHERNET)
		return NULL;
	for (size_t i = 0; i < snapshot->n_filters; i++)
		if (snapshot->filters[i].list == FILTER_EXEMPT &&
		    snapshot->filters[i].htype == request->packet->htype)
			return &snapshot->filters[i];
	return NULL;
}

static void filter_note(const struct request *request, bool is_applied, const struct filter *filter,
			const char *text) {
	char hardware[3 * DHCP4_CHADDR_MAX + 1];
	struct text subject;

	if (!is_request_traced(request))
		return;
	text_init(&subject, hardware, sizeof hardware);
	text_add_hex(&subject, span_of(request->packet->chaddr, request->packet->hlen), ':');
	request_note(request, (struct trace_note){ .step = TRACE_FILTER, .is_applied = is_applied, .subject = hardware,
						   .dn = filter ? filter->source_dn : "", .text = text });
}

static bool refuse(struct request *request, const struct filter *filter, const char *text) {
	const struct dhcp4_packet *packet = request->packet;

	filter_note(request, true, filter, text);
	request->output->filter = filter;
	request->output->hlen = packet->hlen;
	memcpy(request->output->chaddr, packet->chaddr, sizeof packet->chaddr);
	return false;
}

static bool pass(const struct request *request, bool is_applied, const struct filter *filter, const char *text) {
	filter_note(request, is_applied, filter, text);
	return true;
}

bool request_filter(struct request *request) {
	const uint64_t *settings = request->input->snapshot->settings.values;
	const struct filter *filter;

	if (!settings[SETTING_DENY_LIST] && !settings[SETTING_ALLOW_LIST])
		return pass(request, false, NULL, "neither list is in force");
	filter = exemption_find(request);
	if (filter)
		return pass(request, true, filter, "hardware of this type is exempted from the lists");
	filter = settings[SETTING_DENY_LIST] ? filter_find(request, FILTER_DENY) : NULL;
	if (filter)
		return refuse(request, filter, "refused: on the deny list");
	if (!settings[SETTING_ALLOW_LIST])
		return pass(request, false, NULL, "not on the deny list");
	filter = filter_find(request, FILTER_ALLOW);
	if (!filter)
		return refuse(request, NULL, "refused: not on the allow list");
	return pass(request, true, filter, "on the allow list");
}
