/* SPDX-License-Identifier: Apache-2.0 */
/* The wall clock against the one that cannot be set, in simulated time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
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

static void what_is_put_right_soon_was_no_jump(void **state) {
	look(0, 0);
	assert_int_equal(look(60, -YEAR_S), CLOCK_BACK);
	assert_int_equal(watch.ahead_s, -YEAR_S);
	assert_int_equal(look(60, YEAR_S), CLOCK_AHEAD);
	assert_int_equal(watch.ahead_s, 0);
	look(60, -YEAR_S);
	look(60, YEAR_S + 1000);
	assert_int_equal(watch.ahead_s, 1000);
}

static void a_clock_that_stays_back_is_believed(void **state) {
	look(0, 0);
	look(60, -YEAR_S);
	look(CLOCK_SETTLED_MS / 1000 - 1, 0);
	assert_int_equal(watch.ahead_s, -YEAR_S);
	assert_int_equal(look(1, 0), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, 0);
	assert_true(is_clock_settled(&watch));
	look(60, YEAR_S);
	assert_int_equal(watch.ahead_s, YEAR_S);
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

/* The program ends, and begins again after a time, in this boot or in another one. */
static void start_anew(const char *boot_id, uint64_t passed_s, int64_t set_by_s) {
	struct clock_past past = clock_watch_past(&watch, "a boot");
	uint8_t octets[CLOCK_PAST_MAX];
	size_t len = clock_past_encode(&past, octets);

	assert_return_code(clock_past_decode(span_of(octets, len), &past), 0);
	watch = (struct clock_watch){ 0 };
	clock_watch_recall(&watch, &past, boot_id);
	now.wall_s += (int64_t)passed_s + set_by_s;
	now.boot_ms = strcmp(boot_id, "a boot") == 0 ? now.boot_ms + passed_s * 1000 : 5000;
}

static void a_jump_between_two_lives_of_a_boot_is_noticed(void **state) {
	look(0, 0);
	start_anew("a boot", 5000, 0);
	assert_int_equal(look(0, 0), CLOCK_STEADY);
	start_anew("a boot", 5000, YEAR_S);
	assert_int_equal(look(0, 0), CLOCK_AHEAD);
	assert_int_equal(jump_s, YEAR_S);
	assert_int_equal(watch.ahead_s, YEAR_S);
	start_anew("a boot", 100, 0);
	assert_int_equal(look(0, 0), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, YEAR_S);
	look(LONGEST_S, 0);
	assert_int_equal(watch.ahead_s, 0);
	start_anew("a boot", 100, -YEAR_S);
	assert_int_equal(look(0, 0), CLOCK_BACK);
	assert_int_equal(watch.ahead_s, -YEAR_S);
}

/* The longest lease is not known before there is a configuration. */
static void a_jump_at_the_start_counts_before_there_is_a_configuration(void **state) {
	look(0, 0);
	start_anew("a boot", 10, YEAR_S);
	clock_watch_look(&watch, &now, 0, &jump_s);
	look(600, 0);
	assert_int_equal(watch.ahead_s, YEAR_S);
	look(LONGEST_S - 601, 0);
	assert_int_equal(watch.ahead_s, YEAR_S);
}

static void a_short_time_off_is_none(void **state) {
	look(0, 0);
	start_anew("another boot", CLOCK_AWAY_S - 1, 0);
	assert_int_equal(look(0, 0), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, 0);
}

static void a_long_time_off_is_doubted_until_somebody_vouches_for_the_clock(void **state) {
	look(0, 0);
	start_anew("another boot", YEAR_S, 0);
	assert_true(is_clock_unsure(&watch));
	assert_int_equal(look(0, 0), CLOCK_AHEAD);
	assert_int_equal(watch.ahead_s, YEAR_S);
	look(10, 0);
	assert_true(is_clock_unsure(&watch));
	watch.is_confirmed = true;
	assert_int_equal(look(10, 0), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, 0);
	assert_false(is_clock_unsure(&watch));
}

static void a_clock_that_is_vouched_for_is_not_doubted(void **state) {
	look(0, 0);
	start_anew("another boot", YEAR_S, 0);
	watch.is_confirmed = true;
	assert_int_equal(look(0, 0), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, 0);
}

/* A time service puts it right, and vouches for it by the next look. */
static void a_clock_that_was_ahead_at_the_start_is_put_right(void **state) {
	look(0, 0);
	start_anew("another boot", 60, YEAR_S);
	assert_int_equal(look(0, 0), CLOCK_AHEAD);
	watch.is_confirmed = true;
	assert_int_equal(look(10, -YEAR_S), CLOCK_BACK);
	assert_int_equal(watch.ahead_s, 0);
	look(10, 0);
	assert_int_equal(watch.ahead_s, 0);
}

