/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/clock_watch.h"

/* By how much the wall clock has gone further than time has. */
static int64_t jump_of(const struct clock_watch *watch, const struct moment *now) {
	return now->wall_s - watch->last.wall_s - (int64_t)((now->boot_ms - watch->last.boot_ms) / 1000);
}

static void jump_ahead(struct clock_watch *watch, const struct moment *now, uint64_t longest_s, int64_t jump_s) {
	watch->ahead_s += jump_s;
	watch->ahead_until_ms = now->boot_ms + longest_s * 1000;
	watch->set_ms = now->boot_ms;
}

/* What was ahead comes nearer to time. */
static void jump_back(struct clock_watch *watch, const struct moment *now, int64_t jump_s) {
	watch->ahead_s = watch->ahead_s + jump_s >= CLOCK_JUMP_S ? watch->ahead_s + jump_s : 0;
	watch->set_ms = now->boot_ms;
}

static enum clock_change clock_compare(struct clock_watch *watch, const struct moment *now, uint64_t longest_s,
				       int64_t *ret_jump_s) {
	int64_t jump_s = jump_of(watch, now);

	if (jump_s > -CLOCK_JUMP_S && jump_s < CLOCK_JUMP_S)
		return CLOCK_STEADY;
	*ret_jump_s = jump_s;
	if (jump_s < 0) {
		jump_back(watch, now, jump_s);
		return CLOCK_BACK;
	}
	jump_ahead(watch, now, longest_s, jump_s);
	return CLOCK_AHEAD;
}

enum clock_change clock_watch_look(struct clock_watch *watch, const struct moment *now, uint64_t longest_s,
				   int64_t *ret_jump_s) {
	enum clock_change change = CLOCK_STEADY;

	*ret_jump_s = 0;
	if (now->boot_ms >= watch->ahead_until_ms)
		watch->ahead_s = 0;
	if (watch->last.boot_ms)
		change = clock_compare(watch, now, longest_s, ret_jump_s);
	else
		watch->set_ms = now->boot_ms;
	watch->last = *now;
	return change;
}

bool is_clock_settled(const struct clock_watch *watch) {
	return watch->last.boot_ms >= watch->set_ms + CLOCK_SETTLED_MS;
}
