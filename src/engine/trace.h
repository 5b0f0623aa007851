/* SPDX-License-Identifier: Apache-2.0 */
/* trace.h - telling, while a decision is made, what it rests on ("lessorctl explain"). The packet path has no trace,
 * and pays one comparison for it. */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

enum trace_step {
#define TRACE_STEP(symbol, ...) TRACE_##symbol,
#include "engine/trace.def"
#undef TRACE_STEP
	TRACE_STEP_COUNT
};

/* One thing that was looked at. All borrowed for the call. */
struct trace_note {
	enum trace_step step;
	bool is_applied;     /* it counts for this client; else @text says why not */
	const char *subject; /* what it is: a policy's name, an option's name, an address */
	const char *dn;      /* the entry that it comes from; "" if none */
	unsigned level;      /* enum schema_level of that entry; 0 if it does not matter */
	const char *text;    /* a sentence, or a value */
};

/* Who is told. */
struct engine_trace {
	void *context;
	void (*note)(void *context, const struct trace_note *note);
};

/* Tell @trace of @note. Members of it that are NULL become "". */
void engine_trace_note(const struct engine_trace *trace, struct trace_note note);

/* The same with a formatted text of at most 1,023 characters. */
void engine_trace_text(const struct engine_trace *trace, struct trace_note note, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Borrow the name of @step ("policy"). */
const char *trace_step_name(enum trace_step step);
