/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/opening.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/event.h"
#include "rt/backup_board.h"
#include "rt/role.h"
#include "store/lease_convert.h"
#include "store/restore.h"

static void note_restore(const struct restore_report *report, int64_t now) {
	struct backup_restored restored = {
		.at = now,
		.time = report->time,
		.n_leases = report->n_leases,
		.n_journal = report->n_journal,
		.doubtful_until = report->doubtful_until,
	};

	snprintf(restored.name, sizeof restored.name, "%s", report->name.text);
	if (!report->is_restored)
		restored.error = report->error;
	backup_board_note_restore(&restored);
}

static bool tell_conversion(void *context, uint64_t done, uint64_t total) {
	return role_progress(total ? (unsigned)(100 * done / total) : 0);
}

/* A restore is not given up halfway: that would count as one that failed. */
static void tell_restore(uint64_t done, uint64_t total) {
	tell_conversion(NULL, done, total);
}

/* With convert-store = yes an older store is made into one of the present format. */
static int convert(const struct config *config, struct error *reterr_error) {
	struct lease_conversion conversion;
	int r;

	event_emit(EVENT_STORE_CONVERTING, "%s/leases.mdb", config->state_directory);
	r = lease_convert(config->state_directory, tell_conversion, NULL, &conversion, reterr_error);
	if (r == 0)
		event_emit(
			EVENT_STORE_CONVERTED,
			"%s/leases.mdb: from format %u to %u, %llu leases, %llu unreadable; the old file is kept as %s",
			config->state_directory, conversion.from, conversion.to,
			(unsigned long long)conversion.n_leases, (unsigned long long)conversion.n_unreadable,
			conversion.kept);
	return r;
}

static int open_or_convert(const struct restore_place *place, const struct config *config,
			   struct lease_store **ret_store, struct restore_report *ret_report,
			   struct error *reterr_error) {
	int r = restore_store_open(place, ret_store, ret_report, reterr_error);

	if (r != -E_DHCP_JET_CONV_REQUIRED || !config->convert_store)
		return r;
	r = convert(config, reterr_error);
	return r < 0 ? r : restore_store_open(place, ret_store, ret_report, reterr_error);
}

int opening_store(const struct config *config, struct lease_store **ret_store, struct error *reterr_error) {
	const struct restore_place place = {
		.state_directory = config->state_directory,
		.backup_directory = config->backup_directory,
		.server_name = config->server_name,
		.now = clock_now().wall_s,
		.is_suspect = is_store_suspect(),
		.progress = tell_restore,
	};
	struct restore_report report;
	int r;

	backup_board_attach(HERITAGE_BACKUP_BOARD);
	counters_set_store_reopening(false);
	r = open_or_convert(&place, config, ret_store, &report, reterr_error);
	if (r == 0)
		counters_set_store_suspect(false);
	if (report.is_tried)
		note_restore(&report, place.now);
	return r;
}

void opening_plan_backups(const struct settings *settings) {
	const struct backup_plan plan = { settings->values[SETTING_BACKUP_INTERVAL] * 60,
					  settings->values[SETTING_BACKUP_GENERATIONS] };

	backup_board_set_plan(&plan);
	role_wake(HERITAGE_WAKE_BACKUP);
}
