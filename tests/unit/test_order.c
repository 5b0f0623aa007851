/* SPDX-License-Identifier: Apache-2.0 */
/* What an administrator asks of the leases: what is done, what is refused and with which code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/scenario.h"
#include "support/tree_text.h"

#define NETWORK 0x0a000000u
#define ADDRESS(last) ((struct ip4){ NETWORK + (last) })
#define IN_SITE ",cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorLeaseTime: 600\nlessorPrefixLength: 24\n"

/* .10-.13 to lease but .12; .11 reserved for client 0x32, .50 for 0x33; 10.0.1.0 is another server's. */
static const char tree[] = "cn=DHCP,dc=x\nobjectClass: lessorRoot\n\n"
			   "cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n\n"
			   "cn=10.0.0.0" IN_SITE "lessorServedBy: s1.example.com\nlessorRange: 10.0.0.10-10.0.0.13\n"
			   "lessorExclusion: 10.0.0.12\n\n"
			   "cn=10.0.1.0" IN_SITE "lessorServedBy: s2.example.com\nlessorRange: 10.0.1.10-10.0.1.13\n\n"
			   "cn=10.0.0.11,cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorReservation\n"
			   "lessorHardwareAddress: 02:00:00:00:00:32\n\n"
			   "cn=10.0.0.50,cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorReservation\n"
			   "lessorClientIdentifier: 00aabb\nlessorLeaseTime: 900\n";

static struct snapshot *snapshot;
static struct scenario scenario;
static struct order_answer answer;

static void use(const char *text) {
	struct arena *arena = arena_new(0);
	struct findings findings;
	size_t n_entries;
	const struct entry *const *entries = tree_text_read(arena, span_of_text(text), &n_entries);

	snapshot = snapshot_build(entries, n_entries, "s1.example.com", 1, &findings);
	assert_int_equal(findings.n_items, 0);
	arena_free(arena);
	scenario_init(&scenario, snapshot);
}

static int set_up(void **state) {
	use(tree);
	return 0;
}

static int tear_down(void **state) {
	scenario_done(&scenario);
	snapshot_free(snapshot);
	return 0;
}

/* An order to create a lease for the client with the hardware address 02:00:00:00:00:@client. */
static struct order order_of(struct ip4 address, uint8_t client) {
	struct order order = { .kind = ORDER_LEASE_CREATE, .address = address, .htype = 1, .hlen = 6 };

	order.chaddr[0] = 2;
	order.chaddr[5] = client;
	order.client = (struct client_key){ 8, { CLIENT_KEY_HARDWARE, 1, 2, 0, 0, 0, 0, client } };
	if (is_ip4_none(address))
		order.scope.value = NETWORK;
	return order;
}

static struct order delete_of(struct ip4 address) {
	return (struct order){ .kind = ORDER_LEASE_DELETE, .address = address };
}

/* Give @order with the settings of @input that differ from the usual ones. */
static void give(struct order order, bool is_paused) {
	static const struct ip4 host = { NETWORK + 1 };
	const struct engine_input input = {
		.now = scenario.now,
		.is_paused = is_paused,
		.snapshot = snapshot,
		.leases = memory_leases_view(scenario.leases),
		.host_addresses = &host,
		.n_host_addresses = 1,
	};

	engine_order(scenario.engine, &input, &order, &answer);
}

static void expect_lease(struct order order, struct ip4 address, uint32_t lease_time) {
	const struct lease_view *view = memory_leases_view(scenario.leases);
	struct lease lease;

	give(order, false);
	if (answer.error.code)
		fail_msg("%d: %s", answer.error.code, answer.error.text);
	assert_int_equal(answer.lease.address.value, address.value);
	assert_int_equal(view->get_by_address(view->context, address, &lease), 0);
	assert_int_equal(lease.state, LEASE_ACTIVE);
	assert_int_equal(lease.expiry, scenario.now.wall_s + lease_time);
	assert_true(is_client_key_equal(&lease.client, &order.client));
}

static void expect_refusal(struct order order, int code) {
	give(order, false);
	if (answer.error.code != code)
		fail_msg("%d instead of %d: %s", answer.error.code, code, answer.error.text);
	assert_true(strlen(answer.error.text) > 10);
}

static void a_lease_is_made_and_kept_from_others(void **state) {
	struct order order = order_of(ADDRESS(10), 1);

	snprintf(order.host_name, sizeof order.host_name, "printer");
	order.lease_time = 77;
	expect_lease(order, ADDRESS(10), 77);
	assert_string_equal(answer.lease.host_name, "printer");
	scenario_play(&scenario, "discover m=2 req=10.0.0.10 -> offer 10.0.0.13\n"
				 "discover m=1 -> offer 10.0.0.10\n");
	expect_refusal(order_of(ADDRESS(10), 2), E_DHCP_CLIENT_EXISTS);
	expect_refusal(order_of(ADDRESS(10), 1), E_DHCP_CLIENT_EXISTS);
	expect_refusal(order_of(ADDRESS(13), 1), E_DHCP_CLIENT_EXISTS);
	expect_refusal(order_of((struct ip4){ 0 }, 1), E_DHCP_CLIENT_EXISTS);
}

