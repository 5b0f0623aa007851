/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "engine/watch_table.h"
#include "model/schema.h"
#include "wire/packet.h"

#define QUESTIONS_MAX 5u /* of a round: the first, and four repetitions */
#define ANSWER_MS 2000u  /* between two questions, and after the last one */
#define PAUSE_MS 10000u  /* after a question that could not be sent; the least between the beginnings of two rounds */

struct round {
	bool is_under_way;
	bool has_question; /* that was not taken yet */
	unsigned n_questions;
	uint32_t xid;
	uint64_t number;
	uint64_t due_ms; /* the next question, or the end */
};

struct watch {
	struct arena *arena;
	bool is_started;
	bool is_detection_changed;
	bool was_opposed; /* in an earlier life, and no round has decided since */
	struct watch_settings settings;
	struct watch_table table;
	struct detection detection;
	struct round round;
	uint64_t next_round_ms;
	struct dhcp4_packet packet; /* what is being heard; too large for the stack */
};

struct watch *watch_new(void) {
	struct arena *arena = arena_new(0);
	struct watch *watch = arena_new_of(arena, struct watch);

	watch->arena = arena;
	watch_table_init(&watch->table);
	watch->settings.enterprise = watch->settings.boot_id = "";
	return watch;
}

struct watch *watch_free(struct watch *watch) {
	if (watch)
		arena_free(watch->arena);
	return NULL;
}

void watch_remember(struct watch *watch, const struct sighting *sightings, size_t n_sightings) {
	assert(!watch->is_started);
	watch_table_remember(&watch->table, sightings, n_sightings);
}

void watch_remember_objection(struct watch *watch) {
	assert(!watch->is_started);
	watch->was_opposed = true;
}

/* Rounds */

static void detection_set(struct watch *watch, enum detection_outcome outcome, const struct moment *now) {
	struct detection *detection = &watch->detection;

	*detection = (struct detection){ .outcome = outcome, .number = watch->round.number, .at = *now };
	snprintf(detection->boot_id, sizeof detection->boot_id, "%s", watch->settings.boot_id);
	watch->is_detection_changed = true;
	watch->was_opposed = false;
}

static void round_ask(struct round *round, const struct moment *now) {
	round->has_question = true;
	round->n_questions++;
	round->due_ms = now->boot_ms + ANSWER_MS;
}

static void round_begin(struct watch *watch, uint32_t random, const struct moment *now) {
	struct round *round = &watch->round;

	*round = (struct round){ .is_under_way = true, .xid = random ? random : 1, .number = round->number + 1 };
	round_ask(round, now);
	watch->next_round_ms = now->boot_ms + watch->settings.interval_ms;
	watch_table_begin_round(&watch->table);
}

static void round_stop(struct round *round) {
	round->is_under_way = false;
	round->has_question = false;
}

/* A question that nobody took was not asked: a round without questions would prove nothing. */
static void round_step(struct watch *watch, const struct moment *now) {
	struct round *round = &watch->round;

	if (round->has_question) {
		round->due_ms = now->boot_ms + ANSWER_MS;
	} else if (round->n_questions < QUESTIONS_MAX) {
		round_ask(round, now);
	} else {
		round_stop(round);
		watch_table_end_round(&watch->table, now);
		detection_set(watch, DETECTION_UNOPPOSED, now);
	}
}

void watch_begin_round(struct watch *watch, uint32_t random, const struct moment *now) {
	if (watch->settings.is_asking)
		round_begin(watch, random, now);
}

void watch_cannot_ask(struct watch *watch, const char *why, const struct moment *now) {
	if (!watch->round.is_under_way)
		return;
	round_stop(&watch->round);
	watch->next_round_ms = now->boot_ms + PAUSE_MS;
	/* Who could not ask again does not know that the objection is over. */
	if (is_watch_opposed(watch))
		return;
	detection_set(watch, DETECTION_IMPOSSIBLE, now);
	snprintf(watch->detection.reason, sizeof watch->detection.reason, "%s", why);
}

