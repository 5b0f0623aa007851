/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trace.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX 1024

const char *trace_step_name(enum trace_step step) {
	static const char *const names[] = {
#define TRACE_STEP(symbol, name, description) name,
#include "engine/trace.def"
#undef TRACE_STEP
	};

	return names[step];
}

static const char *or_empty(const char *text) {
	return text ? text : "";
}

void engine_trace_note(const struct engine_trace *trace, struct trace_note note) {
	note.subject = or_empty(note.subject);
	note.dn = or_empty(note.dn);
	note.text = or_empty(note.text);
	trace->note(trace->context, &note);
}

void engine_trace_text(const struct engine_trace *trace, struct trace_note note, const char *format, ...) {
	char text[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	note.text = text;
	engine_trace_note(trace, note);
}
