/* SPDX-License-Identifier: Apache-2.0 */
/* The authority state machine: what it does at each arc that matters. What holds after any sequence of events:
 * test_authority_simulation.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"
#include "engine/authority.h"

#define BOOT "boot-one"
#define HOLD_S 100

static struct moment at(unsigned seconds) {
	return (struct moment){ 1700000000 + seconds, 5000000 + seconds * 1000ull };
}

static struct authority authority_of(enum authority_mode mode) {
	struct moment now = at(0);
	struct authority authority;
	struct verdict none;

	verdict_init(&none);
	authority_init(&authority, mode, BOOT, &none, true, &now);
	authority_set_times(&authority, HOLD_S, 3600, &now);
	return authority;
}

static bool handle(struct authority *authority, enum authority_event event, int code, unsigned seconds) {
	struct moment now = at(seconds);
	struct error cause;

	error_set(&cause, (enum error_code)code, "because of %d", code);
	return authority_handle(authority, event, code ? &cause : NULL, &now).is_news;
}

static void tick(struct authority *authority, unsigned seconds) {
	struct moment now = at(seconds);

	authority_tick(authority, &now);
}

static bool is_valid(const struct authority *authority, unsigned seconds) {
	struct moment now = at(seconds);

	return is_verdict_valid(&authority->verdict, &now, BOOT);
}

static struct authority resumed(const struct authority *authority, bool may_use_stored, unsigned seconds) {
	struct moment now = at(seconds);
	struct authority again;

	authority_init(&again, authority->mode, BOOT, &authority->verdict, may_use_stored, &now);
	return again;
}

static void nothing_is_valid_before_the_first_look_up(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	assert_false(is_valid(&authority, 0));
	assert_true(handle(&authority, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 1));
	assert_int_equal(authority.verdict.state, AUTHORITY_UNREACHABLE);
	assert_int_equal(authority.verdict.code, E_DHCP_ROGUE_DS_UNREACHABLE);
	assert_false(is_valid(&authority, 1));
}

static void a_listed_server_holds_authority_for_the_hold_time(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	assert_true(handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0));
	assert_true(is_valid(&authority, 0));
	assert_true(is_valid(&authority, HOLD_S - 1));
	assert_false(is_valid(&authority, HOLD_S));
	assert_false(handle(&authority, AUTHORITY_EVENT_LISTED, 0, 50));
	assert_true(is_valid(&authority, HOLD_S + 49));
}

static void a_directory_that_goes_away_does_not_lengthen_it(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	assert_true(handle(&authority, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 60));
	assert_int_equal(authority.verdict.state, AUTHORITY_CACHED);
	assert_false(handle(&authority, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 70));
	assert_true(is_valid(&authority, HOLD_S - 1));
	assert_false(is_valid(&authority, HOLD_S));
	tick(&authority, HOLD_S);
	assert_int_equal(authority.verdict.state, AUTHORITY_UNREACHABLE);
	assert_int_equal(authority.verdict.code, E_DHCP_ROGUE_DS_UNREACHABLE);
}

static void a_withdrawal_acts_at_once_and_stands_while_the_directory_is_away(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	assert_true(handle(&authority, AUTHORITY_EVENT_NOT_LISTED, E_DHCP_ROGUE_NOT_AUTHORIZED, 1));
	assert_false(is_valid(&authority, 1));
	assert_false(handle(&authority, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 2));
	assert_int_equal(authority.verdict.state, AUTHORITY_NOT_AUTHORIZED);
	assert_int_equal(authority.verdict.code, E_DHCP_ROGUE_NOT_AUTHORIZED);
	assert_true(handle(&authority, AUTHORITY_EVENT_LISTED, 0, 3));
	assert_int_equal(authority.verdict.code, E_OK);
	assert_true(is_valid(&authority, 3));
}

static void refused_credentials_are_not_a_directory_that_is_away(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	handle(&authority, AUTHORITY_EVENT_REFUSED, E_DHCP_ROGUE_INIT_FAILED, 0);
	assert_int_equal(authority.verdict.state, AUTHORITY_UNDETERMINED);
	assert_int_equal(authority.verdict.code, E_DHCP_ROGUE_INIT_FAILED);
}

static void a_stored_verdict_is_used_only_if_it_may_be(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY), again;

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	again = resumed(&authority, true, 10);
	assert_int_equal(again.verdict.state, AUTHORITY_CACHED);
	assert_true(is_valid(&again, 10));
	again = resumed(&authority, false, 10);
	assert_int_equal(again.verdict.state, AUTHORITY_START);
	assert_false(is_valid(&again, 10));
}

static void an_expired_verdict_is_not_resumed(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY), again;

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	again = resumed(&authority, true, HOLD_S + 1);
	assert_int_equal(again.verdict.state, AUTHORITY_START);
}

/* What each state means: whether clients are answered, and the code that a person sees. */
static void each_state_says_what_it_is(void **state) {
	static const struct {
		enum authority_mode mode;
		enum authority_event events[2];
		int code; /* of the last event */
		enum authority_state state;
		bool is_serving;
	} rows[] = {
		{ AUTHORITY_MODE_DIRECTORY, { AUTHORITY_EVENT_CHECK, AUTHORITY_EVENT_CHECK }, 0,
		  AUTHORITY_CHECKING, false },
		{ AUTHORITY_MODE_DIRECTORY, { AUTHORITY_EVENT_CHECK, AUTHORITY_EVENT_LISTED }, 0,
		  AUTHORITY_AUTHORIZED, true },
		{ AUTHORITY_MODE_DIRECTORY, { AUTHORITY_EVENT_LISTED, AUTHORITY_EVENT_UNREACHABLE },
		  E_DHCP_ROGUE_DS_UNREACHABLE, AUTHORITY_CACHED, true },
		{ AUTHORITY_MODE_DIRECTORY, { AUTHORITY_EVENT_LISTED, AUTHORITY_EVENT_REFUSED },
		  E_DHCP_ROGUE_INIT_FAILED, AUTHORITY_CACHED, true },
		{ AUTHORITY_MODE_DIRECTORY, { AUTHORITY_EVENT_LISTED, AUTHORITY_EVENT_NOT_LISTED },
		  E_DHCP_ROGUE_NOT_AUTHORIZED, AUTHORITY_NOT_AUTHORIZED, false },
		{ AUTHORITY_MODE_DIRECTORY, { AUTHORITY_EVENT_LISTED, AUTHORITY_EVENT_CONFLICTING },
		  E_DHCP_ROGUE_DS_CONFLICT, AUTHORITY_CONFLICT, false },
		{ AUTHORITY_MODE_DIRECTORY, { AUTHORITY_EVENT_CHECK, AUTHORITY_EVENT_UNREACHABLE },
		  E_DHCP_ROGUE_DS_UNREACHABLE, AUTHORITY_UNREACHABLE, false },
		{ AUTHORITY_MODE_DIRECTORY, { AUTHORITY_EVENT_CHECK, AUTHORITY_EVENT_REFUSED },
		  E_DHCP_ROGUE_INIT_FAILED, AUTHORITY_UNDETERMINED, false },
		{ AUTHORITY_MODE_STANDALONE, { AUTHORITY_EVENT_CHECK, AUTHORITY_EVENT_UNOPPOSED }, 0,
		  AUTHORITY_STANDALONE, true },
		{ AUTHORITY_MODE_STANDALONE, { AUTHORITY_EVENT_UNOPPOSED, AUTHORITY_EVENT_REFUSED },
		  E_DHCP_ROGUE_INIT_FAILED, AUTHORITY_STANDALONE, true },
		{ AUTHORITY_MODE_STANDALONE, { AUTHORITY_EVENT_UNOPPOSED, AUTHORITY_EVENT_DIRECTORY_MET },
		  E_DHCP_STANDALONE_IN_DS, AUTHORITY_STANDALONE_IN_DS, false },
		{ AUTHORITY_MODE_STANDALONE, { AUTHORITY_EVENT_UNOPPOSED, AUTHORITY_EVENT_SERVER_MET },
		  E_DHCP_ROGUE_SAMSHUTDOWN, AUTHORITY_OTHER_SERVER, false },
		{ AUTHORITY_MODE_STANDALONE, { AUTHORITY_EVENT_CHECK, AUTHORITY_EVENT_REFUSED },
		  E_DHCP_ROGUE_INIT_FAILED, AUTHORITY_UNDETERMINED, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct authority authority = authority_of(rows[i].mode);

		handle(&authority, rows[i].events[0], 0, 0);
		handle(&authority, rows[i].events[1], rows[i].code, 1);
		assert_int_equal(authority.verdict.state, rows[i].state);
		assert_int_equal(authority.verdict.code, rows[i].code);
		assert_int_equal(is_valid(&authority, 1), rows[i].is_serving);
		assert_int_equal(is_authority_state_serving(rows[i].state), rows[i].is_serving);
	}
}

/* Bring a fresh authority into each state that there is. */
static struct authority authority_in(enum authority_mode mode, enum authority_state wanted) {
	struct authority authority = authority_of(mode);

	authority.verdict.state = wanted;
	authority.verdict.code = E_DHCP_ROGUE_NOT_AUTHORIZED;
	return authority;
}

static void events_of_the_other_kind_of_server_do_nothing(void **state) {
	static const enum authority_event of_directory[] = { AUTHORITY_EVENT_LISTED, AUTHORITY_EVENT_NOT_LISTED,
							     AUTHORITY_EVENT_CONFLICTING, AUTHORITY_EVENT_UNREACHABLE };
	static const enum authority_event of_network[] = { AUTHORITY_EVENT_UNOPPOSED, AUTHORITY_EVENT_DIRECTORY_MET,
							   AUTHORITY_EVENT_SERVER_MET };

	for (enum authority_state from = 0; from < AUTHORITY_STATE_COUNT; from++) {
		struct authority standalone = authority_in(AUTHORITY_MODE_STANDALONE, from), before = standalone;
		struct authority directory = authority_in(AUTHORITY_MODE_DIRECTORY, from), before_directory = directory;

		for (size_t i = 0; i < ARRAY_LEN(of_directory); i++)
			assert_false(handle(&standalone, of_directory[i], E_DHCP_ROGUE_DS_UNREACHABLE, 5));
		for (size_t i = 0; i < ARRAY_LEN(of_network); i++)
			assert_false(handle(&directory, of_network[i], E_DHCP_STANDALONE_IN_DS, 5));
		assert_memory_equal(&standalone, &before, sizeof before);
		assert_memory_equal(&directory, &before_directory, sizeof before);
	}
}

static void a_standalone_server_yields_and_comes_back(void **state) {
	static const enum authority_event objections[] = { AUTHORITY_EVENT_DIRECTORY_MET, AUTHORITY_EVENT_SERVER_MET };

	for (size_t i = 0; i < ARRAY_LEN(objections); i++) {
		struct authority authority = authority_of(AUTHORITY_MODE_STANDALONE);

		assert_true(handle(&authority, AUTHORITY_EVENT_UNOPPOSED, 0, 0));
		assert_true(handle(&authority, objections[i], E_DHCP_STANDALONE_IN_DS, 1));
		assert_false(is_valid(&authority, 1));
		/* That the network cannot be asked is no proof that the other one is gone. */
		assert_false(handle(&authority, AUTHORITY_EVENT_REFUSED, E_DHCP_ROGUE_INIT_FAILED, 2));
		assert_false(is_valid(&authority, 2));
		assert_true(handle(&authority, AUTHORITY_EVENT_UNOPPOSED, 0, 3));
		assert_true(is_valid(&authority, 3));
		assert_int_equal(authority.verdict.code, E_OK);
	}
}

static void a_standalone_verdict_runs_out_and_is_never_resumed(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_STANDALONE), again;

	handle(&authority, AUTHORITY_EVENT_UNOPPOSED, 0, 0);
	again = resumed(&authority, true, 1);
	assert_int_equal(again.verdict.state, AUTHORITY_START);
	authority.mode = AUTHORITY_MODE_DIRECTORY; /* lessord.conf was changed */
	again = resumed(&authority, true, 1);
	assert_int_equal(again.verdict.state, AUTHORITY_START);
	authority.mode = AUTHORITY_MODE_STANDALONE;
	tick(&authority, HOLD_S);
	assert_int_equal(authority.verdict.state, AUTHORITY_UNDETERMINED);
	assert_int_equal(authority.verdict.code, E_DHCP_ROGUE_INIT_FAILED);
}