bool watch_take_question(struct watch *watch, struct watch_question *ret_question) {
	struct round *round = &watch->round;

	if (!round->has_question)
		return false;
	round->has_question = false;
	ret_question->xid = round->xid;
	/* Twice is enough against loss, and each leaves a line in other servers' logs. */
	ret_question->has_discover = round->n_questions == 1 || round->n_questions == 3;
	return true;
}

/* Objections */

static enum detection_outcome objection_of(const struct watch_settings *settings, const struct watch_seen *seen) {
	if (!settings->is_standalone || settings->rule == STANDALONE_RULE_REPORT)
		return DETECTION_NONE;
	if (seen->answer == ROGUE_ANSWER_DIRECTORY)
		return DETECTION_DIRECTORY_MET;
	return settings->rule == STANDALONE_RULE_ALONE ? DETECTION_SERVER_MET : DETECTION_NONE;
}

/* One objection is enough for a round, unless a directory's comes after another: to store each that comes in would let
 * anybody keep the disk busy. */
static bool is_objection_known(const struct watch *watch, enum detection_outcome outcome) {
	const struct detection *known = &watch->detection;

	return is_detection_opposed(known) && known->number == watch->round.number &&
	       (known->outcome == outcome || known->outcome == DETECTION_DIRECTORY_MET);
}

static void object(struct watch *watch, const struct watch_seen *seen, const struct moment *now) {
	enum detection_outcome outcome = objection_of(&watch->settings, seen);

	if (outcome == DETECTION_NONE || is_objection_known(watch, outcome))
		return;
	if (watch->round.is_under_way)
		watch_table_end_round(&watch->table, now);
	round_stop(&watch->round);
	detection_set(watch, outcome, now);
	watch->detection.by = seen->address;
	snprintf(watch->detection.enterprise, sizeof watch->detection.enterprise, "%s", seen->enterprise);
}

bool is_watch_opposed(const struct watch *watch) {
	return watch->settings.is_standalone && (watch->was_opposed || is_detection_opposed(&watch->detection));
}

/* Hearing */

static bool is_own(const struct watch_settings *settings, struct ip4 address) {
	for (size_t i = 0; i < settings->n_own_addresses; i++)
		if (is_ip4_equal(settings->own_addresses[i], address))
			return true;
	return false;
}

/* The frame of a reply that was relayed is the relay agent's. */
static struct span hardware_of(const struct watch_heard *heard, const struct dhcp4_packet *packet) {
	if (heard->hlen > SIGHTING_HARDWARE_MAX || !is_ip4_none(packet->giaddr))
		return (struct span){ 0 };
	return span_of(heard->hardware, heard->hlen);
}

/* What @packet shows; @ret_enterprise is what ret_seen->enterprise borrows. */
static void seen_fill(const struct watch *watch, const struct watch_heard *heard,
		      char ret_enterprise[static ROGUE_ENTERPRISE_MAX], struct watch_seen *ret_seen) {
	const struct dhcp4_packet *packet = &watch->packet;
	struct ip4 server_id = dhcp4_option_ip4(packet, DHCP4_OPTION_SERVER_ID);

	ret_enterprise[0] = '\0';
	*ret_seen = (struct watch_seen){
		.address = is_ip4_none(server_id) ? heard->source : server_id,
		.via = packet->giaddr,
		.offered = packet->yiaddr,
		.interface = heard->interface,
		.hardware = hardware_of(heard, packet),
		.is_answer = watch->round.xid && packet->xid == watch->round.xid,
		.enterprise = ret_enterprise,
	};
	/* In what was not asked for, and in offers, the same sub-option may be another vendor's. */
	ret_seen->has_word = ret_seen->is_answer && packet->type == DHCP4_ACK;
	if (ret_seen->has_word)
		ret_seen->answer = rogue_answer_parse(packet->options[DHCP4_OPTION_VENDOR_INFORMATION],
						      ROGUE_ENTERPRISE_MAX, ret_enterprise);
}

/* What is told of it is counted from now: time that passed without a call saves up no news. */
static void see(struct watch *watch, const struct watch_seen *seen, const struct moment *now) {
	watch_table_tick(&watch->table, now);
	watch_table_see(&watch->table, seen, &watch->settings, now);
}

