/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - what a client is beyond its identity: its classes, and the policies that it meets. */
#include "engine/request.h"

#include "base/text.h"
#include "model/client_class.h"
#include "wire/fqdn.h"

#define RELAY_CIRCUIT_ID 1    /* RFC 3046 */
#define RELAY_REMOTE_ID 2     /* RFC 3046 */
#define RELAY_SUBSCRIBER_ID 6 /* RFC 3993 */

static void class_note(const struct request *request, const struct client_class *class) {
	request_note(request,
		     (struct trace_note){ .step = TRACE_CLASS, .is_applied = true, .subject = class->name,
					  .dn = class->dn,
					  .text = class->kind == CLASS_KIND_USER ? "a user class, named by option 77"
										 : "a vendor class, named by option 60" });
}

static void user_class_add(struct request *request, struct span data) {
	const struct snapshot *snapshot = request->input->snapshot;
	struct traits *traits = request->traits;

	for (size_t i = 0; i < snapshot->n_classes && traits->n_user_classes < USER_CLASSES_MAX; i++) {
		const struct client_class *class = &snapshot->classes[i];

		if (class->kind != CLASS_KIND_USER || !is_span_equal(class->data, data))
			continue;
		traits->user_classes[traits->n_user_classes++] = class;
		class_note(request, class);
	}
}

const struct client_class *request_vendor_class(const struct request *request) {
	const struct snapshot *snapshot = request->input->snapshot;
	struct span data = request->packet->options[DHCP4_OPTION_VENDOR_CLASS];

	for (size_t i = 0; data.data && i < snapshot->n_classes; i++)
		if (snapshot->classes[i].kind == CLASS_KIND_VENDOR && is_span_equal(snapshot->classes[i].data, data))
			return &snapshot->classes[i];
	return NULL;
}

static void vendor_class_note(const struct request *request) {
	const struct client_class *class = request_vendor_class(request);

	if (class)
		class_note(request, class);
}

void request_classify(struct request *request) {
	struct span user = request->packet->options[DHCP4_OPTION_USER_CLASS], item;

	request->traits->n_user_classes = 0;
	request->traits->n_policies = 0;
	request->traits->is_shown_known = false;
	if (is_request_traced(request))
		vendor_class_note(request);
	if (request->type == CLIENT_TYPE_BOOTP)
		user_class_add(request, span_of_text(CLASS_DATA_BOOTP));
	if (!user.data)
		return;
	user_class_add(request, user);
	if (is_user_class_list(user))
		while (user_class_next(&user, &item))
			user_class_add(request, item);
}

/* What conditions ask about. */
static void shown_fill(struct request *request) {
	const struct dhcp4_packet *packet = request->packet;
	struct traits *traits = request->traits;
	struct text fqdn;

	if (traits->is_shown_known)
		return;
	traits->is_shown_known = true;
	text_init(&fqdn, traits->fqdn, sizeof traits->fqdn);
	traits->shown = (struct condition_subject){ .values = {
		[CONDITION_MAC] = packet->hlen ? span_of(packet->chaddr, packet->hlen) : (struct span){ 0 },
		[CONDITION_VENDOR_CLASS] = packet->options[DHCP4_OPTION_VENDOR_CLASS],
		[CONDITION_USER_CLASS] = packet->options[DHCP4_OPTION_USER_CLASS],
		[CONDITION_CLIENT_ID] = packet->options[DHCP4_OPTION_CLIENT_ID],
		[CONDITION_RELAY_AGENT] = packet->options[DHCP4_OPTION_RELAY_INFO],
		[CONDITION_CIRCUIT_ID] = dhcp4_relay_suboption(packet, RELAY_CIRCUIT_ID),
		[CONDITION_REMOTE_ID] = dhcp4_relay_suboption(packet, RELAY_REMOTE_ID),
		[CONDITION_SUBSCRIBER_ID] = dhcp4_relay_suboption(packet, RELAY_SUBSCRIBER_ID),
	} };
	if (fqdn_read(packet->options[DHCP4_OPTION_CLIENT_FQDN], &fqdn))
		traits->shown.values[CONDITION_FQDN] = span_of(fqdn.data, fqdn.len);
}

static void policy_note(const struct request *request, const struct policy *policy, bool is_applied, const char *text) {
	request_note(request, (struct trace_note){ .step = TRACE_POLICY, .is_applied = is_applied,
						   .subject = policy->name, .dn = policy->dn, .level = policy->level,
						   .text = text });
}

/* Its condition, for people. */
static void policy_condition_note(const struct request *request, const struct policy *policy, bool is_met) {
	char condition[TRACE_TEXT_MAX];
	struct text text;

	if (!is_request_traced(request))
		return;
	text_init(&text, condition, sizeof condition);
	text_add(&text, is_met ? "the client meets: " : "the client does not meet: ");
	if (policy->condition)
		condition_format(policy->condition, &text);
	else
		text_add(&text, "a condition about a class that is not there");
	policy_note(request, policy, is_met, condition);
}

static void policies_match(struct request *request, const struct policies *policies) {
	struct traits *traits = request->traits;

	if (policies->n_items)
		shown_fill(request);
	for (size_t i = 0; i < policies->n_items && traits->n_policies < POLICIES_MAX; i++) {
		const struct policy *policy = &policies->items[i];
		bool is_met = policy->is_enabled && policy->condition &&
			      is_condition_met(policy->condition, &traits->shown);

		if (is_met)
			traits->policies[traits->n_policies++] = policy;
		if (policy->is_enabled)
			policy_condition_note(request, policy, is_met);
		else
			policy_note(request, policy, false, "the policy is disabled");
	}
}

bool has_request_policies(const struct request *request) {
	const struct snapshot *snapshot = request->input->snapshot;

	return request->scope->settings.values[SETTING_POLICIES] && snapshot->settings.values[SETTING_POLICIES];
}

void request_match_policies(struct request *request) {
	request->traits->n_policies = 0;
	if (!request->scope->policies.n_items && !request->input->snapshot->policies.n_items)
		return;
	if (has_request_policies(request)) {
		policies_match(request, &request->scope->policies);
		policies_match(request, &request->input->snapshot->policies);
	} else if (is_request_traced(request)) {
		request_note(request, (struct trace_note){ .step = TRACE_POLICY, .subject = "", .dn = request->scope->dn,
							   .text = "policies are off for this server or scope" });
	}
}

bool has_policy_ranges(const struct request *request) {
	const struct policies *policies = &request->scope->policies;

	for (size_t i = 0; i < policies->n_items && has_request_policies(request); i++)
		if (policies->items[i].is_enabled && policies->items[i].n_ranges)
			return true;
	return false;
}

const struct policy *request_policy_find(const struct request *request, struct ip4 address) {
	const struct policies *policies = &request->scope->policies;

	if (!has_request_policies(request))
		return NULL;
	for (size_t i = 0; i < policies->n_items; i++)
		for (size_t j = 0; policies->items[i].is_enabled && j < policies->items[i].n_ranges; j++)
			if (is_ip4_in_range(address, policies->items[i].ranges[j]))
				return &policies->items[i];
	return NULL;
}

const struct policy *request_policy_ranged(const struct request *request, size_t index) {
	const struct traits *traits = request->traits;

	for (size_t i = 0; i < traits->n_policies; i++)
		if (traits->policies[i]->n_ranges && index-- == 0)
			return traits->policies[i];
	return NULL;
}

bool is_request_policy(const struct request *request, const struct policy *policy) {
	const struct traits *traits = request->traits;

	for (size_t i = 0; i < traits->n_policies; i++)
		if (traits->policies[i] == policy)
			return true;
	return false;
}