static void a_contradiction_ends_authority_until_it_is_mended(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	assert_true(handle(&authority, AUTHORITY_EVENT_CONFLICTING, E_DHCP_ROGUE_DS_CONFLICT, 1));
	assert_false(handle(&authority, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 2));
	assert_int_equal(authority.verdict.state, AUTHORITY_CONFLICT);
	assert_false(is_valid(&authority, 2));
	assert_true(handle(&authority, AUTHORITY_EVENT_LISTED, 0, 3));
	assert_true(is_valid(&authority, 3));
}

static struct authority_step confirm(struct authority *authority, unsigned seconds) {
	struct moment known_at = at(seconds);

	return authority_confirm(authority, &known_at);
}

static void signs_of_life_renew_a_grant_and_nothing_else(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	assert_false(confirm(&authority, 1).is_changed); /* too soon to be worth a write */
	assert_true(confirm(&authority, 30).is_changed);
	assert_true(is_valid(&authority, 30 + HOLD_S - 1));
	assert_false(is_valid(&authority, 30 + HOLD_S));
	handle(&authority, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 40);
	assert_true(confirm(&authority, 60).is_check_due);
	assert_false(is_valid(&authority, 30 + HOLD_S));
	handle(&authority, AUTHORITY_EVENT_NOT_LISTED, E_DHCP_ROGUE_NOT_AUTHORIZED, 61);
	assert_false(confirm(&authority, 90).is_check_due);
	assert_int_equal(authority.verdict.state, AUTHORITY_NOT_AUTHORIZED);
}

