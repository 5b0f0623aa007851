/* SPDX-License-Identifier: Apache-2.0 */
/* BOOTP clients, and boot files (RFC 951, 1497, 1534, 1542). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ENTRIES_MAX 64

#include "support/scenario.h"
#include "support/tree_text.h"

#define TREE                                                                                                           \
	"cn=DHCP,dc=x\nobjectClass: lessorRoot\n"                                                                      \
	"lessorBootFile: pxe,10.0.0.9,/tftp/pxe.0\nlessorBootFile: named,boot,/n\n\n"                                  \
	"cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n\n"                                                     \
	"cn=s1.example.com,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorServer\n\n"
#define SCOPE                                                                                                          \
	"cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorScope\nlessorServedBy: s1.example.com\n"          \
	"lessorLeaseTime: 600\nlessorPrefixLength: 24\nlessorOption: routers=10.0.0.1\n"                               \
	"lessorOption: domain-name=x.example\nlessorOption: dhcp-renewal-time=60\n"
#define RESERVATION(address, mac, type)                                                                                \
	"\ncn=" address ",cn=10.0.0.0,cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorReservation\n"                   \
	"lessorHardwareAddress: 02:00:00:00:00:" mac "\nlessorClientType: " type "\n"
#define RESERVATIONS                                                                                                   \
	RESERVATION("10.0.0.50", "32", "both") RESERVATION("10.0.0.51", "33", "bootp") RESERVATION("10.0.0.52", "34", "dhcp")

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

static int world_set_up(void **state) {
	*state = calloc(1, sizeof(struct world));
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

static struct lease lease_of(void **state, uint32_t address) {
	struct world *world = *state;
	const struct lease_view *view = memory_leases_view(world->scenario.leases);
	struct lease lease;

	assert_int_equal(view->get_by_address(view->context, (struct ip4){ address }, &lease), 0);
	return lease;
}

static void without_reservation_and_range_there_is_no_answer(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.12\n" RESERVATIONS);
	play(state, "bootp m=1 -> drop bootp\n"
		    "bootp m=1 ci=10.0.0.10 -> drop bootp\n"
		    "bootp m=52 -> drop bootp\n"
		    "bootp m=50 unauthorized -> drop unauthorized\n"
		    "bootp m=1 gi=172.16.0.1 -> drop no_scope\n"
		    "bootp hlen=0 -> drop no_identity\n");
}

/* The reply of RFC 951, with the options that BOOTP knows, and an address for ever. */
static void a_reserved_address_is_for_ever(void **state) {
	begin(state, TREE SCOPE RESERVATIONS);
	play(state, "bootp m=50 secs=7 hops=3 -> bootp 10.0.0.50 path=link dst=10.0.0.50 port=68 size=300 at=0:02010600 "
		    "at=8:00070000 at=12:000000000a0000320a00000100000000 opt=1:ffffff00 opt=3:0a000001 "
		    "opt=15:782e6578616d706c65 no=51 no=53 no=54 no=58 no=59 no=61\n"
		    "bootp m=51 id=ffee -> bootp 10.0.0.51 no=61\n");
	assert_int_equal(lease_of(state, 0x0a000032).expiry, LEASE_FOR_EVER);
	assert_true(lease_of(state, 0x0a000032).is_bootp);
	assert_int_equal(lease_of(state, 0x0a000033).client.octets[0], CLIENT_KEY_HARDWARE);
	play(state, "+2000000000\n"
		    "bootp m=50 -> bootp 10.0.0.50\n");
}

static void a_client_that_understands_no_options_gets_none(void **state) {
	begin(state, TREE SCOPE RESERVATIONS);
	play(state, "bootp m=50 plain -> bootp 10.0.0.50 size=300 at=236:0000000000000000 at=284:00000000000000000000000000000000\n");
}