static void the_next_free_address_is_taken_until_none_is_left(void **state) {
	expect_lease(order_of((struct ip4){ 0 }, 1), ADDRESS(10), 600);
	expect_lease(order_of((struct ip4){ 0 }, 2), ADDRESS(13), 600);
	expect_refusal(order_of((struct ip4){ 0 }, 3), E_DHCP_RANGE_FULL);
	expect_lease(order_of((struct ip4){ 0 }, 0x32), ADDRESS(11), 600);
	scenario.now.wall_s += 601;
	expect_lease(order_of((struct ip4){ 0 }, 3), ADDRESS(10), 600);
}

static void an_address_must_be_one_to_lease(void **state) {
	expect_refusal(order_of(ADDRESS(12), 1), E_DHCP_ADDRESS_NOT_AVAILABLE);
	expect_refusal(order_of(ADDRESS(9), 1), E_DHCP_ADDRESS_NOT_AVAILABLE);
	scenario_play(&scenario, "discover m=2 -> offer 10.0.0.10\n");
	expect_refusal(order_of(ADDRESS(10), 1), E_DHCP_ADDRESS_NOT_AVAILABLE);
	scenario_play(&scenario, "request m=2 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
				 "decline m=2 req=10.0.0.10 sid=10.0.0.1 -> drop no_reply_due\n");
	expect_refusal(order_of(ADDRESS(10), 1), E_DHCP_ADDRESS_NOT_AVAILABLE);
	assert_non_null(strstr(answer.error.text, "declined"));
}

static void a_scope_must_be_ours(void **state) {
	struct order order = order_of(ADDRESS(10), 1);

	expect_refusal(order_of((struct ip4){ 0x0a000110 }, 1), E_DHCP_SUBNET_NOT_PRESENT);
	expect_refusal(order_of((struct ip4){ 0x0b000001 }, 1), E_DHCP_SUBNET_NOT_PRESENT);
	order.scope.value = 0x0a000100;
	expect_refusal(order, E_INVALID_PARAMETER);
	order.address.value = 0;
	expect_refusal(order, E_DHCP_SUBNET_NOT_PRESENT);
	order.scope.value = NETWORK + 16; /* inside, but no network address */
	expect_refusal(order, E_INVALID_PARAMETER);
	order.scope.value = NETWORK;
	expect_lease(order, ADDRESS(10), 600);
}

static void reservations_are_respected(void **state) {
	struct order order = order_of(ADDRESS(50), 7);

	expect_refusal(order_of(ADDRESS(11), 1), E_DHCP_RESERVEDIP_EXISTS);
	expect_refusal(order_of(ADDRESS(10), 0x32), E_DHCP_RESERVEDIP_EXISTS);
	expect_lease(order_of(ADDRESS(11), 0x32), ADDRESS(11), 600);
	expect_refusal(order, E_DHCP_RESERVEDIP_EXISTS);
	order.client = (struct client_key){ 4, { CLIENT_KEY_IDENTIFIER, 0, 0xaa, 0xbb } };
	expect_lease(order, ADDRESS(50), 900);
}

static void a_lease_is_deleted_but_for_a_reserved_one(void **state) {
	scenario_play(&scenario, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
				 "request m=50 sid=10.0.0.1 req=10.0.0.11 -> ack 10.0.0.11\n");
	give(delete_of(ADDRESS(10)), true); /* also while the service is paused */
	assert_int_equal(answer.error.code, 0);
	assert_int_equal(answer.lease.address.value, ADDRESS(10).value);
	expect_refusal(delete_of(ADDRESS(10)), E_DHCP_INVALID_DHCP_CLIENT);
	expect_refusal(delete_of(ADDRESS(11)), E_DHCP_RESERVED_CLIENT);
	scenario_play(&scenario, "discover m=2 -> offer 10.0.0.10\n");
}

static void nothing_is_leased_while_paused(void **state) {
	give(order_of(ADDRESS(10), 1), true);
	assert_int_equal(answer.error.code, E_DHCP_SERVICE_PAUSED);
}

static void a_broken_store_is_said(void **state) {
	expect_lease(order_of(ADDRESS(10), 1), ADDRESS(10), 600);
	memory_leases_break(scenario.leases, true);
	expect_refusal(order_of(ADDRESS(13), 2), E_DHCP_JET_ERROR);
	expect_refusal(order_of((struct ip4){ 0 }, 2), E_DHCP_JET_ERROR);
	expect_refusal(delete_of(ADDRESS(10)), E_DHCP_JET_ERROR);
}

static void without_a_configuration_there_is_no_scope(void **state) {
	const struct engine_input input = { .now = scenario.now, .leases = memory_leases_view(scenario.leases) };
	struct order order = order_of(ADDRESS(10), 1);

	engine_order(scenario.engine, &input, &order, &answer);
	assert_int_equal(answer.error.code, E_DHCP_SUBNET_NOT_PRESENT);
	order = delete_of(ADDRESS(10));
	engine_order(scenario.engine, &input, &order, &answer);
	assert_int_equal(answer.error.code, E_DHCP_INVALID_DHCP_CLIENT);
}