/* The host slept; what was in the socket's buffer is read before the timer is. */
static void a_sign_of_life_does_not_revive_a_verdict_that_ran_out(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);
	struct authority_step step;

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	step = confirm(&authority, HOLD_S + 1);
	assert_true(step.is_news && step.is_check_due);
	assert_int_equal(authority.verdict.state, AUTHORITY_UNREACHABLE);
	assert_true(confirm(&authority, HOLD_S + 2).is_check_due);
}

static void a_late_answer_counts_from_its_question(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);
	struct moment now = at(HOLD_S + 10);

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 5);
	assert_true(is_valid(&authority, HOLD_S + 4));
	assert_false(is_valid(&authority, HOLD_S + 5));
	/* It is of no use any more: that shows at once. */
	assert_int_equal(authority_wait_ms(&authority, &now), 0);
	assert_true(authority_tick(&authority, &now).is_check_due);
}

static void a_refused_look_up_is_repeated_at_the_next_sign_of_life(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	handle(&authority, AUTHORITY_EVENT_NOT_LISTED, E_DHCP_ROGUE_NOT_AUTHORIZED, 0);
	handle(&authority, AUTHORITY_EVENT_REFUSED, E_DHCP_ROGUE_INIT_FAILED, 1);
	assert_true(confirm(&authority, 2).is_check_due);
	handle(&authority, AUTHORITY_EVENT_NOT_LISTED, E_DHCP_ROGUE_NOT_AUTHORIZED, 3);
	assert_false(confirm(&authority, 4).is_check_due);
}

