/* SPDX-License-Identifier: Apache-2.0 */
/* Controls and messages of RFC 4533, octet by octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "dir/sync_control.h"

#define UUID_OCTETS 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
#define OCTETS(...) span_of((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void a_request_without_cookie_is_five_octets(void **state) {
	uint8_t array[SYNC_REQUEST_MAX];
	struct span request = sync_request_format(span_of(NULL, 0), array);

	assert_true(is_span_equal(request, OCTETS(0x30, 3, 0x0a, 1, 3)));
}

static void a_request_carries_its_cookie(void **state) {
	uint8_t array[SYNC_REQUEST_MAX];
	struct span request = sync_request_format(span_of_text("abc"), array);

	assert_true(is_span_equal(request, OCTETS(0x30, 8, 0x0a, 1, 3, 4, 3, 'a', 'b', 'c')));
}

static void long_cookies_get_long_lengths_and_too_long_ones_are_left_out(void **state) {
	uint8_t array[SYNC_REQUEST_MAX], cookie[SYNC_COOKIE_MAX + 1];
	struct span request;

	memset(cookie, 'c', sizeof cookie);
	request = sync_request_format(span_of(cookie, SYNC_COOKIE_MAX), array);
	assert_int_equal(request.len, 4 + 3 + 4 + SYNC_COOKIE_MAX);
	assert_true(is_span_equal(span_of(request.data, 11),
				  OCTETS(0x30, 0x82, 0x10, 0x07, 0x0a, 1, 3, 4, 0x82, 0x10, 0x00)));
	assert_int_equal(sync_request_format(span_of(cookie, SYNC_COOKIE_MAX + 1), array).len, 5);
}

static void states_are_read(void **state) {
	struct sync_state sync;

	assert_int_equal(sync_state_parse(OCTETS(0x30, 21, 0x0a, 1, 2, 4, 16, UUID_OCTETS), &sync), 0);
	assert_int_equal(sync.state, SYNC_ENTRY_MODIFY);
	assert_int_equal(sync.uuid.octets[15], 15);
	assert_int_equal(sync.cookie.len, 0);
	assert_int_equal(sync_state_parse(OCTETS(0x30, 24, 0x0a, 1, 3, 4, 16, UUID_OCTETS, 4, 1, 'x'), &sync), 0);
	assert_int_equal(sync.state, SYNC_ENTRY_DELETE);
	assert_true(is_span_equal(sync.cookie, span_of_text("x")));
}

static void states_that_are_none_are_refused(void **state) {
	struct sync_state sync;

	assert_int_not_equal(sync_state_parse(span_of(NULL, 0), &sync), 0);
	assert_int_not_equal(sync_state_parse(OCTETS(0x30, 21, 0x0a, 1, 4, 4, 16, UUID_OCTETS), &sync), 0);
	assert_int_not_equal(sync_state_parse(OCTETS(0x30, 20, 0x0a, 1, 2, 4, 15, UUID_OCTETS), &sync), 0);
	assert_int_not_equal(sync_state_parse(OCTETS(0x30, 22, 0x0a, 1, 2, 4, 16, UUID_OCTETS), &sync), 0);
	assert_int_not_equal(sync_state_parse(OCTETS(0x30, 0x80, 0x0a, 1, 2, 4, 16, UUID_OCTETS, 0, 0), &sync), 0);
}

static void a_new_cookie_is_read(void **state) {
	struct sync_info info;

	assert_int_equal(sync_info_parse(OCTETS(0x80, 2, 'a', 'b'), &info), 0);
	assert_int_equal(info.kind, SYNC_INFO_NEW_COOKIE);
	assert_true(is_span_equal(info.cookie, span_of_text("ab")));
}

static void a_refresh_is_done_unless_it_says_no(void **state) {
	struct sync_info info;

	assert_int_equal(sync_info_parse(OCTETS(0xa1, 0), &info), 0);
	assert_int_equal(info.kind, SYNC_INFO_REFRESH_DELETE);
	assert_true(info.is_done);
	assert_int_equal(sync_info_parse(OCTETS(0xa2, 6, 4, 1, 'c', 1, 1, 0), &info), 0);
	assert_int_equal(info.kind, SYNC_INFO_REFRESH_PRESENT);
	assert_false(info.is_done);
	assert_true(is_span_equal(info.cookie, span_of_text("c")));
}

static void a_set_of_identities_is_read_to_its_end(void **state) {
	struct sync_info info;
	struct entry_uuid uuid;

	assert_int_equal(sync_info_parse(OCTETS(0xa3, 41, 1, 1, 0xff, 0x31, 36, 4, 16, UUID_OCTETS, 4, 16, UUID_OCTETS),
					 &info),
			 0);
	assert_int_equal(info.kind, SYNC_INFO_ID_SET);
	assert_true(info.is_delete);
	assert_true(sync_uuid_take(&info.uuids, &uuid));
	assert_true(sync_uuid_take(&info.uuids, &uuid));
	assert_int_equal(uuid.octets[1], 1);
	assert_false(sync_uuid_take(&info.uuids, &uuid));
}

static void sets_are_of_present_entries_unless_they_say_otherwise(void **state) {
	struct sync_info info;

	assert_int_equal(sync_info_parse(OCTETS(0xa3, 2, 0x31, 0), &info), 0);
	assert_false(info.is_delete);
	assert_int_equal(info.uuids.len, 0);
}

static void other_messages_are_refused(void **state) {
	struct sync_info info;

	assert_int_not_equal(sync_info_parse(span_of(NULL, 0), &info), 0);
	assert_int_not_equal(sync_info_parse(OCTETS(0xa4, 0), &info), 0);
	assert_int_not_equal(sync_info_parse(OCTETS(0xa3, 0), &info), 0);
	assert_int_not_equal(sync_info_parse(OCTETS(0x80, 5, 'a'), &info), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_without_cookie_is_five_octets),
		cmocka_unit_test(a_request_carries_its_cookie),
		cmocka_unit_test(long_cookies_get_long_lengths_and_too_long_ones_are_left_out),
		cmocka_unit_test(states_are_read),
		cmocka_unit_test(states_that_are_none_are_refused),
		cmocka_unit_test(a_new_cookie_is_read),
		cmocka_unit_test(a_refresh_is_done_unless_it_says_no),
		cmocka_unit_test(a_set_of_identities_is_read_to_its_end),
		cmocka_unit_test(sets_are_of_present_entries_unless_they_say_otherwise),
		cmocka_unit_test(other_messages_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
