/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's answers while the directory changes what leases were granted under, and on uncommon links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ENTRIES_MAX 2048

#include "support/scenario.h"
#include "support/tree_text.h"

#define TREE                                                                                                           \
	"cn=DHCP,dc=x\nobjectClass: lessorRoot\n\n"                                                                    \
	"cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n\n"
#define SCOPE_OF(network, length)                                                                                      \
	"cn=" network ",cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorServedBy: s1.example.com\n"       \
	"lessorLeaseTime: 600\nlessorPrefixLength: " length "\n"
#define SCOPE SCOPE_OF("10.0.0.0", "24")
#define RESERVATION(address, mac)                                                                                      \
	"\ncn=" address ",cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorReservation\n"                   \
	"lessorHardwareAddress: 02:00:00:00:00:" mac "\n"

struct world {
	struct snapshot *snapshot;
	struct scenario scenario;
};

static struct snapshot *snapshot_of(const char *text) {
	struct arena *arena = arena_new(0);
	struct snapshot *snapshot;
	struct findings findings;
	size_t n_entries;
	const struct entry *const *entries = tree_text_read(arena, span_of_text(text), &n_entries);

	snapshot = snapshot_build(entries, n_entries, "s1.example.com", 1, &findings);
	for (size_t i = 0; i < findings.n_items; i++)
		fail_msg("%s: %s", findings.items[i].dn, findings.items[i].reason);
	arena_free(arena);
	return snapshot;
}

static void begin(void **state, const char *text) {
	struct world *world = *state;

	world->snapshot = snapshot_of(text);
	scenario_init(&world->scenario, world->snapshot);
}

static void change(void **state, const char *text) {
	struct world *world = *state;
	struct snapshot *old = world->snapshot;

	world->snapshot = snapshot_of(text);
	scenario_reconfigure(&world->scenario, world->snapshot);
	snapshot_free(old);
}

static void play(void **state, const char *script) {
	struct world *world = *state;

	scenario_play(&world->scenario, script);
}

static int set_up(void **state) {
	*state = calloc(1, sizeof(struct world));
	return 0;
}

static int tear_down(void **state) {
	struct world *world = *state;

	scenario_done(&world->scenario);
	snapshot_free(world->snapshot);
	free(world);
	return 0;
}

