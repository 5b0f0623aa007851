/* SPDX-License-Identifier: Apache-2.0 */
/* What the rounds of rogue detection mean for a server without a directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "dir/detected.h"

#define STARTED_MS 50000
#define HOLD_MS 100000
#define AT_MS 60000

static struct detection detection_of(enum detection_outcome outcome) {
	return (struct detection){ .outcome = outcome, .number = 1, .at = { 1700000000, AT_MS }, .boot_id = "boot",
				   .by = { 0x0a4d0003 }, .enterprise = "example.org", .reason = "no interface is up" };
}

static bool take_at(const struct detection *detection, uint64_t now_ms, enum authority_event *ret_event,
		    struct error *ret_cause) {
	const struct detected_bounds bounds = { "boot", STARTED_MS, HOLD_MS };

	return detected_event(detection, &bounds, &(struct moment){ 1700000000, now_ms }, ret_event, ret_cause);
}

static void each_outcome_is_an_event(void **state) {
	static const struct {
		enum detection_outcome outcome;
		enum authority_event event;
		int code;
		const char *sentence;
	} cases[] = {
		{ DETECTION_UNOPPOSED, AUTHORITY_EVENT_UNOPPOSED, E_OK, NULL },
		{ DETECTION_DIRECTORY_MET, AUTHORITY_EVENT_DIRECTORY_MET, E_DHCP_STANDALONE_IN_DS,
		  "the DHCP server 10.77.0.3 says that this network belongs to the directory \"example.org\"; give this server that "
		  "directory (mode = directory) and have it authorized, or switch it off" },
		{ DETECTION_SERVER_MET, AUTHORITY_EVENT_SERVER_MET, E_DHCP_ROGUE_SAMSHUTDOWN,
		  "the DHCP server 10.77.0.3 is on the network, and this one may only run alone (lessorStandaloneRule); switch one of "
		  "the two off, or change the rule" },
		{ DETECTION_IMPOSSIBLE, AUTHORITY_EVENT_REFUSED, E_DHCP_ROGUE_INIT_FAILED, "no interface is up" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct detection detection = detection_of(cases[i].outcome);
		enum authority_event event;
		struct error cause;

		assert_true(take_at(&detection, AT_MS, &event, &cause));
		assert_int_equal(event, cases[i].event);
		assert_int_equal(cause.code, cases[i].code);
		if (cases[i].sentence)
			assert_string_equal(cause.text, cases[i].sentence);
	}
}

static bool is_counting(const struct detection *detection, uint64_t now_ms) {
	enum authority_event event;
	struct error cause;

	return take_at(detection, now_ms, &event, &cause);
}

static void others_count_for_nothing(void **state) {
	struct detection none = detection_of(DETECTION_NONE), other_boot = detection_of(DETECTION_UNOPPOSED);
	struct detection unknown_boot = other_boot, earlier_life = other_boot, good = other_boot;

	snprintf(other_boot.boot_id, sizeof other_boot.boot_id, "other");
	unknown_boot.boot_id[0] = '\0';
	earlier_life.at.boot_ms = STARTED_MS - 1;
	assert_true(is_counting(&good, AT_MS + HOLD_MS - 1));
	assert_false(is_counting(&good, AT_MS + HOLD_MS));
	assert_false(is_counting(&good, AT_MS - 1));
	assert_false(is_counting(&none, AT_MS));
	assert_false(is_counting(&other_boot, AT_MS));
	assert_false(is_counting(&unknown_boot, AT_MS));
	assert_false(is_counting(&earlier_life, AT_MS));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_outcome_is_an_event),
		cmocka_unit_test(others_count_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
