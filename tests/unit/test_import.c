/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of leases that an administrator imports. */
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
#define IN_SITE ",cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorPrefixLength: 24\n"

/* 10.0.0.50 is reserved for client 0x32; 10.0.1.0 is another server's. */
static const char tree[] = "cn=DHCP,dc=x\nobjectClass: lessorRoot\n\n"
			   "cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n\n"
			   "cn=10.0.0.0" IN_SITE "lessorServedBy: s1.example.com\nlessorRange: 10.0.0.10-10.0.0.13\n\n"
			   "cn=10.0.1.0" IN_SITE "lessorServedBy: s2.example.com\nlessorRange: 10.0.1.10-10.0.1.13\n\n"
			   "cn=10.0.0.50,cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorReservation\n"
			   "lessorHardwareAddress: 02:00:00:00:00:32\n";

static struct snapshot *snapshot;
static struct scenario scenario;
static struct order_answer answer;
static bool is_store_short;

static int set_up(void **state) {
	struct arena *arena = arena_new(0);
	struct findings findings;
	size_t n_entries;
	const struct entry *const *entries = tree_text_read(arena, span_of_text(tree), &n_entries);

	snapshot = snapshot_build(entries, n_entries, "s1.example.com", 1, &findings);
	assert_int_equal(findings.n_items, 0);
	arena_free(arena);
	scenario_init(&scenario, snapshot);
	return 0;
}

static int tear_down(void **state) {
	scenario_done(&scenario);
	snapshot_free(snapshot);
	return 0;
}

/* A lease for the client with the hardware address 02:00:00:00:00:@client, with @seconds to go. */
static struct lease lease_of(struct ip4 address, uint8_t client, int64_t seconds) {
	int64_t now = scenario.now.wall_s;

	return (struct lease){
		.address = address,
		.state = LEASE_ACTIVE,
		.start = now - 1000,
		.changed = now - 500,
		.expiry = now + seconds,
		.client = { .len = 8, .octets = { CLIENT_KEY_HARDWARE, 1, 2, 0, 0, 0, 0, client } },
		.htype = 1,
		.hlen = 6,
		.chaddr = { 2, 0, 0, 0, 0, client },
	};
}

static void import(const struct lease *leases, uint32_t n_leases, bool is_overwriting) {
	static const struct ip4 own = { NETWORK + 1 };
	static struct order_message message;
	struct engine_input input = {
		.now = scenario.now,
		.snapshot = snapshot,
		.leases = memory_leases_view(scenario.leases),
		.host_addresses = &own,
		.n_host_addresses = 1,
		.is_store_short = is_store_short,
	};

	message.order = (struct order){
		.kind = ORDER_LEASE_IMPORT, .n_leases = n_leases, .is_overwriting = is_overwriting
	};
	for (uint32_t i = 0; i < n_leases; i++)
		message.leases[i] = leases[i];
	assert_true(is_order_valid(&message.order));
	assert_true(is_order_message_whole(&message, order_message_size(&message)));
	engine_import(scenario.engine, &input, &message, &answer);
}

static void expect(struct lease lease, bool is_overwriting, enum import_outcome outcome) {
	import(&lease, 1, is_overwriting);
	assert_int_equal(answer.error.code, 0);
	assert_int_equal(answer.outcomes[0], outcome);
}

static struct lease stored_at(struct ip4 address) {
	const struct lease_view *view = memory_leases_view(scenario.leases);
	struct lease lease = { 0 };

	view->get_by_address(view->context, address, &lease);
	return lease;
}

static void leases_are_stored_in_their_scope(void **state) {
	struct lease leases[2] = { lease_of(ADDRESS(10), 1, 100), lease_of(ADDRESS(200), 2, -100) };
	struct lease stored;

	leases[1].scope = (struct ip4_subnet){ { NETWORK }, 30 };
	import(leases, 2, false);
	assert_int_equal(answer.outcomes[0], IMPORT_STORED);
	assert_int_equal(answer.outcomes[1], IMPORT_STORED);
	stored = stored_at(ADDRESS(200));
	assert_int_equal(stored.scope.prefix_length, 24);
	assert_int_equal(stored.expiry, leases[1].expiry);
	assert_int_equal(stored.start, leases[1].start);
	import(leases, 2, false);
	assert_int_equal(answer.outcomes[0], IMPORT_KEPT);
	assert_int_equal(answer.outcomes[1], IMPORT_KEPT);
}

static void addresses_that_nobody_can_have_here_are_refused(void **state) {
	struct lease lease = lease_of(ADDRESS(10), 1, 100);

	expect(lease_of((struct ip4){ 0x0a000105 }, 1, 100), false, IMPORT_NO_SCOPE);
	expect(lease_of((struct ip4){ 0xc0000205 }, 1, 100), false, IMPORT_NO_SCOPE);
	expect(lease_of(ADDRESS(0), 1, 100), false, IMPORT_NOT_LEASABLE);
	expect(lease_of(ADDRESS(255), 1, 100), false, IMPORT_NOT_LEASABLE);
	expect(lease_of(ADDRESS(1), 1, 100), true, IMPORT_NOT_LEASABLE);
	lease.scope.network.value = 0x0a000100;
	expect(lease, false, IMPORT_OTHER_SCOPE);
}

