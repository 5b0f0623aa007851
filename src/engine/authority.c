/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/authority.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"

enum verdict_change { CHANGE_GRANT, CHANGE_KEEP, CHANGE_REFUSE, CHANGE_IGNORE };

struct authority_arc {
	enum verdict_change change;
	enum authority_state next;
};

static const struct authority_arc arcs[AUTHORITY_STATE_COUNT][AUTHORITY_EVENT_COUNT] = {
#define AUTHORITY_ARC(state, event, change, next)                                                                      \
	[AUTHORITY_##state][AUTHORITY_EVENT_##event] = { CHANGE_##change, AUTHORITY_##next },
#include "engine/authority.def"
#undef AUTHORITY_ARC
};

/* A repeated arc is a warning (an initializer overridden), so as many arcs as pairs means that none is missing. */
enum {
	N_ARCS = 0
#define AUTHORITY_ARC(...) +1
#include "engine/authority.def"
#undef AUTHORITY_ARC
};
static_assert(N_ARCS == AUTHORITY_STATE_COUNT * AUTHORITY_EVENT_COUNT, "authority.def lacks an arc");

static void limit_set(struct verdict *verdict, const struct moment *now, const char *boot_id, uint64_t hold_s) {
	verdict->checked_at = now->wall_s;
	verdict->valid_until = now->wall_s + (int64_t)hold_s;
	verdict->valid_until_boot_ms = now->boot_ms + hold_s * 1000;
	snprintf(verdict->boot_id, sizeof verdict->boot_id, "%s", boot_id);
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

bool authority_handle(struct verdict *verdict, enum authority_event event, const struct error *cause,
		      const struct moment *now, const char *boot_id, uint64_t hold_s) {
	const struct authority_arc *arc = &arcs[verdict->state][event];
	bool is_news = arc->next != verdict->state;

	verdict->state = arc->next;
	switch (arc->change) {
	case CHANGE_GRANT:
		limit_set(verdict, now, boot_id, hold_s);
		return cause_note(verdict, NULL) || is_news;
	case CHANGE_KEEP:
		return cause_note(verdict, cause) || is_news;
	case CHANGE_REFUSE:
		limit_clear(verdict);
		if (event == AUTHORITY_EVENT_NOT_LISTED)
			verdict->checked_at = now->wall_s;
		/* An expiry without a cause of its own leaves the cause for which the verdict was not renewed. */
		return (cause && cause_note(verdict, cause)) || is_news;
	case CHANGE_IGNORE:
		return is_news;
	}
	return is_news;
}

void authority_resume(struct verdict *verdict, bool may_use_cached, const struct moment *now, const char *boot_id) {
	int64_t checked_at = verdict->checked_at;

	if (may_use_cached && is_verdict_valid(verdict, now, boot_id)) {
		verdict->state = AUTHORITY_CACHED;
		return;
	}
	verdict_init(verdict);
	verdict->checked_at = checked_at;
}
