/* SPDX-License-Identifier: Apache-2.0 */
/* What the state of the store means for clients: no room for new leases, leases that were put back from an older copy;
 * and a wall clock that has jumped. */
#include "engine_fixture.h"

#define TREE                                                                                                           \
	ROOT "lessorLeaseTime: 600\n" SITE SCOPE                                                                       \
	     "lessorRange: 10.0.0.10-10.0.0.12\nlessorRange: 10.0.0.15 bootp\n" RESERVED("10.0.0.50", "32")            \
		     RESERVED("10.0.0.51", "33")
#define RESERVED(address, last) RESERVATION(address) "lessorHardwareAddress: 02:00:00:00:00:" last "\n"

static void a_store_without_room_takes_no_new_client(void **state) {
	play_in(TREE, "discover m=1 short -> drop store_full\n"
		      "request m=1 sid=10.0.0.1 req=10.0.0.10 short -> drop store_full\n"
		      "bootp m=2 short -> drop store_full\n"
		      "discover m=1 -> offer 10.0.0.10\n"
		      "request m=1 sid=10.0.0.1 req=10.0.0.10 short -> drop store_full\n"
		      "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n");
}

static void a_store_without_room_keeps_its_clients(void **state) {
	play_in(TREE, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		      "request m=1 ci=10.0.0.10 to=10.0.0.1 short -> ack 10.0.0.10\n"
		      "request m=1 ci=10.0.0.10 short -> ack 10.0.0.10\n"
		      "request m=1 req=10.0.0.10 short -> ack 10.0.0.10\n"
		      "discover m=1 short -> offer 10.0.0.10\n"
		      "request m=1 sid=10.0.0.1 req=10.0.0.10 short -> ack 10.0.0.10\n"
		      "inform m=2 ci=10.0.0.99 short -> ack\n"
		      "+601\n"
		      "discover m=1 short -> offer 10.0.0.10\n"
		      "discover m=2 req=10.0.0.10 short -> drop store_full\n"
		      "request m=1 sid=10.0.0.1 req=10.0.0.10 short -> ack 10.0.0.10\n"
		      "release m=1 ci=10.0.0.10 sid=10.0.0.1 short -> drop no_reply_due\n"
		      "discover m=1 short -> offer 10.0.0.10\n");
}

/* Refusals that are due come all the same; but nobody is refused for want of room. */
static void a_store_without_room_still_refuses(void **state) {
	play_in(TREE, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		      "request m=2 req=10.0.0.10 short -> nak\n"
		      "request m=2 req=10.9.0.10 short -> nak\n"
		      "request m=3 ci=10.0.0.11 to=10.0.0.1 short -> drop store_full\n"
		      "decline m=1 req=10.0.0.10 sid=10.0.0.1 short -> drop no_reply_due\n"
		      "request m=2 sid=10.0.0.1 req=10.0.0.10 short -> nak\n");
}

static void a_reservation_needs_room_for_its_first_lease_only(void **state) {
	play_in(TREE, "discover m=50 short -> drop store_full\n"
		      "request m=50 sid=10.0.0.1 req=10.0.0.50 -> ack 10.0.0.50\n"
		      "discover m=50 short -> offer 10.0.0.50\n"
		      /* the same machine under another identity */
		      "request m=50 id=0101 sid=10.0.0.1 req=10.0.0.50 short -> ack 10.0.0.50\n"
		      /* its reservation cannot be had yet: it keeps what it has */
		      "request m=51 id=0202 htype=6 sid=10.0.0.1 req=10.0.0.11 -> ack 10.0.0.11\n"
		      "request m=51 id=0202 ci=10.0.0.11 to=10.0.0.1 short -> ack 10.0.0.11\n"
		      "request m=51 id=0202 ci=10.0.0.11 to=10.0.0.1 -> nak\n");
}

