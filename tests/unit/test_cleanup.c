/* SPDX-License-Identifier: Apache-2.0 */
/* Clearing away ended leases: what is news, what is forgotten, and that a walk ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/macros.h"
#include "engine/cleanup.h"
#include "support/memory_leases.h"

#define NOW 10000
#define SINCE 9000
#define MEMORY 500

static struct memory_leases *leases;
static struct cleanup_result results[CLEANUP_STEP_MAX];
static size_t n_results;

static int set_up(void **state) {
	leases = memory_leases_new();
	return 0;
}

static int tear_down(void **state) {
	leases = memory_leases_free(leases);
	return 0;
}

static void put(uint32_t address, enum lease_state state, int64_t changed, int64_t expiry) {
	const struct lease_view *view = memory_leases_view(leases);
	const struct lease lease = {
		.address = { address }, .scope = { { 0 }, 0 }, .state = state, .changed = changed, .expiry = expiry
	};

	assert_int_equal(view->put(view->context, &lease), 0);
}

static void assert_result(size_t place, uint32_t address, bool is_expired, bool is_deleted) {
	assert_true(place < n_results);
	assert_int_equal(results[place].lease.address.value, address);
	assert_int_equal(results[place].is_expired, is_expired);
	assert_int_equal(results[place].is_deleted, is_deleted);
}

static void what_has_ended_is_told_once_and_forgotten_later(void **state) {
	struct cleanup cleanup;

	put(1, LEASE_ACTIVE, 0, NOW + 1);             /* in force */
	put(2, LEASE_ACTIVE, 0, NOW);                 /* has just ended */
	put(3, LEASE_ACTIVE, 0, SINCE + 1);           /* ended since the last time, long ago */
	put(4, LEASE_ACTIVE, 0, SINCE);               /* was told then */
	put(5, LEASE_RELEASED, NOW - 1, NOW + 99999); /* given back just now, however long it would have been */
	put(6, LEASE_RELEASED, NOW - MEMORY, NOW);    /* given back a while ago */
	put(7, LEASE_DECLINED, 0, NOW + 1);
	put(8, LEASE_DECLINED, 0, NOW);
	put(UINT32_MAX, LEASE_ACTIVE, 0, NOW - MEMORY + 1);
	cleanup_begin(&cleanup, NOW, SINCE, MEMORY);
	assert_int_equal(cleanup_step(&cleanup, memory_leases_view(leases), results, &n_results), 0);
	assert_true(cleanup.is_done);
	assert_int_equal(n_results, 6);
	assert_result(0, 2, true, false);
	assert_result(1, 3, true, true);
	assert_result(2, 4, false, true);
	assert_result(3, 6, false, true);
	assert_result(4, 8, false, true);
	assert_result(5, UINT32_MAX, true, false);
	assert_int_equal(cleanup.n_expired, 3);
	assert_int_equal(cleanup.n_deleted, 4);
	memory_leases_all(leases, &n_results);
	assert_int_equal(n_results, 5);
}

/* Only once nobody sets the clock any more: until then it may be the clock that is wrong. */
static void a_record_from_the_future_gets_its_time_from_now_on(void **state) {
	const struct lease_view *view = memory_leases_view(leases);
	struct cleanup cleanup;
	struct lease lease;

	put(1, LEASE_ACTIVE, NOW + 5000, NOW + 5600);
	put(2, LEASE_ACTIVE, NOW + 60, NOW + 600); /* a small step of the clock */
	put(3, LEASE_ACTIVE, NOW + 5000, LEASE_FOR_EVER);
	cleanup_begin(&cleanup, NOW, SINCE, MEMORY);
	assert_int_equal(cleanup_step(&cleanup, view, results, &n_results), 0);
	assert_int_equal(cleanup.n_mended, 0);
	cleanup_begin(&cleanup, NOW - 200, SINCE, MEMORY);
	cleanup.ahead = 200;
	cleanup.is_clock_settled = true;
	assert_int_equal(cleanup_step(&cleanup, view, results, &n_results), 0);
	assert_int_equal(cleanup.n_mended, 2);
	assert_int_equal(n_results, 0);
	assert_int_equal(view->get_by_address(view->context, (struct ip4){ 1 }, &lease), 0);
	assert_int_equal(lease.changed, NOW);
	assert_int_equal(lease.expiry, NOW + 600);
	assert_int_equal(view->get_by_address(view->context, (struct ip4){ 2 }, &lease), 0);
	assert_int_equal(lease.expiry, NOW + 600);
	assert_int_equal(view->get_by_address(view->context, (struct ip4){ 3 }, &lease), 0);
	assert_true(lease.expiry == LEASE_FOR_EVER && lease.changed == NOW);
}

static void a_walk_goes_on_step_by_step_to_its_end(void **state) {
	struct cleanup cleanup;
	unsigned n_steps = 0;

	for (uint32_t i = 0; i < 2 * CLEANUP_STEP_MAX + 1; i++)
		put(1 + 2 * i, LEASE_ACTIVE, 0, SINCE);
	cleanup_begin(&cleanup, NOW, SINCE, 0);
	for (; !cleanup.is_done; n_steps++)
		assert_int_equal(cleanup_step(&cleanup, memory_leases_view(leases), results, &n_results), 0);
	assert_int_equal(n_steps, 3);
	assert_int_equal(cleanup.n_deleted, 2 * CLEANUP_STEP_MAX + 1);
	memory_leases_all(leases, &n_results);
	assert_int_equal(n_results, 0);
}

static void a_clock_set_back_loses_no_news(void **state) {
	struct cleanup cleanup;

	put(1, LEASE_ACTIVE, 0, NOW);
	cleanup_begin(&cleanup, NOW, NOW + 500, MEMORY);
	assert_int_equal(cleanup_step(&cleanup, memory_leases_view(leases), results, &n_results), 0);
	assert_int_equal(n_results, 0);
	cleanup_begin(&cleanup, NOW + 1, cleanup.since - 1, MEMORY);
	assert_int_equal(cleanup_step(&cleanup, memory_leases_view(leases), results, &n_results), 0);
	assert_int_equal(n_results, 1);
}

static void a_step_that_fails_is_not_done(void **state) {
	struct cleanup cleanup;

	put(1, LEASE_ACTIVE, 0, SINCE);
	cleanup_begin(&cleanup, NOW, SINCE, 0);
	memory_leases_break(leases, true);
	assert_int_equal(cleanup_step(&cleanup, memory_leases_view(leases), results, &n_results), -E_DHCP_JET_ERROR);
	assert_false(cleanup.is_done);
	memory_leases_break(leases, false);
	assert_int_equal(cleanup_step(&cleanup, memory_leases_view(leases), results, &n_results), 0);
	assert_int_equal(cleanup.n_deleted, 1);
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_has_ended_is_told_once_and_forgotten_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_record_from_the_future_gets_its_time_from_now_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_walk_goes_on_step_by_step_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clock_set_back_loses_no_news, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_step_that_fails_is_not_done, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("cleanup", tests, NULL, NULL);
}
