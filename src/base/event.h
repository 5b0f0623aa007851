/* SPDX-License-Identifier: Apache-2.0 */
/* event.h - what a role reports: one row of event.def per kind, one line per occurrence on standard error.
 *
 * The line is what systemd's journal takes as it is: "<severity>lessord role: NAME [Windows event id]: text", the id
 * only where there is one. Kinds that have a code in the audit file are handed to whoever keeps it, too.
 * Used by the shells (rt, store, serve, dir, api, app); wire, model and engine return errors instead.
 * Thread: any.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "base/ip4.h"
#include "base/macros.h"

enum event_severity {
	EVENT_SEVERITY_ERROR = 3, /* numbers of syslog(3) */
	EVENT_SEVERITY_WARNING = 4,
	EVENT_SEVERITY_NOTICE = 5,
	EVENT_SEVERITY_INFO = 6,
	EVENT_SEVERITY_DEBUG = 7,
};

enum event_kind {
#define EVENT_ROW(symbol, ...) EVENT_##symbol,
#include "base/event.def"
#undef EVENT_ROW
	EVENT_KIND_COUNT
};

#define EVENT_AUDIT_NONE (-1)

/* One row of event.def. Lifetime: static. */
struct event_info {
	const char *name;
	enum event_severity severity;
	int windows_id; /* the Windows event id of the same meaning, 0 if there is none */
	int audit_code; /* in the audit file, or EVENT_AUDIT_NONE */
	const char *text;
	const char *explanation;
};

/* Whom an event is about, if not this server itself. Embedded; borrowed for the call. */
struct event_subject {
	struct ip4 address; /* of another server; none: 0.0.0.0 */
	const char *name;   /* the enterprise that it belongs to; NULL: none, or our own */
};

/* Called with each event that has a code in the audit file, whatever the threshold; @subject may be NULL. */
typedef void event_audit_f(const struct event_info *info, const struct event_subject *subject);

/* Name the role that lines are marked with, and the least severe kind that is printed. Call once at start; @role is
 * borrowed for good. */
void event_init(const char *role, enum event_severity threshold);

/* Report that @kind happened; @format adds what is particular to this occurrence. */
void event_emit(enum event_kind kind, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same with @subject for the audit file; the line says only what @format adds. */
void event_emit_about(enum event_kind kind, const struct event_subject *subject, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Report that @kind happened because of @error: prints its name, code and sentence. */
void event_emit_error(enum event_kind kind, const struct error *error);

/* Let @audit keep the audit file (rt/audit.h); NULL: nobody does. Thread: any, but what @audit
 * uses must outlast those that may be inside. */
void event_set_audit(event_audit_f *audit);

/* Borrow the row of @kind. */
const struct event_info *event_info_get(enum event_kind kind);
