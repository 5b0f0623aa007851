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

static bool handle(struct verdict *verdict, enum authority_event event, int code, unsigned seconds) {
	struct moment now = at(seconds);
	struct error cause;

	error_set(&cause, (enum error_code)code, "because of %d", code);
	return authority_handle(verdict, event, code ? &cause : NULL, &now, BOOT, HOLD_S);
}

static bool is_valid(const struct verdict *verdict, unsigned seconds) {
	struct moment now = at(seconds);

	return is_verdict_valid(verdict, &now, BOOT);
}

static void nothing_is_valid_before_the_first_look_up(void **state) {
	struct verdict verdict;

	verdict_init(&verdict);
	assert_false(is_valid(&verdict, 0));
	assert_true(handle(&verdict, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 1));
	assert_int_equal(verdict.state, AUTHORITY_UNREACHABLE);
	assert_int_equal(verdict.code, E_DHCP_ROGUE_DS_UNREACHABLE);
	assert_false(is_valid(&verdict, 1));
}

static void a_listed_server_holds_authority_for_the_hold_time(void **state) {
	struct verdict verdict;

	verdict_init(&verdict);
	assert_true(handle(&verdict, AUTHORITY_EVENT_LISTED, 0, 0));
	assert_true(is_valid(&verdict, 0));
	assert_true(is_valid(&verdict, HOLD_S - 1));
	assert_false(is_valid(&verdict, HOLD_S));
	assert_false(handle(&verdict, AUTHORITY_EVENT_LISTED, 0, 50));
	assert_true(is_valid(&verdict, HOLD_S + 49));
}

static void a_directory_that_goes_away_does_not_lengthen_it(void **state) {
	struct verdict verdict;

	verdict_init(&verdict);
	handle(&verdict, AUTHORITY_EVENT_LISTED, 0, 0);
	assert_true(handle(&verdict, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 60));
	assert_int_equal(verdict.state, AUTHORITY_CACHED);
	assert_false(handle(&verdict, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 70));
	assert_true(is_valid(&verdict, HOLD_S - 1));
	assert_false(is_valid(&verdict, HOLD_S));
	assert_true(handle(&verdict, AUTHORITY_EVENT_EXPIRED, 0, HOLD_S));
	assert_int_equal(verdict.state, AUTHORITY_UNREACHABLE);
	assert_int_equal(verdict.code, E_DHCP_ROGUE_DS_UNREACHABLE);
}

static void a_withdrawal_acts_at_once_and_stands_while_the_directory_is_away(void **state) {
	struct verdict verdict;

	verdict_init(&verdict);
	handle(&verdict, AUTHORITY_EVENT_LISTED, 0, 0);
	assert_true(handle(&verdict, AUTHORITY_EVENT_NOT_LISTED, E_DHCP_ROGUE_NOT_AUTHORIZED, 1));
	assert_false(is_valid(&verdict, 1));
	assert_false(handle(&verdict, AUTHORITY_EVENT_UNREACHABLE, E_DHCP_ROGUE_DS_UNREACHABLE, 2));
	assert_int_equal(verdict.state, AUTHORITY_NOT_AUTHORIZED);
	assert_int_equal(verdict.code, E_DHCP_ROGUE_NOT_AUTHORIZED);
	assert_true(handle(&verdict, AUTHORITY_EVENT_LISTED, 0, 3));
	assert_int_equal(verdict.code, E_OK);
	assert_true(is_valid(&verdict, 3));
}

static void refused_credentials_are_not_a_directory_that_is_away(void **state) {
	struct verdict verdict;

	verdict_init(&verdict);
	handle(&verdict, AUTHORITY_EVENT_REFUSED, E_DHCP_ROGUE_INIT_FAILED, 0);
	assert_int_equal(verdict.state, AUTHORITY_UNDETERMINED);
	assert_int_equal(verdict.code, E_DHCP_ROGUE_INIT_FAILED);
}

static void a_stored_verdict_is_used_only_if_it_may_be(void **state) {
	struct moment later = at(10);
	struct verdict verdict;

	verdict_init(&verdict);
	handle(&verdict, AUTHORITY_EVENT_LISTED, 0, 0);
	authority_resume(&verdict, true, &later, BOOT);
	assert_int_equal(verdict.state, AUTHORITY_CACHED);
	assert_true(is_valid(&verdict, 10));
	authority_resume(&verdict, false, &later, BOOT);
	assert_int_equal(verdict.state, AUTHORITY_START);
	assert_false(is_valid(&verdict, 10));
}

static void an_expired_verdict_is_not_resumed(void **state) {
	struct moment later = at(HOLD_S + 1);
	struct verdict verdict;

	verdict_init(&verdict);
	handle(&verdict, AUTHORITY_EVENT_LISTED, 0, 0);
	authority_resume(&verdict, true, &later, BOOT);
	assert_int_equal(verdict.state, AUTHORITY_START);
}

/* After any events: valid only while "listed" was said within the hold time and nothing was said against it since. */
static void no_sequence_of_events_lengthens_authority(void **state) {
	uint32_t random = 1;

	for (unsigned run = 0; run < 2000; run++) {
		struct verdict verdict;
		unsigned seconds = 0, granted = 0;
		bool is_granted = false;

		verdict_init(&verdict);
		for (unsigned step = 0; step < 50; step++) {
			enum authority_event event;

			random = random * 1103515245u + 12345u;
			event = (enum authority_event)((random >> 16) % AUTHORITY_EVENT_COUNT);
			seconds += (random >> 8) % 40;
			handle(&verdict, event, event == AUTHORITY_EVENT_LISTED ? 0 : E_DHCP_ROGUE_DS_UNREACHABLE,
			       seconds);
			if (event == AUTHORITY_EVENT_LISTED) {
				is_granted = true;
				granted = seconds;
			} else if (event == AUTHORITY_EVENT_NOT_LISTED || event == AUTHORITY_EVENT_EXPIRED) {
				is_granted = false;
			}
			assert_int_equal(is_valid(&verdict, seconds), is_granted && seconds < granted + HOLD_S);
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
