/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/audit_rows.h"

#include <string.h>

#include "base/counter.h"
#include "rt/audit.h"

static bool is_off; /* by the setting */

void audit_rows_configure(const struct settings *settings) {
	const struct audit_limits limits = {
		.max_size_mb = (uint32_t)settings->values[SETTING_AUDIT_MAX_SIZE],
		.min_space_mb = (uint32_t)settings->values[SETTING_AUDIT_MIN_SPACE],
		.check_interval = (uint32_t)settings->values[SETTING_AUDIT_CHECK_INTERVAL],
	};

	is_off = settings->values[SETTING_AUDIT_LOG] == AUDIT_LOG_OFF;
	counters_set_audit_limits(&limits);
}

static enum audit_row_code code_of_grant(const struct dhcp4_packet *packet, const struct engine_output *output) {
	if (output->is_bootp)
		return output->scope && scope_reservation_at(output->scope, output->address) ? ROW_BOOTP
											     : ROW_BOOTP_DYNAMIC;
	return has_dhcp4_option(packet, DHCP4_OPTION_SERVER_ID) ? ROW_ASSIGN : ROW_RENEW;
}

static enum audit_row_code code_of_silence(const struct engine_output *output) {
	if (output->is_declined)
		return ROW_CONFLICT;
	if (output->received == DHCP4_RELEASE && output->reason == DROP_NO_REPLY_DUE)
		return ROW_RELEASE;
	if (output->reason == DROP_RANGE_FULL || output->reason == DROP_POLICY_FULL)
		return ROW_FULL;
	return output->reason == DROP_BOOTP_FULL ? ROW_BOOTP_FULL : ROW_NONE;
}

static enum audit_row_code code_of(const struct dhcp4_packet *packet, const struct engine_output *output) {
	if (!output->has_reply)
		return code_of_silence(output);
	if (output->sent == DHCP4_NAK)
		return ROW_DENIED;
	if (is_ip4_none(output->address) || (output->sent != DHCP4_ACK && !output->is_bootp))
		return ROW_NONE;
	return code_of_grant(packet, output);
}

/* What it is about where no address was given: the one that the client has, or would like. */
static struct ip4 address_of(const struct dhcp4_packet *packet, const struct engine_output *output) {
	if (!is_ip4_none(output->address))
		return output->address;
	return is_ip4_none(packet->ciaddr) ? dhcp4_option_ip4(packet, DHCP4_OPTION_REQUESTED_ADDRESS) : packet->ciaddr;
}

static void copy_host_name(struct span name, char ret_name[static AUDIT_FIELD_MAX + 1]) {
	size_t len = name.len < AUDIT_FIELD_MAX ? name.len : AUDIT_FIELD_MAX;

	if (len)
		memcpy(ret_name, name.data, len);
	ret_name[len] = '\0';
}

/* The packet is read once more: what the engine understood of it is gone, and most make no row. */
void audit_rows_packet(struct span octets, const struct engine_output *output, int64_t now) {
	struct audit_row row = { .is_of_client = true };
	char host_name[AUDIT_FIELD_MAX + 1];
	struct dhcp4_packet packet;

	if (is_off || (!output->has_reply && code_of_silence(output) == ROW_NONE) ||
	    dhcp4_parse(octets, &packet) != DHCP4_FAULT_NONE)
		return;
	row.code = code_of(&packet, output);
	if (row.code == ROW_NONE)
		return;
	copy_host_name(packet.options[DHCP4_OPTION_HOST_NAME], host_name);
	row.address = address_of(&packet, output);
	row.host = host_name;
	row.transaction = packet.xid;
	row.hardware = span_of(packet.chaddr, packet.hlen);
	row.vendor_class = packet.options[DHCP4_OPTION_VENDOR_CLASS];
	row.user_class = packet.options[DHCP4_OPTION_USER_CLASS];
	row.relay_information = packet.options[DHCP4_OPTION_RELAY_INFO];
	audit_put(&row, now);
}

void audit_rows_lease(enum audit_row_code code, const struct lease *lease, int64_t now) {
	const struct audit_row row = {
		.code = code,
		.address = lease->address,
		.host = lease->host_name,
		.hardware = span_of(lease->chaddr, lease->hlen),
	};

	if (!is_off)
		audit_put(&row, now);
}

void audit_rows_note(enum audit_row_code code, const char *description, int64_t now) {
	const struct audit_row row = { .code = code, .description = description };

	if (!is_off)
		audit_put(&row, now);
}
