/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine tells of a decision ("lessorctl explain"): every step, why, and which entry it rests on. */
#include <stdio.h>

#include "engine_fixture.h"

#define NOTES_MAX 16384

/* A line for each note: the step, "+" if it is applied or "-", the subject, the first word of the DN, the level, the
 * text. */
static void write_note(void *context, const struct trace_note *note) {
	struct text *text = context;

	text_add(text, "%s %c %s | %.*s %u | %s\n", trace_step_name(note->step), note->is_applied ? '+' : '-',
		 note->subject, (int)strcspn(note->dn, ","), note->dn, note->level, note->text);
}

static void check_trace(const char *tree, const char *script, const char *expected) {
	char *array = calloc(1, NOTES_MAX);
	struct text text;
	struct engine_trace trace = { &text, write_note };
	struct snapshot *snapshot = snapshot_of(tree);
	struct scenario scenario;

	text_init(&text, array, NOTES_MAX);
	scenario_init(&scenario, snapshot);
	scenario.trace = &trace;
	scenario_play(&scenario, script);
	scenario_done(&scenario);
	snapshot_free(snapshot);
	assert_string_equal(text.data, expected);
	free(array);
}

#define TREE                                                                                                           \
	ROOT "lessorOption: domain-name=root\nlessorFilter: allow 02:* ours\nlessorAllowList: on\n"                     \
	     "lessorBootFile: ,10.0.0.7,pxe\n" CLASS("Kiosk", "user", "kiosk") SITE                                     \
	     "lessorOption: [user:Kiosk]domain-name=kiosk\n" SERVER SCOPE "lessorRange: 10.0.0.10-10.0.0.19\n"          \
	     "lessorOption: routers=10.0.0.1\nlessorOption: domain-name=scope\n"                                        \
	     "lessorOption: [vendor:Microsoft Windows 2000 Options]disable-netbios=2\n"                                 \
	     "lessorOption: vendor-encapsulated-options=0102\nlessorOption: interface-mtu=1400\n"

static void a_client_is_explained_step_by_step(void **state) {
	check_trace(TREE, "discover m=1 user=kiosk opt=60:4d53465420352e30 prl=0f032b -> offer 10.0.0.10\n",
		    "packet + DHCPDISCOVER |  0 | hardware type 1, address 02:00:00:00:00:01, vendor class \"MSFT 5.0\", user class \"kiosk\"\n"
		    "filter + 02:00:00:00:00:01 | cn=DHCP 0 | on the allow list\n"
		    "class + Microsoft Windows 2000 Options |  0 | a vendor class, named by option 60\n"
		    "class + Kiosk | cn=Kiosk 0 | a user class, named by option 77\n"
		    "scope + 10.0.0.0/24 | cn=10.0.0.0 8 | holds an address of the link that the packet came in on, or the client's own\n"
		    "reservation -  | cn=10.0.0.0 8 | nothing is reserved for this client\n"
		    "address + 10.0.0.10 | cn=10.0.0.0 8 | free\n"
		    "setting + lease-time |  0 | 1w1d\n"
		    "setting + decline-time |  0 | 1d\n"
		    "setting + offer-time |  0 | 1m\n"
		    "setting + offer-delay |  0 | 0\n"
		    "setting + conflict-detection |  0 | 0\n"
		    "setting + policies |  0 | on\n"
		    "boot-file +  | cn=DHCP 0 | server 10.0.0.7, file pxe\n"
		    "option + [vendor:Microsoft Windows 2000 Options]disable-netbios | cn=10.0.0.0 8 | 2\n"
		    "option + dhcp-lease-time |  0 | 1w1d\n"
		    "option + dhcp-renewal-time |  0 | 4d\n"
		    "option + dhcp-rebinding-time |  0 | 1w\n"
		    "option + subnet-mask |  0 | 255.255.255.0\n"
		    "option + [user:Kiosk]domain-name | cn=hq 2 | kiosk\n"
		    "option - domain-name | cn=10.0.0.0 8 | scope: displaced by the value above\n"
		    "option + routers | cn=10.0.0.0 8 | 10.0.0.1\n"
		    "option - vendor-encapsulated-options | cn=10.0.0.0 8 | 0102: displaced by the options of the client's vendor class\n"
		    "option - interface-mtu | cn=10.0.0.0 8 | 1400: the client does not ask for it\n"
		    "result + DHCPOFFER |  0 | 10.0.0.10\n");
}