static void policies_of_the_client_count(void **state) {
	tear_down(state);
	use("cn=DHCP,dc=x\nobjectClass: lessorRoot\n\n"
	    "cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n\n"
	    "cn=10.0.0.0" IN_SITE "lessorServedBy: s1.example.com\nlessorRange: 10.0.0.10-10.0.0.13\n\n"
	    "cn=phones,cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorPolicy\nlessorProcessingOrder: 1\n"
	    "lessorCondition: mac is 02:00:00:00:00:07\nlessorRange: 10.0.0.12-10.0.0.13\nlessorLeaseTime: 77\n");
	expect_lease(order_of((struct ip4){ 0 }, 7), ADDRESS(12), 77);
	expect_lease(order_of((struct ip4){ 0 }, 8), ADDRESS(10), 600);
	expect_lease(order_of(ADDRESS(13), 9), ADDRESS(13), 600); /* who names an address knows why */
}

static void offers_are_counted_while_they_stand(void **state) {
	uint32_t n_offers = 0;

	scenario_play(&scenario, "discover m=1 -> offer 10.0.0.10\ndiscover m=2 -> offer 10.0.0.13\n"
				 "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
	give((struct order){ .kind = ORDER_OFFERS }, false);
	for (size_t i = 0; i < ORDER_SCOPES_MAX; i++)
		n_offers += answer.scopes[i].network.value == NETWORK ? answer.scopes[i].n_offers : 0;
	assert_int_equal(n_offers, 1);
	scenario.now.boot_ms += 61000;
	give((struct order){ .kind = ORDER_OFFERS }, false);
	for (size_t i = 0; i < ORDER_SCOPES_MAX; i++)
		assert_int_equal(answer.scopes[i].n_offers, 0);
}

static void store_without_end(uint8_t last, uint8_t client) {
	const struct lease_view *view = memory_leases_view(scenario.leases);
	const struct order order = order_of(ADDRESS(last), client);
	struct lease lease = { .address = order.address,
			       .scope = { { NETWORK }, 24 },
			       .state = LEASE_ACTIVE,
			       .expiry = LEASE_FOR_EVER,
			       .client = order.client,
			       .htype = 1,
			       .hlen = 6 };

	memcpy(lease.chaddr, order.chaddr, sizeof lease.chaddr);
	assert_int_equal(view->put(view->context, &lease), 0);
}

static void records_are_corrected_some_at_a_time(void **state) {
	struct order order = { .kind = ORDER_LEASE_MEND, .address = ADDRESS(1), .last = ADDRESS(255) };
	uint32_t n_mended = 0;

	for (uint8_t i = 0; i < 40; i++)
		store_without_end(100 + i, i + 1);
	while (!is_ip4_none(order.address)) {
		give(order, true); /* paused, too */
		assert_int_equal(answer.error.code, 0);
		assert_true(answer.n_mended <= ORDER_MENDED_MAX);
		n_mended += answer.n_mended;
		order.address = answer.next;
	}
	assert_int_equal(n_mended, 40);
	order.address = ADDRESS(100);
	give(order, false);
	assert_int_equal(answer.n_mended, 0);
	order.address = ADDRESS(255);
	order.last = ADDRESS(1);
	expect_refusal(order, E_INVALID_PARAMETER);
}

static void what_no_program_of_ours_sends_is_refused(void **state) {
	struct order order = order_of(ADDRESS(10), 1);

	order.hlen = LEASE_HARDWARE_MAX + 1;
	expect_refusal(order, E_INVALID_PARAMETER);
	order = order_of(ADDRESS(10), 1);
	order.client.len = CLIENT_KEY_MAX + 1;
	expect_refusal(order, E_INVALID_PARAMETER);
	order = order_of(ADDRESS(10), 1);
	memset(order.host_name, 'a', sizeof order.host_name);
	expect_refusal(order, E_INVALID_PARAMETER);
	expect_refusal((struct order){ 0 }, E_INVALID_PARAMETER);
}

#define ORDER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	static const struct CMUnitTest tests[] = {
		ORDER_TEST(a_lease_is_made_and_kept_from_others),
		ORDER_TEST(the_next_free_address_is_taken_until_none_is_left),
		ORDER_TEST(an_address_must_be_one_to_lease),
		ORDER_TEST(a_scope_must_be_ours),
		ORDER_TEST(reservations_are_respected),
		ORDER_TEST(a_lease_is_deleted_but_for_a_reserved_one),
		ORDER_TEST(nothing_is_leased_while_paused),
		ORDER_TEST(a_broken_store_is_said),
		ORDER_TEST(without_a_configuration_there_is_no_scope),
		ORDER_TEST(policies_of_the_client_count),
		ORDER_TEST(offers_are_counted_while_they_stand),
		ORDER_TEST(records_are_corrected_some_at_a_time),
		ORDER_TEST(what_no_program_of_ours_sends_is_refused),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
