/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds of rogue detection: when is asked, octet by octet what, and how a round ends. */
#include "watch_fixture.h"

#include "wire_support.h"

static void a_round_asks_five_times(void **state) {
	static const bool has_discover[] = { true, false, true, false, false };
	struct world *world = *state;
	struct watch_question question;
	uint32_t xid;

	next_round(world);
	xid = watch_xid(world->watch);
	watch_begin_round(world->watch, 77, &world->now);
	assert_int_not_equal(watch_xid(world->watch), xid);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(watch_take_question(world->watch, &question));
		assert_int_equal(question.xid, 77);
		assert_int_equal(question.has_discover, has_discover[i]);
		assert_false(watch_take_question(world->watch, &question));
		assert_int_equal(watch_wait_ms(world->watch, &world->now), 2000);
		world->now.boot_ms += 1999;
		watch_tick(world->watch, 99, &world->now);
		assert_false(watch_take_question(world->watch, &question));
		assert_int_equal(outcome_of(world), DETECTION_NONE);
		world->now.boot_ms += 1;
		watch_tick(world->watch, 99, &world->now);
	}
	assert_false(watch_take_question(world->watch, &question));
	assert_int_equal(outcome_of(world), DETECTION_UNOPPOSED);
	assert_int_equal(watch_detection(world->watch)->at.boot_ms, world->now.boot_ms);
	assert_string_equal(watch_detection(world->watch)->boot_id, BOOT);
	assert_int_equal(watch_xid(world->watch), 77);
}

static void rounds_begin_at_the_interval(void **state) {
	struct world *world = *state;

	pass(world, ROUND_MS);
	assert_int_equal(world->n_asked, 5);
	assert_int_equal(world->n_discovers, 2);
	assert_int_equal(watch_wait_ms(world->watch, &world->now), INTERVAL_MS - ROUND_MS);
	pass(world, INTERVAL_MS - ROUND_MS - 1);
	assert_int_equal(world->n_asked, 5);
	pass(world, 1 + ROUND_MS);
	assert_int_equal(world->n_asked, 10);
	assert_int_equal(watch_detection(world->watch)->number, 2);
	pass(world, 10 * INTERVAL_MS);
	assert_int_equal(watch_detection(world->watch)->number, 12);
}

static void a_shorter_interval_holds_at_once(void **state) {
	struct world *world = *state;

	end_round(world);
	world->settings.interval_ms = 60000;
	configure(world);
	assert_int_equal(watch_wait_ms(world->watch, &world->now), 60000);
	world->settings.interval_ms = 1;
	configure(world);
	assert_int_equal(watch_wait_ms(world->watch, &world->now), 10000);
	pass(world, 10000 + 3 * ROUND_MS);
	assert_int_equal(watch_detection(world->watch)->number, 4);
}

static void the_wall_clock_has_no_say(void **state) {
	struct world *world = *state;

	world->now.wall_s = -5;
	assert_int_equal(watch_wait_ms(world->watch, &world->now), 2000);
	tick(world);
	assert_int_equal(world->n_asked, 1);
	world->now.wall_s = 4000000000;
	tick(world);
	assert_int_equal(world->n_asked, 1);
	assert_int_equal(watch_wait_ms(world->watch, &world->now), 2000);
}

static void nothing_is_asked_unless_it_may(void **state) {
	struct world *world = *state;
	struct watch_question question;

	world->settings.is_asking = false;
	watch_begin_round(world->watch, 5, &world->now);
	configure(world);
	assert_false(watch_take_question(world->watch, &question));
	assert_int_equal(watch_wait_ms(world->watch, &world->now), WATCH_NEVER);
	watch_begin_round(world->watch, 5, &world->now);
	world->now.boot_ms += DAY_MS;
	watch_tick(world->watch, 5, &world->now);
	assert_false(watch_take_question(world->watch, &question));
	assert_int_equal(outcome_of(world), DETECTION_NONE);
	world->n_asked = 0;
	world->settings.is_asking = true;
	configure(world);
	assert_int_equal(world->n_asked, 1);
	end_round(world);
	configure(world);
	assert_int_equal(world->n_asked, 5);
}

static void a_transaction_has_a_number(void **state) {
	struct world *world = *state;

	watch_begin_round(world->watch, 0, &world->now);
	assert_int_not_equal(watch_xid(world->watch), 0);
}

