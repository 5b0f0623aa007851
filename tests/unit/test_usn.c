/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of a directory that numbers its changes: nothing, what changed, a sweep, everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dir/usn.h"
#include "support/entries.h"

#define SITE "CN=oslo,DC=example"
#define SCOPE "CN=10.0.0.0,CN=oslo,DC=example"

static struct arena *arena;
static struct usn usn;
static const struct entry *site, *scope;

/* A round of its own has read two entries at number 100. */
static int start(void **state) {
	const struct entry *entries[2];

	arena = arena_new(0);
	site = ENTRY(arena, 1, SITE, "cn: oslo");
	scope = ENTRY(arena, 2, SCOPE, "cn: 10.0.0.0");
	entries[0] = scope;
	entries[1] = site;
	usn_init(&usn);
	assert_int_equal(usn_begin(&usn), USN_CHECK);
	assert_int_equal(usn_take_highest(&usn, 100, 0), USN_WHOLE);
	assert_int_equal(usn_take_entries(&usn, entries, 2, 0), USN_REST);
	return 0;
}

static int end(void **state) {
	usn_done(&usn);
	arena_free(arena);
	return 0;
}

static enum usn_step check(uint64_t highest, uint64_t now_ms) {
	assert_int_equal(usn_begin(&usn), USN_CHECK);
	return usn_take_highest(&usn, highest, now_ms);
}

/* Give up to two entries, NULL for none. */
static enum usn_step take(const struct entry *a, const struct entry *b, uint64_t now_ms) {
	const struct entry *entries[] = { a, b };

	return usn_take_entries(&usn, entries, (size_t)(a ? 1 : 0) + (b ? 1 : 0), now_ms);
}

static void nothing_is_read_while_the_number_stands(void **state) {
	assert_int_equal(check(100, 1000), USN_REST);
	assert_int_equal(check(100, 2000), USN_REST);
}

static void changes_and_then_a_sweep_follow_a_number_that_moved(void **state) {
	assert_int_equal(usn_first(&usn), 101);
	assert_int_equal(check(105, 1000), USN_CHANGES);
	assert_int_equal(usn_first(&usn), 101);
	assert_int_equal(take(site, NULL, 1000), USN_SWEEP);
	assert_int_equal(take(site, scope, 1000), USN_REST);
	assert_int_equal(usn_first(&usn), 106);
	assert_int_equal(check(105, 2000), USN_REST);
}

static void a_round_that_fails_is_repeated(void **state) {
	assert_int_equal(check(105, 1000), USN_CHANGES);
	assert_int_equal(check(107, 2000), USN_CHANGES);
	assert_int_equal(usn_first(&usn), 101);
}

static void what_is_gone_explains_itself(void **state) {
	assert_int_equal(check(105, 1000), USN_CHANGES);
	assert_int_equal(take(NULL, NULL, 1000), USN_SWEEP);
	assert_int_equal(take(site, NULL, 1000), USN_REST);
	assert_int_equal(usn.n_names, 1);
}

static void a_new_entry_is_explained_by_the_changes(void **state) {
	const struct entry *server = ENTRY(arena, 3, "CN=dhcp1,CN=oslo,DC=example", "cn: dhcp1");
	const struct entry *all[] = { server, site, scope };

	assert_int_equal(check(105, 1000), USN_CHANGES);
	assert_int_equal(take(server, NULL, 1000), USN_SWEEP);
	assert_int_equal(usn_take_entries(&usn, all, 3, 1000), USN_REST);
}

static void everything_is_read_when_an_entry_appears_unexplained(void **state) {
	const struct entry *server = ENTRY(arena, 3, "CN=dhcp1,CN=oslo,DC=example", "cn: dhcp1");
	const struct entry *all[] = { server, site, scope };

	assert_int_equal(check(105, 1000), USN_CHANGES);
	assert_int_equal(take(NULL, NULL, 1000), USN_SWEEP);
	assert_int_equal(usn_take_entries(&usn, all, 3, 1000), USN_WHOLE);
	assert_int_equal(usn_take_entries(&usn, all, 3, 1000), USN_REST);
	assert_int_equal(usn_first(&usn), 106);
}

static void everything_is_read_when_a_parent_was_renamed(void **state) {
	const struct entry *bergen = ENTRY(arena, 1, "CN=bergen,DC=example", "cn: bergen");
	const struct entry *below = ENTRY(arena, 2, "CN=10.0.0.0,CN=bergen,DC=example", "cn: 10.0.0.0");

	assert_int_equal(check(105, 1000), USN_CHANGES);
	assert_int_equal(take(bergen, NULL, 1000), USN_SWEEP);
	assert_int_equal(take(bergen, below, 1000), USN_WHOLE);
	assert_int_equal(take(bergen, below, 1000), USN_REST);
	assert_int_equal(check(106, 2000), USN_CHANGES);
	assert_int_equal(take(NULL, NULL, 2000), USN_SWEEP);
	assert_int_equal(take(bergen, below, 2000), USN_REST);
}

static void sweeps_take_a_tenth_of_the_time(void **state) {
	assert_int_equal(check(105, 1000), USN_CHANGES);
	assert_int_equal(take(NULL, NULL, 1000), USN_SWEEP);
	assert_int_equal(take(site, scope, 1500), USN_REST);
	assert_int_equal(check(106, 2500), USN_CHANGES); /* changes are read at any time */
	assert_int_equal(take(NULL, NULL, 2500), USN_REST);
	assert_int_equal(check(106, 5999), USN_REST);
	assert_int_equal(check(106, 6000), USN_SWEEP); /* though the number stands: it is owed */
	assert_int_equal(take(site, scope, 6000), USN_REST);
	assert_int_equal(check(106, 7000), USN_REST);
}

static void a_number_that_went_back_means_everything(void **state) {
	assert_int_equal(check(99, 1000), USN_WHOLE);
	assert_int_equal(take(site, NULL, 1000), USN_REST);
	assert_int_equal(usn_first(&usn), 100);
}

static void what_is_forgotten_is_read_again(void **state) {
	usn_forget(&usn);
	assert_int_equal(check(100, 1000), USN_WHOLE);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_read_while_the_number_stands, start, end),
		cmocka_unit_test_setup_teardown(changes_and_then_a_sweep_follow_a_number_that_moved, start, end),
		cmocka_unit_test_setup_teardown(a_round_that_fails_is_repeated, start, end),
		cmocka_unit_test_setup_teardown(what_is_gone_explains_itself, start, end),
		cmocka_unit_test_setup_teardown(a_new_entry_is_explained_by_the_changes, start, end),
		cmocka_unit_test_setup_teardown(everything_is_read_when_an_entry_appears_unexplained, start, end),
		cmocka_unit_test_setup_teardown(everything_is_read_when_a_parent_was_renamed, start, end),
		cmocka_unit_test_setup_teardown(sweeps_take_a_tenth_of_the_time, start, end),
		cmocka_unit_test_setup_teardown(a_number_that_went_back_means_everything, start, end),
		cmocka_unit_test_setup_teardown(what_is_forgotten_is_read_again, start, end),
	};

	return cmocka_run_group_tests_name("usn", tests, NULL, NULL);
}