static void reservations_stand_above_a_file(void **state) {
	struct lease lease = lease_of(ADDRESS(50), 2, 100);

	expect(lease, true, IMPORT_RESERVED);
	lease.state = LEASE_DECLINED;
	lease.client.len = 0;
	expect(lease, false, IMPORT_STORED);
	scenario_done(&scenario);
	scenario_init(&scenario, snapshot);
	expect(lease_of(ADDRESS(50), 0x32, 100), false, IMPORT_STORED);
}

static void promises_stand_above_a_file(void **state) {
	struct lease declined = lease_of(ADDRESS(11), 9, 100);

	declined.state = LEASE_DECLINED;
	declined.client.len = 0;
	expect(lease_of(ADDRESS(10), 1, 100), false, IMPORT_STORED);
	expect(declined, false, IMPORT_STORED);
	expect(declined, false, IMPORT_KEPT);
	for (int i = 0; i < 2; i++) {
		expect(lease_of(ADDRESS(10), 2, 1000), i, IMPORT_LEASED);
		expect(lease_of(ADDRESS(11), 2, 1000), i, IMPORT_DECLINED);
		expect(lease_of(ADDRESS(12), 1, 1000), i, IMPORT_CLIENT_LEASED);
	}
	declined.address = ADDRESS(10);
	expect(declined, true, IMPORT_LEASED);
	expect(lease_of(ADDRESS(10), 1, 99), true, IMPORT_LASTING);
	expect(lease_of(ADDRESS(10), 1, 101), false, IMPORT_KEPT);
	expect(lease_of(ADDRESS(10), 1, 101), true, IMPORT_STORED);
	assert_int_equal(stored_at(ADDRESS(10)).expiry, scenario.now.wall_s + 101);
}

static void memories_give_way_if_they_are_to(void **state) {
	expect(lease_of(ADDRESS(10), 1, -10), false, IMPORT_STORED);
	expect(lease_of(ADDRESS(10), 2, 100), false, IMPORT_REMEMBERED);
	expect(lease_of(ADDRESS(11), 1, 100), false, IMPORT_CLIENT_REMEMBERED);
	expect(lease_of(ADDRESS(10), 1, 100), false, IMPORT_KEPT);
	expect(lease_of(ADDRESS(11), 1, 100), true, IMPORT_STORED);
	assert_int_equal(stored_at(ADDRESS(10)).state, 0);
	expect(lease_of(ADDRESS(10), 2, 100), true, IMPORT_STORED);
	expect(lease_of(ADDRESS(10), 2, -100), true, IMPORT_LASTING);
}

static void malformed_leases_are_not_stored(void **state) {
	struct lease lease = lease_of(ADDRESS(10), 1, 100);
	struct error error = { 0 };

	lease.hlen = LEASE_HARDWARE_MAX + 1;
	expect(lease, false, IMPORT_MALFORMED);
	lease = lease_of(ADDRESS(10), 1, 100);
	lease.client.len = 0;
	expect(lease, false, IMPORT_MALFORMED);
	assert_int_equal(import_refusal(IMPORT_STORED, ADDRESS(10), &error), 0);
	assert_int_equal(import_refusal(IMPORT_KEPT, ADDRESS(10), &error), 0);
	for (enum import_outcome i = IMPORT_MALFORMED; i < IMPORT_COUNT + 2; i++) {
		assert_true(import_refusal(i, ADDRESS(10), &error) < 0);
		assert_memory_equal(error.text, "10.0.0.10 ", 10);
	}
	assert_false(is_order_valid(&(struct order){ .kind = ORDER_LEASE_CREATE, .n_leases = 1 }));
	assert_false(is_order_valid(&(struct order){ .kind = ORDER_LEASE_IMPORT, .n_leases = ORDER_LEASES_MAX + 1 }));
}

static void a_store_without_room_is_told(void **state) {
	struct lease lease = lease_of(ADDRESS(10), 1, 100);

	is_store_short = true;
	import(&lease, 1, false);
	is_store_short = false;
	assert_int_equal(answer.error.code, E_DHCP_JET_ERROR);
	assert_int_equal(stored_at(ADDRESS(10)).state, 0);
}

static void a_failed_store_is_told(void **state) {
	struct lease lease = lease_of(ADDRESS(10), 1, 100);

	memory_leases_break(scenario.leases, true);
	import(&lease, 1, false);
	assert_int_equal(answer.error.code, E_DHCP_JET_ERROR);
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(leases_are_stored_in_their_scope, set_up, tear_down),
		cmocka_unit_test_setup_teardown(addresses_that_nobody_can_have_here_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reservations_stand_above_a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(promises_stand_above_a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(memories_give_way_if_they_are_to, set_up, tear_down),
		cmocka_unit_test_setup_teardown(malformed_leases_are_not_stored, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_store_without_room_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_failed_store_is_told, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
