/* SPDX-License-Identifier: Apache-2.0 */
/* Sightings: who is recorded as what, how they are judged, when they are gone, and what is told of them. */
#include "watch_fixture.h"

static void what_a_sighting_says(void **state) {
	struct world *world = *state;
	const struct sighting *sighting;

	pass(world, 1500);
	offer(world, OTHER);
	sighting = sighting_of(world, OTHER);
	assert_string_equal(sighting->interface, "eth0");
	assert_int_equal(sighting->hlen, 6);
	assert_memory_equal(sighting->hardware, "\2\0\0\0\0\2", 6);
	assert_int_equal(sighting->offered.value, 0x0a000080);
	assert_int_equal(sighting->first_seen, 1700005001);
	assert_int_equal(sighting->last_seen, 1700005001);
	assert_int_equal(sighting->last_seen_ms, world->now.boot_ms);
	assert_int_equal(sighting->answer, ROGUE_ANSWER_NONE);
	assert_false(sighting->is_overheard);
	assert_false(sighting->is_gone);
	assert_int_equal(sighting->via.value, 0);
	pass(world, 1000);
	answer(world, OTHER, "corp.example.org");
	overhear(world, OTHER);
	choose(world, OTHER, 0x0a090001);
	assert_int_equal(n_sightings(world), 1);
	assert_true(sighting->is_overheard);
	assert_int_equal(sighting->answer, ROGUE_ANSWER_DIRECTORY);
	assert_string_equal(sighting->enterprise, "corp.example.org");
	assert_int_equal(sighting->offered.value, 0x0a000090);
	assert_int_equal(sighting->first_seen, 1700005001);
	assert_int_equal(sighting->last_seen, 1700005002);
	assert_int_equal(sighting->hlen, 6);
	assert_int_equal(sighting->via.value, 0);
}

static void one_that_does_not_name_itself_is_known_by_its_source(void **state) {
	struct world *world = *state;

	hear_on(world, "eth0", &(struct reply){ .type = DHCP4_BOOTP }, (struct ip4){ THIRD });
	assert_non_null(sighting_of(world, THIRD));
}

static void each_network_has_its_own(void **state) {
	struct world *world = *state;
	struct reply reply = { DHCP4_OFFER, .server_id = { OTHER } };

	hear_on(world, "eth0", &reply, (struct ip4){ OTHER });
	hear_on(world, "eth1", &reply, (struct ip4){ OTHER });
	hear_on(world, "eth1", &reply, (struct ip4){ OTHER });
	hear_on(world, "a-name-that-is-too-long", &reply, (struct ip4){ OTHER });
	hear_on(world, "a-name-that-is-too-long", &reply, (struct ip4){ OTHER });
	assert_int_equal(n_sightings(world), 3);
}

static void one_behind_a_relay_agent(void **state) {
	struct world *world = *state;
	struct reply relayed = { DHCP4_OFFER, .server_id = { OTHER }, .giaddr = { 0x0a0000fe } };

	hear_on(world, "eth0", &relayed, (struct ip4){ 0x0a0000fe });
	assert_int_equal(sighting_of(world, OTHER)->via.value, 0x0a0000fe);
	assert_int_equal(sighting_of(world, OTHER)->hlen, 0);
	choose(world, THIRD, 0x0a090001);
	assert_int_equal(sighting_of(world, THIRD)->via.value, 0x0a090001);
	offer(world, OTHER);
	assert_int_equal(sighting_of(world, OTHER)->via.value, 0);
	assert_int_equal(sighting_of(world, OTHER)->hlen, 6);
	hear_on(world, "eth0", &relayed, (struct ip4){ 0x0a0000fe });
	assert_int_equal(sighting_of(world, OTHER)->via.value, 0);
	assert_int_equal(sighting_of(world, OTHER)->hardware[5], 2);
}

