/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/cleaner.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"
#include "engine/cleanup.h"
#include "serve/audit_rows.h"

#define SOON_MS 2000 /* a daemon that has just started has clients to serve */
#define PAUSE_MS 2   /* between two steps: packets come first */
#define DESCRIPTION_MAX 96

struct cleaner {
	struct cleaner_parts parts;
	struct loop_timer *timer;
	uint64_t interval_s, memory_s;
	bool is_configured, is_at_work;
	struct cleanup cleanup;
	struct cleanup_result results[CLEANUP_STEP_MAX]; /* of the step that is being made durable */
	size_t n_results;
};

static void rest(struct cleaner *cleaner) {
	cleaner->is_at_work = false;
	loop_timer_set(cleaner->timer, cleaner->interval_s * 1000);
}

static void report_begin(const struct cleaner *cleaner) {
	event_emit(EVENT_CLEANUP_BEGUN, "%s", "");
	audit_rows_note(ROW_CLEANUP_BEGIN, NULL, clock_now().wall_s);
}

static void report_end(const struct cleaner *cleaner) {
	char description[DESCRIPTION_MAX];

	snprintf(description, sizeof description, "%llu leases expired and %llu leases deleted",
		 (unsigned long long)cleaner->cleanup.n_expired, (unsigned long long)cleaner->cleanup.n_deleted);
	event_emit(EVENT_CLEANUP_DONE, "%s", description);
	audit_rows_note(ROW_CLEANUP, description, clock_now().wall_s);
	if (cleaner->cleanup.n_mended)
		event_emit(EVENT_LEASES_FROM_FUTURE, "%llu leases", (unsigned long long)cleaner->cleanup.n_mended);
}

static void report_step(const struct cleaner *cleaner) {
	int64_t now = clock_now().wall_s;

	for (size_t i = 0; i < cleaner->n_results; i++) {
		const struct cleanup_result *result = &cleaner->results[i];

		if (result->is_expired)
			audit_rows_lease(ROW_EXPIRED, &result->lease, now);
		if (result->is_deleted)
			audit_rows_lease(ROW_DELETED, &result->lease, now);
	}
}

/* What failed is tried again at the next time; nothing hangs on it. */
static void on_durable(void *context, int result, const struct error *error) {
	struct cleaner *cleaner = context;

	if (result < 0) {
		cleaner->parts.failed(cleaner->parts.context, error);
		rest(cleaner);
		return;
	}
	report_step(cleaner);
	if (!cleaner->cleanup.is_done) {
		loop_timer_set(cleaner->timer, PAUSE_MS);
		return;
	}
	report_end(cleaner);
	rest(cleaner);
}

static void step(struct cleaner *cleaner, struct lease_batch *batch) {
	if (!cleaner->is_at_work) {
		store_watch_begin_cleanup(cleaner->parts.watch, lease_batch_last_cleanup(batch),
					  (int64_t)cleaner->memory_s, &cleaner->cleanup);
		cleaner->is_at_work = true;
		report_begin(cleaner);
	}
	cleaner->n_results = 0;
	/* If it fails, so does the batch. */
	if (cleanup_step(&cleaner->cleanup, lease_batch_view(batch), cleaner->results, &cleaner->n_results) == 0 &&
	    cleaner->cleanup.is_done)
		lease_batch_note_cleanup(batch, cleaner->cleanup.now);
	lease_batch_submit(batch, on_durable, cleaner);
}

static void on_time(void *context) {
	struct cleaner *cleaner = context;
	struct lease_batch *batch;
	struct error error;

	if (!cleaner->parts.is_store_usable(cleaner->parts.context))
		return;
	if (lease_batch_begin(cleaner->parts.store, &batch, &error) == 0) {
		step(cleaner, batch);
		return;
	}
	cleaner->parts.failed(cleaner->parts.context, &error);
	rest(cleaner);
}

struct cleaner *cleaner_new(const struct cleaner_parts *parts) {
	struct cleaner *cleaner = mem_alloc(sizeof *cleaner);

	cleaner->parts = *parts;
	cleaner->timer = loop_timer_new(parts->loop, on_time, cleaner);
	return cleaner;
}

struct cleaner *cleaner_free(struct cleaner *cleaner) {
	if (cleaner)
		loop_timer_free(cleaner->timer);
	free(cleaner);
	return NULL;
}

/* In how long the next one is due, by the last one that the store knows of. A clock that was set back is no reason to
 * wait. */
static uint64_t due_ms(const struct cleaner *cleaner) {
	int64_t now = clock_now().wall_s;
	struct lease_store_stat stat;
	uint64_t elapsed_s;

	if (lease_store_stat(cleaner->parts.store, &stat) < 0 || stat.last_cleanup > now)
		return SOON_MS;
	elapsed_s = (uint64_t)(now - stat.last_cleanup);
	return elapsed_s < cleaner->interval_s ? (cleaner->interval_s - elapsed_s) * 1000 + SOON_MS : SOON_MS;
}

void cleaner_configure(struct cleaner *cleaner, const struct settings *settings) {
	uint64_t interval_s = settings->values[SETTING_CLEANUP_INTERVAL];
	uint64_t memory_s = settings->values[SETTING_LEASE_MEMORY];
	bool is_shorter = cleaner->is_configured && memory_s < cleaner->memory_s;

	if (cleaner->is_configured && interval_s == cleaner->interval_s && memory_s == cleaner->memory_s)
		return;
	cleaner->is_configured = true;
	cleaner->interval_s = interval_s;
	cleaner->memory_s = memory_s;
	if (!cleaner->is_at_work) /* else it finds its next time itself */
		loop_timer_set(cleaner->timer, is_shorter ? SOON_MS : due_ms(cleaner));
}
