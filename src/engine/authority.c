/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/authority.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"

#define HOLD_MIN_S 4
#define RENEWAL_MAX_MS 60000
#define RECHECK_DEFAULT_MS 3600000 /* until the setting is known */

enum verdict_change { CHANGE_GRANT, CHANGE_KEEP, CHANGE_REFUSE, CHANGE_IGNORE };

struct authority_arc {
	enum verdict_change change;
	enum authority_state next;
};

static const struct authority_arc arcs[AUTHORITY_STATE_COUNT][AUTHORITY_EVENT_COUNT] = {
#define AUTHORITY_ARC(state, event, change, next)                                                                      \
	[AUTHORITY_##state][AUTHORITY_EVENT_##event] = { CHANGE_##change, AUTHORITY_##next },
#include "engine/authority.def"
};

/* A repeated arc is a warning (an initializer overridden), so as many arcs as pairs means that none is missing. */
enum {
	N_ARCS = 0
#define AUTHORITY_ARC(...) +1
#include "engine/authority.def"
};
static_assert(N_ARCS == AUTHORITY_STATE_COUNT * AUTHORITY_EVENT_COUNT, "authority.def lacks an arc");

enum { DIRECTORY = 1 << AUTHORITY_MODE_DIRECTORY, STANDALONE = 1 << AUTHORITY_MODE_STANDALONE };

static const unsigned event_modes[AUTHORITY_EVENT_COUNT] = {
#define AUTHORITY_EVENT(symbol, modes, description) [AUTHORITY_EVENT_##symbol] = (modes),
#include "engine/authority.def"
};

static void limit_set(struct authority *authority, const struct moment *now) {
	struct verdict *verdict = &authority->verdict;

	authority->granted = *now;
	verdict->checked_at = now->wall_s;
	verdict->valid_until = now->wall_s + (int64_t)authority->hold_s;
	verdict->valid_until_boot_ms = now->boot_ms + authority->hold_s * 1000;
	memcpy(verdict->boot_id, authority->boot_id, sizeof verdict->boot_id);
}

static void limit_clear(struct verdict *verdict) {
	verdict->valid_until = 0;
	verdict->valid_until_boot_ms = 0;
}

/* True if the cause differs from what the verdict already says. */
static bool cause_note(struct verdict *verdict, const struct error *cause) {
	int code = cause ? cause->code : E_OK;
	const char *reason = cause ? cause->text : "";
	char text[sizeof verdict->reason];

	snprintf(text, sizeof text, "%s", reason);
	if (code == verdict->code && strcmp(text, verdict->reason) == 0)
		return false;
	verdict->code = code;
	memcpy(verdict->reason, text, sizeof text);
	return true;
}

/* Follow the arc; a new limit is the caller's business. True if state or cause changed. */
static bool verdict_follow(struct verdict *verdict, const struct authority_arc *arc, const struct error *cause) {
	bool is_moved = arc->next != verdict->state;

	verdict->state = arc->next;
	switch (arc->change) {
	case CHANGE_GRANT:
		return cause_note(verdict, NULL) || is_moved;
	case CHANGE_KEEP:
		return cause_note(verdict, cause) || is_moved;
	case CHANGE_REFUSE:
		limit_clear(verdict);
		/* An expiry without a cause of its own leaves the cause for which the verdict was not renewed. */
		return (cause && cause_note(verdict, cause)) || is_moved;
	case CHANGE_IGNORE:
		break;
	}
	return is_moved;
}

/* True if the directory, or the network, was asked and has answered. */
static bool is_answer(enum authority_event event) {
	return event != AUTHORITY_EVENT_CHECK && event != AUTHORITY_EVENT_UNREACHABLE &&
	       event != AUTHORITY_EVENT_EXPIRED;
}

/* True if the answer was about this server, and not why there is none. */
static bool is_word(enum authority_event event) {
	return is_answer(event) && event != AUTHORITY_EVENT_REFUSED;
}

struct authority_step authority_handle(struct authority *authority, enum authority_event event,
				       const struct error *cause, const struct moment *now) {
	struct verdict *verdict = &authority->verdict;
	const struct authority_arc *arc = &arcs[verdict->state][event];
	struct authority_step step = { .before = verdict->state };
	int code = verdict->code;

	if (!(event_modes[event] & 1u << authority->mode))
		return step;
	step.is_changed = verdict_follow(verdict, arc, cause);
	if (is_word(event)) {
		verdict->checked_at = now->wall_s;
		step.is_changed = true;
	}
	if (arc->change == CHANGE_GRANT)
		limit_set(authority, now);
	if (is_answer(event)) {
		authority->is_word_owed = !is_word(event);
		authority->check_due_ms = now->boot_ms + authority->recheck_ms;
	}
	step.is_news = verdict->state != step.before || verdict->code != code;
	return step;
}

void authority_init(struct authority *ret_authority, enum authority_mode mode, const char *boot_id,
		    const struct verdict *stored, bool may_use_stored, const struct moment *now) {
	struct authority authority = { .mode = mode, .hold_s = HOLD_MIN_S, .recheck_ms = RECHECK_DEFAULT_MS,
				       .check_due_ms = now->boot_ms };

	snprintf(authority.boot_id, sizeof authority.boot_id, "%s", boot_id);
	verdict_init(&authority.verdict);
	authority.verdict.checked_at = stored->checked_at;
	if (mode == AUTHORITY_MODE_DIRECTORY && may_use_stored && stored->state != AUTHORITY_STANDALONE &&
	    is_verdict_valid(stored, now, boot_id)) {
		authority.verdict = *stored;
		authority.verdict.state = AUTHORITY_CACHED;
	}
	*ret_authority = authority;
}

bool authority_expire(struct verdict *verdict, const struct moment *now, const char *boot_id) {
	struct error cause;

	if (!is_authority_state_serving(verdict->state) || is_verdict_valid(verdict, now, boot_id))
		return false;
	if (verdict->state == AUTHORITY_STANDALONE)
		error_set(&cause, E_DHCP_ROGUE_INIT_FAILED,
			  "no round of rogue detection has ended in time; look at the daemon's log and at the disk");
	else
		error_set(&cause, E_DHCP_ROGUE_DS_UNREACHABLE,
			  "the verdict was not renewed in time; look at the directory, the daemon's log and the disk");
	/* A cause that is known already says more. */
	return verdict_follow(verdict, &arcs[verdict->state][AUTHORITY_EVENT_EXPIRED],
			      verdict->code == E_OK ? &cause : NULL);
}

struct authority_step authority_tick(struct authority *authority, const struct moment *now) {
	struct authority_step step = { .before = authority->verdict.state };

	step.is_changed = authority_expire(&authority->verdict, now, authority->boot_id);
	step.is_news = step.is_changed;
	step.is_check_due = step.is_changed || now->boot_ms >= authority->check_due_ms;
	if (step.is_check_due)
		authority->check_due_ms = now->boot_ms + authority->recheck_ms;
	return step;
}

/* Only a look-up can tell whether this server may serve. Where the last one was refused, the change for which it was
 * made is not known yet, and nobody tells of it twice. */
static bool is_in_doubt(const struct authority *authority) {
	enum authority_state state = authority->verdict.state;

	return authority->is_word_owed ||
	       (state != AUTHORITY_AUTHORIZED && state != AUTHORITY_NOT_AUTHORIZED && state != AUTHORITY_CONFLICT);
}

uint64_t authority_renewal_ms(const struct authority *authority) {
	uint64_t quarter_ms = authority->hold_s * 1000 / 4;

	return quarter_ms < RENEWAL_MAX_MS ? quarter_ms : RENEWAL_MAX_MS;
}

struct authority_step authority_confirm(struct authority *authority, const struct moment *known_at) {
	/* Who slept through the limit may be told of a sign of life before the timer tells of the limit. */
	struct authority_step step = authority_tick(authority, known_at);
	/* A little early, so that the next occasion is not too late. */
	uint64_t due_ms = authority->granted.boot_ms + authority_renewal_ms(authority) / 2;

	step.is_check_due |= is_in_doubt(authority);
	if (authority->verdict.state == AUTHORITY_AUTHORIZED && known_at->boot_ms >= due_ms) {
		limit_set(authority, known_at);
		step.is_changed = true;
	}
	return step;
}

/* Let the grant hold for the present hold time. True if its answer is too old for that. */
static bool limit_move(struct authority *authority, const struct moment *now) {
	struct verdict *verdict = &authority->verdict;
	uint64_t until_ms = authority->granted.boot_ms + authority->hold_s * 1000;
	uint64_t grace_ms = now->boot_ms + HOLD_MIN_S * 1000;
	bool is_too_old = until_ms < grace_ms;

	if (is_too_old)
		until_ms = grace_ms < verdict->valid_until_boot_ms ? grace_ms : verdict->valid_until_boot_ms;
	verdict->valid_until_boot_ms = until_ms;
	verdict->valid_until = now->wall_s + (int64_t)((until_ms - now->boot_ms) / 1000);
	return is_too_old;
}

struct authority_step authority_set_times(struct authority *authority, uint64_t hold_s, uint64_t recheck_s,
					  const struct moment *now) {
	const struct verdict *verdict = &authority->verdict;
	struct authority_step step = { .before = verdict->state };

	authority->recheck_ms = recheck_s * 1000;
	if (authority->check_due_ms > now->boot_ms + authority->recheck_ms)
		authority->check_due_ms = now->boot_ms + authority->recheck_ms;
	hold_s = hold_s < HOLD_MIN_S ? HOLD_MIN_S : hold_s;
	if (hold_s == authority->hold_s)
		return step;
	authority->hold_s = hold_s;
	/* A cached verdict stays as it is: it may be another boot's, and the directory cannot be asked. */
	if (verdict->state != AUTHORITY_CACHED && is_verdict_valid(verdict, now, authority->boot_id)) {
		step.is_check_due = limit_move(authority, now);
		step.is_changed = true;
	}
	return step;
}

uint64_t authority_check_ms(const struct authority *authority, const struct moment *now) {
	return authority->check_due_ms > now->boot_ms ? authority->check_due_ms - now->boot_ms : 0;
}

uint64_t authority_wait_ms(const struct authority *authority, const struct moment *now) {
	uint64_t remaining_ms = verdict_remaining_ms(&authority->verdict, now, authority->boot_id);
	uint64_t check_ms = authority_check_ms(authority, now);

	return is_authority_state_serving(authority->verdict.state) && remaining_ms < check_ms ? remaining_ms
											       : check_ms;
}
