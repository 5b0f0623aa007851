/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence of packets through the engine against leases in memory. The input is a run of records: flags (1 octet),
 * seconds that pass (1), length (2, big-endian), packet. Whatever comes in: no reply without authority, each reply is
 * well-formed, and what is acknowledged is in the store and in force. */
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
			ENTRY(arena, 1, "cn=DHCP,dc=example", "objectClass: lessorRoot", "cn: DHCP"),
			ENTRY(arena, 2, SITE, "objectClass: lessorSite", "cn: hq"),
			ENTRY(arena, 3, "cn=10.0.0.0," SITE, "objectClass: lessorScope", "cn: 10.0.0.0",
			      "lessorPrefixLength: 24", "lessorServedBy: s1.example.com",
			      "lessorRange: 10.0.0.10-10.0.0.13", "lessorOption: routers=10.0.0.1",
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

/* A server that asks gets an answer that says it, and no lease; and our own question gets none. */
static void check_rogue(const struct engine_input *input, const struct engine_output *output) {
	static struct dhcp4_packet reply;
	char enterprise[ROGUE_ENTERPRISE_MAX];

	if (!output->has_reply)
		return;
	if (input->probe_xid && be32_read(output->octets + 4) == input->probe_xid)
		abort();
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

	if (!output->has_reply || output->sent != DHCP4_ACK || is_ip4_none(output->address))
		return;
	if (view->get_by_address(view->context, output->address, &lease) < 0 || lease.state != LEASE_ACTIVE ||
	    !is_lease_in_force(&lease, input->now.wall_s))
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

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size) {
	static const struct link_address link_addresses[] = { { { 0x0a000001 }, 24 } };
	static struct engine_output output;
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

	for (unsigned record = 0; record < RECORDS_MAX && record_take(&data, &input, leases); record++) {
		engine_handle(engine, &input, &output);
		check_reply(&input, &output);
		check_rogue(&input, &output);
		check_grant(leases, &input, &output);
	}
	engine_free(engine);
	memory_leases_free(leases);
	return 0;
}
