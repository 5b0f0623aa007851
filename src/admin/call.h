/* SPDX-License-Identifier: Apache-2.0 */
/* call.h - one operation under way: what it was given, memory, the session behind it, its result.
 *
 * A handler reads its words and parameters with call_value and the like, does its work, and ends with call_done or
 * call_list: the result is JSON and nothing else; how a person sees it is the caller's business (app/ctl/view.def).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "admin/operation.h"
#include "admin/session.h"
#include "base/arena.h"
#include "base/error.h"

/* Embedded. */
struct call {
	struct lessor *session; /* borrowed */
	struct arena *arena;    /* owned; what a handler makes lives here until the end of the call */
	const struct operation *operation;
	const struct lessor_parameter *parameters; /* borrowed: words and others, as they were given */
	size_t n_parameters;
	json_t *result;      /* owned; NULL until call_done */
	json_t *warnings;    /* owned; an array, or NULL */
	bool is_usage_wrong; /* the refusal is about the call itself */
};

/* Borrow what was given as @name, a place of the operation's words or one of its parameters; NULL if it was not. */
const char *call_value(const struct call *call, const char *name);

/* Borrow the value at @index of a parameter that may be given several times; NULL past the end. */
const char *call_value_at(const struct call *call, const char *name, size_t index);

/* How often @name was given. */
size_t call_count(const struct call *call, const char *name);

/* True if @name was given. */
bool is_call_given(const struct call *call, const char *name);

/* Refuse a call in which something is missing or contradicts itself. Returns -E_INVALID_PARAMETER. */
int call_reject_usage(struct call *call, struct error *reterr_error, const char *format, ...) PRINTF_LIKE(3, 4);

/* Connect to the directory; find the daemon's management socket: as session.h says. */
int call_open_directory(struct call *call, struct directory **ret_directory, struct error *reterr_error);
int call_find_socket(struct call *call, const char **ret_path, struct error *reterr_error);

/* Let this machine's daemon, if there is one, check its authorization now. Never fails. */
void call_recheck(struct call *call);

/* Ask before something is lost; the sentence says what, as a statement without its full stop ("this removes scope ...
 * with 3 reservations"); control characters in it are not shown. 0: go on; -E_CANCELLED: the handler ends with it, and
 * nothing must have been changed yet. */
int call_confirm(struct call *call, struct error *reterr_error, const char *format, ...) PRINTF_LIKE(3, 4);

/* Tell how far long work is: @done of @total steps (0: not known); @what it is at: a few words, or a DN. The last call
 * has @done equal to @total, also when the work fails. */
void call_progress(struct call *call, size_t done, size_t total, const char *what);

/* True if somebody takes long members of results piece by piece; then hand over @piece, an array or a text, of the
 * member @key, and leave an empty one in the result. Takes the reference. 0, or -E_CANCELLED: no more is wanted. */
bool is_call_piecewise(const struct call *call);
int call_hand_over(struct call *call, const char *key, json_t *piece, struct error *reterr_error);

/* Say something that has a code but is no refusal; it stands in the result under "warnings", once. */
void call_warn(struct call *call, enum error_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Hand over the result, an object; takes the reference. Returns 0. */
int call_done(struct call *call, json_t *object);

/* Hand over {"@key": @items}; takes the reference. @empty: what is said if there are none, where that depends on what was
 * asked ("message", only then); NULL: nothing. Returns 0. */
int call_list(struct call *call, const char *key, json_t *items, const char *empty);