static void nobody_is_overheard_unless_one_listens(void **state) {
	struct world *world = *state;

	world->settings.is_listening = false;
	configure(world);
	overhear(world, OTHER);
	choose(world, OTHER, 0);
	assert_int_equal(n_sightings(world), 0);
	offer(world, OTHER);
	assert_int_equal(n_sightings(world), 1);
}

static void the_list_judges(void **state) {
	struct world *world = *state;

	answer(world, LISTED, "example.com");
	answer(world, OTHER, "example.com");
	answer(world, THIRD, "corp.EXAMPLE.org");
	offer(world, 0x0a000004);
	answer(world, 0x0a000005, "");
	assert_int_equal(sighting_of(world, LISTED)->state, SIGHTING_LISTED);
	assert_int_equal(sighting_of(world, OTHER)->state, SIGHTING_FOREIGN);
	assert_int_equal(sighting_of(world, THIRD)->state, SIGHTING_UNLISTED);
	assert_int_equal(sighting_of(world, 0x0a000004)->state, SIGHTING_UNLISTED);
	assert_int_equal(sighting_of(world, 0x0a000005)->state, SIGHTING_UNLISTED);
	world->settings.enterprise = "";
	configure(world);
	assert_int_equal(sighting_of(world, OTHER)->state, SIGHTING_UNLISTED);
	world->settings.n_listed = 0;
	configure(world);
	assert_int_equal(sighting_of(world, LISTED)->state, SIGHTING_UNLISTED);
	world->settings.has_list = false;
	configure(world);
	assert_int_equal(sighting_of(world, LISTED)->state, SIGHTING_UNJUDGED);
	world->settings.has_list = world->settings.is_standalone = true;
	configure(world);
	assert_int_equal(sighting_of(world, LISTED)->state, SIGHTING_UNJUDGED);
}

static void each_change_is_told_once(void **state) {
	struct world *world = *state;

	assert_no_news(world);
	offer(world, OTHER);
	offer(world, LISTED);
	offer(world, OTHER);
	assert_news(world, WATCH_FOUND, OTHER);
	assert_news(world, WATCH_FOUND, LISTED);
	assert_no_news(world);
	answer(world, OTHER, "example.com");
	assert_news(world, WATCH_REJUDGED, OTHER);
	world->settings.n_listed = 0;
	configure(world);
	configure(world);
	assert_news(world, WATCH_REJUDGED, LISTED);
	assert_no_news(world);
}

static void news_are_told_in_the_order_of_coming(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	offer(world, THIRD);
	take_all_news(world);
	answer(world, THIRD, "example.com");
	answer(world, OTHER, "example.com");
	assert_news(world, WATCH_REJUDGED, THIRD);
	assert_news(world, WATCH_REJUDGED, OTHER);
}

static void no_list_is_no_news(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	assert_news(world, WATCH_FOUND, OTHER);
	world->settings.has_list = false;
	configure(world);
	assert_no_news(world);
	offer(world, LISTED);
	assert_news(world, WATCH_FOUND, LISTED);
	world->settings.has_list = true;
	configure(world);
	assert_news(world, WATCH_REJUDGED, LISTED);
	assert_no_news(world);
}

static void what_passes_before_it_is_told_is_not_told(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	offer(world, THIRD);
	answer(world, OTHER, "example.com");
	assert_news(world, WATCH_FOUND, OTHER);
	for (unsigned i = 0; i < 4; i++)
		end_round(world);
	assert_true(sighting_of(world, THIRD)->is_gone);
	assert_news(world, WATCH_GONE, OTHER);
	assert_no_news(world);
}

