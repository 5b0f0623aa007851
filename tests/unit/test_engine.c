/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's answers, conversation by conversation (RFC 2131 4.3 and table 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/entries.h"
#include "support/scenario.h"

#define ROOT "cn=DHCP,dc=example"
#define SITE "cn=hq,cn=sites," ROOT
#define SCOPE "cn=10.0.0.0," SITE
#define REMOTE "cn=10.9.0.0," SITE

struct world {
	struct arena *arena;
	struct snapshot *snapshot;
	struct scenario scenario;
};

/* 10.0.0.0/24 is on the link: .10-.13 to lease, .12 excluded, .50 reserved by hardware address, .51 by client
 * identifier; 10.9.0.0/24 is behind a relay; 10.8.0.0/24 is disabled; 10.7.0.0/24 belongs to another server. */
static int world_set_up(void **state) {
	struct world *world = calloc(1, sizeof *world);
	struct arena *arena = world->arena = arena_new(0);
	const struct entry *entries[] = {
		ENTRY(arena, 1, ROOT, "objectClass: lessorRoot", "cn: DHCP", "lessorOption: domain-name=example.com"),
		ENTRY(arena, 2, SITE, "objectClass: lessorSite", "cn: hq"),
		ENTRY(arena, 3, "cn=s1.example.com," SITE, "objectClass: lessorServer", "cn: s1.example.com"),
		ENTRY(arena, 4, SCOPE, "objectClass: lessorScope", "cn: 10.0.0.0", "lessorPrefixLength: 24",
		      "lessorServedBy: s1.example.com", "lessorRange: 10.0.0.10-10.0.0.13",
		      "lessorExclusion: 10.0.0.12", "lessorLeaseTime: 600", "lessorOption: routers=10.0.0.1"),
		ENTRY(arena, 5, "cn=10.0.0.50," SCOPE, "objectClass: lessorReservation", "cn: 10.0.0.50",
		      "lessorHardwareAddress: 02:00:00:00:00:32", "lessorOption: routers=10.0.0.9"),
		ENTRY(arena, 6, "cn=10.0.0.51," SCOPE, "objectClass: lessorReservation", "cn: 10.0.0.51",
		      "lessorClientIdentifier: 00aabb"),
		ENTRY(arena, 7, REMOTE, "objectClass: lessorScope", "cn: 10.9.0.0", "lessorPrefixLength: 24",
		      "lessorServedBy: s1.example.com", "lessorRange: 10.9.0.10-10.9.0.20", "lessorLeaseTime: 600"),
		ENTRY(arena, 8, "cn=10.8.0.0," SITE, "objectClass: lessorScope", "cn: 10.8.0.0",
		      "lessorPrefixLength: 24", "lessorServedBy: s1.example.com", "lessorState: disabled"),
		ENTRY(arena, 9, "cn=10.7.0.0," SITE, "objectClass: lessorScope", "cn: 10.7.0.0",
		      "lessorPrefixLength: 24", "lessorServedBy: s2.example.com"),
	};
	struct findings findings;

	world->snapshot = snapshot_build(entries, ARRAY_LEN(entries), "s1.example.com", 1, &findings);
	assert_int_equal(findings.n_items, 0);
	scenario_init(&world->scenario, world->snapshot);
	*state = world;
	return 0;
}

static int world_tear_down(void **state) {
	struct world *world = *state;

	scenario_done(&world->scenario);
	snapshot_free(world->snapshot);
	arena_free(world->arena);
	free(world);
	return 0;
}

static void play(void **state, const char *script) {
	struct world *world = *state;

	scenario_play(&world->scenario, script);
}

static void a_lease_from_first_to_last(void **state) {
	play(state,
	     "discover m=1 -> offer 10.0.0.10 path=link dst=10.0.0.10 port=68 lt=600 t1=300 t2=525 opt=1:ffffff00\n"
	     "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10 path=link lt=600\n"
	     "+300\n"
	     "request m=1 ci=10.0.0.10 to=10.0.0.1 -> ack 10.0.0.10 path=unicast dst=10.0.0.10 lt=600\n"
	     "+525\n"
	     "request m=1 ci=10.0.0.10 -> ack 10.0.0.10 path=unicast\n"
	     "release m=1 ci=10.0.0.10 sid=10.0.0.1 -> drop no_reply_due\n"
	     "discover m=1 -> offer 10.0.0.10\n");
}

static void nobody_is_answered_without_authority(void **state) {
	play(state, "discover m=1 unauthorized -> drop unauthorized\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 unauthorized -> drop unauthorized\n"
		    "inform m=1 ci=10.0.0.77 unauthorized -> drop unauthorized\n");
}

