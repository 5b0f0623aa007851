/* SPDX-License-Identifier: Apache-2.0 */
/* watch_table.h - the servers that a watch has met: who they are, what the directory says of them, when they are gone,
 * and what is to be told of it. Part of watch.h, which calls it.
 *
 * Fixed in size. Every server that is heard costs one walk over the table, however many are invented.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/watch.h"

/* What is kept of a sighting beside itself. */
struct watch_track {
	bool has_answered; /* a question of ours, since it was last gone; else it was only overheard */
	bool is_heard;     /* since the last round began */
	bool has_word;     /* @word was its answer to the last round's question */
	bool is_told;      /* that it is there; else that it is gone, or nothing */
	enum rogue_answer word;
	enum sighting_state told_state;
	unsigned n_missed;          /* rounds that ended since it was heard */
	uint64_t heard_ms, gone_ms; /* not before this start */
	uint64_t news_order;        /* 0: there is no news of it */
};

/* Embedded: sightings in the order of coming, and their tracks at the same places. */
struct watch_table {
	size_t n_sightings;
	struct sighting sightings[SIGHTINGS_MAX];
	struct watch_track tracks[SIGHTINGS_MAX];
	bool is_changed; /* worth storing */
	uint64_t n_unrecorded;
	uint64_t last_order;    /* of news */
	unsigned n_news_left;   /* that may be told now */
	uint64_t news_since_ms; /* from when on the next one's turn is counted */
};

/* What one packet shows of a server. Borrowed for the call. */
struct watch_seen {
	struct ip4 address, via, offered;
	const char *interface;
	struct span hardware;
	bool is_answer;  /* to the last round's question; else overheard */
	bool is_hearsay; /* it is no packet of the server: a client named it */
	bool has_word;  /* @answer and @enterprise are its answer to rogue detection's question */
	enum rogue_answer answer;
	const char *enterprise;
};

/* Make @ret_table an empty one. */
void watch_table_init(struct watch_table *ret_table);

/* As watch_remember. */
void watch_table_remember(struct watch_table *table, const struct sighting *sightings, size_t n_sightings);

/* Time begins: what was remembered counts as heard, or gone, from now on. */
void watch_table_start(struct watch_table *table, const struct moment *now);

/* Take in what was seen of a server; count it as unrecorded if nobody can make room for it. */
void watch_table_see(struct watch_table *table, const struct watch_seen *seen, const struct watch_settings *settings,
		     const struct moment *now);

/* Judge everybody anew. */
void watch_table_judge(struct watch_table *table, const struct watch_settings *settings);

/* A round begins, or has ended: who missed it and others before is gone. That a round ended is worth storing anyway, so
 * it is not said here. */
void watch_table_begin_round(struct watch_table *table);
void watch_table_end_round(struct watch_table *table, const struct moment *now);

/* Time has passed: who is gone for a day is forgotten, and more news may be told. */
void watch_table_tick(struct watch_table *table, const struct moment *now);

/* Milliseconds until watch_table_tick has something to do; WATCH_NEVER if nothing is awaited. */
uint64_t watch_table_wait_ms(const struct watch_table *table, const struct moment *now);

/* As watch_take_news. */
const struct sighting *watch_table_take_news(struct watch_table *table, enum watch_news *ret_news);

/* The milliseconds between two times; 0 if @to_ms is the earlier one. */
static inline uint64_t watch_elapsed_ms(uint64_t from_ms, uint64_t to_ms) {
	return to_ms > from_ms ? to_ms - from_ms : 0;
}