static void one_that_answered_is_gone_after_three_rounds(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	overhear(world, OTHER);
	assert_news(world, WATCH_FOUND, OTHER);
	end_round(world);
	for (unsigned i = 0; i < 2; i++)
		end_round(world);
	assert_false(sighting_of(world, OTHER)->is_gone);
	overhear(world, OTHER);
	for (unsigned i = 0; i < 2; i++)
		end_round(world);
	assert_false(sighting_of(world, OTHER)->is_gone);
	next_round(world);
	watch_cannot_ask(world->watch, "no interface is up", &world->now);
	assert_false(sighting_of(world, OTHER)->is_gone);
	assert_no_news(world);
	next_round(world);
	end_round(world);
	assert_true(sighting_of(world, OTHER)->is_gone);
	assert_news(world, WATCH_GONE, OTHER);
	end_round(world);
	assert_no_news(world);
	offer(world, OTHER);
	assert_false(sighting_of(world, OTHER)->is_gone);
	assert_news(world, WATCH_FOUND, OTHER);
	assert_int_equal(n_sightings(world), 1);
}

/* Where each round is cut short by an objection, they count all the same. */
static void one_is_gone_after_three_objections(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	for (unsigned i = 0; i < 4; i++) {
		assert_false(sighting_of(world, OTHER)->is_gone);
		answer(world, THIRD, "example.com");
		next_round(world);
	}
	assert_true(sighting_of(world, OTHER)->is_gone);
	assert_false(sighting_of(world, THIRD)->is_gone);
}

static void one_that_was_only_overheard_is_gone_after_an_hour(void **state) {
	struct world *world = *state;

	end_round(world);
	overhear(world, OTHER);
	assert_news(world, WATCH_FOUND, OTHER);
	pass(world, HOUR_MS - INTERVAL_MS);
	assert_false(sighting_of(world, OTHER)->is_gone);
	pass(world, 2 * INTERVAL_MS);
	assert_true(sighting_of(world, OTHER)->is_gone);
	assert_news(world, WATCH_GONE, OTHER);
}

static void an_hour_alone_is_not_enough(void **state) {
	struct world *world = *state;

	world->settings.interval_ms = HOUR_MS;
	configure(world);
	end_round(world);
	overhear(world, OTHER);
	for (unsigned i = 0; i < 2; i++)
		end_round(world);
	assert_false(sighting_of(world, OTHER)->is_gone);
	end_round(world);
	assert_true(sighting_of(world, OTHER)->is_gone);
}

/* It answered, was gone, and is now only overheard: it is not gone again after three rounds. */
static void one_that_stopped_answering_is_not_always_gone(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	for (unsigned i = 0; i < 4; i++)
		end_round(world);
	assert_true(sighting_of(world, OTHER)->is_gone);
	overhear(world, OTHER);
	for (unsigned i = 0; i < 4; i++)
		end_round(world);
	assert_false(sighting_of(world, OTHER)->is_gone);
}

static void one_that_is_gone_is_forgotten_after_a_day(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	for (unsigned i = 0; i < 4; i++)
		end_round(world);
	world->settings.is_asking = false;
	configure(world);
	watch_take_change(world->watch);
	assert_int_equal(watch_wait_ms(world->watch, &world->now), DAY_MS);
	pass(world, DAY_MS - 1);
	assert_int_equal(n_sightings(world), 1);
	assert_false(watch_take_change(world->watch));
	pass(world, 1);
	assert_int_equal(n_sightings(world), 0);
	assert_true(watch_take_change(world->watch));
	assert_int_equal(watch_wait_ms(world->watch, &world->now), WATCH_NEVER);
}

static void invent(struct world *world, uint32_t first, unsigned n_servers) {
	for (unsigned i = 0; i < n_servers; i++)
		offer(world, first + i);
}