static void a_reply_without_a_number_is_no_answer(void **state) {
	struct world *world = *state;
	struct watch *fresh = watch_new();

	watch_free(world->watch);
	world->watch = fresh;
	assert_int_equal(watch_xid(fresh), 0);
	world->settings.is_asking = false;
	configure(world);
	answer(world, OTHER, "example.com");
	assert_true(sighting_of(world, OTHER)->is_overheard);
	assert_int_equal(sighting_of(world, OTHER)->answer, ROGUE_ANSWER_NONE);
}

static void a_round_waits_for_its_questions_to_be_taken(void **state) {
	struct world *world = *state;

	watch_begin_round(world->watch, 5, &world->now);
	for (unsigned i = 0; i < 20; i++) {
		world->now.boot_ms += 2000;
		watch_tick(world->watch, 99, &world->now);
		assert_int_equal(watch_wait_ms(world->watch, &world->now), 2000);
	}
	assert_int_equal(outcome_of(world), DETECTION_NONE);
	world->n_asked = 0;
	take_questions(world);
	end_round(world);
	assert_int_equal(world->n_asked, 5);
}

static void a_question_that_cannot_be_sent_ends_the_round(void **state) {
	struct world *world = *state;

	pass(world, 2000);
	watch_cannot_ask(world->watch, "no interface is up", &world->now);
	assert_int_equal(outcome_of(world), DETECTION_IMPOSSIBLE);
	assert_string_equal(watch_detection(world->watch)->reason, "no interface is up");
	assert_true(watch_take_change(world->watch));
	assert_int_equal(watch_wait_ms(world->watch, &world->now), 10000);
	watch_cannot_ask(world->watch, "twice", &world->now);
	assert_string_equal(watch_detection(world->watch)->reason, "no interface is up");
	world->n_asked = 0;
	pass(world, 10000);
	assert_int_equal(world->n_asked, 1);
	assert_int_equal(outcome_of(world), DETECTION_IMPOSSIBLE);
	pass(world, ROUND_MS);
	assert_int_equal(outcome_of(world), DETECTION_UNOPPOSED);
	assert_string_equal(watch_detection(world->watch)->reason, "");
}

static const struct watch_question some_question = { .xid = 0x12345678 };
static const struct watch_sender some_sender = { .address = { OWN }, .htype = 1, .hlen = 6,
						 .hardware = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };

static void an_inform_octet_by_octet(void **state) {
	uint8_t octets[DHCP4_MESSAGE_DEFAULT];

	assert_octets("inform",
		      span_of(octets, watch_write_inform(&some_question, &some_sender, octets, sizeof octets)),
		      "01 01 06 00 12345678 0000 8000 0a000001 00*12 525400123456 00*10 00*192 63825363"
		      " 35 01 08  2b 02 5e 00  ff 00*52");
}

static void a_discover_octet_by_octet(void **state) {
	uint8_t octets[DHCP4_MESSAGE_DEFAULT];

	assert_octets("discover",
		      span_of(octets, watch_write_discover(&some_question, &some_sender, octets, sizeof octets)),
		      "01 01 06 00 12345678 0000 8000 00*16 525400123456 00*10 00*192 63825363"
		      " 35 01 01  3d 14 00 6c6573736f722d77617463682d 525400123456  37 05 01 03 06 33 36  ff 00*27");
}

static void both_are_requests_that_a_server_reads(void **state) {
	struct watch_sender sender = { .address = { OWN }, .hlen = SIGHTING_HARDWARE_MAX, .htype = 32 };
	static struct dhcp4_packet packet;
	uint8_t octets[DHCP4_MESSAGE_DEFAULT];

	assert_int_equal(dhcp4_parse(span_of(octets, watch_write_inform(&some_question, &sender, octets,
									sizeof octets)),
				     &packet),
			 DHCP4_FAULT_NONE);
	assert_int_equal(packet.type, DHCP4_INFORM);
	assert_true(has_rogue_request(packet.options[DHCP4_OPTION_VENDOR_INFORMATION]));
	assert_int_equal(dhcp4_parse(span_of(octets, watch_write_discover(&some_question, &sender, octets,
									  sizeof octets)),
				     &packet),
			 DHCP4_FAULT_NONE);
	assert_int_equal(packet.type, DHCP4_DISCOVER);
	assert_int_equal(packet.hlen, SIGHTING_HARDWARE_MAX);
}

