/* SPDX-License-Identifier: Apache-2.0 */
/* The wall clock against the one that cannot be set, in simulated time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/clock_watch.h"

#define LONGEST_S 86400
#define YEAR_S 31536000

static struct clock_watch watch;
static struct moment now;
static int64_t jump_s;

static int set_up(void **state) {
	watch = (struct clock_watch){ 0 };
	now = (struct moment){ 1700000000, 5000 };
	jump_s = 0;
	return 0;
}

/* Time passes, the clock is set, and it is looked at. */
static enum clock_change look(uint64_t passed_s, int64_t set_by_s) {
	now.boot_ms += passed_s * 1000;
	now.wall_s += (int64_t)passed_s + set_by_s;
	return clock_watch_look(&watch, &now, LONGEST_S, &jump_s);
}

static void a_steady_clock_is_no_news(void **state) {
	assert_int_equal(look(0, 0), CLOCK_STEADY);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(look(i, i % 2 ? 1 : -1), CLOCK_STEADY);
	assert_int_equal(look(10 * YEAR_S, 0), CLOCK_STEADY);
	assert_int_equal(look(1, CLOCK_JUMP_S - 1), CLOCK_STEADY);
	assert_int_equal(look(1, 1 - CLOCK_JUMP_S), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, 0);
}

static void a_jump_ahead_counts_until_all_leases_have_ended(void **state) {
	look(0, 0);
	assert_int_equal(look(60, YEAR_S), CLOCK_AHEAD);
	assert_int_equal(jump_s, YEAR_S);
	assert_int_equal(watch.ahead_s, YEAR_S);
	assert_int_equal(look(LONGEST_S - 1, 0), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, YEAR_S);
	assert_int_equal(look(1, 0), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, 0);
}

static void what_is_put_right_counts_no_longer(void **state) {
	look(0, 0);
	look(60, YEAR_S);
	assert_int_equal(look(60, -YEAR_S), CLOCK_BACK);
	assert_int_equal(jump_s, -YEAR_S);
	assert_int_equal(watch.ahead_s, 0);
	assert_int_equal(look(60, 1000), CLOCK_AHEAD);
	assert_int_equal(look(60, 500), CLOCK_AHEAD);
	assert_int_equal(watch.ahead_s, 1500);
	assert_int_equal(look(60, -600), CLOCK_BACK);
	assert_int_equal(watch.ahead_s, 900);
}

static void a_clock_that_was_set_is_believed_after_a_while(void **state) {
	look(0, 0);
	assert_false(is_clock_settled(&watch));
	look(CLOCK_SETTLED_MS / 1000 - 1, 0);
	assert_false(is_clock_settled(&watch));
	look(1, 0);
	assert_true(is_clock_settled(&watch));
	look(1, -1000);
	assert_false(is_clock_settled(&watch));
	look(CLOCK_SETTLED_MS / 1000, 0);
	assert_true(is_clock_settled(&watch));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_steady_clock_is_no_news, set_up),
		cmocka_unit_test_setup(a_jump_ahead_counts_until_all_leases_have_ended, set_up),
		cmocka_unit_test_setup(what_is_put_right_counts_no_longer, set_up),
		cmocka_unit_test_setup(a_clock_that_was_set_is_believed_after_a_while, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
