/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that are pinged before they are offered, in simulated time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/probe_table.h"

#define NOW 5000

static struct arena *arena;
static struct probe_table *table;

static int set_up(void **state) {
	arena = arena_new(0);
	table = probe_table_new(arena);
	return 0;
}

static int tear_down(void **state) {
	arena_free(arena);
	return 0;
}

static bool begin(uint32_t address, unsigned attempts, uint8_t mark, uint64_t now_ms) {
	struct probe_packet packet = { .interface = mark, .len = 1, .octets = { mark } };

	return probe_table_begin(table, (struct ip4){ address }, attempts, &packet, now_ms);
}

static void assert_ping(uint64_t now_ms, uint32_t address) {
	struct ip4 pinged = { 0 };

	assert_int_equal(probe_table_take_ping(table, now_ms, &pinged), address != 0);
	assert_int_equal(pinged.value, address);
}

static void assert_outcome(uint64_t now_ms, uint32_t address, bool is_answered, uint8_t mark) {
	static struct probe_packet packet;
	struct probe_outcome outcome;

	assert_true(probe_table_take_outcome(table, now_ms, &outcome, &packet));
	assert_int_equal(outcome.address.value, address);
	assert_int_equal(outcome.is_answered, is_answered);
	assert_int_equal(packet.len, 1);
	assert_int_equal(packet.octets[0], mark);
	assert_int_equal(packet.interface, mark);
}

static void assert_no_outcome(uint64_t now_ms) {
	static struct probe_packet packet;
	struct probe_outcome outcome;

	assert_false(probe_table_take_outcome(table, now_ms, &outcome, &packet));
}

static void silence_takes_a_second_for_each_ping(void **state) {
	assert_int_equal(probe_table_wait_ms(table, NOW), PROBE_NEVER);
	assert_true(begin(1, 2, 'a', NOW));
	assert_int_equal(probe_table_wait_ms(table, NOW), 0);
	assert_ping(NOW, 1);
	assert_ping(NOW, 0);
	assert_int_equal(probe_table_wait_ms(table, NOW + 1), 999);
	assert_no_outcome(NOW + 1000);
	assert_ping(NOW + 999, 0);
	assert_ping(NOW + 1003, 1);
	assert_no_outcome(NOW + 2002);
	assert_int_equal(probe_table_wait_ms(table, NOW + 1003), 1000);
	assert_ping(NOW + 5000, 0);
	assert_outcome(NOW + 2003, 1, false, 'a');
	assert_no_outcome(NOW + 2003);
	assert_int_equal(probe_table_wait_ms(table, NOW), PROBE_NEVER);
}

static void an_answer_ends_it(void **state) {
	begin(1, 3, 'a', NOW);
	begin(2, 3, 'b', NOW);
	probe_table_hear(table, (struct ip4){ 1 }); /* before it was asked: of another time */
	assert_ping(NOW, 1);
	assert_ping(NOW, 2);
	assert_no_outcome(NOW);
	probe_table_hear(table, (struct ip4){ 2 });
	probe_table_hear(table, (struct ip4){ 3 });
	assert_int_equal(probe_table_wait_ms(table, NOW), 0);
	assert_outcome(NOW, 2, true, 'b');
	assert_no_outcome(NOW);
	assert_ping(NOW + 1000, 1);
	probe_table_hear(table, (struct ip4){ 1 });
	assert_ping(NOW + 2000, 0);
	assert_outcome(NOW + 1000, 1, true, 'a');
}

static void what_cannot_be_pinged_counts_as_silent(void **state) {
	begin(1, 3, 'a', NOW);
	assert_ping(NOW, 1);
	probe_table_give_up(table, (struct ip4){ 1 });
	probe_table_give_up(table, (struct ip4){ 9 });
	assert_ping(NOW + 1000, 0);
	assert_outcome(NOW, 1, false, 'a');
}

/* A client that asks again is not pinged for again, and is answered in what it asked last. */
static void the_same_address_is_pinged_once(void **state) {
	begin(1, 1, 'a', NOW);
	assert_ping(NOW, 1);
	assert_true(begin(1, 5, 'b', NOW + 500));
	assert_ping(NOW + 500, 0);
	assert_outcome(NOW + 1000, 1, false, 'b');
	assert_no_outcome(NOW + 9000);
}

static void no_attempt_is_one(void **state) {
	begin(1, 0, 'a', NOW);
	assert_ping(NOW, 1);
	assert_outcome(NOW + 1000, 1, false, 'a');
}

static void the_table_is_bounded(void **state) {
	for (uint32_t i = 1; i <= PROBES_MAX; i++)
		assert_true(begin(i, 1, 'a', NOW));
	assert_false(begin(PROBES_MAX + 1, 1, 'b', NOW));
	assert_true(begin(7, 1, 'c', NOW));
	for (uint32_t i = 1; i <= PROBES_MAX; i++)
		assert_ping(NOW, i);
	probe_table_hear(table, (struct ip4){ 7 });
	assert_outcome(NOW, 7, true, 'c');
	assert_true(begin(PROBES_MAX + 1, 1, 'b', NOW));
	assert_false(begin(PROBES_MAX + 2, 1, 'b', NOW));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(silence_takes_a_second_for_each_ping),
		TEST(an_answer_ends_it),
		TEST(what_cannot_be_pinged_counts_as_silent),
		TEST(the_same_address_is_pinged_once),
		TEST(no_attempt_is_one),
		TEST(the_table_is_bounded),
	};
#undef TEST

	return cmocka_run_group_tests_name("probe_table", tests, NULL, NULL);
}