/* What goes beyond RFC 951's size does so for clients that have room. */
static void the_reply_fits_its_client(void **state) {
	begin(state, TREE SCOPE
	      "lessorOption: host-name=0123456789012345678901234567890123456789\nlessorOption: time-servers=10.0.0.1\n"
	      RESERVATIONS);
	play(state, "bootp m=50 -> bootp 10.0.0.50 size=300 opt=1:ffffff00 opt=3:0a000001 opt=4:0a000001 no=12 "
		    "opt=15:782e6578616d706c65\n"
		    "bootp m=50 len=301 -> bootp 10.0.0.50 size=301 no=15\n"
		    "bootp m=50 len=400 -> bootp 10.0.0.50 size=312 opt=15:782e6578616d706c65\n"
		    "bootp m=50 max=576 -> bootp 10.0.0.50 size=312\n");
}

static void the_way_to_the_client(void **state) {
	begin(state, TREE SCOPE RESERVATIONS);
	play(state, "bootp m=50 bcast -> bootp 10.0.0.50 path=broadcast at=10:8000\n"
		    "bootp m=50 gi=10.0.0.2 bcast -> bootp 10.0.0.50 path=unicast dst=10.0.0.2 port=67 at=24:0a000002\n"
		    "bootp m=50 gi=10.0.0.2 rai=0104aabbccdd -> bootp 10.0.0.50 opt=82:0104aabbccdd\n"
		    "bootp m=50 gi=10.0.0.2 ci=10.0.0.50 -> bootp 10.0.0.50 path=unicast dst=10.0.0.50 port=68\n");
}

static void a_client_may_name_its_server(void **state) {
	begin(state, TREE SCOPE RESERVATIONS);
	play(state, "bootp m=50 sname=S1 -> bootp 10.0.0.50\n"
		    "bootp m=50 sname=s1.Example.com -> bootp 10.0.0.50\n"
		    "bootp m=50 sname=10.0.0.1 -> bootp 10.0.0.50\n"
		    "bootp m=50 sname=s2.example.com -> drop other_server\n"
		    "bootp m=50 sname=s1.example.org -> drop other_server\n"
		    "bootp m=50 sname=10.0.0.9 -> drop other_server\n");
}

/* It is told its options; only an address of its own is kept for it. */
static void a_client_that_knows_its_address(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.12 bootp\n" RESERVATIONS);
	play(state, "bootp m=1 ci=10.0.0.77 -> bootp 0.0.0.0 dst=10.0.0.77 at=12:0a00004d opt=3:0a000001\n"
		    "bootp m=1 ci=10.0.0.10 -> bootp 0.0.0.0\n"
		    "bootp m=1 -> bootp 10.0.0.10\n"
		    "+10\n"
		    "bootp m=1 ci=10.0.0.10 -> bootp 10.0.0.10 dst=10.0.0.10\n"
		    "bootp m=2 ci=10.0.0.10 -> bootp 0.0.0.0\n"
		    "bootp m=50 ci=10.0.0.50 -> bootp 10.0.0.50\n");
	assert_int_equal(lease_of(state, 0x0a00000a).expiry, 1700000010 + 2592000);
}

static void an_address_of_a_range_is_kept_since_the_last_request(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.11 bootp\nlessorBootpLeaseTime: 1000\n");
	play(state, "bootp m=1 -> bootp 10.0.0.10\n"
		    "bootp m=2 -> bootp 10.0.0.11\n"
		    "bootp m=3 -> drop bootp_full\n"
		    "+600\n"
		    "bootp m=1 -> bootp 10.0.0.10\n"
		    "+401\n"
		    "bootp m=3 -> bootp 10.0.0.11\n"
		    "bootp m=2 -> drop bootp_full\n"
		    "bootp m=1 -> bootp 10.0.0.10\n");
}

