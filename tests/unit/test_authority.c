/* SPDX-License-Identifier: Apache-2.0 */
/* The authority state machine: what it does at each arc that matters, and what holds after any sequence of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

/* After any events: valid only while "listed" was said within the hold time and nothing was said against it since. */
static void no_sequence_of_events_lengthens_authority(void **state) {
	uint32_t random = 1;

	for (unsigned run = 0; run < 2000; run++) {
		struct authority authority = authority_of(AUTHORITY_MODE_DIRECTORY);
		unsigned seconds = 0, granted = 0;
		bool is_granted = false;

		for (unsigned step = 0; step < 50; step++) {
			enum authority_event event;

			random = random * 1103515245u + 12345u;
			event = (enum authority_event)((random >> 16) % AUTHORITY_EVENT_COUNT);
			seconds += (random >> 8) % 40;
			handle(&authority, event, event == AUTHORITY_EVENT_LISTED ? 0 : E_DHCP_ROGUE_DS_UNREACHABLE,
			       seconds);
			if (event == AUTHORITY_EVENT_LISTED) {
				is_granted = true;
				granted = seconds;
			} else if (event == AUTHORITY_EVENT_NOT_LISTED || event == AUTHORITY_EVENT_CONFLICTING ||
				   event == AUTHORITY_EVENT_EXPIRED) {
				is_granted = false;
			}
			assert_int_equal(is_valid(&authority, seconds), is_granted && seconds < granted + HOLD_S);
		}
	}
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
		cmocka_unit_test(no_sequence_of_events_lengthens_authority),
	};

	return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
