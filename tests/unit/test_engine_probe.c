/* SPDX-License-Identifier: Apache-2.0 */
/* What comes before an offer: the ping that shows whether somebody uses the address, and the delay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ENTRIES_MAX 64

#include "support/scenario.h"
#include "support/tree_text.h"

/* 10.0.0.0/24: .10-.12 to lease, each pinged twice before; .50 reserved. */
#define TREE                                                                                                           \
	"cn=DHCP,dc=x\nobjectClass: lessorRoot\nlessorOfferDelay: 100\n\n"                                             \
	"cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n\n"                                                     \
	"cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorServedBy: s1.example.com\n"          \
	"lessorLeaseTime: 600\nlessorPrefixLength: 24\nlessorRange: 10.0.0.10-10.0.0.12\nlessorOfferDelay: 250\n"      \
	"lessorConflictDetection: 2\nlessorDeclineTime: 300\n\n"                                                       \
	"cn=10.0.0.50,cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorReservation\n"                       \
	"lessorHardwareAddress: 02:00:00:00:00:32\n\n"                                                                 \
	"cn=10.9.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorServedBy: s1.example.com\n"          \
	"lessorLeaseTime: 600\nlessorPrefixLength: 24\nlessorRange: 10.9.0.10-10.9.0.12\n"

struct world {
	struct snapshot *snapshot;
	struct scenario scenario;
};

static int world_set_up(void **state) {
	struct world *world = calloc(1, sizeof *world);
	struct arena *arena = arena_new(0);
	struct findings findings;
	size_t n_entries;
	const struct entry *const *entries = tree_text_read(arena, span_of_text(TREE), &n_entries);

	world->snapshot = snapshot_build(entries, n_entries, "s1.example.com", 1, &findings);
	assert_int_equal(findings.n_items, 0);
	arena_free(arena);
	scenario_init(&world->scenario, world->snapshot);
	*state = world;
	return 0;
}

static int world_tear_down(void **state) {
	struct world *world = *state;

	scenario_done(&world->scenario);
	snapshot_free(world->snapshot);
	free(world);
	return 0;
}

static void play(void **state, const char *script) {
	struct world *world = *state;

	scenario_play(&world->scenario, script);
}

static void an_address_is_pinged_before_it_is_offered(void **state) {
	play(state, "discover m=1 -> drop probing probe=10.0.0.10*2\n"
		    "discover m=1 silent=10.0.0.10 -> offer 10.0.0.10 probe=0.0.0.0*0\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

/* Nobody else is offered it while the ping is under way, and the client itself is told the same again. */
static void an_address_is_kept_while_it_is_pinged(void **state) {
	play(state, "discover m=1 -> drop probing probe=10.0.0.10*2\n"
		    "discover m=2 -> drop probing probe=10.0.0.11*2\n"
		    "discover m=1 -> drop probing probe=10.0.0.10*2\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> nak\n"
		    "discover m=2 silent=10.0.0.11 -> offer 10.0.0.11\n");
}

static void a_silent_address_is_not_pinged_again_while_it_is_offered(void **state) {
	play(state, "discover m=1 -> drop probing probe=10.0.0.10*2\n"
		    "discover m=1 silent=10.0.0.10 -> offer 10.0.0.10\n"
		    "discover m=1 -> offer 10.0.0.10\n"
		    "+59\n"
		    "discover m=1 -> offer 10.0.0.10\n"
		    "+61\n"
		    "discover m=1 -> drop probing probe=10.0.0.10*2\n");
}

/* What was silent is one address; meanwhile another one may have become this client's best. */
static void silence_counts_for_its_address_alone(void **state) {
	play(state, "discover m=1 req=10.0.0.11 -> drop probing probe=10.0.0.11*2\n"
		    "discover m=1 req=10.0.0.11 silent=10.0.0.10 -> drop probing probe=10.0.0.11*2\n");
}

static void an_address_that_answers_is_given_to_nobody(void **state) {
	play(state, "discover m=1 -> drop probing probe=10.0.0.10*2\n"
		    "used 10.0.0.10\n"
		    "discover m=1 -> drop probing probe=10.0.0.11*2\n"
		    "discover m=2 req=10.0.0.10 -> drop probing probe=10.0.0.12*2\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 -> nak\n"
		    "+301\n"
		    "discover m=3 req=10.0.0.10 -> drop probing probe=10.0.0.10*2\n");
}

static void a_lease_in_force_is_not_pinged(void **state) {
	play(state, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "discover m=1 -> offer 10.0.0.10 probe=0.0.0.0*0\n"
		    "unused 10.0.0.10\n"
		    "request m=1 ci=10.0.0.10 -> ack 10.0.0.10\n"
		    "+601\n"
		    "discover m=1 -> drop probing probe=10.0.0.10*2\n");
}

static void a_reserved_address_is_not_pinged(void **state) {
	play(state, "discover m=50 -> offer 10.0.0.50 probe=0.0.0.0*0\n");
}

/* Where the scope has gone meanwhile, there is nothing to mark. */
static void an_answer_from_elsewhere_changes_nothing(void **state) {
	play(state, "unused 172.16.0.1\n");
}

static void what_is_full_stays_full(void **state) {
	play(state, "discover m=1 -> drop probing probe=10.0.0.10*2\n"
		    "used 10.0.0.10\n"
		    "discover m=1 -> drop probing probe=10.0.0.11*2\n"
		    "used 10.0.0.11\n"
		    "discover m=1 -> drop probing probe=10.0.0.12*2\n"
		    "used 10.0.0.12\n"
		    "discover m=1 -> drop range_full\n");
}

static void an_answer_is_lost_with_a_failing_store(void **state) {
	struct world *world = *state;
	const struct engine_input input = {
		.now = world->scenario.now,
		.snapshot = world->snapshot,
		.leases = memory_leases_view(world->scenario.leases),
	};

	play(state, "discover m=1 -> drop probing probe=10.0.0.10*2\n");
	memory_leases_break(world->scenario.leases, true);
	assert_int_equal(engine_address_in_use(&input, (struct ip4){ 0x0a00000a }),
			 -E_DHCP_JET_ERROR);
}

static void offers_alone_are_delayed(void **state) {
	play(state, "discover m=50 -> offer 10.0.0.50 delay=250\n"
		    "request m=50 sid=10.0.0.1 req=10.0.0.50 -> ack 10.0.0.50 delay=0\n"
		    "request m=50 req=10.0.0.99 -> nak delay=0\n"
		    "inform m=1 ci=10.0.0.99 -> ack delay=0\n"
		    "discover m=1 gi=10.9.0.1 -> offer 10.9.0.10 delay=100\n");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_address_is_pinged_before_it_is_offered),
		TEST(an_address_is_kept_while_it_is_pinged),
		TEST(a_silent_address_is_not_pinged_again_while_it_is_offered),
		TEST(silence_counts_for_its_address_alone),
		TEST(an_address_that_answers_is_given_to_nobody),
		TEST(a_lease_in_force_is_not_pinged),
		TEST(a_reserved_address_is_not_pinged),
		TEST(an_answer_from_elsewhere_changes_nothing),
		TEST(what_is_full_stays_full),
		TEST(an_answer_is_lost_with_a_failing_store),
		TEST(offers_alone_are_delayed),
	};
#undef TEST

	return cmocka_run_group_tests_name("engine_probe", tests, NULL, NULL);
}