static void each_range_is_for_its_kind_of_clients(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10 dhcp\nlessorRange: 10.0.0.12 bootp\nlessorRange: 10.0.0.14 both\n");
	play(state, "bootp m=1 -> bootp 10.0.0.12\n"
		    "discover m=2 -> offer 10.0.0.10\n"
		    "discover m=3 -> offer 10.0.0.14\n"
		    "bootp m=4 -> drop bootp_full\n"
		    "discover m=5 -> drop range_full\n"
		    "request m=2 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "+61\n"
		    "bootp m=4 -> bootp 10.0.0.14\n"
		    "request m=5 sid=10.0.0.1 req=10.0.0.12 -> nak\n"
		    "discover m=1 -> drop range_full\n");
}

static void the_number_of_clients_is_limited(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.20 both\nlessorMaxBootpClients: 2\nlessorBootpLeaseTime: 600\n"
	      RESERVATIONS);
	play(state, "discover m=9 -> offer 10.0.0.10\n"
		    "request m=9 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		    "bootp m=1 -> bootp 10.0.0.11\n"
		    "bootp m=50 -> bootp 10.0.0.50\n"
		    "bootp m=2 -> bootp 10.0.0.12\n"
		    "bootp m=3 -> drop bootp_full\n"
		    "bootp m=1 -> bootp 10.0.0.11\n"
		    "bootp m=51 -> bootp 10.0.0.51\n"
		    "discover m=8 -> offer 10.0.0.13\n"
		    "+599\n"
		    "bootp m=2 -> bootp 10.0.0.12\n"
		    "+2\n"
		    "bootp m=3 -> bootp 10.0.0.13\n"
		    "bootp m=1 -> drop bootp_full\n");
	change(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.20 both\nlessorMaxBootpClients: 0\n" RESERVATIONS);
	play(state, "bootp m=1 -> drop bootp_full\n"
		    "bootp m=50 -> bootp 10.0.0.50\n");
}

/* A boot loader and the system that it starts. */
static void one_machine_speaks_both(void **state) {
	begin(state, TREE SCOPE RESERVATIONS);
	play(state, "bootp m=50 -> bootp 10.0.0.50\n"
		    "discover m=50 id=ff0102 -> offer 10.0.0.50\n"
		    "request m=50 id=ff0102 sid=10.0.0.1 req=10.0.0.50 -> ack 10.0.0.50 lt=600\n"
		    "bootp m=50 -> bootp 10.0.0.50\n"
		    "request m=50 id=ff0102 ci=10.0.0.50 to=10.0.0.1 -> ack 10.0.0.50\n"
		    "discover m=51 -> drop range_full\n"
		    "bootp m=52 -> drop bootp\n"
		    "discover m=52 -> offer 10.0.0.52\n");
	assert_false(lease_of(state, 0x0a000032).is_bootp);
}

/* A lease without end ends with its reservation. */
static void a_reservation_goes(void **state) {
	begin(state, TREE SCOPE RESERVATIONS);
	play(state, "bootp m=50 -> bootp 10.0.0.50\n"
		    "bootp m=51 -> bootp 10.0.0.51\n");
	change(state, TREE SCOPE "lessorRange: 10.0.0.51 both\n" RESERVATION("10.0.0.50", "07", "dhcp"));
	play(state, "discover m=7 -> offer 10.0.0.50\n"
		    "discover m=8 -> offer 10.0.0.51\n");
}

static void the_table_of_boot_files(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.12 both\n" RESERVATIONS);
	play(state, "bootp m=50 -> bootp 10.0.0.50 file= unknown=0 at=20:0a000001\n"
		    "bootp m=50 file=pxe -> bootp 10.0.0.50 file=/tftp/pxe.0 at=20:0a000009 at=108:2f746674702f7078652e3000\n"
		    "bootp m=50 file=named -> bootp 10.0.0.50 file=/n at=20:00000000 at=44:626f6f7400 at=108:2f6e00\n"
		    "bootp m=50 file=PXE -> bootp 10.0.0.50 file= unknown=1 at=108:00\n"
		    "discover m=1 file=pxe -> offer 10.0.0.10 file=/tftp/pxe.0 at=20:0a000009 at=108:2f746674702f7078652e3000\n"
		    "request m=1 sid=10.0.0.1 req=10.0.0.10 file=pxe -> ack 10.0.0.10 at=20:0a000009\n"
		    "discover m=1 file=other -> offer 10.0.0.10 unknown=1 at=20:00000000\n"
		    "discover m=1 -> offer 10.0.0.10 file= unknown=0 at=20:00000000 at=108:00\n"
		    "request m=1 req=10.0.0.99 file=pxe -> nak file= at=20:00000000\n");
}

