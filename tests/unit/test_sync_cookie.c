/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies that follow one another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dir/change.h"
#include "dir/sync_control.h"
#include "dir/sync_cookie.h"

#define CSN_1A "20260101000000.000001Z#000000#001#000000"
#define CSN_1B "20260101000000.000002Z#000000#001#000000"
#define CSN_2A "20250101000000.000000Z#000000#002#000000"

static void expect_merged(const char *kept, const char *cookie, const char *wanted) {
	struct arena *arena = arena_new(0);
	struct span merged = sync_cookie_merge(span_of_text(kept), span_of_text(cookie), arena);

	assert_int_equal(merged.len, strlen(wanted));
	assert_memory_equal(merged.data, wanted, merged.len);
	arena_free(arena);
}

static void the_server_that_wrote_it_is_left_out(void **state) {
	expect_merged("", "rid=000,sid=001,csn=" CSN_1A, "rid=000,csn=" CSN_1A);
	expect_merged("", "rid=001,csn=" CSN_1A ";" CSN_2A ",delcsn=" CSN_1A, "rid=000,csn=" CSN_1A ";" CSN_2A);
}

static void the_newest_of_each_server_is_kept(void **state) {
	expect_merged("rid=000,csn=" CSN_1A ";" CSN_2A, "rid=000,sid=002,csn=" CSN_1B, "rid=000,csn=" CSN_1B ";" CSN_2A);
	expect_merged("rid=000,csn=" CSN_1B, "rid=000,sid=002,csn=" CSN_2A, "rid=000,csn=" CSN_2A ";" CSN_1B);
	expect_merged("rid=000,csn=" CSN_1B, "rid=000,sid=001,csn=" CSN_1A, "rid=000,csn=" CSN_1B);
}

static void no_cookie_changes_nothing(void **state) {
	expect_merged("rid=000,csn=" CSN_1A, "", "rid=000,csn=" CSN_1A);
	expect_merged("", "", "");
}

static void other_servers_cookies_are_opaque(void **state) {
	static const char *const cookies[] = {
		"host:389#cn=manager#17", "rid=000", "rid=000,sid=001", "rid=000,csn=", "rid=000,csn=;",
		"rid=000,csn=20260101", ("rid=000,csn=" CSN_1A ";x"), "rid=000,csn=########", ("csn=" CSN_1A), ",", "#",
	};

	for (size_t i = 0; i < sizeof cookies / sizeof cookies[0]; i++)
		expect_merged("rid=000,csn=" CSN_2A, cookies[i], cookies[i]);
	expect_merged("host:389#cn=manager#17", "rid=000,csn=" CSN_1A, "rid=000,csn=" CSN_1A);
}

static void one_that_is_too_long_is_not_looked_into(void **state) {
	struct arena *arena = arena_new(0);
	static uint8_t octets[SYNC_COOKIE_MAX + 1] = "rid=000,csn=" CSN_1A;
	struct span cookie = span_of(octets, sizeof octets);

	assert_true(sync_cookie_merge(span_of(NULL, 0), cookie, arena).data == cookie.data);
	arena_free(arena);
}

static void as_many_servers_as_fit_are_told_apart(void **state) {
	char text[SYNC_COOKIE_MAX + 1] = "rid=000,csn=";
	struct span cookie, merged;
	struct arena *arena = arena_new(0);
	size_t len = strlen(text);

	for (unsigned server = 0; len + 10 < SYNC_COOKIE_MAX; server++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%sZ##%03x#0", server ? ";" : "", server);
	cookie = span_of(text, len);
	merged = sync_cookie_merge(cookie, cookie, arena);
	assert_true(merged.data != cookie.data && is_span_equal(merged, cookie));
	arena_free(arena);
}

#define COOKIE_389 "dc1:389#uid=a,dc=b:cn=DHCP,dc=b:(objectClass=*)#"

static bool is_safe(const char *cookie, uint64_t first_change) {
	return is_sync_cookie_safe(span_of_text(cookie), first_change);
}

static void changes_that_are_no_longer_logged_are_noticed(void **state) {
	assert_true(is_safe(COOKIE_389 "17", 1));
	assert_true(is_safe(COOKIE_389 "17", 17));
	assert_true(is_safe(COOKIE_389 "17", 18));
	assert_false(is_safe(COOKIE_389 "17", 19));
	assert_true(is_safe(COOKIE_389 "18446744073709551615", 1)); /* no number: the server refuses it */
}

static void a_cookie_goes_back_to_its_own_kind_of_server_only(void **state) {
	assert_false(is_safe(COOKIE_389 "17", 0));
	assert_true(is_safe("rid=000,csn=" CSN_1A, 0));
	assert_false(is_safe("rid=000,csn=" CSN_1A, 1));
}

static void other_cookies_are_the_servers_business(void **state) {
	static const char *const cookies[] = { "", "#", "##", "a#b#", "a#b#c", "a#b#123456789012345678901", "a#17", "17" };

	for (size_t i = 0; i < sizeof cookies / sizeof cookies[0]; i++) {
		assert_true(is_safe(cookies[i], 0));
		assert_true(is_safe(cookies[i], 19));
	}
}

static void a_batch_keeps_its_cookie_alone(void **state) {
	struct entry_uuid uuid = { { 0 } };
	struct change_batch batch;

	change_batch_init(&batch);
	change_batch_add(&batch, CHANGE_GONE, &uuid, NULL);
	change_batch_set_cookie(&batch, span_of_text("rid=000,sid=001,csn=" CSN_1A));
	change_batch_set_cookie(&batch, span_of(NULL, 0));
	change_batch_set_cookie(&batch, span_of_text("rid=000,sid=001,csn=" CSN_2A));
	change_batch_trim(&batch);
	assert_int_equal(batch.n_items, 0);
	assert_true(is_span_equal(batch.cookie, span_of_text("rid=000,csn=" CSN_2A ";" CSN_1A)));
	for (int i = 0; i < 1000; i++) {
		change_batch_set_cookie(&batch, span_of_text("rid=000,sid=001,csn=" CSN_1B));
		change_batch_trim(&batch);
	}
	assert_true(arena_used(batch.arena) < 1000);
	change_batch_done(&batch);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_server_that_wrote_it_is_left_out),
		cmocka_unit_test(the_newest_of_each_server_is_kept),
		cmocka_unit_test(no_cookie_changes_nothing),
		cmocka_unit_test(other_servers_cookies_are_opaque),
		cmocka_unit_test(one_that_is_too_long_is_not_looked_into),
		cmocka_unit_test(as_many_servers_as_fit_are_told_apart),
		cmocka_unit_test(changes_that_are_no_longer_logged_are_noticed),
		cmocka_unit_test(a_cookie_goes_back_to_its_own_kind_of_server_only),
		cmocka_unit_test(other_cookies_are_the_servers_business),
		cmocka_unit_test(a_batch_keeps_its_cookie_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