/* Without a battery the clock begins at nought, and a time service puts it right a minute later. */
static void a_host_without_a_battery(void **state) {
	int64_t before;

	look(0, 0);
	before = now.wall_s;
	start_anew("another boot", 600, -(before + 600));
	assert_int_equal(now.wall_s, 0);
	assert_int_equal(look(30, 0), CLOCK_BACK);
	assert_int_equal(now.wall_s - watch.ahead_s, before);
	start_anew("a third boot", 60, -90);
	assert_int_equal(look(30, 0), CLOCK_BACK);
	assert_int_equal(now.wall_s - watch.ahead_s, before);
	look(60, 0);
	assert_int_equal(now.wall_s - watch.ahead_s, before + 60);
	watch.is_confirmed = true;
	assert_int_equal(look(1, before + 120), CLOCK_AHEAD);
	assert_int_equal(watch.ahead_s, 0);
}

/* It was off for long: leases that were granted meanwhile keep their time by the clock that granted them. */
static void a_host_without_a_battery_that_was_off_for_long(void **state) {
	int64_t before;

	look(0, 0);
	before = now.wall_s;
	start_anew("another boot", 0, -before);
	look(0, 0);
	assert_int_equal(look(60, before + YEAR_S), CLOCK_AHEAD);
	assert_int_equal(watch.ahead_s, YEAR_S);
}

static void what_was_ahead_stays_so_over_a_boot(void **state) {
	look(0, 0);
	look(60, YEAR_S);
	start_anew("another boot", 60, 0);
	assert_int_equal(look(0, 0), CLOCK_STEADY);
	assert_int_equal(watch.ahead_s, YEAR_S);
	start_anew("a third boot", 60, -YEAR_S);
	assert_int_equal(look(0, 0), CLOCK_BACK);
	assert_int_equal(watch.ahead_s, 0);
}

/* Whatever octets a file has, they are refused or do no harm. */
static void nonsense_is_refused(void **state) {
	struct clock_past past = { .at = now, .set_ms = 4000, .ahead_s = 77, .boot_id = "a boot" }, read;
	uint8_t octets[CLOCK_PAST_MAX + 1] = { 0 };
	size_t len = clock_past_encode(&past, octets);

	for (size_t i = 0; i < sizeof octets; i++)
		if (i != len)
			assert_int_equal(clock_past_decode(span_of(octets, i), &read), -E_INVALID_PARAMETER);
	for (size_t i = 0; i < len * 256; i++) {
		uint8_t before = octets[i / 256];

		octets[i / 256] = (uint8_t)i;
		if (clock_past_decode(span_of(octets, len), &read) == 0) {
			watch = (struct clock_watch){ 0 };
			clock_watch_recall(&watch, &read, i % 2 ? "a boot" : "another boot");
			look(1, 0);
			look(1, YEAR_S);
		}
		octets[i / 256] = before;
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_steady_clock_is_no_news, set_up),
		cmocka_unit_test_setup(a_jump_ahead_counts_until_all_leases_have_ended, set_up),
		cmocka_unit_test_setup(what_is_put_right_counts_no_longer, set_up),
		cmocka_unit_test_setup(what_is_put_right_soon_was_no_jump, set_up),
		cmocka_unit_test_setup(a_clock_that_stays_back_is_believed, set_up),
		cmocka_unit_test_setup(a_clock_that_was_set_is_believed_after_a_while, set_up),
		cmocka_unit_test_setup(a_jump_between_two_lives_of_a_boot_is_noticed, set_up),
		cmocka_unit_test_setup(a_jump_at_the_start_counts_before_there_is_a_configuration, set_up),
		cmocka_unit_test_setup(a_short_time_off_is_none, set_up),
		cmocka_unit_test_setup(a_long_time_off_is_doubted_until_somebody_vouches_for_the_clock, set_up),
		cmocka_unit_test_setup(a_clock_that_is_vouched_for_is_not_doubted, set_up),
		cmocka_unit_test_setup(a_clock_that_was_ahead_at_the_start_is_put_right, set_up),
		cmocka_unit_test_setup(a_host_without_a_battery, set_up),
		cmocka_unit_test_setup(a_host_without_a_battery_that_was_off_for_long, set_up),
		cmocka_unit_test_setup(what_was_ahead_stays_so_over_a_boot, set_up),
		cmocka_unit_test_setup(nonsense_is_refused, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