static void only_the_gone_make_room(void **state) {
	struct world *world = *state;

	offer(world, THIRD);
	offer(world, OTHER);
	end_round(world);
	next_round(world);
	offer(world, THIRD);
	for (unsigned i = 0; i < 4; i++)
		end_round(world);
	invent(world, 0x0c000000, SIGHTINGS_MAX - 2);
	assert_int_equal(n_sightings(world), SIGHTINGS_MAX);
	assert_int_equal(watch_n_unrecorded(world->watch), 0);
	assert_non_null(sighting_of(world, OTHER));
	offer(world, 0x0d000000);
	assert_null(sighting_of(world, OTHER));
	assert_non_null(sighting_of(world, THIRD));
	assert_non_null(sighting_of(world, 0x0d000000));
	offer(world, 0x0d000001);
	assert_null(sighting_of(world, THIRD));
	offer(world, 0x0d000002);
	offer(world, 0x0d000002);
	assert_null(sighting_of(world, 0x0d000002));
	assert_int_equal(watch_n_unrecorded(world->watch), 2);
	assert_int_equal(n_sightings(world), SIGHTINGS_MAX);
}

/* What clients say leaves room for servers that are heard themselves, and counts no more once one is. */
static void clients_fill_half_of_the_room(void **state) {
	struct world *world = *state;

	for (uint32_t i = 0; i < 2 * SIGHTINGS_MAX; i++)
		choose(world, 0x0e000000 + i, i % 2 ? 0x0a090001 : 0);
	assert_int_equal(n_sightings(world), SIGHTINGS_MAX / 2);
	assert_int_equal(watch_n_unrecorded(world->watch), 2 * SIGHTINGS_MAX - SIGHTINGS_MAX / 2);
	overhear(world, 0x0e000000);
	choose(world, 0x0f000000, 0);
	assert_non_null(sighting_of(world, 0x0f000000));
	choose(world, 0x0f000001, 0);
	assert_null(sighting_of(world, 0x0f000001));
	offer(world, OTHER);
	invent(world, 0x0c000000, SIGHTINGS_MAX);
	assert_non_null(sighting_of(world, OTHER));
	assert_int_equal(n_sightings(world), SIGHTINGS_MAX);
}

static void clients_make_half_of_the_news(void **state) {
	struct world *world = *state;
	enum watch_news news;
	unsigned n_told = 0;

	for (uint32_t i = 0; i < SIGHTINGS_MAX; i++)
		choose(world, 0x0e000000 + i, 0x0a090001);
	for (; watch_take_news(world->watch, &news); n_told++)
		;
	assert_int_equal(n_told, SIGHTINGS_MAX / 4);
	offer(world, OTHER);
	assert_news(world, WATCH_FOUND, OTHER);
	assert_null(watch_take_news(world->watch, &news));
	assert_true(watch_wait_ms(world->watch, &world->now) > 0);
	pass(world, DAY_MS / (SIGHTINGS_MAX / 2) * 2);
	assert_news(world, WATCH_FOUND, 0x0e000000 + SIGHTINGS_MAX / 4);
}

static void one_for_whom_there_is_no_room_objects_all_the_same(void **state) {
	struct world *world = *state;

	invent(world, 0x0c000000, SIGHTINGS_MAX);
	answer(world, OTHER, "example.com");
	assert_null(sighting_of(world, OTHER));
	assert_true(is_watch_opposed(world->watch));
}

/* Somebody invents servers for days, each time others, and lets them be gone as soon as possible: in no day more than
 * SIGHTINGS_MAX lines of the log are his. */
static void an_inventor_of_servers_makes_no_flood_of_news(void **state) {
	static uint64_t told_ms[4096];
	struct world *world = *state;
	enum watch_news news;
	size_t n_told = 0;

	for (unsigned round = 0; round < 5 * 288; round++) {
		if (round % 4 == 0)
			invent(world, 0x0c000000 + round * 256, SIGHTINGS_MAX);
		while (watch_take_news(world->watch, &news)) {
			assert_true(n_told < ARRAY_LEN(told_ms));
			told_ms[n_told++] = world->now.boot_ms;
		}
		end_round(world);
	}
	assert_true(n_told > 3 * SIGHTINGS_MAX / 2);
	for (size_t i = SIGHTINGS_MAX; i < n_told; i++)
		assert_true(told_ms[i] - told_ms[i - SIGHTINGS_MAX] >= DAY_MS);
}

