/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "model/lease.h"
#include "model/verdict.h"

#define BOOT "11111111-2222-3333-4444-555555555555"
#define OTHER_BOOT "99999999-2222-3333-4444-555555555555"

/* Checked at 1000 s, when the machine had been up for 500 s; valid for an hour. */
static struct verdict verdict_of(enum authority_state authority) {
	struct verdict verdict;

	verdict_init(&verdict);
	verdict.state = authority;
	verdict.checked_at = 1000;
	verdict.valid_until = 4600;
	verdict.valid_until_boot_ms = 4100000;
	strcpy(verdict.boot_id, BOOT);
	return verdict;
}

static void test_only_these_states_serve(void **state) {
	struct moment now = { .wall_s = 1001, .boot_ms = 501000 };

	for (unsigned i = 0; i < AUTHORITY_STATE_COUNT; i++) {
		struct verdict verdict = verdict_of(i);
		bool is_serving = i == AUTHORITY_AUTHORIZED || i == AUTHORITY_CACHED || i == AUTHORITY_STANDALONE;

		assert_int_equal(is_verdict_valid(&verdict, &now, BOOT), is_serving);
		assert_int_equal(is_verdict_valid(&verdict, &now, OTHER_BOOT), is_serving);
	}
}

static void test_nothing_is_valid_at_first(void **state) {
	struct moment now = { 0 };
	struct verdict verdict;

	verdict_init(&verdict);
	assert_int_equal(verdict.state, AUTHORITY_START);
	assert_false(is_verdict_valid(&verdict, &now, ""));
	verdict.state = AUTHORITY_AUTHORIZED;
	assert_false(is_verdict_valid(&verdict, &now, ""));
	assert_false(is_verdict_valid(&verdict, &now, BOOT));
}

static void test_remaining(void **state) {
	static const struct {
		const char *boot_id;
		struct moment now;
		uint64_t remaining_ms;
	} rows[] = {
		/* this boot: only the clock that cannot jump counts, to the millisecond */
		{ BOOT, { 1000, 500000 }, 3600000 },
		{ BOOT, { 4599, 4099999 }, 1 },
		{ BOOT, { 4600, 4100000 }, 0 },
		{ BOOT, { 4600, 4100001 }, 0 },
		/* the wall clock jumped forward, back, before the check */
		{ BOOT, { 999999, 500001 }, 3599999 },
		{ BOOT, { 1, 4000000 }, 100000 },
		{ BOOT, { -5, 4000000 }, 100000 },
		/* another boot, an unknown one: only the wall clock can tell */
		{ OTHER_BOOT, { 1000, 5000000 }, 3600000 },
		{ OTHER_BOOT, { 4599, 10 }, 1000 },
		{ OTHER_BOOT, { 4600, 10 }, 0 },
		{ OTHER_BOOT, { 999999, 10 }, 0 },
		{ "", { 2000, 10 }, 2600000 },
		/* a wall clock behind the check is known to be wrong */
		{ OTHER_BOOT, { 999, 10 }, 0 },
		{ OTHER_BOOT, { INT64_MIN, 10 }, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct verdict verdict = verdict_of(AUTHORITY_CACHED);

		assert_int_equal(verdict_remaining_ms(&verdict, &rows[i].now, rows[i].boot_id), rows[i].remaining_ms);
		assert_int_equal(is_verdict_valid(&verdict, &rows[i].now, rows[i].boot_id), rows[i].remaining_ms > 0);
	}
}

static void test_absurd_limits_do_not_overflow(void **state) {
	struct moment now = { .wall_s = INT64_MIN, .boot_ms = 0 };
	struct verdict verdict = verdict_of(AUTHORITY_AUTHORIZED);

	verdict.checked_at = INT64_MIN;
	verdict.valid_until = INT64_MAX;
	assert_int_equal(verdict_remaining_ms(&verdict, &now, OTHER_BOOT), UINT64_MAX);
	memset(verdict.boot_id, 'x', sizeof verdict.boot_id);
	assert_true(is_verdict_valid(&verdict, &now, BOOT));
}

static void test_states_have_names(void **state) {
	for (unsigned i = 0; i < AUTHORITY_STATE_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(authority_state_name(i), authority_state_name(j));
	assert_string_equal(authority_state_name(AUTHORITY_NOT_AUTHORIZED), "not-authorized");
}

static void test_client_keys(void **state) {
	struct client_key a = { .len = 3, .octets = { 1, 2, 3 } }, b = a, nobody = { 0 };

	assert_true(is_client_key_equal(&a, &b));
	b.octets[200] = 7; /* behind the key */
	assert_true(is_client_key_equal(&a, &b));
	b.octets[2] = 4;
	assert_false(is_client_key_equal(&a, &b));
	b = a;
	b.len = 2;
	assert_false(is_client_key_equal(&a, &b));
	assert_false(is_client_key_equal(&nobody, &nobody));
	assert_false(is_client_key_equal(&nobody, &a));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_these_states_serve),
		cmocka_unit_test(test_nothing_is_valid_at_first),
		cmocka_unit_test(test_remaining),
		cmocka_unit_test(test_absurd_limits_do_not_overflow),
		cmocka_unit_test(test_states_have_names),
		cmocka_unit_test(test_client_keys),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