/* Somebody holds the address that is reserved for another: he keeps it until he asks again, then it changes hands. */
static void a_reservation_made_over_a_lease(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.19\n");
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
	change(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.19\n" RESERVATION("10.0.0.10", "02"));
	play(state, "discover m=2 -> offer 10.0.0.11\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> nak\n"
		    "request m=1 ci=10.0.0.10 to=10.0.0.1 -> nak\n"
		    "release m=1 ci=10.0.0.10 -> drop no_reply_due\n"
		    "discover m=2 -> offer 10.0.0.10\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

/* A client learns of its reservation when it renews, as soon as that address is free. */
static void a_reservation_made_for_a_client_with_a_lease(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.19\n");
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.11 -> ack 10.0.0.11\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
	change(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.19\n" RESERVATION("10.0.0.10", "01"));
	play(state, "request m=1 ci=10.0.0.11 to=10.0.0.1 -> ack 10.0.0.11\n"
		    "release m=2 ci=10.0.0.10 -> drop no_reply_due\n"
		    "request m=1 ci=10.0.0.11 to=10.0.0.1 -> nak\n"
		    "request m=1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=1 ci=10.0.0.10 -> ack 10.0.0.10\n");
}

/* A boot loader and the system that it starts are one machine to its reservation; for any other address they are two
 * clients. */
static void one_machine_with_two_identities(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.19\n" RESERVATION("10.0.0.50", "01"));
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.50 -> ack 10.0.0.50\n"
		    "request m=1 id=01aa sid=10.0.0.1 req=10.0.0.50 -> ack 10.0.0.50\n"
		    "decline m=1 id=01aa sid=10.0.0.1 req=10.0.0.50 -> drop no_reply_due\n"
		    "request m=1 id=01aa sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=1 id=01bb sid=10.0.0.1 req=10.0.0.10 -> nak\n");
}

/* Leases are on record under the subnet they were granted in. */
static void a_scope_that_becomes_wider(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.12\n");
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.11 -> ack 10.0.0.11\n"
		    "request m=3 sid=10.0.0.1 req=10.0.0.12 -> ack 10.0.0.12\n");
	change(state, TREE SCOPE_OF("10.0.0.0", "23") "lessorRange: 10.0.0.10-10.0.0.12\n");
	play(state, "request m=1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "request m=2 ci=10.0.0.11 -> ack 10.0.0.11\n"
		    "discover m=4 -> drop range_full\n"
		    "+61\n"
		    "discover m=4 -> drop range_full\n"
		    "+600\n"
		    "discover m=4 -> offer 10.0.0.10\n"
		    "discover m=5 -> offer 10.0.0.11\n"
		    "discover m=6 -> offer 10.0.0.12\n"
		    "discover m=7 -> drop range_full\n");
}

/* Many records of addresses that left the range stand before those that can be used again. */
static void a_range_that_moved(void **state) {
	char line[80];

	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.199\n");
	for (int i = 10; i < 110; i++) {
		snprintf(line, sizeof line, "request m=%d sid=10.0.0.1 req=10.0.0.%d -> ack 10.0.0.%d\n", i, i, i);
		play(state, line);
	}
	play(state, "+10\n"
		    "request m=200 sid=10.0.0.1 req=10.0.0.150 -> ack 10.0.0.150\n"
		    "+1000\n");
	change(state, TREE SCOPE "lessorRange: 10.0.0.150\n");
	play(state, "request m=10 ci=10.0.0.10 to=10.0.0.1 -> nak\n"
		    "discover m=201 -> offer 10.0.0.150\n");
}

/* More reserved addresses in a row than are looked at for one packet. */
static void a_long_way_to_a_free_address(void **state) {
	enum { COUNT = 1500 };
	char text[400], *entries = calloc(COUNT, sizeof text), *end = entries;

	end += sprintf(end, "%s", TREE SCOPE_OF("10.0.0.0", "20") "lessorRange: 10.0.1.0-10.0.8.0\n");
	for (unsigned i = 0; i < COUNT; i++)
		end += sprintf(
			end,
			"\ncn=10.0.%u.%u,cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorReservation\n"
			"lessorHardwareAddress: 02:01:00:00:%02x:%02x\n",
			1 + i / 256, i % 256, i / 256, i % 256);
	begin(state, entries);
	free(entries);
	play(state, "discover m=1 -> offer 10.0.6.220\n");
}

static void several_addresses_on_the_link(void **state) {
	static const struct link_address both[] = { { { 0x0a000001 }, 24 }, { { 0x0a050001 }, 24 } };
	struct world *world = *state;

	begin(state, TREE SCOPE "lessorState: disabled\n\n" SCOPE_OF("10.5.0.0", "24") "lessorRange: 10.5.0.10\n");
	world->scenario.link_addresses = both;
	world->scenario.n_link_addresses = 2;
	play(state, "discover m=1 -> offer 10.5.0.10 opt=54:0a050001\n");
	change(state, TREE SCOPE "lessorRange: 10.0.0.10\n\n" SCOPE_OF("10.5.0.0", "24") "lessorRange: 10.5.0.10\n");
	play(state, "request m=1 req=10.5.0.10 sid=10.5.0.1 -> ack 10.5.0.10\n"
		    "request m=1 ci=10.5.0.10 -> ack 10.5.0.10\n"
		    "request m=1 req=10.5.0.10 -> ack 10.5.0.10\n"
		    "request m=2 req=10.6.0.10 -> nak\n"
		    "discover m=3 -> offer 10.0.0.10 opt=54:0a000001\n");
	change(state, TREE SCOPE "lessorRange: 10.0.0.10\n");
	play(state, "request m=1 req=10.5.0.10 -> drop no_record\n");
}

/* The last addresses that there are. */
static void the_end_of_the_address_space(void **state) {
	static const struct link_address last[] = { { { 0xfffffff1 }, 28 } };
	struct world *world = *state;

	begin(state,
	      TREE SCOPE_OF(
		      "255.255.255.240",
		      "28") "lessorRange: 255.255.255.242-255.255.255.254\nlessorExclusion: 255.255.255.243-255.255.255.255\n");
	world->scenario.link_addresses = last;
	play(state, "discover m=1 -> offer 255.255.255.242\n"
		    "discover m=2 -> drop range_full\n"
		    "discover m=3 -> drop range_full\n"
		    "+61\n"
		    "discover m=3 -> offer 255.255.255.242\n");
}

/* A quarter of all addresses. */
static void the_largest_scope(void **state) {
	begin(state, TREE SCOPE_OF("128.0.0.0", "2") "lessorRange: 128.0.0.1-191.255.255.254\n");
	play(state, "discover m=1 gi=150.0.0.1 -> offer 128.0.0.1\n"
		    "request m=1 gi=150.0.0.1 req=191.255.255.254 sid=10.0.0.1 -> ack 191.255.255.254\n"
		    "discover m=2 gi=150.0.0.1 -> offer 128.0.0.1\n"
		    "discover m=3 gi=150.0.0.1 -> offer 128.0.0.2\n");
}

static void a_scope_without_ranges_serves_reservations(void **state) {
	begin(state, TREE SCOPE RESERVATION("10.0.0.50", "01"));
	play(state, "discover m=1 -> offer 10.0.0.50\n"
		    "discover m=2 req=10.0.0.60 -> drop range_full\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.60 -> nak\n");
}

#define SCENARIO(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	static const struct CMUnitTest tests[] = {
		SCENARIO(a_reservation_made_over_a_lease),
		SCENARIO(a_reservation_made_for_a_client_with_a_lease),
		SCENARIO(one_machine_with_two_identities),
		SCENARIO(a_scope_that_becomes_wider),
		SCENARIO(a_range_that_moved),
		SCENARIO(a_long_way_to_a_free_address),
		SCENARIO(several_addresses_on_the_link),
		SCENARIO(the_end_of_the_address_space),
		SCENARIO(the_largest_scope),
		SCENARIO(a_scope_without_ranges_serves_reservations),
	};

	return cmocka_run_group_tests_name("engine changes", tests, NULL, NULL);
}
