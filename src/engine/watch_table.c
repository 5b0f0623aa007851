/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/watch_table.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"

#define MISSED_MAX 3u           /* rounds, until a server is gone */
#define SILENCE_MAX_MS 3600000u /* of a server that does not answer us; clients that speak of it come seldom */
#define DAY_MS 86400000u
#define FORGET_MS DAY_MS

/* Half of a day's news may come at once, the other half comes evenly: so no day sees more than both. */
#define NEWS_AT_ONCE (SIGHTINGS_MAX / 2)
#define NEWS_PAUSE_MS (DAY_MS / (SIGHTINGS_MAX - NEWS_AT_ONCE))

/* Clients far away can say what they like through a relay agent: that must fill neither the table nor the log. */
#define HEARSAY_MAX (SIGHTINGS_MAX / 2)
#define NEWS_RESERVED (NEWS_AT_ONCE / 2) /* for other news than hearsay */

#define NOBODY SIZE_MAX

void watch_table_init(struct watch_table *ret_table) {
	memset(ret_table, 0, sizeof *ret_table);
	ret_table->n_news_left = NEWS_AT_ONCE;
}

void watch_table_remember(struct watch_table *table, const struct sighting *sightings, size_t n_sightings) {
	table->n_sightings = n_sightings < SIGHTINGS_MAX ? n_sightings : SIGHTINGS_MAX;
	for (size_t i = 0; i < table->n_sightings; i++) {
		table->sightings[i] = sightings[i];
		table->sightings[i].last_seen_ms = 0;
		table->tracks[i] = (struct watch_track){ .has_answered = !sightings[i].is_overheard,
							 .is_told = !sightings[i].is_gone,
							 .told_state = sightings[i].state };
	}
}

void watch_table_start(struct watch_table *table, const struct moment *now) {
	table->news_since_ms = now->boot_ms;
	for (size_t i = 0; i < table->n_sightings; i++)
		table->tracks[i].heard_ms = table->tracks[i].gone_ms = now->boot_ms;
}

/* What there is to tell is what differs from what was told: so nothing is told twice, and what comes and passes before
 * it could be told is not told at all. */
static bool has_news(const struct sighting *sighting, const struct watch_track *track, enum watch_news *ret_news) {
	if (track->is_told && sighting->is_gone)
		*ret_news = WATCH_GONE;
	else if (!track->is_told && !sighting->is_gone)
		*ret_news = WATCH_FOUND;
	else if (track->is_told && sighting->state != SIGHTING_UNJUDGED && sighting->state != track->told_state)
		*ret_news = WATCH_REJUDGED;
	else
		return false;
	return true;
}

static bool can_tell(const struct watch_table *table, size_t index) {
	return table->n_news_left > (is_sighting_hearsay(&table->sightings[index]) ? NEWS_RESERVED : 0);
}

static void news_note(struct watch_table *table, size_t index) {
	struct watch_track *track = &table->tracks[index];
	enum watch_news news;

	if (!has_news(&table->sightings[index], track, &news))
		track->news_order = 0;
	else if (!track->news_order)
		track->news_order = ++table->last_order;
}

static bool is_listed(const struct sighting *sighting, const struct watch_settings *settings) {
	for (size_t i = 0; i < settings->n_listed; i++)
		if (is_ip4_equal(settings->listed[i].address, sighting->address))
			return true;
	return false;
}

static enum sighting_state judge(const struct sighting *sighting, const struct watch_settings *settings) {
	if (!settings->has_list || settings->is_standalone)
		return SIGHTING_UNJUDGED;
	if (is_listed(sighting, settings))
		return SIGHTING_LISTED;
	/* Without a name of our own nobody's can be another one. */
	if (sighting->answer == ROGUE_ANSWER_DIRECTORY && *settings->enterprise &&
	    !is_same_enterprise(sighting->enterprise, settings->enterprise))
		return SIGHTING_FOREIGN;
	return SIGHTING_UNLISTED;
}

static void judge_one(struct watch_table *table, size_t index, const struct watch_settings *settings) {
	struct sighting *sighting = &table->sightings[index];
	enum sighting_state state = judge(sighting, settings);

	if (state == sighting->state)
		return;
	sighting->state = state;
	table->is_changed = true;
	news_note(table, index);
}

