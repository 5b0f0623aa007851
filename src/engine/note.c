/* SPDX-License-Identifier: Apache-2.0 */
/* note.c - what the trace is told of a packet as a whole. */
#include "engine/request.h"

#define SHOWN_MAX 200

static void packet_address(struct text *text, const char *what, struct ip4 address) {
	char array[IP4_TEXT_MAX];

	if (!is_ip4_none(address))
		text_add(text, ", %s %s", what, ip4_format(address, array));
}

static void packet_hex(struct text *text, const char *what, struct span octets) {
	if (!octets.data)
		return;
	text_add(text, ", %s ", what);
	text_add_hex(text, octets, ':');
}

static void packet_text(struct text *text, const char *what, struct span octets) {
	if (!octets.data)
		return;
	text_add(text, ", %s \"", what);
	text_add_escaped(text, octets);
	text_add(text, "\"");
}

void request_note_packet(const struct request *request) {
	const struct dhcp4_packet *packet = request->packet;
	const struct span *options = packet->options;
	char array[TRACE_TEXT_MAX];
	struct text text;

	text_init(&text, array, sizeof array);
	text_add(&text, "hardware type %u", packet->htype);
	packet_hex(&text, "address", packet->hlen ? span_of(packet->chaddr, packet->hlen) : (struct span){ 0 });
	packet_hex(&text, "client identifier", options[DHCP4_OPTION_CLIENT_ID]);
	packet_address(&text, "relay", packet->giaddr);
	packet_address(&text, "uses", packet->ciaddr);
	packet_address(&text, "asks for", dhcp4_option_ip4(packet, DHCP4_OPTION_REQUESTED_ADDRESS));
	packet_text(&text, "host name", options[DHCP4_OPTION_HOST_NAME]);
	packet_text(&text, "vendor class", options[DHCP4_OPTION_VENDOR_CLASS]);
	packet_text(&text, "user class", options[DHCP4_OPTION_USER_CLASS]);
	packet_hex(&text, "relay agent information", options[DHCP4_OPTION_RELAY_INFO]);
	request_note(request, (struct trace_note){ .step = TRACE_PACKET,
						   .is_applied = true,
						   .subject = dhcp4_message_name(packet->type),
						   .text = array });
}

/* Where the value of a setting comes from, as far as it is this client's alone. */
static void setting_source(const struct request *request, enum setting setting, struct trace_note *note) {
	const struct traits *traits = request->traits;

	if (request->reservation && request->reservation->settings_given & 1u << setting) {
		note->dn = request->reservation->dn;
		note->level = LEVEL_RESERVATION;
		return;
	}
	for (size_t i = 0; i < traits->n_policies; i++) {
		if (!(traits->policies[i]->settings_given & 1u << setting))
			continue;
		note->dn = traits->policies[i]->dn;
		note->level = LEVEL_POLICY;
		return;
	}
}

static void setting_note(const struct request *request, enum setting setting) {
	uint64_t value = request_setting(request, setting);
	struct trace_note note = { .step = TRACE_SETTING, .is_applied = true };
	char name[64], array[64];
	struct text subject, text;

	text_init(&subject, name, sizeof name);
	setting_add_name(setting, &subject);
	text_init(&text, array, sizeof array);
	if (setting_get(setting)->kind == SETTING_DURATION)
		text_add_duration(&text, value);
	else
		setting_format(setting, value, &text);
	setting_source(request, setting, &note);
	note.subject = name;
	note.text = array;
	request_note(request, note);
}

static bool is_setting_of_use(const struct request *request, enum setting setting) {
	bool is_for_bootp = setting == SETTING_MAX_BOOTP_CLIENTS || setting == SETTING_BOOTP_LEASE_TIME;

	return setting_get(setting)->levels & (LEVEL_SCOPE | LEVEL_POLICY | LEVEL_RESERVATION) &&
	       (!is_for_bootp || request->type == CLIENT_TYPE_BOOTP);
}

void request_note_settings(const struct request *request) {
	for (unsigned setting = 0; setting < SETTING_COUNT; setting++)
		if (is_setting_of_use(request, (enum setting)setting))
			setting_note(request, (enum setting)setting);
}

void request_note_boot_file(const struct request *request) {
	const struct engine_output *output = request->output;
	const struct boot_file *row = output->boot_file;
	char requested[DHCP4_FILE_SIZE * 4 + 1], array[SHOWN_MAX];
	struct text subject, text;

	if (!row && !output->is_boot_file_unknown)
		return;
	text_init(&subject, requested, sizeof requested);
	text_add_escaped(&subject, request->packet->file);
	text_init(&text, array, sizeof array);
	if (row)
		text_add(&text, "server %s, file %s", *row->server ? row->server : "this one", row->file);
	else
		text_add(&text, "no row of the table is for this file");
	request_note(request, (struct trace_note){ .step = TRACE_BOOT_FILE,
						   .is_applied = row != NULL,
						   .subject = requested,
						   .dn = row ? row->source_dn : "",
						   .text = array });
}

void request_note_result(const struct request *request) {
	const struct engine_output *output = request->output;
	char array[SHOWN_MAX], address[IP4_TEXT_MAX];
	struct text text;

	text_init(&text, array, sizeof array);
	if (!output->has_reply)
		text_add(&text, "%s: %s", drop_name(output->reason), drop_description(output->reason));
	else if (is_ip4_none(output->address))
		text_add(&text, "no address is given");
	else
		text_add(&text, "%s", ip4_format(output->address, address));
	request_note(request,
		     (struct trace_note){ .step = TRACE_RESULT,
					  .is_applied = output->has_reply,
					  .subject = output->has_reply ? dhcp4_message_name(output->sent) : "no reply",
					  .text = array });
}