static void a_long_silence_saves_up_no_news(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	offer(world, LISTED);
	take_all_news(world);
	world->settings.is_asking = false;
	configure(world);
	world->now.boot_ms += 3 * DAY_MS;
	invent(world, 0x0c000000, 200);
	assert_int_equal(take_all_news(world), 128);
	tick(world);
	assert_no_news(world);
}

static void a_long_silence_saves_up_no_judgements(void **state) {
	struct world *world = *state;

	invent(world, 0x0c000000, 200);
	assert_int_equal(take_all_news(world), 128);
	world->now.boot_ms += 3 * DAY_MS;
	world->settings.enterprise = "";
	world->settings.has_list = false;
	configure(world);
	assert_int_equal(take_all_news(world), 72);
	tick(world);
	world->now.boot_ms += 3 * DAY_MS;
	world->settings.has_list = true;
	configure(world);
	assert_int_equal(take_all_news(world), 72);
	tick(world);
	assert_no_news(world);
}

static void news_that_wait_are_told_later(void **state) {
	struct world *world = *state;

	invent(world, 0x0c000000, 200);
	assert_int_equal(take_all_news(world), 128);
	world->settings.is_asking = false;
	configure(world);
	assert_int_equal(watch_wait_ms(world->watch, &world->now), DAY_MS / 128);
	pass(world, DAY_MS / 128);
	assert_news(world, WATCH_FOUND, 0x0c000000 + 128);
	assert_no_news(world);
	pass(world, DAY_MS);
	tick(world);
	assert_int_equal(take_all_news(world), 71);
	assert_int_equal(watch_wait_ms(world->watch, &world->now), WATCH_NEVER);
}

/* One who answers now this, now that, is judged by the most that he says in a round. */
static void one_word_counts_in_a_round(void **state) {
	struct world *world = *state;

	for (unsigned i = 0; i < 100; i++) {
		answer(world, OTHER, i % 2 ? "example.com" : NULL);
		answer(world, OTHER, i % 2 ? "" : "example.org");
	}
	assert_string_equal(sighting_of(world, OTHER)->enterprise, "example.org");
	assert_news(world, WATCH_FOUND, OTHER);
	assert_no_news(world);
	next_round(world);
	assert_string_equal(sighting_of(world, OTHER)->enterprise, "example.org");
	answer(world, OTHER, "example.com");
	assert_news(world, WATCH_REJUDGED, OTHER);
	answer(world, OTHER, "example.org");
	assert_no_news(world);
	next_round(world);
	answer(world, OTHER, NULL);
	assert_int_equal(sighting_of(world, OTHER)->answer, ROGUE_ANSWER_NONE);
	assert_int_equal(sighting_of(world, OTHER)->state, SIGHTING_UNLISTED);
}

static void changes_are_worth_storing_once(void **state) {
	struct world *world = *state;

	watch_take_change(world->watch);
	offer(world, OTHER);
	assert_true(watch_take_change(world->watch));
	for (unsigned i = 0; i < 3; i++) {
		offer(world, OTHER);
		overhear(world, OTHER);
		pass(world, 100);
		assert_false(watch_take_change(world->watch));
	}
	answer(world, OTHER, "example.org");
	assert_true(watch_take_change(world->watch));
	configure(world);
	assert_false(watch_take_change(world->watch));
	end_round(world);
	assert_true(watch_take_change(world->watch));
	next_round(world);
	answer(world, OTHER, "example.org");
	assert_false(watch_take_change(world->watch));
	world->settings.has_list = false;
	configure(world);
	assert_true(watch_take_change(world->watch));
}