static void nobody_is_answered_while_paused(void **state) {
	play(state, "discover m=1 paused -> drop paused\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 paused -> drop paused\n"
		    "inform m=1 ci=10.0.0.77 paused unauthorized -> drop unauthorized\n"
		    "discover m=1 -> offer 10.0.0.10\n");
}

static void different_clients_get_different_addresses(void **state) {
	play(state, "discover m=1 -> offer 10.0.0.10\n"
		    "discover m=2 -> offer 10.0.0.11\n"
		    "discover m=3 -> offer 10.0.0.13\n"
		    "discover m=4 -> drop range_full\n"
		    "discover m=2 -> offer 10.0.0.11\n");
}

static void an_offer_lapses(void **state) {
	play(state, "discover m=1 -> offer 10.0.0.10\n"
		    "discover m=2 -> offer 10.0.0.11\n"
		    "discover m=3 -> offer 10.0.0.13\n"
		    "+61\n"
		    "discover m=4 -> offer 10.0.0.13\n"
		    "discover m=5 -> offer 10.0.0.10\n"
		    "discover m=6 -> offer 10.0.0.11\n"
		    "discover m=7 -> drop range_full\n");
}

static void an_offered_address_is_kept_for_its_client(void **state) {
	play(state, "discover m=1 -> offer 10.0.0.10\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> nak\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

static void a_client_finds_its_address_again_after_expiry(void **state) {
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.11 -> ack 10.0.0.11\n"
		    "+5000\n"
		    "discover m=2 -> offer 10.0.0.10\n"
		    "discover m=1 -> offer 10.0.0.11\n"
		    "request m=1 req=10.0.0.11 -> ack 10.0.0.11\n");
}

static void an_expired_address_goes_to_another_when_no_other_is_left(void **state) {
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.13 -> ack 10.0.0.13\n"
		    "+10\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=3 sid=10.0.0.1 req=10.0.0.11 -> ack 10.0.0.11\n"
		    "discover m=4 -> drop range_full\n"
		    "+595\n"
		    "discover m=4 -> offer 10.0.0.13\n"
		    "request m=4 sid=10.0.0.1 req=10.0.0.13 -> ack 10.0.0.13\n"
		    "request m=1 req=10.0.0.13 -> nak\n");
}

static void a_client_that_chose_another_server_is_let_go(void **state) {
	play(state, "discover m=1 -> offer 10.0.0.10\n"
		    "request m=1 sid=10.0.0.99 req=10.0.0.10 -> drop other_server\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

static void init_reboot(void **state) {
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=1 req=10.0.0.11 -> nak path=broadcast dst=255.255.255.255\n"
		    "request m=1 req=172.16.0.5 -> nak\n"
		    "request m=2 req=10.0.0.11 -> drop no_record\n"
		    "request m=2 req=10.0.0.10 -> nak\n");
}

static void renewing_and_rebinding(void **state) {
	play(state, "request m=1 ci=10.0.0.10 -> drop no_record\n"
		    "request m=1 ci=10.0.0.10 to=10.0.0.1 -> ack 10.0.0.10\n"
		    "request m=2 ci=10.0.0.10 to=10.0.0.1 -> nak\n"
		    "request m=2 ci=10.0.0.10 -> nak\n"
		    "request m=1 ci=172.16.0.4 -> nak\n"
		    "request m=1 ci=10.0.0.12 to=10.0.0.1 -> nak\n"
		    "request m=3 ci=10.9.0.15 to=192.0.2.1 -> ack 10.9.0.15 dst=10.9.0.15\n");
}

static void contradictory_requests(void **state) {
	play(state, "request m=1 -> drop contradictory\n"
		    "request m=1 sid=10.0.0.1 -> drop contradictory\n"
		    "request m=1 ci=10.0.0.10 req=10.0.0.11 -> drop contradictory\n"
		    "inform m=1 -> drop contradictory\n"
		    "bootp m=1 -> drop bootp\n");
}

static void a_declined_address_is_given_to_nobody(void **state) {
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "decline m=2 req=10.0.0.10 sid=10.0.0.1 -> drop not_owner\n"
		    "decline m=1 req=10.0.0.10 sid=10.0.0.9 -> drop other_server\n"
		    "decline m=1 req=10.0.0.10 sid=10.0.0.1 -> drop no_reply_due\n"
		    "discover m=1 -> offer 10.0.0.11\n"
		    "request m=1 req=10.0.0.10 sid=10.0.0.1 -> nak\n"
		    "+86401\n"
		    "request m=1 req=10.0.0.10 sid=10.0.0.1 -> ack 10.0.0.10\n");
}

