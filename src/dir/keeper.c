/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/keeper.h"

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"

#define HOLD_MIN_S 4
#define RENEWAL_MAX_MS 60000

struct keeper {
	struct record *record;
	struct loop_timer *expiry;
	uint64_t hold_s;
	uint64_t renewed_ms; /* when the limit was last set, on the clock that cannot jump */
};

static void expired(void *context) {
	struct keeper *keeper = context;
	const struct verdict *verdict = &keeper->record->verdict;
	struct moment now = clock_now();
	struct error cause;

	if (is_verdict_valid(verdict, &now, clock_boot_id()))
		return;
	error_set(&cause, E_DHCP_ROGUE_DS_UNREACHABLE, "the directory has not confirmed the authorization in time");
	/* A cause that is known already says more. */
	keeper_handle(keeper, AUTHORITY_EVENT_EXPIRED, verdict->code == E_OK ? &cause : NULL);
}

struct keeper *keeper_new(struct loop *loop, struct record *record) {
	struct keeper *keeper = mem_alloc(sizeof *keeper);

	keeper->record = record;
	keeper->hold_s = HOLD_MIN_S;
	keeper->expiry = loop_timer_new(loop, expired, keeper);
	return keeper;
}

struct keeper *keeper_free(struct keeper *keeper) {
	if (keeper) {
		loop_timer_free(keeper->expiry);
		free(keeper);
	}
	return NULL;
}

static void expiry_set(struct keeper *keeper) {
	struct moment now = clock_now();
	uint64_t remaining_ms = verdict_remaining_ms(&keeper->record->verdict, &now, clock_boot_id());

	if (remaining_ms)
		loop_timer_set(keeper->expiry, remaining_ms + 1);
	else
		loop_timer_clear(keeper->expiry);
}

void keeper_resume(struct keeper *keeper, bool may_use_cached) {
	struct moment now = clock_now();

	authority_resume(&keeper->record->verdict, may_use_cached, &now, clock_boot_id());
	expiry_set(keeper);
}

uint64_t keeper_renewal_ms(const struct keeper *keeper) {
	uint64_t quarter_ms = keeper->hold_s * 1000 / 4;

	return quarter_ms < RENEWAL_MAX_MS ? quarter_ms : RENEWAL_MAX_MS;
}

static enum event_kind event_of(enum authority_state state) {
	switch (state) {
	case AUTHORITY_AUTHORIZED:
		return EVENT_AUTHORITY_GRANTED;
	case AUTHORITY_CACHED:
		return EVENT_AUTHORITY_CACHED;
	case AUTHORITY_NOT_AUTHORIZED:
		return EVENT_AUTHORITY_WITHDRAWN;
	case AUTHORITY_START:
	case AUTHORITY_UNREACHABLE:
		return EVENT_AUTHORITY_UNREACHABLE;
	case AUTHORITY_UNDETERMINED:
	case AUTHORITY_STATE_COUNT:
		break;
	}
	return EVENT_AUTHORITY_UNDETERMINED;
}

static void report(const struct verdict *verdict, enum authority_event event) {
	enum event_kind kind = event == AUTHORITY_EVENT_EXPIRED ? EVENT_AUTHORITY_EXPIRED : event_of(verdict->state);
	struct moment now = clock_now();
	unsigned long long remaining_s = (verdict_remaining_ms(verdict, &now, clock_boot_id()) + 999) / 1000;

	if (verdict->code == E_OK)
		event_emit(kind, "holds for %llu s without a directory", remaining_s);
	else if (verdict->valid_until)
		event_emit(kind, "%s (%d): %s; the verdict holds for another %llu s", error_name(verdict->code),
			   verdict->code, verdict->reason, remaining_s);
	else
		event_emit(kind, "%s (%d): %s", error_name(verdict->code), verdict->code, verdict->reason);
}

void keeper_handle(struct keeper *keeper, enum authority_event event, const struct error *cause) {
	struct verdict *verdict = &keeper->record->verdict;
	enum authority_state state = verdict->state;
	int code = verdict->code;
	struct moment now = clock_now();
	bool is_news = authority_handle(verdict, event, cause, &now, clock_boot_id(), keeper->hold_s);

	if (event == AUTHORITY_EVENT_LISTED)
		keeper->renewed_ms = now.boot_ms;
	expiry_set(keeper);
	if (is_news || event == AUTHORITY_EVENT_LISTED)
		record_save(keeper->record);
	/* Other words for the same reason (another server's address) are stored but make no noise. */
	if (verdict->state != state || verdict->code != code)
		report(verdict, event);
}

void keeper_set_hold(struct keeper *keeper, uint64_t hold_s) {
	hold_s = hold_s < HOLD_MIN_S ? HOLD_MIN_S : hold_s;
	if (hold_s == keeper->hold_s)
		return;
	keeper->hold_s = hold_s;
	/* The directory may go away before the next occasion, and then the new limit is to be the one that counts. */
	if (keeper->record->verdict.state == AUTHORITY_AUTHORIZED)
		keeper_handle(keeper, AUTHORITY_EVENT_LISTED, NULL);
}

void keeper_renew(struct keeper *keeper) {
	uint64_t age_ms = clock_now().boot_ms - keeper->renewed_ms;

	/* A little early, so that the next occasion is not too late. */
	if (keeper->record->verdict.state == AUTHORITY_AUTHORIZED && age_ms >= keeper_renewal_ms(keeper) / 2)
		keeper_handle(keeper, AUTHORITY_EVENT_LISTED, NULL);
}

bool is_keeper_in_doubt(const struct keeper *keeper) {
	enum authority_state state = keeper->record->verdict.state;

	return state != AUTHORITY_AUTHORIZED && state != AUTHORITY_NOT_AUTHORIZED;
}
