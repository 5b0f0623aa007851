/* SPDX-License-Identifier: Apache-2.0 */
#include "base/event.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define EVENT_LINE_MAX 1024

enum { NONE = EVENT_AUDIT_NONE };

static const struct event_info event_table[EVENT_KIND_COUNT] = {
#define EVENT_ROW(symbol, severity, windows_id, audit_code, text, explanation)                                         \
	[EVENT_##symbol] = { #symbol, EVENT_SEVERITY_##severity, windows_id, audit_code, text, explanation },
#include "base/event.def"
#undef EVENT_ROW
};

static const char *event_role = "";
static enum event_severity event_threshold = EVENT_SEVERITY_INFO;
static event_audit_f *_Atomic event_audit; /* taken away at the end, while a thread may still tell of something */

void event_init(const char *role, enum event_severity threshold) {
	event_role = role;
	event_threshold = threshold;
}

void event_set_audit(event_audit_f *audit) {
	event_audit = audit;
}

const struct event_info *event_info_get(enum event_kind kind) {
	assert(kind < EVENT_KIND_COUNT);
	return &event_table[kind];
}

static void line_write(struct text *line) {
	if (line->is_truncated)
		memcpy(line->data + line->size - 4, "...", 4);
	line->len = strlen(line->data);
	/* One write per line, so that the lines of several roles do not mix. A log that cannot be written is no reason
	 * to stop serving. */
	line->data[line->len++] = '\n';
	if (write(STDERR_FILENO, line->data, line->len) < 0)
		return;
}

static void line_start(struct text *line, char *array, size_t size, const struct event_info *info) {
	text_init(line, array, size);
	text_add(line, "<%d>lessord %s: %s", (int)info->severity, event_role, info->name);
	if (info->windows_id)
		text_add(line, " [%d]", info->windows_id);
	text_add(line, ": %s", info->text);
}

PRINTF_LIKE(3, 0)
static void report(enum event_kind kind, const struct event_subject *subject, const char *format, va_list args) {
	const struct event_info *info = event_info_get(kind);
	char array[EVENT_LINE_MAX + 2], detail[EVENT_LINE_MAX];
	event_audit_f *audit = event_audit;
	struct text line;

	if (audit && info->audit_code != EVENT_AUDIT_NONE)
		audit(info, subject);
	if (info->severity > event_threshold)
		return;
	vsnprintf(detail, sizeof detail, format, args);
	line_start(&line, array, EVENT_LINE_MAX, info);
	text_add(&line, "%s", detail[0] ? ": " : "");
	text_add(&line, "%s", detail);
	line_write(&line);
}

void event_emit(enum event_kind kind, const char *format, ...) {
	va_list args;

	va_start(args, format);
	report(kind, NULL, format, args);
	va_end(args);
}

void event_emit_about(enum event_kind kind, const struct event_subject *subject, const char *format, ...) {
	va_list args;

	va_start(args, format);
	report(kind, subject, format, args);
	va_end(args);
}

void event_emit_error(enum event_kind kind, const struct error *error) {
	event_emit(kind, "%s (%d): %s", error_name(error->code), error->code, error->text);
}
