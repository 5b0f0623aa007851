/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence of packets through the engine against leases in memory. The input is a run of records: flags (1 octet),
 * seconds that pass (1), length (2, big-endian; the first bit: the store is doubtful), packet. The wall clock is ahead
 * of time if the input has an odd length. Whatever comes in: no reply without authority, each reply is well-formed, and
 * what is acknowledged is in the store and in force; a BOOTP client gets an address of its ranges, and as many do as
 * may; what is to be pinged is nobody's; a store without room gets no further records. */
#include "base/wireint.h"
#include "engine/engine.h"
#include "support/memory_leases.h"
#include "support/tree_text.h"
#include "wire/rogue.h"

#define ROOT "cn=DHCP,dc=example"
#define SITE "cn=hq,cn=sites," ROOT
#define RECORDS_MAX 64
#define PROBE_XID 0x12345678
#define AHEAD_S 600
#define DENIED "\x02\x00\x00\x00\x00\x66"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Classes, vendor options, policies with ranges, filters, a superscope, ranges for BOOTP: so that packets meet all of
 * it. */
static const char tree[] = ROOT
	"\nobjectClass: lessorRoot\nlessorFilter: deny 02:00:00:00:00:66\nlessorDenyList: on\n"
	"lessorBootFile: pxe,10.0.0.9,/pxe\nlessorBootFile: ,boot,/any\nlessorOption: [user:Kiosk]host-name=k\n"
	"\ncn=Kiosk,cn=classes," ROOT "\nobjectClass: lessorClass\nlessorClassKind: user\nlessorClassData: k\n"
	"\ncn=Phones,cn=classes," ROOT "\nobjectClass: lessorClass\nlessorClassKind: vendor\nlessorClassData: p\n"
	"\ncn=ring,cn=options," ROOT "\nobjectClass: lessorOptionDefinition\nlessorOptionCode: 7\n"
	"lessorOptionType: text\nlessorVendorClass: Phones\n"
	"\n" SITE "\nobjectClass: lessorSite\nlessorOption: [vendor:Phones]ring=low\n"
	"lessorOption: [vendor:Phones][user:Kiosk]ring=loud\n"
	"\ncn=all," SITE "\nobjectClass: lessorPolicy\nlessorProcessingOrder: 1\n"
	"lessorCondition: fqdn is-not single-label, *.example.com\nlessorLeaseTime: 700\n"
	"\ncn=10.0.0.0," SITE "\nobjectClass: lessorScope\nlessorPrefixLength: 24\nlessorServedBy: s1.example.com\n"
	"lessorRange: 10.0.0.10-10.0.0.13\nlessorRange: 10.0.0.15-10.0.0.16 both\n"
	"lessorRange: 10.0.0.18-10.0.0.19 bootp\nlessorMaxBootpClients: 3\nlessorSuperscope: campus\n"
	"lessorConflictDetection: 1\nlessorOfferDelay: 10\nlessorOption: routers=10.0.0.1\n"
	"lessorOption: domain-name=a-rather-long-domain-name-to-fill-the-reply.example.com\n"
	"\ncn=10.0.0.50,cn=10.0.0.0," SITE "\nobjectClass: lessorReservation\n"
	"lessorHardwareAddress: 02:00:00:00:00:01\nlessorOption: domain-name=mine\n"
	"\ncn=phones,cn=10.0.0.0," SITE "\nobjectClass: lessorPolicy\nlessorProcessingOrder: 1\n"
	"lessorCondition: vendor-class is Phones* or (user-class is Kiosk and circuit-id is-not 01:*)\n"
	"lessorRange: 10.0.0.12-10.0.0.13\nlessorOption: [user:Kiosk]domain-name=x\n"
	"\ncn=lab,cn=10.0.0.0," SITE "\nobjectClass: lessorPolicy\nlessorProcessingOrder: 2\n"
	"lessorCondition: mac is *:07 or client-id is 01:*\nlessorRange: 10.0.0.11\nlessorRange: 10.0.0.16\n"
	"\ncn=10.0.1.0," SITE "\nobjectClass: lessorScope\nlessorPrefixLength: 24\nlessorServedBy: s1.example.com\n"
	"lessorRange: 10.0.1.10-10.0.1.12 both\nlessorSuperscope: campus\n"
	"\ncn=10.0.1.50,cn=10.0.1.0," SITE "\nobjectClass: lessorReservation\nlessorClientType: bootp\n"
	"lessorHardwareAddress: 02:00:00:00:00:02\n";

