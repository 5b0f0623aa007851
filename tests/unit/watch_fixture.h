/* SPDX-License-Identifier: Apache-2.0 */
/* watch_fixture.h - a watch in simulated time, for its unit tests: every test begins with it started, its first round
 * under way and the first question asked. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "engine/watch.h"
#include "model/schema.h"
#include "support/replies.h"

#define BOOT "boot-one"
#define INTERVAL_MS 300000u
#define ROUND_MS 10000u
#define HOUR_MS 3600000u
#define DAY_MS (24u * HOUR_MS)
#define OWN 0x0a000001u   /* 10.0.0.1 */
#define OTHER 0x0a000002u /* not on the list */
#define THIRD 0x0a000003u
#define LISTED 0x0a000063u

struct world {
	struct watch *watch;
	struct watch_settings settings;
	struct moment now;
	unsigned n_asked, n_discovers;
	uint32_t random;
};

static const struct dhcp_server listed_servers[] = { { .address = { LISTED } }, { .name = "elsewhere.example.org" } };
static const struct ip4 own_addresses[] = { { OWN }, { 0x0b000001 } };

static inline void take_questions(struct world *world) {
	struct watch_question question;

	while (watch_take_question(world->watch, &question)) {
		assert_true(world->settings.is_asking);
		assert_int_equal(question.xid, watch_xid(world->watch));
		world->n_asked++;
		world->n_discovers += question.has_discover;
	}
}

static inline void configure(struct world *world) {
	watch_configure(world->watch, &world->settings, ++world->random, &world->now);
	take_questions(world);
}

static inline void tick(struct world *world) {
	watch_tick(world->watch, ++world->random, &world->now);
	assert_true(watch_wait_ms(world->watch, &world->now) > 0);
	take_questions(world);
}

/* Let time pass, with a tick whenever the watch wants one. */
static inline void pass(struct world *world, uint64_t ms) {
	while (ms > 0) {
		uint64_t wait_ms = watch_wait_ms(world->watch, &world->now);
		uint64_t step_ms = wait_ms < ms ? wait_ms : ms;

		world->now.boot_ms += step_ms;
		world->now.wall_s = 1700000000 + (int64_t)(world->now.boot_ms / 1000);
		ms -= step_ms;
		if (step_ms == wait_ms)
			tick(world);
	}
}

/* Let the round under way end, or the next one begin and end. */
static inline void end_round(struct world *world) {
	uint64_t number = watch_detection(world->watch)->number;

	for (unsigned i = 0; i < 100 && watch_detection(world->watch)->number == number; i++)
		pass(world, watch_wait_ms(world->watch, &world->now));
	assert_int_not_equal(watch_detection(world->watch)->number, number);
}

/* Let the next round begin. */
static inline void next_round(struct world *world) {
	watch_begin_round(world->watch, ++world->random, &world->now);
	take_questions(world);
}

/* Who is known by one octet sends from 10.0.0.0/24; hear it on @interface. */
static inline void hear_on(struct world *world, const char *interface, const struct reply *reply, struct ip4 source) {
	const uint8_t hardware[] = { 2, 0, 0, 0, 0, (uint8_t)source.value };
	uint8_t octets[DHCP4_MESSAGE_DEFAULT];
	struct watch_heard heard = {
		.octets = reply_write(reply, octets),
		.interface = interface,
		.source = source,
		.hardware = hardware,
		.hlen = sizeof hardware,
	};

	watch_hear(world->watch, &heard, &world->now);
}

static inline void hear(struct world *world, const struct reply *reply) {
	hear_on(world, "eth0", reply, reply->server_id);
}

/* An answer of @server to the question: NULL it says nothing of a directory, "" it has none. */
static inline void answer(struct world *world, uint32_t server, const char *enterprise) {
	hear(world, &(struct reply){ DHCP4_ACK, .xid = watch_xid(world->watch), .server_id = { server },
				     .enterprise = enterprise });
}

static inline void offer(struct world *world, uint32_t server) {
	hear(world, &(struct reply){ DHCP4_OFFER, .xid = watch_xid(world->watch), .server_id = { server },
				     .offered = { 0x0a000080 } });
}

/* What @server says to somebody else. */
static inline void overhear(struct world *world, uint32_t server) {
	hear(world, &(struct reply){ DHCP4_ACK, .xid = 0xdddddddd, .server_id = { server },
				     .offered = { 0x0a000090 } });
}

static inline void choose(struct world *world, uint32_t server, uint32_t via) {
	watch_hear_choice(world->watch, (struct ip4){ server }, (struct ip4){ via }, "eth0", &world->now);
}

static inline enum detection_outcome outcome_of(const struct world *world) {
	return watch_detection(world->watch)->outcome;
}

static inline size_t n_sightings(const struct world *world) {
	size_t n_found;

	watch_sightings(world->watch, &n_found);
	return n_found;
}

static inline const struct sighting *sighting_of(const struct world *world, uint32_t server) {
	size_t n_found;
	const struct sighting *sightings = watch_sightings(world->watch, &n_found);

	for (size_t i = 0; i < n_found; i++)
		if (sightings[i].address.value == server)
			return &sightings[i];
	return NULL;
}

static inline void assert_news(struct world *world, enum watch_news wanted, uint32_t server) {
	enum watch_news news;
	const struct sighting *sighting = watch_take_news(world->watch, &news);

	assert_non_null(sighting);
	assert_int_equal(sighting->address.value, server);
	assert_int_equal(news, wanted);
}

static inline void assert_no_news(struct world *world) {
	enum watch_news news;

	assert_null(watch_take_news(world->watch, &news));
}

static inline unsigned take_all_news(struct world *world) {
	enum watch_news news;
	unsigned n_taken = 0;

	while (watch_take_news(world->watch, &news))
		n_taken++;
	return n_taken;
}

/* A server of the directory example.org. */
static inline int world_set_up(void **state) {
	struct world *world = calloc(1, sizeof *world);

	assert_non_null(world);
	*world = (struct world){
		.watch = watch_new(),
		.now = { 1700005000, 5000000 },
		.settings = { .is_asking = true,
			      .is_listening = true,
			      .interval_ms = INTERVAL_MS,
			      .enterprise = "example.org",
			      .has_list = true,
			      .listed = listed_servers,
			      .n_listed = ARRAY_LEN(listed_servers),
			      .own_addresses = own_addresses,
			      .n_own_addresses = ARRAY_LEN(own_addresses),
			      .boot_id = BOOT },
	};
	configure(world);
	*state = world;
	return 0;
}

/* The same without a directory. */
static inline int standalone_set_up(void **state) {
	struct world *world;

	world_set_up(state);
	world = *state;
	world->settings.is_standalone = true;
	world->settings.has_list = false;
	world->settings.enterprise = "";
	world->settings.rule = STANDALONE_RULE_YIELD;
	configure(world);
	return 0;
}

static inline int world_tear_down(void **state) {
	struct world *world = *state;

	assert_null(watch_free(world->watch));
	free(world);
	return 0;
}