#define REFUSALS                                                                                                       \
	ROOT CLASS("Phones", "vendor", "phone") SITE SERVER SCOPE "lessorRange: 10.0.0.10-10.0.0.11\n"                  \
	RESERVATION("10.0.0.50") "lessorHardwareAddress: 02:00:00:00:00:01\nlessorLeaseTime: 300\n"                    \
				 "lessorOption: domain-name=r\n"

static void what_is_refused_is_explained_too(void **state) {
	check_trace(REFUSALS, "discover m=2 req=10.0.0.50 -> offer 10.0.0.10\n",
		    "packet + DHCPDISCOVER |  0 | hardware type 1, address 02:00:00:00:00:02, asks for 10.0.0.50\n"
		    "filter - 02:00:00:00:00:02 |  0 | neither list is in force\n"
		    "scope + 10.0.0.0/24 | cn=10.0.0.0 8 | holds an address of the link that the packet came in on, or the client's own\n"
		    "reservation -  | cn=10.0.0.0 8 | nothing is reserved for this client\n"
		    "address - 10.0.0.50 | cn=10.0.0.0 8 | reserved for another client\n"
		    "address + 10.0.0.10 | cn=10.0.0.0 8 | free\n"
		    "setting + lease-time |  0 | 1w1d\n"
		    "setting + decline-time |  0 | 1d\n"
		    "setting + offer-time |  0 | 1m\n"
		    "setting + offer-delay |  0 | 0\n"
		    "setting + conflict-detection |  0 | 0\n"
		    "setting + policies |  0 | on\n"
		    "option + dhcp-lease-time |  0 | 1w1d\n"
		    "option + dhcp-renewal-time |  0 | 4d\n"
		    "option + dhcp-rebinding-time |  0 | 1w\n"
		    "option + subnet-mask |  0 | 255.255.255.0\n"
		    "result + DHCPOFFER |  0 | 10.0.0.10\n");
	check_trace(REFUSALS, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> nak\n",
		    "packet + DHCPREQUEST |  0 | hardware type 1, address 02:00:00:00:00:01, asks for 10.0.0.10\n"
		    "filter - 02:00:00:00:00:01 |  0 | neither list is in force\n"
		    "scope + 10.0.0.0/24 | cn=10.0.0.0 8 | holds an address of the link that the packet came in on, or the client's own\n"
		    "reservation + 10.0.0.50 | cn=10.0.0.50 32 | reserved for this client\n"
		    "address -  | cn=10.0.0.0 8 | another address is reserved for this client\n"
		    "result + DHCPNAK |  0 | no address is given\n");
	check_trace(REFUSALS, "discover m=1 gi=10.9.0.1 -> drop no_scope\n",
		    "packet + DHCPDISCOVER |  0 | hardware type 1, address 02:00:00:00:00:01, relay 10.9.0.1\n"
		    "filter - 02:00:00:00:00:01 |  0 | neither list is in force\n"
		    "scope -  |  0 | no scope holds the network that the packet came from\n"
		    "result - no reply |  0 | no_scope: no scope of this server for the link or relay it came from\n");
}