void watch_table_judge(struct watch_table *table, const struct watch_settings *settings) {
	for (size_t i = 0; i < table->n_sightings; i++)
		judge_one(table, i, settings);
}

static void remove_at(struct watch_table *table, size_t index) {
	size_t n_behind = --table->n_sightings - index;

	memmove(&table->sightings[index], &table->sightings[index + 1], n_behind * sizeof *table->sightings);
	memmove(&table->tracks[index], &table->tracks[index + 1], n_behind * sizeof *table->tracks);
	table->is_changed = true;
}

static size_t find(const struct watch_table *table, const struct watch_seen *seen) {
	for (size_t i = 0; i < table->n_sightings; i++)
		if (is_ip4_equal(table->sightings[i].address, seen->address) &&
		    strncmp(table->sightings[i].interface, seen->interface, SIGHTING_INTERFACE_MAX - 1) == 0)
			return i;
	return NOBODY;
}

static size_t find_longest_gone(const struct watch_table *table) {
	size_t found = NOBODY;

	for (size_t i = 0; i < table->n_sightings; i++)
		if (table->sightings[i].is_gone &&
		    (found == NOBODY || table->tracks[i].gone_ms < table->tracks[found].gone_ms))
			found = i;
	return found;
}

/* A place for somebody new, or NOBODY. Who is there makes no room, or an inventor of servers could drive out those that
 * matter. */
static size_t make_room(struct watch_table *table) {
	size_t gone;

	if (table->n_sightings == SIGHTINGS_MAX) {
		gone = find_longest_gone(table);
		if (gone == NOBODY)
			return NOBODY;
		remove_at(table, gone);
	}
	return table->n_sightings++;
}

static bool has_room_for_hearsay(const struct watch_table *table) {
	size_t n = 0;

	for (size_t i = 0; i < table->n_sightings; i++)
		n += !table->sightings[i].is_gone && is_sighting_hearsay(&table->sightings[i]);
	return n < HEARSAY_MAX;
}

/* Add somebody new, who is gone as long as nothing was taken in of him. */
static size_t add(struct watch_table *table, const struct watch_seen *seen, const struct moment *now) {
	size_t index = seen->is_hearsay && !has_room_for_hearsay(table) ? NOBODY : make_room(table);
	struct sighting *sighting;

	if (index == NOBODY) {
		table->n_unrecorded++;
		return NOBODY;
	}
	sighting = &table->sightings[index];
	*sighting = (struct sighting){ .address = seen->address, .is_gone = true, .first_seen = now->wall_s };
	snprintf(sighting->interface, sizeof sighting->interface, "%s", seen->interface);
	table->tracks[index] = (struct watch_track){ 0 };
	return index;
}

static void appear(struct watch_table *table, size_t index, const struct watch_seen *seen) {
	table->sightings[index].is_gone = false;
	table->sightings[index].via = seen->via;
	table->tracks[index].has_answered = false;
	table->is_changed = true;
	news_note(table, index);
}

/* In each round the answer that says most counts, the first of its kind: so copies and late ones change nothing, nor
 * does one who answers now this, now that make news by it. True if it is another one than in the rounds before. */
static bool word_note(struct watch_track *track, struct sighting *sighting, const struct watch_seen *seen) {
	if (!seen->has_word || (track->has_word && seen->answer <= track->word))
		return false;
	track->has_word = true;
	track->word = seen->answer;
	if (sighting->answer == seen->answer && strcmp(sighting->enterprise, seen->enterprise) == 0)
		return false;
	sighting->answer = seen->answer;
	snprintf(sighting->enterprise, sizeof sighting->enterprise, "%s", seen->enterprise);
	return true;
}

static void heard_note(struct watch_track *track, struct sighting *sighting, const struct watch_seen *seen,
		       const struct moment *now) {
	track->is_heard = true;
	track->n_missed = 0;
	track->heard_ms = now->boot_ms;
	track->has_answered = track->has_answered || seen->is_answer;
	sighting->is_overheard = sighting->is_overheard || !seen->is_answer;
	sighting->last_seen = now->wall_s;
	sighting->last_seen_ms = now->boot_ms;
	if (is_ip4_none(seen->via))
		sighting->via = seen->via;
	if (!is_ip4_none(seen->offered))
		sighting->offered = seen->offered;
	if (seen->hardware.len) {
		sighting->hlen = (uint8_t)seen->hardware.len;
		memcpy(sighting->hardware, seen->hardware.data, seen->hardware.len);
	}
}

