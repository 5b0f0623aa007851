/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: which clients they are for, their order, their ranges, what they set, and how they are switched off. */
#include <stdio.h>

#include "engine_fixture.h"

#define RANGE "lessorRange: 10.0.0.10-10.0.0.19\nlessorLeaseTime: 600\n"
#define TREE ROOT CLASS("Kiosk", "user", "kiosk") CLASS("Phones", "vendor", "phone") SITE SERVER SCOPE RANGE
#define PHONES POLICY("phones", "1", "vendor-class is Phones")
#define LAB POLICY("lab", "2", "mac is 02:00:00:00:00:01")

static void each_attribute_of_a_client_can_be_asked_about(void **state) {
	static const struct {
		const char *condition, *client;
		bool is_met;
	} rows[] = {
		{ "mac is 02:00:00:00:00:01", "", true },
		{ "mac is 02:00:00:00:00:02", "", false },
		{ "mac is 02:*", "htype=6", true },
		{ "vendor-class is Phones", "class=phone", true },
		{ "vendor-class is Phones", "class=phone7", false },
		{ "vendor-class is Phones*", "class=phone7", true },
		{ "vendor-class is-not Phones", "", true },
		{ "user-class is Kiosk", "user=kiosk", true },
		{ "user-class is Kiosk", "opt=77:046c6f7564056b696f736b", true },
		{ "user-class is Kiosk", "", false },
		{ "client-id is 01:02:*", "id=010203", true },
		{ "client-id is 01:02", "id=010203", false },
		{ "relay-agent is 01:02:*", "rai=010261620201ff060173", true },
		{ "circuit-id is \"ab\"", "rai=010261620201ff060173", true },
		{ "remote-id is ff", "rai=010261620201ff060173", true },
		{ "subscriber-id is \"s\"", "rai=010261620201ff060173", true },
		{ "subscriber-id is \"t\"", "rai=010261620201ff060173", false },
		{ "circuit-id is-not \"ab\"", "", true },
		{ "fqdn is *.example.com", "opt=81:00000070632e4578616d706c652e636f6d", true },
		{ "fqdn is pc.example.com", "opt=81:0400000270630765786163706c6503636f6d00", false },
		{ "fqdn is pc.example.com", "opt=81:040000027063076578616d706c6503636f6d00", true },
		{ "fqdn is single-label", "opt=81:040000027063", true },
		{ "fqdn is single-label", "opt=81:000000", false },
		{ "mac is 02:* and user-class is Kiosk", "user=kiosk", true },
		{ "mac is 02:* and user-class is Kiosk", "", false },
		{ "mac is 04:* or user-class is Kiosk", "user=kiosk", true },
		{ "(mac is 04:* or mac is 02:*) and vendor-class is-not Phones", "", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char tree[4096], script[512];

		snprintf(tree, sizeof tree,
			 TREE "\ncn=p" IN_SCOPE "objectClass: lessorPolicy\nlessorProcessingOrder: 1\n"
			      "lessorCondition: %s\nlessorLeaseTime: 300\n",
			 rows[i].condition);
		snprintf(script, sizeof script, "discover m=1 %s -> offer lt=%d\n", rows[i].client,
			 rows[i].is_met ? 300 : 600);
		play_in(tree, script);
	}
}

/* A policy below another entry than the scope. */
#define POLICY_BELOW(name, order, parent)                                                                              \
	"\ncn=" name "," parent "cn=DHCP,dc=x\nobjectClass: lessorPolicy\nlessorProcessingOrder: " order               \
	"\nlessorCondition: mac is 02:*\n"
#define ON_SERVER "cn=s1.example.com,cn=hq,cn=sites,"

static void the_first_policy_that_says_something_counts(void **state) {
	play_in(TREE POLICY("b", "1", "mac is 02:*") "lessorOption: domain-name=b\n"
		POLICY("a", "2", "mac is 02:*") "lessorOption: domain-name=a\nlessorOption: routers=10.0.0.2\n"
						"lessorLeaseTime: 300\n"
		POLICY("z", "2", "mac is 02:*") "lessorOption: routers=10.0.0.3\nlessorLeaseTime: 301\n"
		POLICY_BELOW("s", "1", ON_SERVER) "lessorOption: routers=10.0.0.4\nlessorOption: host-name=s\n"
		POLICY_BELOW("r", "1", "") "lessorOption: host-name=r\nlessorOption: interface-mtu=1400\n",
		"discover m=1 -> offer lt=300 opt=15:62 opt=3:0a000002 opt=12:73 opt=26:0578\n"
		"discover mac=040000000001 -> offer lt=600 no=15 no=3 no=12 no=26\n");
}

static void a_reservation_counts_for_more_than_a_policy(void **state) {
	play_in(TREE PHONES "lessorLeaseTime: 300\nlessorOption: domain-name=p\nlessorRange: 10.0.0.15-10.0.0.16\n"
		RESERVATION("10.0.0.50") "lessorHardwareAddress: 02:00:00:00:00:01\nlessorLeaseTime: 700\n"
					 "lessorOption: domain-name=r\n"
		RESERVATION("10.0.0.51") "lessorHardwareAddress: 02:00:00:00:00:02\n"
		RESERVATION("10.0.0.15") "lessorHardwareAddress: 02:00:00:00:00:03\n",
		"discover m=1 class=phone -> offer 10.0.0.50 lt=700 opt=15:72 policy=\n"
		"discover m=2 class=phone -> offer 10.0.0.51 lt=300 opt=15:70\n"
		"discover m=3 -> offer 10.0.0.15 lt=600\n"
		"discover m=4 class=phone -> offer 10.0.0.16 policy=phones\n"
		"discover m=5 class=phone -> drop policy_full policy=phones\n");
}

static void policies_are_switched_off_one_by_one_for_a_scope_or_a_server(void **state) {
	play_in(TREE PHONES "lessorLeaseTime: 300\nlessorRange: 10.0.0.10\nlessorState: disabled\n",
		"discover m=1 class=phone -> offer 10.0.0.10 lt=600\n");
	play_in(ROOT CLASS("Phones", "vendor", "phone") SITE SERVER SCOPE RANGE "lessorPolicies: off\n"
		PHONES "lessorLeaseTime: 300\nlessorRange: 10.0.0.10\n",
		"discover m=1 -> offer 10.0.0.10 lt=600 policy=\n"
		"discover m=2 class=phone -> offer 10.0.0.11 lt=600\n");
	play_in(ROOT CLASS("Phones", "vendor", "phone") SITE SERVER "lessorPolicies: off\n" SCOPE RANGE "lessorPolicies: on\n"
		PHONES "lessorLeaseTime: 300\nlessorRange: 10.0.0.10\n"
		POLICY_BELOW("s", "1", ON_SERVER) "lessorLeaseTime: 301\n",
		"discover m=1 -> offer 10.0.0.10 lt=600\n");
}

#define TWO_RANGES                                                                                                     \
	ROOT CLASS("Phones", "vendor", "phone") SITE SERVER SCOPE "lessorRange: 10.0.0.10-10.0.0.15\n"                  \
	PHONES "lessorRange: 10.0.0.10-10.0.0.11\n" LAB "lessorRange: 10.0.0.12\n"                                      \
	POLICY("plain", "3", "mac is 02:*") "lessorOption: domain-name=x\n"

static void ranges_of_policies_are_filled_in_their_order(void **state) {
	play_in(TWO_RANGES, "discover m=1 class=phone -> offer 10.0.0.10 policy=phones\n"
			    "discover m=2 class=phone -> offer 10.0.0.11 policy=phones\n"
			    "discover m=3 class=phone -> drop policy_full policy=phones\n"
			    "discover m=1 class=phone id=0101 -> offer 10.0.0.12 policy=lab\n"
			    "discover m=1 class=phone id=0102 -> drop policy_full policy=phones\n"
			    "discover m=4 class=phone req=10.0.0.14 -> drop policy_full\n");
}

static void clients_without_such_a_policy_get_what_is_left(void **state) {
	play_in(TWO_RANGES, "discover m=2 -> offer 10.0.0.13 policy=\n"
			    "discover m=3 req=10.0.0.10 -> offer 10.0.0.14\n"
			    "discover m=4 -> offer 10.0.0.15\n"
			    "discover m=5 -> drop range_full residual=1\n"
			    "discover m=6 class=phone -> offer 10.0.0.10\n");
}

static void what_is_left_is_found_between_and_behind_the_ranges(void **state) {
	play_in(ROOT CLASS("Phones", "vendor", "phone") SITE SERVER SCOPE "lessorRange: 10.0.0.10-10.0.0.200\n"
		"lessorExclusion: 10.0.0.12-10.0.0.15\n"
		PHONES "lessorRange: 10.0.0.11-10.0.0.14\nlessorRange: 10.0.0.16-10.0.0.199\n",
		"discover m=1 -> offer 10.0.0.10\n"
		"discover m=2 -> offer 10.0.0.200\n"
		"discover m=3 -> drop range_full residual=1\n");
}

static void a_wide_range_is_passed_over_at_once(void **state) {
	play_in(ROOT CLASS("Phones", "vendor", "phone") SITE SERVER
		"\ncn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorPrefixLength: 16\n"
		"lessorServedBy: s1.example.com\nlessorRange: 10.0.1.0-10.0.60.0\n"
		PHONES "lessorRange: 10.0.1.0-10.0.50.0\n",
		"discover m=1 -> offer 10.0.50.1\n"
		"discover m=2 class=phone -> offer 10.0.1.0\n");
}

static void addresses_of_former_clients_stay_in_their_range(void **state) {
	play_in(TWO_RANGES, "request m=2 sid=10.0.0.1 req=10.0.0.10 class=phone -> ack 10.0.0.10\n"
			    "request m=3 sid=10.0.0.1 req=10.0.0.11 class=phone -> ack 10.0.0.11\n"
			    "request m=4 sid=10.0.0.1 req=10.0.0.13 -> ack 10.0.0.13\n"
			    "request m=5 sid=10.0.0.1 req=10.0.0.14 -> ack 10.0.0.14\n"
			    "request m=6 sid=10.0.0.1 req=10.0.0.15 -> ack 10.0.0.15\n"
			    "+900000\n"
			    "discover m=7 -> offer 10.0.0.13\n"
			    "discover m=8 class=phone -> offer 10.0.0.10\n"
			    "discover m=9 class=phone -> offer 10.0.0.11\n"
			    "discover m=10 class=phone -> drop policy_full\n");
	play_in(TWO_RANGES, "request m=1 sid=10.0.0.1 req=10.0.0.12 id=0101 -> ack 10.0.0.12\n"
			    "+10\n"
			    "request m=2 sid=10.0.0.1 req=10.0.0.10 class=phone -> ack 10.0.0.10\n"
			    "request m=3 sid=10.0.0.1 req=10.0.0.11 class=phone -> ack 10.0.0.11\n"
			    "+900000\n"
			    "discover m=1 class=phone id=0102 -> offer 10.0.0.10 policy=phones\n");
}

static void addresses_are_not_had_by_asking_for_them(void **state) {
	play_in(TWO_RANGES, "request m=2 sid=10.0.0.1 req=10.0.0.10 -> nak\n"
			    "request m=2 sid=10.0.0.1 req=10.0.0.13 class=phone -> nak\n"
			    "request m=2 sid=10.0.0.1 req=10.0.0.12 class=phone -> nak\n"
			    "request m=1 sid=10.0.0.1 req=10.0.0.12 class=phone -> ack 10.0.0.12 policy=lab\n");
}

static void a_policy_that_is_new_moves_its_clients_when_they_renew(void **state) {
	struct snapshot *before = snapshot_of(TREE), *after = snapshot_of(TREE PHONES "lessorRange: 10.0.0.15\n");
	struct scenario scenario;

	scenario_init(&scenario, before);
	scenario_play(&scenario, "request m=1 sid=10.0.0.1 req=10.0.0.10 class=phone -> ack 10.0.0.10\n"
				 "request m=2 sid=10.0.0.1 req=10.0.0.15 -> ack 10.0.0.15\n"
				 "request m=3 sid=10.0.0.1 req=10.0.0.11 -> ack 10.0.0.11\n");
	scenario_reconfigure(&scenario, after);
	scenario_play(&scenario, "request m=1 ci=10.0.0.10 to=10.0.0.1 class=phone -> nak\n"
				 "discover m=1 class=phone -> drop policy_full\n"
				 "request m=2 ci=10.0.0.15 to=10.0.0.1 -> nak\n"
				 "release m=2 ci=10.0.0.15 sid=10.0.0.1 -> drop no_reply_due\n"
				 "discover m=2 -> offer 10.0.0.12\n"
				 "discover m=1 class=phone -> offer 10.0.0.15\n"
				 "request m=3 ci=10.0.0.11 to=10.0.0.1 -> ack 10.0.0.11\n");
	scenario_done(&scenario);
	snapshot_free(before);
	snapshot_free(after);
}

static void in_a_superscope_the_policies_of_the_member_count(void **state) {
	play_in(ROOT CLASS("Phones", "vendor", "phone") SITE SERVER SCOPE "lessorSuperscope: c\n" RANGE PHONES
		"lessorRange: 10.0.0.10-10.0.0.10\nlessorLeaseTime: 300\n"
		SCOPE_OF("10.0.1.0") "lessorSuperscope: c\nlessorRange: 10.0.1.10-10.0.1.10\n",
		"discover m=1 class=phone -> offer 10.0.0.10 lt=300 policy=phones\n"
		"discover m=2 class=phone -> offer 10.0.1.10 lt=691200 policy=\n"
		"discover m=3 class=phone -> drop policy_full policy=phones\n"
		"discover m=4 -> offer 10.0.0.11\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_attribute_of_a_client_can_be_asked_about),
		cmocka_unit_test(the_first_policy_that_says_something_counts),
		cmocka_unit_test(a_reservation_counts_for_more_than_a_policy),
		cmocka_unit_test(policies_are_switched_off_one_by_one_for_a_scope_or_a_server),
		cmocka_unit_test(ranges_of_policies_are_filled_in_their_order),
		cmocka_unit_test(clients_without_such_a_policy_get_what_is_left),
		cmocka_unit_test(what_is_left_is_found_between_and_behind_the_ranges),
		cmocka_unit_test(a_wide_range_is_passed_over_at_once),
		cmocka_unit_test(addresses_of_former_clients_stay_in_their_range),
		cmocka_unit_test(addresses_are_not_had_by_asking_for_them),
		cmocka_unit_test(a_policy_that_is_new_moves_its_clients_when_they_renew),
		cmocka_unit_test(in_a_superscope_the_policies_of_the_member_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