#define POLICIES                                                                                                       \
	ROOT CLASS("Phones", "vendor", "phone") SITE SERVER SCOPE "lessorSuperscope: campus\nlessorRange: 10.0.0.10\n"  \
	POLICY("phones", "1", "vendor-class is Phones") "lessorRange: 10.0.0.10\nlessorLeaseTime: 600\n"             \
							"lessorOption: domain-name=p\n"                               \
	POLICY("off", "2", "mac is 02:*") "lessorState: disabled\n"                                                   \
	SCOPE_OF("10.0.1.0") "lessorSuperscope: campus\nlessorRange: 10.0.1.10\n"

static void policies_and_members_are_explained(void **state) {
	check_trace(POLICIES, "discover m=1 class=phone prl=0f -> offer 10.0.0.10\n",
		    "packet + DHCPDISCOVER |  0 | hardware type 1, address 02:00:00:00:00:01, vendor class \"phone\"\n"
		    "filter - 02:00:00:00:00:01 |  0 | neither list is in force\n"
		    "class + Phones | cn=Phones 0 | a vendor class, named by option 60\n"
		    "scope + 10.0.0.0/24 | cn=10.0.0.0 8 | holds an address of the link that the packet came in on, or the client's own\n"
		    "reservation -  | cn=10.0.0.0 8 | nothing is reserved for this client\n"
		    "policy + phones | cn=phones 8 | the client meets: vendor-class is Phones\n"
		    "policy - off | cn=off 8 | the policy is disabled\n"
		    "address + 10.0.0.10 | cn=phones 16 | free in the ranges of the policy\n"
		    "setting + lease-time | cn=phones 16 | 10m\n"
		    "setting + decline-time |  0 | 1d\n"
		    "setting + offer-time |  0 | 1m\n"
		    "setting + offer-delay |  0 | 0\n"
		    "setting + conflict-detection |  0 | 0\n"
		    "setting + policies |  0 | on\n"
		    "option + dhcp-lease-time |  0 | 10m\n"
		    "option + dhcp-renewal-time |  0 | 5m\n"
		    "option + dhcp-rebinding-time |  0 | 8m45s\n"
		    "option + subnet-mask |  0 | 255.255.255.0\n"
		    "option + domain-name | cn=phones 16 | p\n"
		    "result + DHCPOFFER |  0 | 10.0.0.10\n");
	check_trace(POLICIES, "discover m=1 prl=0f -> offer 10.0.1.10\n",
		    "packet + DHCPDISCOVER |  0 | hardware type 1, address 02:00:00:00:00:01\n"
		    "filter - 02:00:00:00:00:01 |  0 | neither list is in force\n"
		    "scope + 10.0.0.0/24 | cn=10.0.0.0 8 | holds an address of the link that the packet came in on, or the client's own\n"
		    "reservation -  | cn=10.0.0.0 8 | nothing is reserved for this client\n"
		    "policy - phones | cn=phones 8 | the client does not meet: vendor-class is Phones\n"
		    "policy - off | cn=off 8 | the policy is disabled\n"
		    "address -  | cn=10.0.0.0 8 | no free address\n"
		    "scope + 10.0.1.0/24 | cn=10.0.1.0 8 | of the same superscope\n"
		    "reservation -  | cn=10.0.1.0 8 | nothing is reserved for this client\n"
		    "address + 10.0.1.10 | cn=10.0.1.0 8 | free\n"
		    "setting + lease-time |  0 | 1w1d\n"
		    "setting + decline-time |  0 | 1d\n"
		    "setting + offer-time |  0 | 1m\n"
		    "setting + offer-delay |  0 | 0\n"
		    "setting + conflict-detection |  0 | 0\n"
		    "setting + policies |  0 | on\n"
		    "option + dhcp-lease-time |  0 | 1w1d\n"
		    "option + dhcp-renewal-time |  0 | 4d\n"
		    "option + dhcp-rebinding-time |  0 | 1w\n"
		    "option + subnet-mask |  0 | 255.255.255.0\n"
		    "result + DHCPOFFER |  0 | 10.0.1.10\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_is_explained_step_by_step),
		cmocka_unit_test(what_is_refused_is_explained_too),
		cmocka_unit_test(policies_and_members_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