static uint64_t wait_ms(const struct authority *authority, unsigned seconds) {
	struct moment now = at(seconds);

	return authority_wait_ms(authority, &now);
}

static void checks_are_due_at_once_then_at_the_interval(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);
	struct moment now = at(0);

	assert_int_equal(wait_ms(&authority, 0), 0);
	assert_true(authority_tick(&authority, &now).is_check_due);
	assert_false(authority_tick(&authority, &now).is_check_due);
	assert_int_equal(wait_ms(&authority, 0), 3600000);
	handle(&authority, AUTHORITY_EVENT_NOT_LISTED, E_DHCP_ROGUE_NOT_AUTHORIZED, 100);
	assert_int_equal(wait_ms(&authority, 100), 3600000);
	handle(&authority, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 200);
	assert_int_equal(wait_ms(&authority, 200), 3500000);
	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 300);
	assert_int_equal(wait_ms(&authority, 300), HOLD_S * 1000);
	now = at(4000);
	assert_true(authority_tick(&authority, &now).is_check_due);
}

static struct authority_step set_times(struct authority *authority, uint64_t hold_s, uint64_t recheck_s,
				       unsigned seconds) {
	struct moment now = at(seconds);

	return authority_set_times(authority, hold_s, recheck_s, &now);
}

static void another_hold_time_counts_from_the_last_answer(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	assert_true(set_times(&authority, 1000, 3600, 10).is_changed);
	assert_true(is_valid(&authority, 999));
	assert_false(is_valid(&authority, 1000));
	assert_false(set_times(&authority, 1000, 3600, 11).is_changed);
	/* The answer is older than it may be now: another is sought, and has a moment to come. */
	assert_true(set_times(&authority, 60, 3600, 500).is_check_due);
	assert_true(is_valid(&authority, 503));
	assert_false(is_valid(&authority, 504));
}

