/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of clients, and which of several values of an option a client gets: the rows of engine/precedence.def. */
#include <stdio.h>

#include "engine_fixture.h"

#define CLASSES                                                                                                        \
	CLASS("Kiosk", "user", "kiosk")                                                                                \
	CLASS("Loud", "user", "loud")                                                                                  \
	CLASS("Phones", "vendor", "phone")                                                                             \
	"\ncn=ring,cn=options,cn=DHCP,dc=x\nobjectClass: lessorOptionDefinition\nlessorOptionCode: 7\n"                 \
	"lessorOptionType: text\nlessorVendorClass: Phones\n"                                                          \
	"\ncn=colour,cn=options,cn=DHCP,dc=x\nobjectClass: lessorOptionDefinition\nlessorOptionCode: 224\n"             \
	"lessorOptionType: text\n"
#define RANGE "lessorRange: 10.0.0.10-10.0.0.99\n"
#define POLICY_IN(name, parent)                                                                                        \
	"\ncn=" name "," parent "cn=DHCP,dc=x\nobjectClass: lessorPolicy\nlessorProcessingOrder: 1\n"                   \
	"lessorCondition: mac is 02:*\n"

/* Where a value can stand, best first; the sequence in the tree is another one. */
enum place {
	RESERVATION_CLASS,
	SCOPE_CLASS,
	SERVER_CLASS,
	SITE_CLASS,
	ROOT_CLASS,
	RESERVATION_PLAIN,
	SCOPE_POLICY_CLASS,
	SCOPE_POLICY,
	SERVER_POLICY_CLASS,
	SERVER_POLICY,
	SITE_POLICY_CLASS,
	SITE_POLICY,
	ROOT_POLICY_CLASS,
	ROOT_POLICY,
	SCOPE_PLAIN,
	SERVER_PLAIN,
	SITE_PLAIN,
	ROOT_PLAIN,
	PLACE_COUNT
};

static bool is_for_class(enum place place) {
	return place <= ROOT_CLASS || (place >= SCOPE_POLICY_CLASS && place <= ROOT_POLICY && (place & 1) == 0);
}

/* The value "v" and the letter of @place, if that is @best or a worse one. */
static void add_value(struct text *tree, const char *vendor, const char *option, enum place place, enum place best) {
	if (place >= best)
		text_add(tree, "lessorOption: %s%s%s=v%c\n", vendor, is_for_class(place) ? "[user:Kiosk]" : "", option,
			 'a' + place);
}

static void tree_write(struct text *tree, const char *vendor, const char *option, enum place best) {
	static const struct {
		const char *entry;
		enum place places[2];
	} entries[] = {
		{ ROOT, { ROOT_CLASS, ROOT_PLAIN } },
		{ CLASSES POLICY_IN("everybody", ""), { ROOT_POLICY_CLASS, ROOT_POLICY } },
		{ SITE, { SITE_CLASS, SITE_PLAIN } },
		{ POLICY_IN("here", "cn=hq,cn=sites,"), { SITE_POLICY_CLASS, SITE_POLICY } },
		{ SERVER, { SERVER_CLASS, SERVER_PLAIN } },
		{ POLICY_IN("mine", "cn=s1.example.com,cn=hq,cn=sites,"), { SERVER_POLICY_CLASS, SERVER_POLICY } },
		{ SCOPE RANGE, { SCOPE_CLASS, SCOPE_PLAIN } },
		{ POLICY("local", "1", "mac is 02:*"), { SCOPE_POLICY_CLASS, SCOPE_POLICY } },
		{ RESERVATION("10.0.0.50") "lessorHardwareAddress: 02:00:00:00:00:01\n",
		  { RESERVATION_CLASS, RESERVATION_PLAIN } },
	};

	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		text_add(tree, "%s", entries[i].entry);
		for (size_t j = 0; j < 2; j++)
			add_value(tree, vendor, option, entries[i].places[j], best);
	}
	assert_false(tree->is_truncated);
}

static void check_precedence(const char *vendor, const char *option, const char *client, const char *expected) {
	for (unsigned best = 0; best < PLACE_COUNT; best++) {
		char array[8192], script[512];
		struct text tree;

		text_init(&tree, array, sizeof array);
		tree_write(&tree, vendor, option, (enum place)best);
		snprintf(script, sizeof script, "discover m=1 %s -> offer 10.0.0.50 opt=%s76%02x\n", client, expected,
			 'a' + best);
		play_in(array, script);
	}
}

static void every_place_displaces_those_behind_it(void **state) {
	check_precedence("", "domain-name", "user=kiosk prl=0f", "15:");
	check_precedence("", "domain-name", "user=kiosk", "15:");
	check_precedence("", "colour", "user=kiosk", "224:");
}