static void set_rule(struct world *world, unsigned rule) {
	world->settings.rule = rule;
	configure(world);
}

static void a_directory_is_yielded_to_at_once(void **state) {
	struct world *world = *state;

	assert_false(is_watch_opposed(world->watch));
	pass(world, 2500);
	answer(world, OTHER, "corp.example.com");
	assert_int_equal(outcome_of(world), DETECTION_DIRECTORY_MET);
	assert_int_equal(watch_detection(world->watch)->by.value, OTHER);
	assert_string_equal(watch_detection(world->watch)->enterprise, "corp.example.com");
	assert_string_equal(watch_detection(world->watch)->boot_id, BOOT);
	assert_int_equal(watch_detection(world->watch)->number, 2);
	assert_true(is_watch_opposed(world->watch));
	world->n_asked = 0;
	assert_int_equal(watch_wait_ms(world->watch, &world->now), INTERVAL_MS - 2500);
	pass(world, INTERVAL_MS - 2501);
	assert_int_equal(world->n_asked, 0);
	pass(world, ROUND_MS);
	assert_true(is_watch_opposed(world->watch));
	pass(world, 1);
	assert_int_equal(outcome_of(world), DETECTION_UNOPPOSED);
	assert_false(is_watch_opposed(world->watch));
	assert_int_equal(watch_detection(world->watch)->by.value, 0);
	assert_string_equal(watch_detection(world->watch)->enterprise, "");
}

static void others_are_not_yielded_to(void **state) {
	struct world *world = *state;

	answer(world, OTHER, NULL);
	answer(world, OTHER, "");
	offer(world, THIRD);
	overhear(world, THIRD);
	choose(world, OTHER, 0);
	assert_int_equal(outcome_of(world), DETECTION_NONE);
	end_round(world);
	assert_int_equal(outcome_of(world), DETECTION_UNOPPOSED);
	overhear(world, THIRD);
	assert_false(is_watch_opposed(world->watch));
}

/* Sub-option 95 of other vendors, or in an answer to somebody else's question, is no word to us. */
static void only_an_answer_speaks_for_a_directory(void **state) {
	struct world *world = *state;

	hear(world, &(struct reply){ DHCP4_ACK, .xid = 0xdddddddd, .server_id = { OTHER }, .enterprise = "a.example" });
	hear(world, &(struct reply){ DHCP4_OFFER, .xid = watch_xid(world->watch), .server_id = { OTHER },
				     .enterprise = "a.example" });
	assert_int_equal(outcome_of(world), DETECTION_NONE);
	assert_int_equal(sighting_of(world, OTHER)->answer, ROGUE_ANSWER_NONE);
}

static void a_late_answer_objects_too(void **state) {
	struct world *world = *state;
	uint32_t xid = watch_xid(world->watch);
	struct reply late = { DHCP4_ACK, .xid = xid, .server_id = { OTHER }, .enterprise = "example.com" };

	end_round(world);
	pass(world, 60000);
	hear(world, &late);
	assert_int_equal(outcome_of(world), DETECTION_DIRECTORY_MET);
	end_round(world);
	assert_false(is_watch_opposed(world->watch));
	hear(world, &late);
	assert_false(is_watch_opposed(world->watch));
}

static void an_objection_outlasts_a_round_that_could_not_ask(void **state) {
	struct world *world = *state;

	answer(world, OTHER, "example.com");
	next_round(world);
	watch_cannot_ask(world->watch, "no interface is up", &world->now);
	assert_int_equal(outcome_of(world), DETECTION_DIRECTORY_MET);
	assert_true(is_watch_opposed(world->watch));
	assert_int_equal(watch_wait_ms(world->watch, &world->now), 10000);
	pass(world, 10000 + ROUND_MS);
	assert_false(is_watch_opposed(world->watch));
}

static void an_objection_of_an_earlier_life_stands(void **state) {
	struct world *world = *state;

	watch_free(world->watch);
	world->watch = watch_new();
	watch_remember_objection(world->watch);
	configure(world);
	assert_true(is_watch_opposed(world->watch));
	watch_cannot_ask(world->watch, "no interface is up", &world->now);
	assert_int_equal(outcome_of(world), DETECTION_NONE);
	assert_true(is_watch_opposed(world->watch));
	pass(world, 10000 + ROUND_MS - 1);
	assert_true(is_watch_opposed(world->watch));
	pass(world, 1);
	assert_int_equal(outcome_of(world), DETECTION_UNOPPOSED);
	assert_false(is_watch_opposed(world->watch));
}

