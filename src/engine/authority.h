/* SPDX-License-Identifier: Apache-2.0 */
/* authority.h - the state machine that makes the verdict whether this server may answer clients, and says when it is to
 * be checked anew.
 *
 * Pure: events and time come in, the verdict and what is to be done come out. The arcs are rows of authority.def, one
 * for each pair of state and event; a missing pair does not compile. docs/authority.md shows them.
 * Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/verdict.h"

/* Who decides: a directory, or the network alone. */
enum authority_mode { AUTHORITY_MODE_DIRECTORY, AUTHORITY_MODE_STANDALONE };

enum authority_event {
#define AUTHORITY_EVENT(symbol, modes, description) AUTHORITY_EVENT_##symbol,
#include "engine/authority.def"
	AUTHORITY_EVENT_COUNT
};

/* Embedded. Only the functions below change it. */
struct authority {
	struct verdict verdict;
	enum authority_mode mode;
	char boot_id[BOOT_ID_MAX];
	uint64_t hold_s;       /* how long a grant holds */
	uint64_t recheck_ms;   /* the pause between two checks without an occasion */
	struct moment granted; /* when the question was asked on whose answer the limit rests */
	uint64_t check_due_ms; /* when the next check is due */
	bool is_word_owed;     /* the last check brought no word about this server: the directory refused it */
};

/* What an event has led to. Embedded. */
struct authority_step {
	enum authority_state before; /* the state was this one */
	bool is_changed;   /* the verdict is to be stored: its state, cause, limit or time of check is another */
	bool is_news;      /* state or code are others than before: a person would want to know */
	bool is_check_due; /* ask the directory, or the network, now */
};

/* Begin in @mode in the boot @boot_id, with the state START unless the verdict @stored (of an earlier life) may be used
 * before anything was asked: it still holds at @now, a directory had made it, and @may_use_stored says so (the setting
 * START_WITHOUT_DIRECTORY). Then the state is CACHED with the old limit. The first check is due at once. */
void authority_init(struct authority *ret_authority, enum authority_mode mode, const char *boot_id,
		    const struct verdict *stored, bool may_use_stored, const struct moment *now);

/* Take @event at @now; an answer, at the moment at which the question was asked: it is as old as that, however late it
 * is read. @cause gives code and sentence for events that have one (NULL otherwise). An answer to a check puts the next
 * one off by the recheck interval. */
struct authority_step authority_handle(struct authority *authority, enum authority_event event,
				       const struct error *cause, const struct moment *now);

/* The directory has shown that it lived at @known_at, the moment of a question that it has answered, and would have
 * told of a change until then: renew the grant if it is time to. If only a look-up can tell whether this server may
 * serve (the verdict ran out, or the directory was away), a check is due. */
struct authority_step authority_confirm(struct authority *authority, const struct moment *known_at);

/* Set how long a grant holds and how often is checked without an occasion. A grant gets its new limit at once: the
 * directory may go away before the next occasion. Where its answer is too old for that, a check is due, and the grant
 * lasts for the few seconds that one takes. A hold time of less than these could not be renewed in time, and counts as
 * that. */
struct authority_step authority_set_times(struct authority *authority, uint64_t hold_s, uint64_t recheck_s,
					  const struct moment *now);

/* Time has passed: a limit may have, and a check may be due. */
struct authority_step authority_tick(struct authority *authority, const struct moment *now);

/* Milliseconds from @now until authority_tick has something to do. */
uint64_t authority_wait_ms(const struct authority *authority, const struct moment *now);

/* Milliseconds from @now until a check is due without an occasion; 0: now. */
uint64_t authority_check_ms(const struct authority *authority, const struct moment *now);

/* How often the directory must show that the verdict is current for it never to expire, in milliseconds. */
uint64_t authority_renewal_ms(const struct authority *authority);

/* End @verdict if its limit has passed, as authority_tick would; for who only reads verdicts. True if it was ended. */
bool authority_expire(struct verdict *verdict, const struct moment *now, const char *boot_id);
