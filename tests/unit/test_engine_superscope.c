/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes that share a link. The link is 10.0.0.0/24; what the other members have is reached through them. */
#include "engine_fixture.h"

#define MEMBER(network) SCOPE_OF(network) "lessorSuperscope: campus\nlessorOption: routers=10.0.0.1\n"
#define FIRST MEMBER("10.0.0.0") "lessorRange: 10.0.0.10-10.0.0.11\n"
#define SECOND                                                                                                         \
	MEMBER("10.0.1.0") "lessorRange: 10.0.1.10-10.0.1.11\nlessorLeaseTime: 600\nlessorOption: domain-name=two\n"
#define THIRD MEMBER("10.0.2.0") "lessorRange: 10.0.2.10-10.0.2.11\n"
#define TREE ROOT SITE SERVER FIRST SECOND THIRD
#define RESERVED(address, scope, mac)                                                                                  \
	"\ncn=" address ",cn=" scope ",cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorReservation\n"                  \
	"lessorHardwareAddress: " mac "\n"

static void a_full_scope_is_followed_by_the_others_in_order(void **state) {
	play_in(TREE, "discover m=1 -> offer 10.0.0.10\n"
		      "discover m=2 -> offer 10.0.0.11\n"
		      "discover m=3 -> offer 10.0.1.10 lt=600 opt=1:ffffff00 opt=15:74776f opt=54:0a000001\n"
		      "discover m=4 -> offer 10.0.1.11\n"
		      "discover m=5 -> offer 10.0.2.10 no=15\n"
		      "discover m=6 -> offer 10.0.2.11\n"
		      "discover m=7 -> drop range_full\n");
}

static void the_selected_scope_is_the_first(void **state) {
	play_in(TREE, "discover m=1 gi=10.0.1.1 -> offer 10.0.1.10\n"
		      "discover m=2 gi=10.0.1.1 -> offer 10.0.1.11\n"
		      "discover m=3 gi=10.0.1.1 -> offer 10.0.0.10\n");
}

static void the_default_member_goes_before_the_selected_scope(void **state) {
	play_in(ROOT SITE SERVER FIRST SECOND THIRD "lessorDefaultScope: on\n",
		"discover m=1 -> offer 10.0.2.10\n"
		"discover m=2 -> offer 10.0.2.11\n"
		"discover m=3 -> offer 10.0.0.10\n"
		"discover m=4 gi=10.0.1.1 -> offer 10.0.0.11\n"
		"discover m=5 -> offer 10.0.1.10\n");
}

static void an_address_in_another_member_is_leased_renewed_and_given_back(void **state) {
	play_in(TREE, "discover m=1 req=10.0.1.11 -> offer 10.0.1.11 lt=600\n"
		      "request m=1 req=10.0.1.11 sid=10.0.0.1 -> ack 10.0.1.11 lt=600 opt=15:74776f\n"
		      "discover m=1 -> offer 10.0.1.11\n"
		      "request m=1 req=10.0.1.11 -> ack 10.0.1.11\n"
		      "request m=1 ci=10.0.1.11 to=10.0.0.1 -> ack 10.0.1.11 lt=600 dst=10.0.1.11\n"
		      "request m=1 ci=10.0.1.11 gi=10.0.0.1 -> ack 10.0.1.11\n"
		      "inform m=9 ci=10.0.1.77 -> ack opt=15:74776f\n"
		      "release m=1 ci=10.0.1.11 sid=10.0.0.1 -> drop no_reply_due\n"
		      "discover m=2 req=10.0.1.11 -> offer 10.0.1.11\n"
		      "request m=2 req=10.0.1.11 sid=10.0.0.1 -> ack 10.0.1.11\n"
		      "decline m=2 req=10.0.1.11 sid=10.0.0.1 -> drop no_reply_due\n"
		      "discover m=3 req=10.0.1.11 -> offer 10.0.0.10\n");
}

