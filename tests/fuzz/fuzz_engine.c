/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence of packets through the engine against leases in memory. The input is a run of records: flags (1 octet),
 * seconds that pass (1), length (2, big-endian), packet. Whatever comes in: no reply without authority, each reply is
 * well-formed, and what is acknowledged is in the store and in force; a BOOTP client gets an address of its ranges, and
 * as many do as may; what is to be pinged is nobody's. */
#include "base/wireint.h"
#include "engine/engine.h"
#include "support/entries.h"
#include "support/memory_leases.h"
#include "wire/rogue.h"

#define SITE "cn=hq,cn=sites,cn=DHCP,dc=example"
#define RECORDS_MAX 64
#define PROBE_XID 0x12345678

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct snapshot *world(void) {
	static struct snapshot *snapshot;
	struct findings findings;

	if (!snapshot) {
		struct arena *arena = arena_new(0);
		const struct entry *entries[] = {
			ENTRY(arena, 1, "cn=DHCP,dc=example", "objectClass: lessorRoot", "cn: DHCP",
			      "lessorBootFile: pxe,10.0.0.9,/pxe", "lessorBootFile: ,boot,/any"),
			ENTRY(arena, 2, SITE, "objectClass: lessorSite", "cn: hq"),
			ENTRY(arena, 3, "cn=10.0.0.0," SITE, "objectClass: lessorScope", "cn: 10.0.0.0",
			      "lessorPrefixLength: 24", "lessorServedBy: s1.example.com",
			      "lessorRange: 10.0.0.10-10.0.0.13", "lessorRange: 10.0.0.15-10.0.0.16 both",
			      "lessorRange: 10.0.0.18-10.0.0.19 bootp", "lessorMaxBootpClients: 3",
			      "lessorConflictDetection: 1", "lessorOfferDelay: 10", "lessorOption: routers=10.0.0.1",
			      "lessorOption: domain-name=a-rather-long-domain-name-to-fill-the-reply.example.com"),
			ENTRY(arena, 4, "cn=10.0.0.50,cn=10.0.0.0," SITE, "objectClass: lessorReservation",
			      "cn: 10.0.0.50", "lessorHardwareAddress: 02:00:00:00:00:01"),
		};

		snapshot = snapshot_build(entries, ARRAY_LEN(entries), "s1.example.com", 1, &findings);
		arena_free(arena);
	}
	return snapshot;
}

static void check_reply(const struct engine_input *input, const struct engine_output *output) {
	if (!output->has_reply)
		return;
	if (!input->is_authorized || output->len < DHCP4_MESSAGE_MIN || output->len > sizeof output->octets)
		abort();
	if (output->octets[0] != DHCP4_OP_REPLY || memcmp(output->octets + 4, input->octets.data + 4, 4) != 0)
		abort();
}

/* Sent to a BOOTP client that understands no options. */
static bool is_plain(const struct engine_output *output) {
	return output->is_bootp && be32_read(output->octets + DHCP4_HEADER_SIZE) == 0;
}

/* A server that asks gets an answer that says it, and no lease; and our own question gets none. */
static void check_rogue(const struct engine_input *input, const struct engine_output *output) {
	static struct dhcp4_packet reply;
	char enterprise[ROGUE_ENTERPRISE_MAX];

	if (!output->has_reply)
		return;
	if (input->probe_xid && be32_read(output->octets + 4) == input->probe_xid)
		abort();
	if (is_plain(output))
		return;
	if (dhcp4_parse_reply(span_of(output->octets, output->len), &reply) != DHCP4_FAULT_NONE)
		abort();
	if (!output->is_rogue_request)
		return;
	if (output->sent != DHCP4_ACK || !is_ip4_none(output->address) ||
	    has_dhcp4_option(&reply, DHCP4_OPTION_LEASE_TIME))
		abort();
	if (rogue_answer_parse(reply.options[DHCP4_OPTION_VENDOR_INFORMATION], sizeof enterprise, enterprise) ==
		    ROGUE_ANSWER_NONE ||
	    strcmp(enterprise, input->enterprise) != 0)
		abort();
}

