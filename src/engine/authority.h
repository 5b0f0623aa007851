/* SPDX-License-Identifier: Apache-2.0 */
/* authority.h - the state machine that makes the verdict whether this server may answer clients.
 *
 * Pure: events and time come in, the verdict comes out. The arcs are rows of authority.def, one for each pair of state
 * and event; a missing pair does not compile.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/verdict.h"

enum authority_event {
	AUTHORITY_EVENT_LISTED,      /* a look-up found us */
	AUTHORITY_EVENT_NOT_LISTED,  /* a look-up succeeded and did not find us; code and reason say how */
	AUTHORITY_EVENT_UNREACHABLE, /* no directory server answers */
	AUTHORITY_EVENT_REFUSED,     /* one answers but refuses us; code and reason say how */
	AUTHORITY_EVENT_EXPIRED,     /* time passed the verdict's limit */
	AUTHORITY_EVENT_COUNT
};

/* Take @event at @now. @hold_s is how long an "authorized" holds without a directory; @cause gives code and sentence
 * for the events that have one (NULL otherwise). Returns true if state, code or reason changed (then it is to be
 * reported and stored); a renewed limit alone is stored too but returns false. */
bool authority_handle(struct verdict *verdict, enum authority_event event, const struct error *cause,
		      const struct moment *now, const char *boot_id, uint64_t hold_s);

/* At a start: forget a stored verdict unless it may be used without asking the directory first.
 * @may_use_cached: the setting START_WITHOUT_DIRECTORY. Afterwards the state is START, or CACHED with the old limit. */
void authority_resume(struct verdict *verdict, bool may_use_cached, const struct moment *now, const char *boot_id);