static void a_server_that_may_only_run_alone_yields_to_all(void **state) {
	static const struct reply replies[] = {
		{ DHCP4_OFFER, .xid = 1, .server_id = { OTHER }, .offered = { 0x0a000080 } },
		{ DHCP4_ACK, .xid = 1, .server_id = { OTHER } },
		{ DHCP4_ACK, .xid = 1, .server_id = { OTHER }, .enterprise = "" },
		{ DHCP4_NAK, .xid = 1, .server_id = { OTHER } },
		{ DHCP4_NAK, .xid = 0xdddddddd, .server_id = { OTHER } },
		{ DHCP4_ACK, .xid = 0xdddddddd, .server_id = { OTHER }, .enterprise = "example.com" },
		{ DHCP4_BOOTP, .xid = 0xdddddddd, .offered = { 0x0a000090 } },
		{ DHCP4_OFFER, .xid = 1, .server_id = { OTHER }, .giaddr = { THIRD } },
	};
	struct world *world = *state;

	set_rule(world, STANDALONE_RULE_ALONE);
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		struct reply reply = replies[i];

		if (reply.xid == 1)
			reply.xid = watch_xid(world->watch);
		hear_on(world, "eth0", &reply, (struct ip4){ OTHER });
		assert_int_equal(outcome_of(world), DETECTION_SERVER_MET);
		assert_int_equal(watch_detection(world->watch)->by.value, OTHER);
		assert_true(is_watch_opposed(world->watch));
		next_round(world);
		end_round(world);
		assert_false(is_watch_opposed(world->watch));
	}
}

static void what_is_overheard_between_rounds_objects_as_well(void **state) {
	struct world *world = *state;

	set_rule(world, STANDALONE_RULE_ALONE);
	end_round(world);
	choose(world, OTHER, 0x0a090001);
	assert_int_equal(outcome_of(world), DETECTION_UNOPPOSED);
	choose(world, OTHER, 0);
	assert_int_equal(outcome_of(world), DETECTION_SERVER_MET);
	answer(world, THIRD, "example.com");
	assert_int_equal(outcome_of(world), DETECTION_DIRECTORY_MET);
	assert_int_equal(watch_detection(world->watch)->by.value, THIRD);
	overhear(world, OTHER);
	assert_int_equal(outcome_of(world), DETECTION_DIRECTORY_MET);
}

static void repeated_objections_change_nothing(void **state) {
	struct world *world = *state;

	set_rule(world, STANDALONE_RULE_ALONE);
	overhear(world, OTHER);
	overhear(world, THIRD);
	assert_true(watch_take_change(world->watch));
	for (unsigned i = 0; i < 10; i++) {
		pass(world, 10);
		overhear(world, OTHER);
		overhear(world, THIRD);
		assert_false(watch_take_change(world->watch));
	}
	assert_int_equal(watch_detection(world->watch)->by.value, OTHER);
	next_round(world);
	overhear(world, THIRD);
	assert_true(watch_take_change(world->watch));
	assert_int_equal(watch_detection(world->watch)->by.value, THIRD);
}

static void a_server_that_only_reports_yields_to_nobody(void **state) {
	struct world *world = *state;

	set_rule(world, STANDALONE_RULE_REPORT);
	answer(world, OTHER, "example.com");
	offer(world, OTHER);
	overhear(world, THIRD);
	assert_int_equal(outcome_of(world), DETECTION_NONE);
	end_round(world);
	assert_int_equal(outcome_of(world), DETECTION_UNOPPOSED);
	assert_int_equal(n_sightings(world), 2);
}

static void with_a_directory_nobody_objects(void **state) {
	struct world *world = *state;

	answer(world, OTHER, "example.com");
	overhear(world, THIRD);
	assert_int_equal(outcome_of(world), DETECTION_NONE);
	end_round(world);
	assert_int_equal(outcome_of(world), DETECTION_UNOPPOSED);
	assert_false(is_watch_opposed(world->watch));
}