static void a_cached_verdict_keeps_its_limit(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	handle(&authority, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 1);
	assert_false(set_times(&authority, 100000, 3600, 2).is_changed);
	assert_false(is_valid(&authority, HOLD_S));
}

static void times_have_a_least_value_that_works(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);

	set_times(&authority, 0, 300, 0);
	assert_true(authority_renewal_ms(&authority) >= 1000);
	set_times(&authority, 259200, 300, 0);
	assert_int_equal(authority_renewal_ms(&authority), 60000);
	handle(&authority, AUTHORITY_EVENT_NOT_LISTED, E_DHCP_ROGUE_NOT_AUTHORIZED, 0);
	assert_int_equal(wait_ms(&authority, 0), 300000);
	set_times(&authority, 259200, 86400, 0); /* the check that is planned stays */
	assert_int_equal(wait_ms(&authority, 0), 300000);
}

/* Of another boot the wall clock decides, in whole seconds, and never in its own favour. */
static void another_boot_goes_by_the_wall_clock(void **state) {
	struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY), again;
	struct moment now = { 1700000000 + HOLD_S - 1, 10 };

	handle(&authority, AUTHORITY_EVENT_LISTED, 0, 0);
	authority_init(&again, AUTHORITY_MODE_DIRECTORY, "boot-two", &authority.verdict, true, &now);
	assert_int_equal(again.verdict.state, AUTHORITY_CACHED);
	now.wall_s++;
	assert_true(authority_tick(&again, &now).is_news);
	assert_int_equal(again.verdict.state, AUTHORITY_UNREACHABLE);
	now.wall_s = 1699999999; /* before the last check: set back, so nothing may be built on it */
	authority_init(&again, AUTHORITY_MODE_DIRECTORY, "boot-two", &authority.verdict, true, &now);
	assert_int_equal(again.verdict.state, AUTHORITY_START);
	assert_int_equal(again.verdict.checked_at, 1700000000);
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_valid_before_the_first_look_up),
		cmocka_unit_test(a_listed_server_holds_authority_for_the_hold_time),
		cmocka_unit_test(a_directory_that_goes_away_does_not_lengthen_it),
		cmocka_unit_test(a_withdrawal_acts_at_once_and_stands_while_the_directory_is_away),
		cmocka_unit_test(refused_credentials_are_not_a_directory_that_is_away),
		cmocka_unit_test(a_stored_verdict_is_used_only_if_it_may_be),
		cmocka_unit_test(an_expired_verdict_is_not_resumed),
		cmocka_unit_test(each_state_says_what_it_is),
		cmocka_unit_test(events_of_the_other_kind_of_server_do_nothing),
		cmocka_unit_test(a_standalone_server_yields_and_comes_back),
		cmocka_unit_test(a_standalone_verdict_runs_out_and_is_never_resumed),
		cmocka_unit_test(a_contradiction_ends_authority_until_it_is_mended),
		cmocka_unit_test(signs_of_life_renew_a_grant_and_nothing_else),
		cmocka_unit_test(a_sign_of_life_does_not_revive_a_verdict_that_ran_out),
		cmocka_unit_test(a_late_answer_counts_from_its_question),
		cmocka_unit_test(a_refused_look_up_is_repeated_at_the_next_sign_of_life),
		cmocka_unit_test(checks_are_due_at_once_then_at_the_interval),
		cmocka_unit_test(another_hold_time_counts_from_the_last_answer),
		cmocka_unit_test(a_cached_verdict_keeps_its_limit),
		cmocka_unit_test(times_have_a_least_value_that_works),
		cmocka_unit_test(another_boot_goes_by_the_wall_clock),
	};

	return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