static void a_reservation_in_another_member_counts_for_more_than_a_lease(void **state) {
	struct snapshot *before = snapshot_of(TREE),
			*after = snapshot_of(TREE RESERVED("10.0.2.50", "10.0.2.0", "02:00:00:00:00:01"));
	struct scenario scenario;

	scenario_init(&scenario, before);
	scenario_play(&scenario, "discover m=1 -> offer 10.0.0.10\n"
				 "request m=1 req=10.0.0.10 sid=10.0.0.1 -> ack 10.0.0.10\n");
	scenario_reconfigure(&scenario, after);
	scenario_play(&scenario, "request m=1 ci=10.0.0.10 to=10.0.0.1 -> nak\n"
				 "discover m=1 -> offer 10.0.2.50\n"
				 "request m=1 req=10.0.2.50 sid=10.0.0.1 -> ack 10.0.2.50\n"
				 "discover m=2 req=10.0.2.50 -> offer 10.0.0.11\n");
	scenario_done(&scenario);
	snapshot_free(before);
	snapshot_free(after);
}

static void a_lease_anywhere_counts_for_more_than_a_free_address_here(void **state) {
	play_in(TREE, "request m=1 req=10.0.1.10 sid=10.0.0.1 -> ack 10.0.1.10\n"
		      "discover m=1 -> offer 10.0.1.10\n"
		      "discover m=1 req=10.0.0.11 -> offer 10.0.1.10\n"
		      "+700\n"
		      "discover m=1 -> offer 10.0.1.10\n");
}

static void a_client_that_is_known_in_one_member_is_refused_an_address_of_another(void **state) {
	play_in(TREE, "request m=1 req=10.0.1.10 sid=10.0.0.1 -> ack 10.0.1.10\n"
		      "request m=1 req=10.0.2.10 -> nak\n"
		      "request m=2 req=10.0.2.10 -> drop no_record\n"
		      "request m=2 req=10.9.0.10 gi=10.0.0.1 -> nak\n");
}

static void members_out_of_service_are_passed_by(void **state) {
	play_in(ROOT SITE SERVER FIRST "lessorState: disabled\n" SECOND THIRD,
		"discover m=1 -> offer 10.0.1.10\n"
		"request m=1 req=10.0.0.10 sid=10.0.0.1 -> nak\n"
		"discover m=2 req=10.0.0.10 gi=10.0.0.9 -> offer 10.0.1.11\n");
	play_in(ROOT SITE SERVER "\ncn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\n"
				 "lessorPrefixLength: 24\nlessorServedBy: s2.example.com\nlessorSuperscope: campus\n"
				 "lessorRange: 10.0.0.10-10.0.0.11\n" THIRD,
		"discover m=1 -> offer 10.0.2.10\n");
	play_in(ROOT SITE SERVER FIRST "lessorState: disabled\n" SECOND "lessorState: disabled\n",
		"discover m=1 -> drop scope_disabled\n");
}

static void scopes_without_a_common_name_share_nothing(void **state) {
	play_in(ROOT SITE SERVER FIRST SCOPE_OF("10.0.1.0") "lessorRange: 10.0.1.10-10.0.1.11\n",
		"discover m=1 -> offer 10.0.0.10\n"
		"discover m=2 req=10.0.1.10 -> offer 10.0.0.11\n"
		"discover m=3 -> drop range_full\n");
}

static void bootp_clients_find_the_member_that_has_a_range_for_them(void **state) {
	play_in(ROOT SITE SERVER FIRST MEMBER("10.0.1.0") "lessorRange: 10.0.1.10-10.0.1.11 bootp\n" THIRD,
		"bootp m=1 -> bootp 10.0.1.10\n"
		"discover m=2 -> offer 10.0.0.10\n"
		"discover m=3 -> offer 10.0.0.11\n"
		"discover m=4 -> offer 10.0.2.10\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_scope_is_followed_by_the_others_in_order),
		cmocka_unit_test(the_selected_scope_is_the_first),
		cmocka_unit_test(the_default_member_goes_before_the_selected_scope),
		cmocka_unit_test(an_address_in_another_member_is_leased_renewed_and_given_back),
		cmocka_unit_test(a_reservation_in_another_member_counts_for_more_than_a_lease),
		cmocka_unit_test(a_lease_anywhere_counts_for_more_than_a_free_address_here),
		cmocka_unit_test(a_client_that_is_known_in_one_member_is_refused_an_address_of_another),
		cmocka_unit_test(members_out_of_service_are_passed_by),
		cmocka_unit_test(scopes_without_a_common_name_share_nothing),
		cmocka_unit_test(bootp_clients_find_the_member_that_has_a_range_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
