/* SPDX-License-Identifier: Apache-2.0 */
/* verdict.h - the verdict whether this server may answer clients: a record with a time limit, that every role reads.
 *
 * Authority is itself a lease: "authorized" holds until a time, then no longer. engine/authority.h makes verdicts.
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum authority_state {
#define AUTHORITY_STATE(symbol, ...) AUTHORITY_##symbol,
#include "model/verdict.def"
#undef AUTHORITY_STATE
	AUTHORITY_STATE_COUNT
};

/* Embedded; stored in directory.mdb and read by every role. */
struct verdict {
	enum authority_state state;
	int code; /* positive; E_OK while serving with the directory's word */
	char reason[384];
	int64_t checked_at;           /* wall, of the last answer from the directory; 0: never */
	int64_t valid_until;          /* wall; 0 unless the state lets us serve */
	uint64_t valid_until_boot_ms; /* the same limit on the clock that cannot jump, of the boot named below */
	char boot_id[BOOT_ID_MAX];
};

/* A verdict that says "start". */
void verdict_init(struct verdict *ret_verdict);

/* True if clients may be answered at @now in the boot @boot_id. A verdict of another boot is measured by the wall clock
 * and never holds longer than it would have; a wall clock behind checked_at ends it. */
bool is_verdict_valid(const struct verdict *verdict, const struct moment *now, const char *boot_id);

/* Milliseconds for which the verdict still holds; 0 if it does not. */
uint64_t verdict_remaining_ms(const struct verdict *verdict, const struct moment *now, const char *boot_id);

/* True if clients are answered in this state, within the limit. */
bool is_authority_state_serving(enum authority_state state);

/* Borrow the state's name for people and JSON ("authorized", "not-authorized"). */
const char *authority_state_name(enum authority_state state);