static void check_grant(struct memory_leases *leases, const struct engine_input *input,
			const struct engine_output *output) {
	const struct lease_view *view = memory_leases_view(leases);
	struct lease lease;

	if (!output->has_reply || (output->sent != DHCP4_ACK && !output->is_bootp) || is_ip4_none(output->address))
		return;
	if (view->get_by_address(view->context, output->address, &lease) < 0 || lease.state != LEASE_ACTIVE ||
	    !is_lease_in_force(&lease, input->now.wall_s) || lease.is_bootp != output->is_bootp)
		abort();
}

static void check_bootp(struct memory_leases *leases, const struct engine_input *input,
			const struct engine_output *output) {
	const struct lease_view *view = memory_leases_view(leases);
	size_t count;

	if (!output->is_bootp || !output->has_reply)
		return;
	if (output->delay_ms || (output->address.value >= 0x0a00000a && output->address.value <= 0x0a00000d))
		abort();
	if (view->count_bootp(view->context, input->snapshot->scopes[0].subnet, input->now.wall_s, 9, &count) == 0 &&
	    count > 3)
		abort();
}

/* Nobody has what is to be pinged, and it is not pinged again once it was silent. */
static void check_probe(struct memory_leases *leases, const struct engine_input *input,
			const struct engine_output *output) {
	const struct lease_view *view = memory_leases_view(leases);
	struct lease lease;

	if (output->reason != DROP_PROBING || output->has_reply) {
		if (!is_ip4_none(output->probe) && !output->is_store_failed)
			abort();
		return;
	}
	if (output->probe_attempts != 1 || output->probe.value < 0x0a00000a || output->probe.value > 0x0a000013 ||
	    is_ip4_equal(output->probe, input->silent))
		abort();
	if (view->get_by_address(view->context, output->probe, &lease) == 0 && lease.state == LEASE_ACTIVE &&
	    is_lease_in_force(&lease, input->now.wall_s))
		abort();
}

/* Take the next record into @input. False at the end. */
static bool record_take(struct span *data, struct engine_input *input, struct memory_leases *leases) {
	size_t len;

	if (data->len < 4)
		return false;
	len = be16_read(data->data + 2);
	if (len > data->len - 4)
		len = data->len - 4;
	input->is_authorized = !(data->data[0] & 1);
	input->enterprise = data->data[0] & 8 ? "example.com" : "";
	input->probe_xid = data->data[0] & 16 ? PROBE_XID : 0;
	input->unicast_to.value = data->data[0] & 2 ? 0x0a000001 : 0;
	memory_leases_break(leases, data->data[0] & 4);
	input->now.wall_s += data->data[1];
	input->now.boot_ms += data->data[1] * 1000u;
	input->octets = span_of(data->data + 4, len);
	*data = span_of(data->data + 4 + len, data->len - 4 - len);
	return true;
}

/* What the packet asks to be pinged is used by somebody, or is silent for the next packet. */
static void record_play(struct engine *engine, struct memory_leases *leases, struct engine_input *input, bool is_used) {
	static struct engine_output output;

	engine_handle(engine, input, &output);
	check_reply(input, &output);
	check_rogue(input, &output);
	check_grant(leases, input, &output);
	check_bootp(leases, input, &output);
	check_probe(leases, input, &output);
	input->silent = is_used ? (struct ip4){ 0 } : output.probe;
	if (is_used && !is_ip4_none(output.probe))
		engine_address_in_use(input, output.probe);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size) {
	static const struct link_address link_addresses[] = { { { 0x0a000001 }, 24 } };
	struct memory_leases *leases = memory_leases_new();
	struct engine *engine = engine_new();
	struct span data = span_of(octets, size);
	struct engine_input input = {
		.now = { 1700000000, 1000000 },
		.link_addresses = link_addresses,
		.n_link_addresses = 1,
		.host_addresses = &link_addresses[0].address,
		.n_host_addresses = 1,
		.snapshot = world(),
		.leases = memory_leases_view(leases),
	};

	for (unsigned record = 0; record < RECORDS_MAX && data.len; record++) {
		bool is_used = data.data[0] & 32;

		if (!record_take(&data, &input, leases))
			break;
		record_play(engine, leases, &input, is_used);
	}
	engine_free(engine);
	memory_leases_free(leases);
	return 0;
}