static void a_boot_file_for_clients_that_name_none(void **state) {
	begin(state, "cn=DHCP,dc=x\nobjectClass: lessorRoot\nlessorBootFile: ,10.0.0.9,/any\nlessorBootFile: a,10.0.0.9,/a\n\n"
		      "cn=hq,cn=sites,cn=DHCP,dc=x\nobjectClass: lessorSite\n\n" SCOPE "lessorRange: 10.0.0.10-10.0.0.12 both\n");
	play(state, "bootp m=1 -> bootp 10.0.0.10 file=/any\n"
		    "bootp m=1 file=a -> bootp 10.0.0.10 file=/a\n"
		    "bootp m=1 file=b -> bootp 10.0.0.10 file= unknown=1\n"
		    "discover m=2 -> offer 10.0.0.11 file=/any\n");
}

/* Options of the class are for BOOTP clients, and for those alone. */
static void every_client_belongs_to_the_class(void **state) {
	begin(state, TREE SCOPE "lessorOption: [user:Default BOOTP Class]routers=10.0.0.99\nlessorRange: 10.0.0.10-10.0.0.12 both\n");
	play(state, "bootp m=1 -> bootp 10.0.0.10 opt=3:0a000063\n"
		    "discover m=2 -> offer 10.0.0.11 opt=3:0a000001\n");
}

static void an_address_is_pinged_before_it_is_given(void **state) {
	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.11 bootp\nlessorConflictDetection: 1\n" RESERVATIONS);
	play(state, "bootp m=50 -> bootp 10.0.0.50\n"
		    "bootp m=1 -> drop probing probe=10.0.0.10*1\n"
		    "bootp m=1 silent=10.0.0.10 -> bootp 10.0.0.10\n"
		    "bootp m=1 -> bootp 10.0.0.10\n"
		    "bootp m=2 -> drop probing probe=10.0.0.11*1\n"
		    "used 10.0.0.11\n"
		    "bootp m=2 -> drop bootp_full\n");
}

static void a_failing_store_answers_nobody(void **state) {
	struct world *world = *state;

	begin(state, TREE SCOPE "lessorRange: 10.0.0.10-10.0.0.11 bootp\nlessorMaxBootpClients: 1\n" RESERVATIONS);
	memory_leases_break(world->scenario.leases, true);
	play(state, "bootp m=50 -> drop store\n"
		    "bootp m=1 -> drop store\n"
		    "bootp m=1 ci=10.0.0.10 -> drop store\n");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(without_reservation_and_range_there_is_no_answer),
		TEST(a_reserved_address_is_for_ever),
		TEST(a_client_that_understands_no_options_gets_none),
		TEST(the_reply_fits_its_client),
		TEST(the_way_to_the_client),
		TEST(a_client_may_name_its_server),
		TEST(a_client_that_knows_its_address),
		TEST(an_address_of_a_range_is_kept_since_the_last_request),
		TEST(each_range_is_for_its_kind_of_clients),
		TEST(the_number_of_clients_is_limited),
		TEST(one_machine_speaks_both),
		TEST(a_reservation_goes),
		TEST(the_table_of_boot_files),
		TEST(a_boot_file_for_clients_that_name_none),
		TEST(every_client_belongs_to_the_class),
		TEST(an_address_is_pinged_before_it_is_given),
		TEST(a_failing_store_answers_nobody),
	};
#undef TEST

	return cmocka_run_group_tests_name("engine_bootp", tests, NULL, NULL);
}