static void options_of_a_vendor_class_follow_the_same_order_inside_option_43(void **state) {
	check_precedence("[vendor:Phones]", "ring", "class=phone user=kiosk prl=2b", "43:0702");
	check_precedence("[vendor:Phones]", "ring", "class=phone user=kiosk", "43:0702");
}

#define USER_TREE                                                                                                      \
	ROOT "lessorOption: domain-name=all\nlessorOption: [user:Kiosk]domain-name=k\n" CLASSES SITE                    \
	     "lessorOption: [user:Loud]domain-name=loud\nlessorOption: [user:Loud]routers=10.0.0.9\n" SERVER SCOPE RANGE

static void clients_name_one_class_or_a_list_of_them(void **state) {
	play_in(USER_TREE, "discover m=1 -> offer opt=15:616c6c no=3\n"
			   "discover m=1 user=kiosk -> offer opt=15:6b no=3\n"
			   "discover m=1 user=Kiosk -> offer opt=15:616c6c\n"
			   "discover m=1 user=kiosk2 -> offer opt=15:616c6c\n"
			   "discover m=1 opt=77:056b696f736b -> offer opt=15:6b\n"
			   "discover m=1 opt=77:056b696f736b046c6f7564 -> offer opt=15:6c6f7564 opt=3:0a000009\n"
			   "discover m=1 opt=77:056b696f736b046c6f75 -> offer opt=15:616c6c\n"
			   "discover m=1 opt=77:00 -> offer opt=15:616c6c\n");
}

static void of_two_classes_at_one_level_the_first_that_is_named_counts(void **state) {
	play_in(ROOT "lessorOption: [user:Loud]domain-name=l\nlessorOption: [user:Kiosk]domain-name=k\n" CLASSES SITE SERVER
		     SCOPE RANGE,
		"discover m=1 opt=77:056b696f736b046c6f7564 -> offer opt=15:6b\n"
		"discover m=1 opt=77:046c6f7564056b696f736b -> offer opt=15:6c\n");
}

#define VENDOR_TREE                                                                                                    \
	ROOT "lessorOption: [vendor:Phones]ring=abc\nlessorOption: vendor-encapsulated-options=0102\n"                  \
	     "lessorOption: [vendor:Microsoft Windows 2000 Options]disable-netbios=2\n"                                 \
	     "lessorOption: [vendor:Microsoft Windows 2000 Options]release-on-shutdown=1\n" CLASSES SITE SERVER SCOPE RANGE

static void only_clients_of_the_vendor_class_get_its_options(void **state) {
	play_in(VENDOR_TREE,
		"discover m=1 class=phone -> offer opt=43:0703616263\n"
		"discover m=1 class=phone prl=0103 -> offer no=43\n"
		"discover m=1 class=phone2 -> offer opt=43:0102\n"
		"discover m=1 -> offer opt=43:0102 no=7\n"
		"discover m=1 opt=60:4d53465420352e30 -> offer opt=43:010400000002020400000001\n"
		"request m=1 sid=10.0.0.1 req=10.0.0.10 class=phone prl=2b -> ack opt=43:0703616263\n"
		"inform m=1 ci=10.0.0.10 class=phone prl=2b -> ack opt=43:0703616263\n");
}

static void times_can_be_a_matter_of_class(void **state) {
	play_in(ROOT "lessorOption: [user:Kiosk]dhcp-renewal-time=100\n" CLASSES SITE SERVER SCOPE RANGE "lessorLeaseTime: 600\n",
		"discover m=1 -> offer t1=300 t2=525\n"
		"discover m=1 user=kiosk -> offer t1=100 t2=525\n");
}

static void bootp_clients_get_what_their_policies_and_classes_say(void **state) {
	play_in(ROOT CLASSES SITE SERVER SCOPE "lessorRange: 10.0.0.10-10.0.0.19 bootp\nlessorOption: domain-name=all\n"
		     POLICY("local", "1", "mac is 02:00:00:00:00:01") "lessorOption: domain-name=one\n",
		"bootp m=1 -> bootp 10.0.0.10 opt=15:6f6e65\n"
		"bootp m=2 -> bootp 10.0.0.11 opt=15:616c6c\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_place_displaces_those_behind_it),
		cmocka_unit_test(options_of_a_vendor_class_follow_the_same_order_inside_option_43),
		cmocka_unit_test(clients_name_one_class_or_a_list_of_them),
		cmocka_unit_test(of_two_classes_at_one_level_the_first_that_is_named_counts),
		cmocka_unit_test(only_clients_of_the_vendor_class_get_its_options),
		cmocka_unit_test(times_can_be_a_matter_of_class),
		cmocka_unit_test(bootp_clients_get_what_their_policies_and_classes_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
