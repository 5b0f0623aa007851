/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of hardware addresses: neither in force, deny, allow, in Windows' order ([MS-DHCPM] 3.1.1.30). */
#include "engine_fixture.h"

#define FILTERS                                                                                                        \
	"lessorFilter: deny 02:00:00:00:00:02 a thief\n"                                                               \
	"lessorFilter: allow 02:00:00:00:00:03\n"                                                                      \
	"lessorFilter: exempt 7 a token ring\n"
#define REST                                                                                                           \
	SCOPE "lessorRange: 10.0.0.10-10.0.0.19\n"                                                                     \
	RESERVATION("10.0.0.50") "lessorHardwareAddress: 02:00:00:00:00:02\n"

static void lists_that_are_not_in_force_say_nothing(void **state) {
	play_in(ROOT FILTERS SITE SERVER REST, "discover m=2 -> offer 10.0.0.50\n"
					       "discover m=9 -> offer 10.0.0.10\n");
}

static void a_denied_client_gets_nothing_not_even_what_is_reserved_for_it(void **state) {
	play_in(ROOT FILTERS "lessorDenyList: on\n" SITE SERVER REST,
		"discover m=2 -> drop filtered filter=6\n"
		"request m=2 sid=10.0.0.1 req=10.0.0.50 -> drop filtered\n"
		"inform m=2 ci=10.0.0.77 -> drop filtered\n"
		"discover m=3 -> offer 10.0.0.10\n"
		"discover m=9 -> offer 10.0.0.11\n");
}

static void with_the_allow_list_only_its_clients_are_served(void **state) {
	play_in(ROOT FILTERS "lessorAllowList: on\n" SITE SERVER REST,
		"discover m=3 -> offer 10.0.0.10\n"
		"discover m=9 -> drop filtered filter=none\n"
		"discover m=2 -> drop filtered filter=none\n");
}

static void deny_goes_before_allow(void **state) {
	play_in(ROOT "lessorAllowList: on\nlessorDenyList: on\nlessorFilter: allow 02:*\n"
		     "lessorFilter: deny 02:00:00:00:00:*\n" SITE "lessorFilter: deny 03:*\n" SERVER
		     "lessorFilter: allow 03:00:*\n" REST,
		"discover mac=020000000101 -> offer 10.0.0.10\n"
		"discover mac=020000000001 -> drop filtered filter=5\n"
		"discover mac=030000000001 -> drop filtered filter=1\n"
		"discover mac=040000000001 -> drop filtered filter=none\n");
}

static void other_hardware_is_on_no_list_unless_its_type_is_exempted(void **state) {
	play_in(ROOT FILTERS "lessorAllowList: on\nlessorDenyList: on\n" SITE SERVER REST,
		"discover m=3 htype=6 -> drop filtered filter=none\n"
		"discover m=9 htype=7 -> offer 10.0.0.10\n"
		"discover m=3 hlen=0 id=0102 -> drop filtered filter=none\n"
		"discover m=3 hlen=5 -> drop filtered filter=none\n");
	play_in(ROOT FILTERS "lessorDenyList: on\n" SITE SERVER REST,
		"discover m=2 htype=6 -> offer 10.0.0.10\n");
}

static void a_pattern_is_longer_than_some_addresses(void **state) {
	play_in(ROOT "lessorDenyList: on\nlessorFilter: deny 02:00:00:00:00:*\n" SITE SERVER REST,
		"discover m=2 hlen=4 -> offer 10.0.0.10\n"
		"discover m=2 hlen=5 -> drop filtered\n"
		"discover m=2 hlen=7 -> drop filtered\n");
	play_in(ROOT FILTERS "lessorDenyList: on\n" SITE SERVER REST, "discover m=2 hlen=7 -> offer 10.0.0.10\n");
}

static void servers_that_ask_are_answered_all_the_same(void **state) {
	play_in(ROOT FILTERS "lessorAllowList: on\nlessorDenyList: on\n" SITE SERVER REST,
		"inform m=2 ci=10.0.0.77 vendor=5e00 -> ack rogue=1\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_that_are_not_in_force_say_nothing),
		cmocka_unit_test(a_denied_client_gets_nothing_not_even_what_is_reserved_for_it),
		cmocka_unit_test(with_the_allow_list_only_its_clients_are_served),
		cmocka_unit_test(deny_goes_before_allow),
		cmocka_unit_test(other_hardware_is_on_no_list_unless_its_type_is_exempted),
		cmocka_unit_test(a_pattern_is_longer_than_some_addresses),
		cmocka_unit_test(servers_that_ask_are_answered_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
