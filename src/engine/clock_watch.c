/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/clock_watch.h"

#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "base/error.h"

#define PAST_MAGIC 0x4c534c4b436c6b01 /* the last octet is the version */
#define PAST_LIMIT_S ((int64_t)1 << 40) /* no clock is so far off, and sums stay far from overflowing */

static int64_t lesser(int64_t a, int64_t b) {
	return a < b ? a : b;
}

/* By how much the wall clock has gone further than time has. */
static int64_t jump_of(const struct clock_watch *watch, const struct moment *now) {
	return now->wall_s - watch->last.wall_s - ((int64_t)now->boot_ms - (int64_t)watch->last.boot_ms) / 1000;
}

/* What is nearer than a step is where it should be. */
static void put_ahead(struct clock_watch *watch, int64_t ahead_s) {
	watch->ahead_s = ahead_s > -CLOCK_JUMP_S && ahead_s < CLOCK_JUMP_S ? 0 : ahead_s;
	watch->unconfirmed_s = watch->ahead_s > 0 ? lesser(watch->unconfirmed_s, watch->ahead_s) : 0;
}

static enum clock_change clock_compare(struct clock_watch *watch, const struct moment *now, int64_t *ret_jump_s) {
	int64_t jump_s = jump_of(watch, now);

	if (jump_s > -CLOCK_JUMP_S && jump_s < CLOCK_JUMP_S)
		return CLOCK_STEADY;
	*ret_jump_s = jump_s;
	watch->set_ms = now->boot_ms;
	put_ahead(watch, watch->ahead_s + jump_s);
	return jump_s < 0 ? CLOCK_BACK : CLOCK_AHEAD;
}

/* The first look, and the life before was not of this boot. */
static enum clock_change clock_begin(struct clock_watch *watch, const struct moment *now, int64_t *ret_jump_s) {
	int64_t jump_s = watch->before_s ? now->wall_s - watch->before_s : 0;

	watch->set_ms = now->boot_ms;
	if (jump_s > -CLOCK_JUMP_S && (jump_s < CLOCK_AWAY_S || watch->is_confirmed))
		return CLOCK_STEADY;
	*ret_jump_s = jump_s;
	watch->unconfirmed_s = jump_s > 0 ? jump_s : 0;
	put_ahead(watch, watch->ahead_s + jump_s);
	return jump_s < 0 ? CLOCK_BACK : CLOCK_AHEAD;
}

/* How long a change matters. The longest lease is not known before there is a configuration. */
static uint64_t effect_ms(const struct clock_watch *watch, uint64_t longest_s) {
	bool is_lease_long = watch->ahead_s > 0 && longest_s > CLOCK_SETTLED_MS / 1000;

	return is_lease_long ? longest_s * 1000 : CLOCK_SETTLED_MS;
}

enum clock_change clock_watch_look(struct clock_watch *watch, const struct moment *now, uint64_t longest_s,
				   int64_t *ret_jump_s) {
	enum clock_change change;

	*ret_jump_s = 0;
	if (now->boot_ms >= watch->set_ms + effect_ms(watch, longest_s))
		put_ahead(watch, 0);
	change = watch->last.boot_ms ? clock_compare(watch, now, ret_jump_s) : clock_begin(watch, now, ret_jump_s);
	/* Only now: who vouches for the clock may have set it just before. */
	if (watch->is_confirmed && watch->unconfirmed_s)
		put_ahead(watch, watch->ahead_s - watch->unconfirmed_s);
	watch->last = *now;
	return change;
}

bool is_clock_unsure(const struct clock_watch *watch) {
	return !watch->last.boot_ms || watch->unconfirmed_s;
}

bool is_clock_settled(const struct clock_watch *watch) {
	return watch->last.boot_ms >= watch->set_ms + CLOCK_SETTLED_MS;
}

void clock_watch_recall(struct clock_watch *watch, const struct clock_past *past, const char *boot_id) {
	if (!past->at.wall_s)
		return;
	if (*boot_id && strcmp(past->boot_id, boot_id) == 0) {
		watch->last = past->at;
		watch->set_ms = past->set_ms;
		watch->ahead_s = past->ahead_s;
		return;
	}
	watch->before_s = past->at.wall_s - lesser(past->ahead_s, 0);
	watch->ahead_s = past->ahead_s > 0 ? past->ahead_s : 0;
}

struct clock_past clock_watch_past(const struct clock_watch *watch, const char *boot_id) {
	struct clock_past past = { .at = watch->last, .set_ms = watch->set_ms, .ahead_s = watch->ahead_s };

	snprintf(past.boot_id, sizeof past.boot_id, "%s", boot_id);
	return past;
}

size_t clock_past_encode(const struct clock_past *past, uint8_t ret_octets[static CLOCK_PAST_MAX]) {
	struct writer writer = writer_of(ret_octets, CLOCK_PAST_MAX);

	writer_u64(&writer, PAST_MAGIC);
	writer_u64(&writer, (uint64_t)past->at.wall_s);
	writer_u64(&writer, past->at.boot_ms);
	writer_u64(&writer, past->set_ms);
	writer_u64(&writer, (uint64_t)past->ahead_s);
	writer_text(&writer, past->boot_id);
	return writer.len;
}

static bool is_past_plausible(const struct clock_past *past) {
	return past->at.wall_s > 0 && past->at.wall_s < PAST_LIMIT_S && past->ahead_s > -PAST_LIMIT_S &&
	       past->ahead_s < PAST_LIMIT_S && past->at.boot_ms > 0 && past->at.boot_ms < PAST_LIMIT_S * 1000 &&
	       past->set_ms <= past->at.boot_ms;
}

int clock_past_decode(struct span octets, struct clock_past *ret_past) {
	struct reader reader = reader_of(octets);
	struct clock_past past = { 0 };

	if (reader_u64(&reader) != PAST_MAGIC)
		return -E_INVALID_PARAMETER;
	past.at.wall_s = (int64_t)reader_u64(&reader);
	past.at.boot_ms = reader_u64(&reader);
	past.set_ms = reader_u64(&reader);
	past.ahead_s = (int64_t)reader_u64(&reader);
	reader_text(&reader, sizeof past.boot_id, past.boot_id);
	if (!is_reader_complete(&reader) || !is_past_plausible(&past))
		return -E_INVALID_PARAMETER;
	*ret_past = past;
	return 0;
}
