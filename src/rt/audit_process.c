/* SPDX-License-Identifier: Apache-2.0 */
/* audit_process.c - the audit file of this process: its events' rows, and others'. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/event.h"
#include "rt/audit.h"
#include "rt/audit_queue.h"

#define BEHIND_PAUSE_S 60

static struct audit *process_audit;       /* NULL: there is none */
static struct audit_queue *process_queue; /* NULL: rows are written at once */
static char audit_enterprise[256];
static _Atomic bool is_failing;
static _Atomic int64_t behind_told_s; /* when it was said last that rows are lost; wall */

/* An error that goes on is told once. */
static void write_row(void *context, const struct audit_row *row, time_t now, bool is_more) {
	struct error error;

	if (audit_write(context, row, now, is_more, &error) == 0)
		is_failing = false;
	else if (!atomic_exchange(&is_failing, true))
		event_emit_error(EVENT_AUDIT_FAILED, &error);
}

static void queue_row(const struct audit_row *row, time_t now) {
	int64_t told_s = behind_told_s;

	if (audit_queue_put(process_queue, row, now))
		return;
	counter_add(COUNTER_AUDIT_ROWS_LOST, 1);
	if (now >= told_s && now - told_s < BEHIND_PAUSE_S)
		return;
	behind_told_s = now;
	event_emit(EVENT_AUDIT_BEHIND, "%s", "");
}

void audit_put(const struct audit_row *row, time_t now) {
	if (!process_audit)
		return;
	if (process_queue)
		queue_row(row, now);
	else
		write_row(process_audit, row, now, false);
}

static void event_take(const struct event_info *info, const struct event_subject *subject) {
	struct audit_row row = { .code = info->audit_code, .host = audit_enterprise };

	if (subject)
		row.address = subject->address;
	if (subject && subject->name)
		row.host = subject->name;
	audit_put(&row, clock_now().wall_s);
}

void audit_start(const char *directory, uid_t uid) {
	if (!*directory)
		return;
	process_audit = audit_open(directory, uid);
	event_set_audit(event_take);
}

void audit_defer(void) {
	if (process_audit)
		process_queue = audit_queue_new(write_row, process_audit);
}

void audit_set_enterprise(const char *name) {
	snprintf(audit_enterprise, sizeof audit_enterprise, "%s", name);
}

/* A thread that hangs keeps what it uses. */
void audit_stop(void) {
	event_set_audit(NULL);
	if (!process_queue || audit_queue_end(process_queue))
		audit_close(process_audit);
	process_audit = NULL;
	process_queue = NULL;
	is_failing = false;
}
