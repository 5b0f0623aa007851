/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a scope: counted, and searched for free ones. */
#include "snapshot_fixture.h"

#include "api/census.h"
#include "base/macros.h"

#define NOW 5000
#define WANTED_MAX 8
#define ADDRESS(last) ((struct ip4){ 0x0a010000u + (last) })

/* .10-.19 and .30-.32 to lease, of which .12-.13 and .31 are excluded; .14 and .99 are reserved. */
static const char tree[] = TREE SCOPE "lessorRange: 10.1.0.10-10.1.0.19\nlessorRange: 10.1.0.30-10.1.0.32\n"
				      "lessorExclusion: 10.1.0.12-10.1.0.13\nlessorExclusion: 10.1.0.31\n"
				      "lessorExclusion: 10.1.0.200-10.1.0.250\n\n"
				      "cn=10.1.0.14" IN_SCOPE "lessorHardwareAddress: 02:00:00:00:00:01\n\n"
				      "cn=10.1.0.99" IN_SCOPE "lessorHardwareAddress: 02:00:00:00:00:02\n";

static struct fixture fixture;
static const struct scope *scope;
static struct ip4 found[WANTED_MAX];

static int set_up(void **state) {
	fixture_build(&fixture, tree);
	assert_int_equal(fixture.findings.n_items, 0);
	scope = &fixture.snapshot->scopes[0];
	return 0;
}

static int tear_down(void **state) {
	fixture_free(&fixture);
	return 0;
}

static struct lease lease_of(unsigned last, enum lease_state state, int64_t expiry) {
	return (struct lease){ .address = ADDRESS(last), .scope = scope->subnet, .state = state, .expiry = expiry };
}

static void every_address_is_free_or_in_use(void **state) {
	const struct lease leases[] = {
		lease_of(10, LEASE_ACTIVE, NOW + 1),   lease_of(11, LEASE_ACTIVE, NOW),
		lease_of(12, LEASE_ACTIVE, NOW + 1),   lease_of(14, LEASE_ACTIVE, NOW + 1),
		lease_of(15, LEASE_RELEASED, NOW + 1), lease_of(16, LEASE_DECLINED, NOW + 1),
	};
	struct census census = census_of(scope), sum = { 0 };

	assert_int_equal(census.n_total, 10);
	assert_int_equal(census.n_free, 9);
	assert_int_equal(census.n_reserved, 2);
	assert_int_equal(census_percent(&census), 10);
	for (size_t i = 0; i < ARRAY_LEN(leases); i++)
		census_count(&census, scope, &leases[i], NOW);
	assert_int_equal(census.n_active, 3);
	assert_int_equal(census.n_declined, 1);
	assert_int_equal(census.n_free, 7);
	assert_int_equal(census_percent(&census), 30);
	census_add(&sum, &census);
	census_add(&sum, &census);
	assert_int_equal(sum.n_total, 20);
	assert_int_equal(sum.n_free, 14);
	assert_int_equal(census_percent(&(struct census){ 0 }), 0);
}

/* Search for @wanted addresses in [@first, @last] beside @leases; what is found must be @expected, ended by 0. */
static void expect_found(unsigned first, unsigned last, size_t wanted, const struct lease *leases, size_t n_leases,
			 const unsigned *expected) {
	struct free_search search = { scope, { ADDRESS(first), ADDRESS(last) }, found, 0, wanted, 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_leases; i++)
		r = free_search_pass(&search, &leases[i]);
	if (r == 0)
		free_search_finish(&search);
	for (size_t i = 0; i < n_leases; i++)
		free_search_reuse(&search, &leases[i], NOW);
	for (size_t i = 0; i < search.n_found; i++)
		assert_int_equal(found[i].value, ADDRESS(expected[i]).value);
	assert_int_equal(expected[search.n_found], 0);
}

static void addresses_that_nobody_has_had_come_first(void **state) {
	const struct lease leases[] = { lease_of(10, LEASE_ACTIVE, NOW + 1), lease_of(11, LEASE_ACTIVE, NOW),
					lease_of(14, LEASE_ACTIVE, NOW), lease_of(15, LEASE_RELEASED, NOW),
					lease_of(30, LEASE_DECLINED, NOW + 1) };

	expect_found(10, 32, 3, leases, 5, (const unsigned[]){ 16, 17, 18, 0 });
	expect_found(10, 32, 8, leases, 5, (const unsigned[]){ 16, 17, 18, 19, 32, 11, 15, 0 });
	expect_found(10, 32, 6, leases, 5, (const unsigned[]){ 16, 17, 18, 19, 32, 11, 0 });
	expect_found(10, 32, 8, NULL, 0, (const unsigned[]){ 10, 11, 15, 16, 17, 18, 19, 30, 0 });
	expect_found(12, 14, 8, NULL, 0, (const unsigned[]){ 0 });
	expect_found(18, 30, 8, NULL, 0, (const unsigned[]){ 18, 19, 30, 0 });
	expect_found(11, 11, 1, leases + 1, 1, (const unsigned[]){ 11, 0 });
}

static void the_last_address_of_all_is_an_end(void **state) {
	const struct ip4_range range = { { 0xfffffffe }, { 0xffffffff } };
	const struct scope edge = { .ranges = &range, .n_ranges = 1 };
	struct free_search search = { &edge, range, found, 0, WANTED_MAX, 0 };
	const struct lease lease = { .address = { 0xffffffff }, .state = LEASE_ACTIVE, .expiry = NOW + 1 };

	free_search_finish(&search);
	assert_int_equal(search.n_found, 2);
	search = (struct free_search){ &edge, range, found, 0, WANTED_MAX, 0 };
	assert_int_equal(free_search_pass(&search, &lease), 0);
	free_search_finish(&search);
	assert_int_equal(search.n_found, 1);
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_address_is_free_or_in_use, set_up, tear_down),
		cmocka_unit_test_setup_teardown(addresses_that_nobody_has_had_come_first, set_up, tear_down),
		cmocka_unit_test(the_last_address_of_all_is_an_end),
	};

	return cmocka_run_group_tests_name("census", tests, NULL, NULL);
}
