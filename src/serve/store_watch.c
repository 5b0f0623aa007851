/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/store_watch.h"

#include <stdlib.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "engine/clock_watch.h"
#include "serve/clock_file.h"

#define TICK_MS 1000
#define CLOCK_NOTE_MS (600 * 1000) /* less than what a host may be off */

struct store_watch {
	struct lease_store *store;
	const char *state_directory;
	struct loop_timer *timer;
	struct clock_watch clock;
	uint64_t noted_ms;  /* when what the next life is to know of the clock was written; 0: never */
	uint64_t longest_s; /* lease time that a client can be given */
	bool is_short, is_doubtful;
};

/* The time that leases go by. */
static int64_t lease_time(const struct store_watch *watch, int64_t wall_s) {
	return wall_s - watch->clock.ahead_s;
}

static void report_room(bool is_short) {
	struct error error;

	counters_set_store_short(is_short);
	if (!is_short) {
		event_emit(EVENT_STORE_ROOM_AGAIN, "%s", "");
		return;
	}
	error_set(
		&error, E_DHCP_JET_ERROR,
		"there is no space in reserve for leases; make room on the disk that holds the state directory, and service is whole again");
	event_emit_error(EVENT_STORE_SHORT, &error);
}

static void look_at_store(struct store_watch *watch, const struct moment *now) {
	bool is_short = is_lease_store_short(watch->store);

	if (is_short != watch->is_short)
		report_room(is_short);
	watch->is_short = is_short;
	watch->is_doubtful = lease_time(watch, now->wall_s) < lease_store_doubtful_until(watch->store);
}

static void note_clock(struct store_watch *watch) {
	const struct clock_past past = clock_watch_past(&watch->clock, clock_boot_id());

	clock_file_write(watch->state_directory, &past);
	watch->noted_ms = past.at.boot_ms;
}

static void report_clock(const struct store_watch *watch, enum clock_change change, int64_t jump_s) {
	const char *since = watch->noted_ms ? "" : change == CLOCK_BACK
		? " since this server ran last"
		: " since this server ran last, or the host was off for so long";

	counter_add(COUNTER_CLOCK_JUMPS, 1);
	event_emit(change == CLOCK_AHEAD ? EVENT_CLOCK_SET_AHEAD : EVENT_CLOCK_SET_BACK, "by %lld seconds%s",
		   llabs((long long)jump_s), since);
}

static void look_at_clock(struct store_watch *watch, const struct moment *now) {
	int64_t jump_s, ahead_s = watch->clock.ahead_s;
	enum clock_change change = clock_watch_look(&watch->clock, now, watch->longest_s, &jump_s);

	counters_set_clock_ahead(watch->clock.ahead_s);
	if (change != CLOCK_STEADY)
		report_clock(watch, change, jump_s);
	if (change != CLOCK_STEADY || watch->clock.ahead_s != ahead_s || !watch->noted_ms ||
	    now->boot_ms >= watch->noted_ms + CLOCK_NOTE_MS)
		note_clock(watch);
}

void store_watch_look(struct store_watch *watch, const struct moment *now) {
	look_at_clock(watch, now);
	look_at_store(watch, now);
}

static void on_time(void *context) {
	struct store_watch *watch = context;
	struct moment now;

	if (is_clock_unsure(&watch->clock))
		watch->clock.is_confirmed = is_clock_synchronized();
	now = clock_now();
	lease_store_tick(watch->store, now.boot_ms);
	store_watch_look(watch, &now);
	loop_timer_set(watch->timer, TICK_MS);
}

/* Without a word of an earlier life, the store knows when ended leases were cleared away last. */
static void recall_clock(struct store_watch *watch) {
	struct clock_past past = clock_file_read(watch->state_directory);
	struct lease_store_stat stat;

	if (!past.at.wall_s && lease_store_stat(watch->store, &stat) == 0)
		past.at.wall_s = stat.last_cleanup;
	clock_watch_recall(&watch->clock, &past, clock_boot_id());
}

/* An earlier life may have seen the store without room. */
struct store_watch *store_watch_new(struct loop *loop, const char *state_directory, struct lease_store *store) {
	struct store_watch *watch = mem_alloc(sizeof *watch);

	watch->store = store;
	watch->state_directory = state_directory;
	watch->is_short = is_store_short();
	recall_clock(watch);
	watch->timer = loop_timer_new(loop, on_time, watch);
	on_time(watch);
	return watch;
}

struct store_watch *store_watch_free(struct store_watch *watch) {
	if (!watch)
		return NULL;
	note_clock(watch);
	loop_timer_free(watch->timer);
	free(watch);
	return NULL;
}

static uint64_t longer(uint64_t a, uint64_t b) {
	return a > b ? a : b;
}

static uint64_t longest_of_policies(const struct policies *policies) {
	uint64_t longest = 0;

	for (size_t i = 0; i < policies->n_items; i++)
		if (policies->items[i].settings_given & 1u << SETTING_LEASE_TIME)
			longest = longer(longest, policies->items[i].settings.values[SETTING_LEASE_TIME]);
	return longest;
}

static uint64_t longest_of_scope(const struct scope *scope) {
	uint64_t longest = longer(scope->settings.values[SETTING_LEASE_TIME], longest_of_policies(&scope->policies));

	for (size_t i = 0; i < scope->n_ranges; i++)
		if (scope->range_kinds[i] & CLIENT_TYPE_BOOTP)
			longest = longer(longest, scope->settings.values[SETTING_BOOTP_LEASE_TIME]);
	return longest;
}

/* Reserved addresses are given to nobody else, whatever the clock says. */
void store_watch_configure(struct store_watch *watch, const struct snapshot *snapshot) {
	watch->longest_s = longest_of_policies(&snapshot->policies);
	for (size_t i = 0; i < snapshot->n_scopes; i++)
		if (snapshot->scopes[i].is_served)
			watch->longest_s = longer(watch->longest_s, longest_of_scope(&snapshot->scopes[i]));
	if (watch->longest_s && is_lease_store_doubt_open(watch->store))
		lease_store_doubt(watch->store,
				  lease_time(watch, clock_now().wall_s) + (int64_t)watch->longest_s);
}

void store_watch_fill_input(const struct store_watch *watch, struct engine_input *input) {
	input->is_store_short = watch->is_short;
	input->is_store_doubtful = watch->is_doubtful;
	if (watch->clock.ahead_s < 0)
		input->now.wall_s = lease_time(watch, input->now.wall_s);
	else
		input->ahead_s = watch->clock.ahead_s;
}

void store_watch_begin_cleanup(const struct store_watch *watch, int64_t since, int64_t memory,
			       struct cleanup *ret_cleanup) {
	cleanup_begin(ret_cleanup, lease_time(watch, clock_now().wall_s), since, memory);
	ret_cleanup->ahead = watch->clock.ahead_s;
	ret_cleanup->is_clock_settled = is_clock_settled(&watch->clock);
}