static void an_address_without_record_is_pinged_when_the_store_was_put_back(void **state) {
	play_in(TREE, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		      "discover m=1 doubtful -> offer 10.0.0.10 probe=0.0.0.0*0\n"
		      "discover m=2 doubtful -> drop probing probe=10.0.0.11*1\n"
		      "discover m=2 doubtful silent=10.0.0.11 -> offer 10.0.0.11\n"
		      "request m=2 sid=10.0.0.1 req=10.0.0.11 doubtful -> ack 10.0.0.11\n"
		      "discover m=3 doubtful -> drop probing probe=10.0.0.12*1\n"
		      "used 10.0.0.12\n"
		      "discover m=3 doubtful -> drop range_full\n");
}

/* Granted after the copy was made: who uses the address, or remembers it, gets a record of it anew. */
static void a_lease_that_was_lost_is_given_back_to_its_client(void **state) {
	play_in(TREE, "request m=1 ci=10.0.0.10 doubtful -> ack 10.0.0.10\n"
		      "request m=2 ci=10.0.0.11 to=10.0.0.1 doubtful -> ack 10.0.0.11\n"
		      "request m=3 req=10.0.0.12 doubtful -> drop probing probe=10.0.0.12*1\n"
		      "request m=3 req=10.0.0.12 doubtful silent=10.0.0.12 -> ack 10.0.0.12\n"
		      /* it had another one when the copy was made */
		      "release m=2 ci=10.0.0.11 sid=10.0.0.1 -> drop no_reply_due\n"
		      "request m=1 ci=10.0.0.11 doubtful -> ack 10.0.0.11\n"
		      "request m=4 ci=10.0.0.10 doubtful -> ack 10.0.0.10\n");
}

static void a_lost_lease_that_somebody_else_uses_is_refused(void **state) {
	play_in(TREE, "request m=1 req=10.0.0.10 doubtful -> drop probing probe=10.0.0.10*1\n"
		      "used 10.0.0.10\n"
		      "request m=1 req=10.0.0.10 doubtful -> nak\n"
		      "request m=2 ci=10.0.0.11 doubtful -> ack 10.0.0.11\n"
		      "request m=3 ci=10.0.0.11 doubtful -> nak\n");
}

/* What is not ours to give is still left to others. */
static void silence_about_other_servers_addresses(void **state) {
	play_in(TREE, "request m=1 ci=10.0.0.99 doubtful -> drop no_record\n"
		      "request m=1 req=10.0.0.50 doubtful -> drop no_record\n"
		      "request m=1 req=10.0.0.10 -> drop no_record\n"
		      "request m=50 ci=10.0.0.10 doubtful -> nak\n");
}

/* An hour ahead: nobody's lease has ended, and it ends when it would have. */
static void a_clock_that_jumps_takes_no_lease(void **state) {
	play_in(TREE, "request m=1 sid=10.0.0.1 req=10.0.0.10 -> ack 10.0.0.10\n"
		      "request m=2 sid=10.0.0.1 req=10.0.0.11 -> ack 10.0.0.11\n"
		      "request m=3 sid=10.0.0.1 req=10.0.0.12 -> ack 10.0.0.12\n"
		      "+4000\n"
		      "discover m=4 ahead=3600 -> drop range_full\n"
		      "request m=4 req=10.0.0.10 ahead=3600 -> nak\n"
		      "request m=4 sid=10.0.0.1 req=10.0.0.10 ahead=3600 -> nak\n"
		      "request m=1 ci=10.0.0.10 to=10.0.0.1 ahead=3600 lt=60 -> ack 10.0.0.10\n"
		      "+300\n"
		      "discover m=4 ahead=3600 -> offer 10.0.0.11\n");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_without_room_takes_no_new_client),
		cmocka_unit_test(a_store_without_room_keeps_its_clients),
		cmocka_unit_test(a_store_without_room_still_refuses),
		cmocka_unit_test(a_reservation_needs_room_for_its_first_lease_only),
		cmocka_unit_test(an_address_without_record_is_pinged_when_the_store_was_put_back),
		cmocka_unit_test(a_lease_that_was_lost_is_given_back_to_its_client),
		cmocka_unit_test(a_lost_lease_that_somebody_else_uses_is_refused),
		cmocka_unit_test(silence_about_other_servers_addresses),
		cmocka_unit_test(a_clock_that_jumps_takes_no_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