static void only_the_holder_can_release(void **state) {
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "release m=2 ci=10.0.0.10 sid=10.0.0.1 -> drop not_owner\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> nak\n"
		    "release m=1 ci=10.0.0.10 sid=10.0.0.1 -> drop no_reply_due\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

static void reservations(void **state) {
	play(state, "discover m=50 -> offer 10.0.0.50 opt=3:0a000009\n"
		    "request m=50 sid=10.0.0.1 req=10.0.0.50 -> ack 10.0.0.50 opt=3:0a000009\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.50 -> nak\n"
		    "discover m=9 id=00aabb -> offer 10.0.0.51\n"
		    "request m=50 id=ff01 sid=10.0.0.1 req=10.0.0.50 -> ack 10.0.0.50\n"
		    "request m=9 id=00aabb req=10.0.0.51 -> ack 10.0.0.51\n");
}

static void the_client_identifier_is_the_identity(void **state) {
	play(state, "request m=1 id=0102 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10 opt=61:0102\n"
		    "request m=2 id=0102 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "discover m=1 id=0103 -> offer 10.0.0.11\n");
}

static void relays(void **state) {
	play(state,
	     "discover m=1 gi=10.9.0.1 rai=0104aabbccdd -> offer 10.9.0.10 path=unicast dst=10.9.0.1 port=67 opt=82:0104aabbccdd\n"
	     "request m=1 gi=10.9.0.1 req=10.9.0.10 sid=10.0.0.1 -> ack 10.9.0.10 dst=10.9.0.1 port=67\n"
	     "request m=1 gi=10.9.0.1 req=10.0.0.10 -> nak dst=10.9.0.1 port=67\n"
	     "discover m=2 gi=10.0.0.200 rai=05040a090001 -> offer 10.9.0.11 dst=10.0.0.200\n"
	     "discover m=2 gi=172.16.0.1 -> drop no_scope\n"
	     "discover m=2 gi=10.8.0.1 -> drop scope_disabled\n"
	     "discover m=2 gi=10.7.0.1 -> drop no_scope\n");
}

static void a_renewal_past_the_relay_does_not_forget_it(void **state) {
	struct world *world = *state;
	const struct lease *leases;
	size_t n_leases;

	play(state, "request m=1 gi=10.9.0.1 req=10.9.0.10 sid=10.0.0.1 -> ack 10.9.0.10\n"
		    "+300\n"
		    "request m=1 ci=10.9.0.10 to=10.0.0.1 -> ack 10.9.0.10\n");
	leases = memory_leases_all(world->scenario.leases, &n_leases);
	assert_int_equal(n_leases, 1);
	assert_int_equal(leases[0].relay.value, 0x0a090001);
}

static void options_come_as_asked_for(void **state) {
	play(state,
	     "discover m=1 prl=0f -> offer opt=15:6578616d706c652e636f6d no=3 opt=1:ffffff00\n"
	     "discover m=1 prl=030f03 -> offer opt=3:0a000001 opt=15:6578616d706c652e636f6d\n"
	     "discover m=1 -> offer opt=3:0a000001\n"
	     "inform m=1 ci=10.0.0.77 prl=0f -> ack 0.0.0.0 path=unicast dst=10.0.0.77 no=51 no=58 opt=15:6578616d706c652e636f6d\n");
}

static void the_lease_time_is_at_most_what_is_configured(void **state) {
	play(state, "discover m=1 lt=60 -> offer lt=60 t1=30\n"
		    "discover m=1 lt=6000 -> offer lt=600\n"
		    "discover m=1 lt=0 -> offer lt=600\n"
		    "request m=1 lt=5 sid=10.0.0.1 req=10.0.0.10 -> ack lt=5\n");
}

static void the_way_to_the_client(void **state) {
	play(state, "discover m=1 bcast -> offer path=broadcast dst=255.255.255.255 port=68\n"
		    "discover m=1 -> offer path=link dst=10.0.0.10\n"
		    "request m=1 bcast sid=10.0.0.1 req=10.0.0.10 -> ack path=broadcast\n"
		    "request m=1 ci=10.0.0.10 bcast -> ack path=unicast dst=10.0.0.10\n");
}

static void a_failing_store_acknowledges_nothing(void **state) {
	struct world *world = *state;

	play(state, "discover m=1 -> offer 10.0.0.10\n");
	memory_leases_break(world->scenario.leases, true);
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> drop store\n"
		    "discover m=2 -> drop store\n"
		    "release m=1 ci=10.0.0.10 -> drop store\n");
	memory_leases_break(world->scenario.leases, false);
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

static void a_failing_store_leaves_no_wrong_memory(void **state) {
	struct world *world = *state;

	play(state, "discover m=1 -> offer 10.0.0.10\n");
	memory_leases_break(world->scenario.leases, true);
	play(state, "discover m=2 -> drop store\n");
	memory_leases_break(world->scenario.leases, false);
	play(state, "discover m=2 -> offer 10.0.0.11\n");
}

static void a_reply_that_is_withheld_tells_nothing(void **state) {
	static struct engine_output output;

	output.has_reply = true;
	engine_withhold(&output, DROP_STORE);
	assert_false(output.has_reply);
	assert_int_equal(output.reason, DROP_STORE);

	memset(&output, 0, sizeof output);
	output.is_declined = true;
	output.reason = DROP_NO_REPLY_DUE;
	engine_withhold(&output, DROP_STORE);
	assert_false(output.is_declined);
	assert_int_equal(output.reason, DROP_STORE);

	output.reason = DROP_NO_SCOPE;
	engine_withhold(&output, DROP_UNAUTHORIZED);
	assert_int_equal(output.reason, DROP_NO_SCOPE);
}

static void subnet_selection_comes_back(void **state) {
	play(state,
	     "discover m=1 sel=10.9.0.0 -> offer 10.9.0.10 opt=118:0a090000\n"
	     "discover m=1 gi=10.0.0.200 sel=10.9.0.0 prl=03 -> offer 10.9.0.10 dst=10.0.0.200 opt=118:0a090000\n"
	     "discover m=1 gi=10.0.0.200 sel=10.0.0.0 rai=05040a090001 -> offer 10.9.0.10 opt=118:0a000000\n"
	     "request m=1 sel=10.9.0.0 req=10.9.0.99 sid=10.0.0.1 -> nak no=118\n"
	     "discover m=1 sel=10.3.0.0 -> drop no_scope\n");
}

static void a_nak_says_nothing_else(void **state) {
	play(state,
	     "request m=1 lt=60 prl=0103060f33 max=1400 req=172.16.0.5 rai=0102aabb id=0102 -> "
	     "nak 0.0.0.0 no=1 no=3 no=6 no=15 no=50 no=51 no=55 no=57 no=58 no=59 opt=54:0a000001 opt=61:0102 opt=82:0102aabb\n");
}

static void a_reply_holds_no_option_of_requests(void **state) {
	play(state,
	     "discover m=1 req=10.0.0.11 lt=60 max=1400 prl=3237393b3a -> offer 10.0.0.11 no=50 no=55 no=57 t1=30\n"
	     "inform m=1 ci=10.0.0.77 lt=60 prl=333a3b32 -> ack 0.0.0.0 no=50 no=51 no=55 no=58 no=59\n");
}

static void an_inform_is_answered_to_its_own_address(void **state) {
	play(state,
	     "inform m=1 ci=10.9.0.77 gi=10.9.0.1 rai=0102aabb -> ack 0.0.0.0 path=unicast dst=10.9.0.77 port=68 opt=82:0102aabb\n"
	     "inform m=1 ci=10.9.0.77 to=192.0.2.1 -> ack 0.0.0.0 path=unicast dst=10.9.0.77 port=68\n"
	     "inform m=1 ci=10.0.0.10 -> ack 0.0.0.0\n"
	     "discover m=2 -> offer 10.0.0.10\n");
}

/* Frames are made for Ethernet addresses; other clients hear broadcasts. */
static void hardware_that_is_not_ethernet(void **state) {
	play(state, "discover m=1 htype=6 -> offer 10.0.0.10 path=broadcast\n"
		    "discover m=2 hlen=16 -> offer 10.0.0.11 path=broadcast\n"
		    "discover m=3 htype=32 hlen=0 -> drop no_identity\n"
		    "discover m=3 htype=32 hlen=0 id=ff01 -> offer 10.0.0.13 path=broadcast opt=61:ff01\n"
		    "discover m=50 htype=6 -> drop range_full\n");
}

static void no_lease_is_for_ever(void **state) {
	play(state, "discover m=1 lt=4294967295 -> offer lt=600 t1=300 t2=525\n"
		    "request m=1 lt=4294967295 sid=10.0.0.1 req=10.0.0.10 -> ack lt=600\n"
		    "+601\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

static void one_client_in_two_scopes(void **state) {
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=1 gi=10.9.0.1 req=10.0.0.10 -> nak\n"
		    "request m=1 gi=10.9.0.1 sid=10.0.0.1 req=10.9.0.10 -> ack 10.9.0.10\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> nak\n"
		    "request m=1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

/* Offsets: 0 op, htype, hlen, hops; 4 xid; 8 secs; 10 flags; 12 ciaddr; 16 yiaddr; 20 siaddr; 24 giaddr; 28 chaddr. */
static void the_fixed_fields(void **state) {
	play(state,
	     "discover m=1 flags=0001 hops=3 -> offer 10.0.0.10 path=link at=0:0201060012345678 at=8:0000 at=12:00000000 "
	     "at=20:0000000000000000 at=28:02000000000100000000\n"
	     "request m=1 flags=8000 req=10.0.0.10 sid=10.0.0.1 -> ack 10.0.0.10 at=8:0000800000000000\n"
	     "request m=1 ci=10.0.0.10 -> ack 10.0.0.10 at=10:00000a00000a\n"
	     "request m=2 ci=10.0.0.10 -> nak 0.0.0.0 at=8:0000000000000000\n"
	     "discover m=3 gi=10.9.0.1 -> offer 10.9.0.10 at=10:0000 at=24:0a090001\n"
	     "request m=3 gi=10.9.0.1 req=10.0.0.10 -> nak 0.0.0.0 at=10:8000 at=24:0a090001\n");
}

static void any_address_of_ours_names_us(void **state) {
	play(state, "discover m=1 -> offer opt=54:0a000001\n"
		    "request m=1 req=10.0.0.10 sid=192.0.2.1 -> ack 10.0.0.10 opt=54:0a000001\n"
		    "request m=1 ci=10.0.0.10 to=192.0.2.1 -> ack 10.0.0.10 opt=54:c0000201\n"
		    "discover m=2 gi=10.9.0.1 to=192.0.2.1 -> offer 10.9.0.10 opt=54:c0000201\n"
		    "release m=1 ci=10.0.0.10 sid=192.0.2.1 -> drop no_reply_due\n");
}

/* As two packets of one batch: the second sees what the first did. */
static void the_same_packet_twice(void **state) {
	play(state, "discover m=1 -> offer 10.0.0.10\n"
		    "discover m=1 -> offer 10.0.0.10\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "decline m=1 sid=10.0.0.1 req=10.0.0.10 -> drop no_reply_due\n"
		    "decline m=1 sid=10.0.0.1 req=10.0.0.10 -> drop not_owner\n"
		    "release m=1 sid=10.0.0.1 ci=10.0.0.10 -> drop not_owner\n");
}

static void a_host_never_leases_its_own_address(void **state) {
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.1 -> nak\n");
}

#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void) {
	static const struct CMUnitTest tests[] = {
		SCENARIO(a_lease_from_first_to_last),
		SCENARIO(nobody_is_answered_without_authority),
		SCENARIO(nobody_is_answered_while_paused),
		SCENARIO(different_clients_get_different_addresses),
		SCENARIO(an_offer_lapses),
		SCENARIO(an_offered_address_is_kept_for_its_client),
		SCENARIO(a_client_finds_its_address_again_after_expiry),
		SCENARIO(an_expired_address_goes_to_another_when_no_other_is_left),
		SCENARIO(a_client_that_chose_another_server_is_let_go),
		SCENARIO(init_reboot),
		SCENARIO(renewing_and_rebinding),
		SCENARIO(contradictory_requests),
		SCENARIO(a_declined_address_is_given_to_nobody),
		SCENARIO(only_the_holder_can_release),
		SCENARIO(reservations),
		SCENARIO(the_client_identifier_is_the_identity),
		SCENARIO(relays),
		SCENARIO(a_renewal_past_the_relay_does_not_forget_it),
		SCENARIO(options_come_as_asked_for),
		SCENARIO(the_lease_time_is_at_most_what_is_configured),
		SCENARIO(the_way_to_the_client),
		SCENARIO(a_failing_store_acknowledges_nothing),
		SCENARIO(a_failing_store_leaves_no_wrong_memory),
		SCENARIO(a_reply_that_is_withheld_tells_nothing),
		SCENARIO(subnet_selection_comes_back),
		SCENARIO(a_nak_says_nothing_else),
		SCENARIO(a_reply_holds_no_option_of_requests),
		SCENARIO(an_inform_is_answered_to_its_own_address),
		SCENARIO(hardware_that_is_not_ethernet),
		SCENARIO(no_lease_is_for_ever),
		SCENARIO(one_client_in_two_scopes),
		SCENARIO(the_fixed_fields),
		SCENARIO(any_address_of_ours_names_us),
		SCENARIO(the_same_packet_twice),
		SCENARIO(a_host_never_leases_its_own_address),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