void watch_hear(struct watch *watch, const struct watch_heard *heard, const struct moment *now) {
	char enterprise[ROGUE_ENTERPRISE_MAX];
	struct watch_seen seen;

	if (dhcp4_parse_reply(heard->octets, &watch->packet) != DHCP4_FAULT_NONE)
		return;
	seen_fill(watch, heard, enterprise, &seen);
	if (!seen.is_answer && !watch->settings.is_listening)
		return;
	if (is_ip4_none(seen.address) || is_own(&watch->settings, seen.address) ||
	    is_own(&watch->settings, heard->source))
		return;
	see(watch, &seen, now);
	object(watch, &seen, now);
}

void watch_hear_choice(struct watch *watch, struct ip4 address, struct ip4 via, const char *interface,
		       const struct moment *now) {
	struct watch_seen seen = {
		.address = address, .via = via, .interface = interface, .is_hearsay = true, .enterprise = ""
	};

	if (!watch->settings.is_listening || is_ip4_none(address) || is_own(&watch->settings, address))
		return;
	see(watch, &seen, now);
	if (is_ip4_none(via))
		object(watch, &seen, now);
}

/* Settings and time */

static bool is_rule_equal(const struct watch_settings *a, const struct watch_settings *b) {
	return a->is_standalone == b->is_standalone && (!a->is_standalone || a->rule == b->rule);
}

void watch_configure(struct watch *watch, const struct watch_settings *settings, uint32_t random,
		     const struct moment *now) {
	bool is_due = !watch->settings.is_asking || !is_rule_equal(&watch->settings, settings);
	uint64_t latest_ms;

	watch->settings = *settings;
	if (settings->interval_ms < PAUSE_MS)
		watch->settings.interval_ms = PAUSE_MS;
	if (!watch->is_started)
		watch_table_start(&watch->table, now);
	watch->is_started = true;
	watch_table_tick(&watch->table, now);
	watch_table_judge(&watch->table, &watch->settings);
	latest_ms = now->boot_ms + watch->settings.interval_ms;
	if (watch->next_round_ms > latest_ms)
		watch->next_round_ms = latest_ms;
	if (!settings->is_asking)
		round_stop(&watch->round);
	else if (is_due)
		round_begin(watch, random, now);
}

void watch_tick(struct watch *watch, uint32_t random, const struct moment *now) {
	watch_table_tick(&watch->table, now);
	if (watch->round.is_under_way && now->boot_ms >= watch->round.due_ms)
		round_step(watch, now);
	if (!watch->round.is_under_way && watch->settings.is_asking && now->boot_ms >= watch->next_round_ms)
		round_begin(watch, random, now);
}

uint64_t watch_wait_ms(const struct watch *watch, const struct moment *now) {
	uint64_t table_ms = watch_table_wait_ms(&watch->table, now), round_ms = WATCH_NEVER;

	if (watch->round.is_under_way)
		round_ms = watch_elapsed_ms(now->boot_ms, watch->round.due_ms);
	else if (watch->settings.is_asking)
		round_ms = watch_elapsed_ms(now->boot_ms, watch->next_round_ms);
	return round_ms < table_ms ? round_ms : table_ms;
}

/* What is taken out */

const struct sighting *watch_take_news(struct watch *watch, enum watch_news *ret_news) {
	return watch_table_take_news(&watch->table, ret_news);
}

bool watch_take_change(struct watch *watch) {
	bool is_changed = watch->table.is_changed || watch->is_detection_changed;

	watch->table.is_changed = watch->is_detection_changed = false;
	return is_changed;
}

const struct sighting *watch_sightings(const struct watch *watch, size_t *ret_n_sightings) {
	*ret_n_sightings = watch->table.n_sightings;
	return watch->table.sightings;
}

const struct detection *watch_detection(const struct watch *watch) {
	return &watch->detection;
}

uint64_t watch_n_unrecorded(const struct watch *watch) {
	return watch->table.n_unrecorded;
}

uint32_t watch_xid(const struct watch *watch) {
	return watch->round.xid;
}