/* Forget everything and take up what another life has left. */
static void live_again(struct world *world) {
	struct sighting sightings[SIGHTINGS_MAX];
	size_t n_found;
	const struct sighting *found = watch_sightings(world->watch, &n_found);

	memcpy(sightings, found, n_found * sizeof *sightings);
	watch_free(world->watch);
	world->watch = watch_new();
	watch_remember(world->watch, sightings, n_found);
}

static void nothing_remembered_is_told_again(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	offer(world, LISTED);
	overhear(world, THIRD);
	live_again(world);
	assert_int_equal(sighting_of(world, OTHER)->last_seen_ms, 0);
	world->settings.has_list = false;
	configure(world);
	world->settings.has_list = true;
	configure(world);
	assert_no_news(world);
	world->settings.n_listed = 0;
	configure(world);
	assert_news(world, WATCH_REJUDGED, LISTED);
	offer(world, OTHER);
	assert_no_news(world);
	for (unsigned i = 0; i < 3; i++)
		end_round(world);
	assert_news(world, WATCH_GONE, LISTED);
	assert_no_news(world);
	pass(world, HOUR_MS);
	assert_news(world, WATCH_GONE, OTHER);
	assert_news(world, WATCH_GONE, THIRD);
}

static void one_remembered_as_gone_is_found_again(void **state) {
	struct world *world = *state;

	offer(world, OTHER);
	for (unsigned i = 0; i < 4; i++)
		end_round(world);
	live_again(world);
	configure(world);
	assert_no_news(world);
	pass(world, HOUR_MS);
	offer(world, OTHER);
	assert_news(world, WATCH_FOUND, OTHER);
	assert_int_equal(sighting_of(world, OTHER)->first_seen, 1700005000);
}

#define STANDALONE(test) cmocka_unit_test_setup_teardown(test, standalone_set_up, world_tear_down)
#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		WITH_DIRECTORY(what_a_sighting_says),
		WITH_DIRECTORY(one_that_does_not_name_itself_is_known_by_its_source),
		WITH_DIRECTORY(each_network_has_its_own),
		WITH_DIRECTORY(one_behind_a_relay_agent),
		WITH_DIRECTORY(nobody_is_overheard_unless_one_listens),
		WITH_DIRECTORY(the_list_judges),
		WITH_DIRECTORY(each_change_is_told_once),
		WITH_DIRECTORY(news_are_told_in_the_order_of_coming),
		WITH_DIRECTORY(no_list_is_no_news),
		WITH_DIRECTORY(what_passes_before_it_is_told_is_not_told),
		WITH_DIRECTORY(one_that_answered_is_gone_after_three_rounds),
		STANDALONE(one_is_gone_after_three_objections),
		WITH_DIRECTORY(one_that_was_only_overheard_is_gone_after_an_hour),
		WITH_DIRECTORY(an_hour_alone_is_not_enough),
		WITH_DIRECTORY(one_that_stopped_answering_is_not_always_gone),
		WITH_DIRECTORY(one_that_is_gone_is_forgotten_after_a_day),
		WITH_DIRECTORY(only_the_gone_make_room),
		WITH_DIRECTORY(clients_fill_half_of_the_room),
		WITH_DIRECTORY(clients_make_half_of_the_news),
		STANDALONE(one_for_whom_there_is_no_room_objects_all_the_same),
		WITH_DIRECTORY(an_inventor_of_servers_makes_no_flood_of_news),
		WITH_DIRECTORY(a_long_silence_saves_up_no_news),
		WITH_DIRECTORY(a_long_silence_saves_up_no_judgements),
		WITH_DIRECTORY(news_that_wait_are_told_later),
		WITH_DIRECTORY(one_word_counts_in_a_round),
		WITH_DIRECTORY(changes_are_worth_storing_once),
		WITH_DIRECTORY(nothing_remembered_is_told_again),
		WITH_DIRECTORY(one_remembered_as_gone_is_found_again),
	};

	return cmocka_run_group_tests_name("watch_table", tests, NULL, NULL);
}
