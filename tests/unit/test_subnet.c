/* SPDX-License-Identifier: Apache-2.0 */
/* The subnet that says the most about where a host is, and the question for all that may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "dir/subnet.h"

static struct ip4 address(const char *text) {
	struct ip4 parsed;

	assert_int_equal(ip4_parse(text, &parsed), 0);
	return parsed;
}

static const struct {
	const char *host, *other_host;
	int longest; /* of the subnets below; -1: none */
} cases[] = {
	{ "10.1.2.3", "10.1.2.3", 2 },    { "10.1.3.3", "10.1.3.3", 1 },      { "10.2.0.1", "10.2.0.1", 0 },
	{ "10.1.3.3", "10.1.2.255", 2 },  { "10.1.2.0", "10.1.3.3", 2 },      { "192.0.2.1", "10.9.9.9", 0 },
	{ "192.0.2.1", "192.0.2.1", -1 }, { "172.16.0.5", "172.16.0.5", 3 },  { "172.16.0.6", "10.1.9.9", 1 },
	{ "172.16.1.1", "10.1.9.9", 4 },  { "11.0.0.0", "9.255.255.255", -1 },
};

static void test_longest(void **state) {
	static const char *const names[] = { "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "172.16.0.5/32", "172.16.1.0/24",
					     "172.16.1.0/24" };
	struct ip4_subnet subnets[ARRAY_LEN(names)];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(ip4_subnet_parse(names[i], &subnets[i]), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ip4 addresses[] = { address(cases[i].host), address(cases[i].other_host) };
		size_t found = subnet_find_longest(subnets, ARRAY_LEN(subnets), addresses, ARRAY_LEN(addresses));

		assert_int_equal(found, cases[i].longest < 0 ? (int)ARRAY_LEN(subnets) : cases[i].longest);
	}
	assert_int_equal(subnet_find_longest(subnets, ARRAY_LEN(subnets), NULL, 0), ARRAY_LEN(subnets));
	assert_int_equal(subnet_find_longest(NULL, 0, NULL, 0), 0);
}

static void test_whole_internet(void **state) {
	struct ip4_subnet all = { { 0 }, 0 };
	struct ip4 host = address("203.0.113.9");

	assert_int_equal(subnet_find_longest(&all, 1, &host, 1), 0);
}

static void test_filter(void **state) {
	struct ip4 addresses[] = { address("10.1.2.255"), address("255.255.255.255") };
	char *filter = subnet_filter(addresses, ARRAY_LEN(addresses));

	assert_memory_equal(filter, "(&(objectClass=subnet)(|(cn=0.0.0.0/0)(cn=0.0.0.0/1)", 52);
	assert_non_null(strstr(filter, "(cn=10.1.2.0/24)"));
	assert_non_null(strstr(filter, "(cn=10.1.2.255/32)(cn=0.0.0.0/0)"));
	assert_string_equal(filter + strlen(filter) - 25, "(cn=255.255.255.255/32)))");
	free(filter);
	assert_null(subnet_filter(addresses, 0));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_whole_internet),
		cmocka_unit_test(test_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