static const struct snapshot *world(void) {
	static struct snapshot *snapshot;
	struct findings findings;

	if (!snapshot) {
		struct arena *arena = arena_new(0);
		size_t n_entries;
		const struct entry *const *entries = tree_text_read(arena, span_of_text(tree), &n_entries);

		snapshot = snapshot_build(entries, n_entries, "s1.example.com", 1, &findings);
		if (findings.n_items)
			abort();
		arena_free(arena);
	}
	return snapshot;
}

/* Who is told of a decision gets texts that can be printed, and an end. */
static void note(void *context, const struct trace_note *trace_note) {
	bool *is_ended = context;

	if (*is_ended || !trace_step_name(trace_note->step) || strlen(trace_note->subject) > 4096 ||
	    strlen(trace_note->text) > 4096 || !trace_note->dn)
		abort();
	*is_ended = trace_note->step == TRACE_RESULT;
}

static bool is_in_ranges(struct ip4 address, const struct ip4_range *ranges, size_t n_ranges) {
	for (size_t i = 0; i < n_ranges; i++)
		if (is_ip4_in_range(address, ranges[i]))
			return true;
	return false;
}

/* What the lists refuse is refused; an address is of the ranges that it is said to be of, or reserved. */
static void check_right(const struct engine_input *input, const struct engine_output *output) {
	const struct scope *scope = output->scope;
	bool is_denied = input->octets.len > 34 && input->octets.data[1] == 1 && input->octets.data[2] == 6 &&
			 memcmp(input->octets.data + 28, DENIED, 6) == 0;

	if (!output->has_reply)
		return;
	if (is_denied && !output->is_rogue_request)
		abort();
	if (is_ip4_none(output->address) || output->sent == DHCP4_NAK)
		return;
	if (!scope_reservation_at(scope, output->address) &&
	    !is_in_ranges(output->address, scope->ranges, scope->n_ranges))
		abort();
	if (output->policy && !is_in_ranges(output->address, output->policy->ranges, output->policy->n_ranges))
		abort();
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
	    !is_lease_in_force(&lease, input->now.wall_s - input->ahead_s) || lease.is_bootp != output->is_bootp)
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
	if (output->probe_attempts != 1 || output->probe.value < 0x0a00000a ||
	    output->probe.value > (input->is_store_doubtful ? 0x0a00010c : 0x0a000013) ||
	    is_ip4_equal(output->probe, input->silent))
		abort();
	if (view->get_by_address(view->context, output->probe, &lease) == 0 && lease.state == LEASE_ACTIVE &&
	    is_lease_in_force(&lease, input->now.wall_s - input->ahead_s))
		abort();
}

/* Take the next record into @input. False at the end. */
static bool record_take(struct span *data, struct engine_input *input, struct memory_leases *leases) {
	size_t len;

	if (data->len < 4)
		return false;
	len = be16_read(data->data + 2) & 0x1fff;
	input->is_store_short = data->data[0] & 128;
	input->is_store_doubtful = data->data[2] & 128;
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
	bool is_ended = false;
	struct engine_trace trace = { &is_ended, note };
	size_t n_before, n_after;

	if (input->trace)
		input->trace = &trace;
	memory_leases_all(leases, &n_before);
	engine_handle(engine, input, &output);
	memory_leases_all(leases, &n_after);
	if (input->is_store_short && n_after > n_before)
		abort();
	check_reply(input, &output);
	check_rogue(input, &output);
	check_grant(leases, input, &output);
	check_bootp(leases, input, &output);
	check_probe(leases, input, &output);
	check_right(input, &output);
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
		.ahead_s = size % 2 ? AHEAD_S : 0,
	};

	for (unsigned record = 0; record < RECORDS_MAX && data.len; record++) {
		static const struct engine_trace any;
		bool is_used = data.data[0] & 32;

		input.trace = data.data[0] & 64 ? &any : NULL;
		if (!record_take(&data, &input, leases))
			break;
		record_play(engine, leases, &input, is_used);
	}
	engine_free(engine);
	memory_leases_free(leases);
	return 0;
}