static void another_rule_begins_a_round(void **state) {
	struct world *world = *state;

	answer(world, OTHER, "example.com");
	configure(world);
	assert_true(is_watch_opposed(world->watch));
	world->n_asked = 0;
	set_rule(world, STANDALONE_RULE_REPORT);
	assert_int_equal(world->n_asked, 1);
	answer(world, OTHER, "example.com");
	end_round(world);
	assert_false(is_watch_opposed(world->watch));
}

static void with_a_directory_an_objection_has_no_say(void **state) {
	struct world *world = *state;

	answer(world, OTHER, "example.com");
	assert_true(is_watch_opposed(world->watch));
	world->settings.is_standalone = false;
	configure(world);
	assert_false(is_watch_opposed(world->watch));
}

static void replies_of_our_own_are_nobodys(void **state) {
	struct world *world = *state;

	set_rule(world, STANDALONE_RULE_ALONE);
	answer(world, OWN, "example.com");
	overhear(world, 0x0b000001);
	choose(world, OWN, 0);
	choose(world, 0, 0);
	hear_on(world, "eth0", &(struct reply){ DHCP4_OFFER, .server_id = { OTHER } }, (struct ip4){ OWN });
	hear_on(world, "eth0", &(struct reply){ DHCP4_OFFER, .server_id = { OWN } }, (struct ip4){ OTHER });
	hear_on(world, "eth0", &(struct reply){ .type = DHCP4_OFFER }, (struct ip4){ 0 });
	assert_int_equal(n_sightings(world), 0);
	assert_int_equal(outcome_of(world), DETECTION_NONE);
}

static void what_cannot_be_read_is_passed_over(void **state) {
	struct world *world = *state;
	uint8_t octets[DHCP4_MESSAGE_DEFAULT] = { 0 };
	struct watch_heard heard = { .octets = span_of(octets, sizeof octets), .interface = "eth0",
				     .source = { OTHER } };

	set_rule(world, STANDALONE_RULE_ALONE);
	watch_hear(world->watch, &heard, &world->now);
	heard.octets = span_of(octets, watch_write_inform(&some_question, &some_sender, octets, sizeof octets));
	watch_hear(world->watch, &heard, &world->now);
	heard.octets.len = 0;
	watch_hear(world->watch, &heard, &world->now);
	assert_int_equal(n_sightings(world), 0);
	assert_int_equal(outcome_of(world), DETECTION_NONE);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
#define STANDALONE(test) cmocka_unit_test_setup_teardown(test, standalone_set_up, world_tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		WITH_DIRECTORY(a_round_asks_five_times),
		WITH_DIRECTORY(rounds_begin_at_the_interval),
		WITH_DIRECTORY(a_shorter_interval_holds_at_once),
		WITH_DIRECTORY(the_wall_clock_has_no_say),
		WITH_DIRECTORY(nothing_is_asked_unless_it_may),
		WITH_DIRECTORY(a_transaction_has_a_number),
		WITH_DIRECTORY(a_reply_without_a_number_is_no_answer),
		WITH_DIRECTORY(a_round_waits_for_its_questions_to_be_taken),
		WITH_DIRECTORY(a_question_that_cannot_be_sent_ends_the_round),
		cmocka_unit_test(an_inform_octet_by_octet),
		cmocka_unit_test(a_discover_octet_by_octet),
		cmocka_unit_test(both_are_requests_that_a_server_reads),
		STANDALONE(a_directory_is_yielded_to_at_once),
		STANDALONE(others_are_not_yielded_to),
		STANDALONE(only_an_answer_speaks_for_a_directory),
		STANDALONE(a_late_answer_objects_too),
		STANDALONE(an_objection_outlasts_a_round_that_could_not_ask),
		STANDALONE(an_objection_of_an_earlier_life_stands),
		STANDALONE(a_server_that_may_only_run_alone_yields_to_all),
		STANDALONE(what_is_overheard_between_rounds_objects_as_well),
		STANDALONE(repeated_objections_change_nothing),
		STANDALONE(a_server_that_only_reports_yields_to_nobody),
		WITH_DIRECTORY(with_a_directory_nobody_objects),
		STANDALONE(another_rule_begins_a_round),
		STANDALONE(with_a_directory_an_objection_has_no_say),
		STANDALONE(replies_of_our_own_are_nobodys),
		STANDALONE(what_cannot_be_read_is_passed_over),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
