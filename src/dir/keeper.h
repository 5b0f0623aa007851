/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.h - keeps the verdict: hands engine/authority.h what look-ups, connections, rogue detection and time bring,
 * stores and reports what comes of it, and asks for checks. Thread: the loop's. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/ip4.h"
#include "dir/record.h"
#include "engine/authority.h"
#include "rt/loop.h"

struct keeper;

/* Keep the verdict in @record (borrowed). The stored one is taken up again if @may_use_stored and it still holds; else
 * there is none at first. @check is called with @context whenever authorization is to be checked, the first time from
 * the loop. */
struct keeper *keeper_new(struct loop *loop, struct record *record, enum authority_mode mode, bool may_use_stored,
			  loop_f *check, void *context);
struct keeper *keeper_free(struct keeper *keeper);

/* How long a grant holds, and how often is checked without an occasion. */
void keeper_set_times(struct keeper *keeper, uint64_t hold_s, uint64_t recheck_s);

/* Checks come every @repeat_ms without being asked for (0: they do not); this is for the status alone. */
void keeper_set_repeat(struct keeper *keeper, uint64_t repeat_ms);

/* How often the directory must show that the verdict is current for it never to expire, in milliseconds. */
uint64_t keeper_renewal_ms(const struct keeper *keeper);

/* Take an event of now with its cause (NULL where there is none). */
void keeper_handle(struct keeper *keeper, enum authority_event event, const struct error *cause);

/* The same for the answer to a question that was asked at @moment. */
void keeper_handle_at(struct keeper *keeper, enum authority_event event, const struct error *cause,
		      const struct moment *moment);

/* Name the server whose objection is handed in next, and its directory ("": none), for what is reported of it. */
void keeper_set_opponent(struct keeper *keeper, struct ip4 address, const char *enterprise);

/* The directory has shown that nothing had changed at @known_at. */
void keeper_confirm(struct keeper *keeper, const struct moment *known_at);