void watch_table_see(struct watch_table *table, const struct watch_seen *seen, const struct watch_settings *settings,
		     const struct moment *now) {
	size_t index = find(table, seen);
	bool is_new = index == NOBODY;

	if (is_new)
		index = add(table, seen, now);
	if (index == NOBODY)
		return;
	if (table->sightings[index].is_gone)
		appear(table, index, seen);
	heard_note(&table->tracks[index], &table->sightings[index], seen, now);
	if (word_note(&table->tracks[index], &table->sightings[index], seen) || is_new) {
		table->is_changed = true;
		judge_one(table, index, settings);
	}
}

void watch_table_begin_round(struct watch_table *table) {
	for (size_t i = 0; i < table->n_sightings; i++)
		table->tracks[i].is_heard = table->tracks[i].has_word = false;
}

static bool is_missing(const struct watch_track *track, const struct moment *now) {
	return track->n_missed >= MISSED_MAX &&
	       (track->has_answered || watch_elapsed_ms(track->heard_ms, now->boot_ms) >= SILENCE_MAX_MS);
}

void watch_table_end_round(struct watch_table *table, const struct moment *now) {
	for (size_t i = 0; i < table->n_sightings; i++) {
		struct watch_track *track = &table->tracks[i];

		if (!track->is_heard && track->n_missed < MISSED_MAX)
			track->n_missed++;
		if (table->sightings[i].is_gone || !is_missing(track, now))
			continue;
		table->sightings[i].is_gone = true;
		track->gone_ms = now->boot_ms;
		news_note(table, i);
	}
}

static void forget_gone(struct watch_table *table, uint64_t now_ms) {
	for (size_t i = table->n_sightings; i-- > 0;)
		if (table->sightings[i].is_gone && watch_elapsed_ms(table->tracks[i].gone_ms, now_ms) >= FORGET_MS)
			remove_at(table, i);
}

static void allow_news(struct watch_table *table, uint64_t now_ms) {
	uint64_t n_more = watch_elapsed_ms(table->news_since_ms, now_ms) / NEWS_PAUSE_MS;

	if (n_more >= NEWS_AT_ONCE - table->n_news_left) {
		table->n_news_left = NEWS_AT_ONCE;
		table->news_since_ms = now_ms;
	} else {
		table->n_news_left += (unsigned)n_more;
		table->news_since_ms += n_more * NEWS_PAUSE_MS;
	}
}

void watch_table_tick(struct watch_table *table, const struct moment *now) {
	forget_gone(table, now->boot_ms);
	allow_news(table, now->boot_ms);
}

uint64_t watch_table_wait_ms(const struct watch_table *table, const struct moment *now) {
	uint64_t due_ms = WATCH_NEVER;

	for (size_t i = 0; i < table->n_sightings; i++) {
		uint64_t forget_ms = table->tracks[i].gone_ms + FORGET_MS;

		if (table->sightings[i].is_gone && forget_ms < due_ms)
			due_ms = forget_ms;
		if (table->tracks[i].news_order && !can_tell(table, i) && table->news_since_ms + NEWS_PAUSE_MS < due_ms)
			due_ms = table->news_since_ms + NEWS_PAUSE_MS;
	}
	return due_ms == WATCH_NEVER ? WATCH_NEVER : watch_elapsed_ms(now->boot_ms, due_ms);
}

static size_t find_oldest_news(const struct watch_table *table) {
	size_t found = NOBODY;

	for (size_t i = 0; i < table->n_sightings; i++)
		if (table->tracks[i].news_order && can_tell(table, i) &&
		    (found == NOBODY || table->tracks[i].news_order < table->tracks[found].news_order))
			found = i;
	return found;
}

const struct sighting *watch_table_take_news(struct watch_table *table, enum watch_news *ret_news) {
	size_t index = find_oldest_news(table);
	struct sighting *sighting;
	struct watch_track *track;

	if (index == NOBODY)
		return NULL;
	sighting = &table->sightings[index];
	track = &table->tracks[index];
	has_news(sighting, track, ret_news);
	track->is_told = !sighting->is_gone;
	track->told_state = sighting->state;
	track->news_order = 0;
	table->n_news_left--;
	return sighting;
}
