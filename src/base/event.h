/* SPDX-License-Identifier: Apache-2.0 */
/* event.h - what a role reports: one row of event.def per kind, one line per occurrence on standard error.
 *
 * The line is what systemd's journal takes as it is: "<severity>lessord role: NAME: text". Used by the shells (rt,
 * store, serve, dir, api, app); wire, model and engine return errors instead.
 * Thread: any.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "base/macros.h"

enum event_severity {
	EVENT_SEVERITY_ERROR = 3, /* numbers of syslog(3) */
	EVENT_SEVERITY_WARNING = 4,
	EVENT_SEVERITY_NOTICE = 5,
	EVENT_SEVERITY_INFO = 6,
	EVENT_SEVERITY_DEBUG = 7,
};

enum event_kind {
#define EVENT_ROW(symbol, severity, windows_id, text, explanation) EVENT_##symbol,
#include "base/event.def"
#undef EVENT_ROW
	EVENT_KIND_COUNT
};

/* One row of event.def. Lifetime: static. */
struct event_info {
	const char *name;
	enum event_severity severity;
	int windows_id; /* the Windows event id of the same meaning, 0 if there is none */
	const char *text;
	const char *explanation;
};

/* Name the role that lines are marked with, and the least severe kind that is printed. Call once at start; @role is
 * borrowed for good. */
void event_init(const char *role, enum event_severity threshold);

/* Report that @kind happened; @format adds what is particular to this occurrence. */
void event_emit(enum event_kind kind, const char *format, ...) PRINTF_LIKE(2, 3);

/* Report that @kind happened because of @error: prints its name, code and sentence. */
void event_emit_error(enum event_kind kind, const struct error *error);

/* Borrow the row of @kind. */
const struct event_info *event_info_get(enum event_kind kind);
