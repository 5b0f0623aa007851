/* SPDX-License-Identifier: Apache-2.0 */
/* Rogue detection: what other servers are told, and what is overheard of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/entries.h"
#include "support/scenario.h"

#define SITE "cn=hq,cn=sites,cn=DHCP,dc=example"
#define ROOT_ENTRY ENTRY(arena, 1, "cn=DHCP,dc=example", "objectClass: lessorRoot", "cn: DHCP")
#define SITE_ENTRY ENTRY(arena, 2, SITE, "objectClass: lessorSite", "cn: hq")
#define SCOPE_ENTRY(server, ...)                                                                                       \
	ENTRY(arena, 3, "cn=10.0.0.0," SITE, "objectClass: lessorScope", "cn: 10.0.0.0", "lessorPrefixLength: 24",     \
	      "lessorServedBy: " server, "lessorRange: 10.0.0.10-10.0.0.13", __VA_ARGS__)

struct world {
	struct snapshot *snapshot;
	struct scenario scenario;
};

static void begin(struct world *world, const struct entry *const *entries, size_t n_entries) {
	struct findings findings;

	world->snapshot = snapshot_build(entries, n_entries, "s1.example.com", 1, &findings);
	assert_int_equal(findings.n_items, 0);
	scenario_init(&world->scenario, world->snapshot);
	world->scenario.enterprise = "a.de";
}

static int one_scope(void **state) {
	static struct world world;
	struct arena *arena = arena_new(0);
	const struct entry *entries[] = { ROOT_ENTRY, SITE_ENTRY,
					  SCOPE_ENTRY("s1.example.com", "lessorOption: routers=10.0.0.1",
						      "lessorOption: 43=0104aabbccdd") };

	begin(&world, entries, ARRAY_LEN(entries));
	arena_free(arena);
	*state = &world;
	return 0;
}

static int scope_of_another(void **state) {
	static struct world world;
	struct arena *arena = arena_new(0);
	const struct entry *entries[] = { ROOT_ENTRY, SITE_ENTRY, SCOPE_ENTRY("s2.example.com", NULL) };

	begin(&world, entries, ARRAY_LEN(entries));
	arena_free(arena);
	*state = &world;
	return 0;
}

static int no_scope(void **state) {
	static struct world world;
	struct arena *arena = arena_new(0);
	const struct entry *entries[] = { ROOT_ENTRY, SITE_ENTRY };

	begin(&world, entries, ARRAY_LEN(entries));
	arena_free(arena);
	*state = &world;
	return 0;
}

static int world_tear_down(void **state) {
	struct world *world = *state;

	scenario_done(&world->scenario);
	snapshot_free(world->snapshot);
	return 0;
}

static void play(void **state, const char *script) {
	struct world *world = *state;

	scenario_play(&world->scenario, script);
}

static void a_server_with_a_directory_names_it(void **state) {
	play(state, "inform m=1 ci=10.0.0.77 vendor=5e00 -> ack 0.0.0.0 rogue=1 opt=43:5f05612e646500 opt=54:0a000001 "
		    "path=unicast dst=10.0.0.77 port=68 no=51 no=3 no=1 at=12:0a00004d\n");
}

static void a_server_without_a_directory_says_so(void **state) {
	struct world *world = *state;

	world->scenario.enterprise = "";
	play(state, "inform m=1 ci=10.0.0.77 vendor=5e00 -> ack 0.0.0.0 rogue=1 opt=43:5f0100 opt=54:0a000001\n");
}

static void an_unauthorized_server_is_silent(void **state) {
	struct world *world = *state;

	play(state, "inform m=1 ci=10.0.0.77 vendor=5e00 unauthorized -> drop unauthorized rogue=1\n");
	world->scenario.enterprise = "";
	play(state, "inform m=1 ci=10.0.0.77 vendor=5e00 unauthorized -> drop unauthorized rogue=1\n");
}

static void nothing_that_is_configured_comes_with_it(void **state) {
	play(state, "inform m=1 ci=10.0.0.77 vendor=5e00 prl=01032b -> ack no=1 no=3 opt=43:5f05612e646500\n"
		    "inform m=1 ci=10.0.0.77 prl=01032b -> ack opt=1:ffffff00 opt=3:0a000001 opt=43:0104aabbccdd\n");
}

static void no_identity_is_needed(void **state) {
	play(state, "inform m=1 ci=10.0.0.77 hlen=0 vendor=5e00 -> ack opt=43:5f05612e646500\n"
		    "inform m=1 ci=10.0.0.77 id=0102 vendor=5e00 -> ack opt=43:5f05612e646500 opt=61:0102\n");
}

static void other_suboptions_do_not_hide_the_question(void **state) {
	play(state, "inform m=1 ci=10.0.0.77 vendor=0104aabbccdd5e00ff -> ack rogue=1 opt=43:5f05612e646500\n");
}

static void what_is_no_question_is_a_clients_inform(void **state) {
	play(state, "inform m=1 ci=10.0.0.77 vendor=5e -> ack rogue=0 opt=43:0104aabbccdd\n"
		    "inform m=1 ci=10.0.0.77 vendor=5e01 -> ack rogue=0 opt=43:0104aabbccdd\n"
		    "inform m=1 ci=10.0.0.77 vendor=01095e00 -> ack rogue=0\n"
		    "inform m=1 ci=10.0.0.77 vendor=ff5e00 -> ack rogue=0\n"
		    "inform m=1 ci=10.0.0.77 vendor=5f0100 -> ack rogue=0\n"
		    "discover m=1 vendor=5e00 -> offer 10.0.0.10 rogue=0\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 vendor=5e00 -> ack 10.0.0.10 rogue=0\n");
}

static void one_without_address_gets_a_broadcast(void **state) {
	play(state, "inform m=1 vendor=5e00 -> ack 0.0.0.0 path=broadcast dst=255.255.255.255 port=68 at=12:00000000\n"
		    "inform m=1 -> drop contradictory\n");
}

static void a_relayed_question(void **state) {
	play(state, "inform m=1 ci=10.9.0.77 gi=10.9.0.1 rai=0102aabb vendor=5e00 -> ack path=unicast dst=10.9.0.77 "
		    "port=68 opt=43:5f05612e646500 opt=54:0a000001 opt=82:0102aabb via=10.9.0.1 at=10:0000\n"
		    "inform m=1 gi=10.9.0.1 vendor=5e00 -> ack path=unicast dst=10.9.0.1 port=67 at=10:8000\n"
		    "inform m=1 ci=10.9.0.77 gi=10.9.0.1 -> drop no_scope\n");
}

static void no_scope_need_serve_the_link(void **state) {
	static const struct link_address elsewhere[] = { { { 0xc0a80001 }, 24 } };
	struct world *world = *state;

	world->scenario.link_addresses = elsewhere;
	play(state, "inform m=1 ci=192.168.0.77 vendor=5e00 -> ack opt=43:5f05612e646500 opt=54:c0a80001\n"
		    "inform m=1 ci=192.168.0.77 -> drop no_scope\n");
	world->scenario.n_link_addresses = 0;
	play(state, "inform m=1 ci=192.168.0.77 vendor=5e00 -> drop link rogue=1\n");
}

static void it_names_itself_as_to_clients(void **state) {
	static const struct link_address two[] = { { { 0xc0a80001 }, 24 }, { { 0x0a000001 }, 24 } };
	struct world *world = *state;

	world->scenario.link_addresses = two;
	world->scenario.n_link_addresses = ARRAY_LEN(two);
	play(state, "discover m=1 -> offer opt=54:0a000001\n"
		    "inform m=1 ci=10.0.0.77 vendor=5e00 -> ack opt=54:0a000001\n"
		    "inform m=1 ci=10.0.0.77 vendor=5e00 to=192.168.0.1 -> ack opt=54:c0a80001\n");
}

static void a_server_that_serves_nobody_is_silent(void **state) {
	play(state, "inform m=1 ci=10.0.0.77 vendor=5e00 -> drop no_scope rogue=1\n");
}

static void no_lease_is_touched(void **state) {
	struct world *world = *state;
	size_t n_leases;

	memory_leases_break(world->scenario.leases, true);
	play(state, "inform m=1 ci=10.0.0.10 vendor=5e00 -> ack 0.0.0.0 opt=43:5f05612e646500\n");
	memory_leases_break(world->scenario.leases, false);
	memory_leases_all(world->scenario.leases, &n_leases);
	assert_int_equal(n_leases, 0);
}

static void our_own_question_is_not_answered(void **state) {
	struct world *world = *state;

	play(state, "discover m=1 xid=0 -> offer 10.0.0.10\n");
	world->scenario.probe_xid = SCENARIO_XID;
	play(state, "inform m=1 ci=10.0.0.77 gi=10.9.0.1 vendor=5e00 -> drop own_probe rogue=0\n"
		    "inform m=1 ci=10.0.0.77 vendor=5e00 unauthorized -> drop own_probe rogue=0\n"
		    "discover m=1 -> drop own_probe\n");
	world->scenario.probe_xid = SCENARIO_XID + 1;
	play(state, "inform m=1 ci=10.0.0.77 vendor=5e00 -> ack rogue=1\n"
		    "discover m=1 -> offer 10.0.0.10\n");
}

static void another_server_is_heard_of(void **state) {
	play(state, "discover m=1 -> offer 10.0.0.10 other=0.0.0.0 via=0.0.0.0\n"
		    "request m=1 sid=192.168.7.1 req=192.168.7.20 -> drop other_server other=192.168.7.1 via=0.0.0.0\n"
		    "request m=1 sid=10.0.0.99 req=10.0.0.10 gi=10.0.0.200 -> drop other_server other=10.0.0.99 "
		    "via=10.0.0.200\n"
		    "request m=1 sid=10.0.0.99 req=10.0.0.10 unauthorized -> drop unauthorized other=0.0.0.0\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack other=0.0.0.0\n"
		    "release m=1 ci=10.0.0.10 sid=10.0.0.99 -> drop other_server other=0.0.0.0\n");
}

#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, one_scope, world_tear_down)
#define SCENARIO_IN(name, world) cmocka_unit_test_setup_teardown(name, world, world_tear_down)

int main(void) {
	static const struct CMUnitTest tests[] = {
		SCENARIO(a_server_with_a_directory_names_it),
		SCENARIO(a_server_without_a_directory_says_so),
		SCENARIO(an_unauthorized_server_is_silent),
		SCENARIO(nothing_that_is_configured_comes_with_it),
		SCENARIO(no_identity_is_needed),
		SCENARIO(other_suboptions_do_not_hide_the_question),
		SCENARIO(what_is_no_question_is_a_clients_inform),
		SCENARIO(one_without_address_gets_a_broadcast),
		SCENARIO(a_relayed_question),
		SCENARIO(no_scope_need_serve_the_link),
		SCENARIO(it_names_itself_as_to_clients),
		SCENARIO_IN(a_server_that_serves_nobody_is_silent, no_scope),
		SCENARIO_IN(a_server_that_serves_nobody_is_silent, scope_of_another),
		SCENARIO(no_lease_is_touched),
		SCENARIO(our_own_question_is_not_answered),
		SCENARIO(another_server_is_heard_of),
	};

	return cmocka_run_group_tests_name("engine, rogue detection", tests, NULL, NULL);
}
