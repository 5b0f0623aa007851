/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/keeper.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/text.h"
#include "wire/rogue.h"

struct keeper {
	struct record *record;
	struct authority authority;
	struct ip4 opponent;
	char opponent_enterprise[ROGUE_ENTERPRISE_MAX];
	uint64_t repeat_ms; /* between checks that come by themselves; 0: none do */
	struct loop_timer *timer;
	loop_f *check;
	void *context;
};

/* Events of states that are reported in the same way wherever they come from. */
static const enum event_kind state_events[AUTHORITY_STATE_COUNT] = {
	[AUTHORITY_START] = EVENT_AUTHORITY_UNDETERMINED,
	[AUTHORITY_CHECKING] = EVENT_AUTHORITY_CHECKING,
	[AUTHORITY_AUTHORIZED] = EVENT_AUTHORITY_GRANTED,
	[AUTHORITY_CACHED] = EVENT_AUTHORITY_CACHED,
	[AUTHORITY_NOT_AUTHORIZED] = EVENT_AUTHORITY_REFUSED,
	[AUTHORITY_CONFLICT] = EVENT_AUTHORITY_CONFLICT,
	[AUTHORITY_UNREACHABLE] = EVENT_AUTHORITY_UNREACHABLE,
	[AUTHORITY_UNDETERMINED] = EVENT_AUTHORITY_UNDETERMINED,
	[AUTHORITY_STANDALONE] = EVENT_AUTHORITY_STANDALONE,
	[AUTHORITY_STANDALONE_IN_DS] = EVENT_AUTHORITY_IN_DIRECTORY,
	[AUTHORITY_OTHER_SERVER] = EVENT_AUTHORITY_OTHER_SERVER,
};

static enum event_kind event_of(enum authority_state before, enum authority_state now) {
	bool was_serving = is_authority_state_serving(before);

	if (was_serving && (now == AUTHORITY_UNREACHABLE || now == AUTHORITY_UNDETERMINED))
		return EVENT_AUTHORITY_EXPIRED;
	if (was_serving && now == AUTHORITY_NOT_AUTHORIZED)
		return EVENT_AUTHORITY_WITHDRAWN;
	if (before == AUTHORITY_CACHED && now == AUTHORITY_AUTHORIZED)
		return EVENT_AUTHORITY_CONFIRMED;
	return state_events[now];
}

static void describe(const struct verdict *verdict, struct text *text) {
	struct moment now = clock_now();
	unsigned long long remaining_s = (verdict_remaining_ms(verdict, &now, clock_boot_id()) + 999) / 1000;

	if (verdict->code != E_OK)
		text_add(text, "%s (%d): %s", error_name(verdict->code), verdict->code, verdict->reason);
	if (verdict->code != E_OK && verdict->valid_until)
		text_add(text, "; the verdict holds for another %llu s", remaining_s);
	else if (verdict->valid_until)
		text_add(text, "holds for %llu s", remaining_s);
}

static void report(const struct keeper *keeper, enum authority_state before) {
	const struct verdict *verdict = &keeper->authority.verdict;
	const char *enterprise = keeper->opponent_enterprise;
	const struct event_subject opponent = { keeper->opponent, *enterprise ? enterprise : NULL };
	bool is_opposed = verdict->state == AUTHORITY_STANDALONE_IN_DS || verdict->state == AUTHORITY_OTHER_SERVER;
	char array[sizeof verdict->reason + 128];
	struct text text;

	text_init(&text, array, sizeof array);
	describe(verdict, &text);
	event_emit_about(event_of(before, verdict->state), is_opposed ? &opponent : NULL, "%s", array);
}

static void timer_set(struct keeper *keeper) {
	struct moment now = clock_now();

	loop_timer_set(keeper->timer, authority_wait_ms(&keeper->authority, &now) + 1);
}

static int64_t next_check(const struct keeper *keeper) {
	struct moment now = clock_now();
	uint64_t wait_ms = authority_check_ms(&keeper->authority, &now);

	if (keeper->repeat_ms && keeper->repeat_ms < wait_ms)
		wait_ms = keeper->repeat_ms;
	return now.wall_s + (int64_t)(wait_ms / 1000);
}

/* Do what @step asks for. Other words for the same reason (another server's address) are stored but make no noise. */
static void step_take(struct keeper *keeper, const struct authority_step *step) {
	timer_set(keeper);
	if (step->is_changed) {
		keeper->record->verdict = keeper->authority.verdict;
		keeper->record->status.next_check = next_check(keeper);
		record_save(keeper->record);
	}
	if (step->is_news)
		report(keeper, step->before);
	if (step->is_check_due)
		keeper->check(keeper->context);
}

static void timer_fired(void *context) {
	struct keeper *keeper = context;
	struct moment now = clock_now();
	struct authority_step step = authority_tick(&keeper->authority, &now);

	step_take(keeper, &step);
}

struct keeper *keeper_new(struct loop *loop, struct record *record, enum authority_mode mode, bool may_use_stored,
			  loop_f *check, void *context) {
	struct keeper *keeper = mem_alloc(sizeof *keeper);
	struct moment now = clock_now();

	*keeper = (struct keeper){ .record = record, .check = check, .context = context };
	authority_init(&keeper->authority, mode, clock_boot_id(), &record->verdict,
		       may_use_stored && !is_stored_verdict_void(), &now);
	record->verdict = keeper->authority.verdict;
	record->is_decided = true;
	keeper->timer = loop_timer_new(loop, timer_fired, keeper);
	timer_set(keeper);
	return keeper;
}

struct keeper *keeper_free(struct keeper *keeper) {
	if (keeper) {
		loop_timer_free(keeper->timer);
		free(keeper);
	}
	return NULL;
}

void keeper_set_times(struct keeper *keeper, uint64_t hold_s, uint64_t recheck_s) {
	struct moment now = clock_now();
	uint64_t wait_ms = authority_check_ms(&keeper->authority, &now);
	struct authority_step step = authority_set_times(&keeper->authority, hold_s, recheck_s, &now);

	step.is_changed |= authority_check_ms(&keeper->authority, &now) != wait_ms; /* the status shows it */
	step_take(keeper, &step);
}

void keeper_set_repeat(struct keeper *keeper, uint64_t repeat_ms) {
	keeper->repeat_ms = repeat_ms;
}

uint64_t keeper_renewal_ms(const struct keeper *keeper) {
	return authority_renewal_ms(&keeper->authority);
}

void keeper_handle(struct keeper *keeper, enum authority_event event, const struct error *cause) {
	struct moment now = clock_now();

	keeper_handle_at(keeper, event, cause, &now);
}

void keeper_handle_at(struct keeper *keeper, enum authority_event event, const struct error *cause,
		      const struct moment *moment) {
	struct authority_step step = authority_handle(&keeper->authority, event, cause, moment);

	step_take(keeper, &step);
}

void keeper_confirm(struct keeper *keeper, const struct moment *known_at) {
	struct authority_step step = authority_confirm(&keeper->authority, known_at);

	step_take(keeper, &step);
}

void keeper_set_opponent(struct keeper *keeper, struct ip4 address, const char *enterprise) {
	keeper->opponent = address;
	snprintf(keeper->opponent_enterprise, sizeof keeper->opponent_enterprise, "%s", enterprise);
}
