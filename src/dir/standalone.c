/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/standalone.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "dir/copy.h"
#include "dir/detected.h"
#include "dir/heard.h"
#include "dir/keeper.h"
#include "dir/ldif_tree.h"
#include "dir/record.h"
#include "rt/file.h"

/* A round may fail, or come late, without service ending. */
#define HOLD_ROUNDS 2
#define HOLD_SLACK_S 60

struct standalone {
	const struct config *config;
	struct loop *loop;
	struct directory_store *store;
	struct record record;
	struct copy *copy;
	struct keeper *keeper;
	struct heard *heard;
	struct file_follow *follow;
	struct loop_watch *wake, *wake_heard;
	char *uri; /* of the file: stands for the tree */
	uint64_t hold_s; /* of a round's result */
	uint64_t answered_ms; /* when the result came about that was handed on last, and which it is */
	enum detection_outcome answered;
};

/* How the file is: code 0 if what it says is in force. True if that is another than before. */
static bool status_fill(struct standalone *standalone, const struct error *failure) {
	struct directory_status *status = &standalone->record.status;
	bool is_connected = failure->code == E_OK;
	char reason[sizeof status->reason] = "";

	snprintf(reason, sizeof reason, "%s", failure->code ? failure->text : "");
	if (status->is_connected == is_connected && status->code == failure->code &&
	    strcmp(status->reason, reason) == 0)
		return false;
	if (status->is_connected != is_connected)
		status->since = clock_now().wall_s;
	status->is_connected = is_connected;
	status->code = failure->code;
	memcpy(status->reason, reason, sizeof reason);
	return true;
}

/* Nothing is known of the file yet. */
static void status_begin(struct standalone *standalone) {
	struct directory_status *status = &standalone->record.status;
	int64_t synchronized_at = status->synchronized_at;

	*status = (struct directory_status){ .feed = "file", .since = clock_now().wall_s,
					     .synchronized_at = synchronized_at };
	snprintf(status->uri, sizeof status->uri, "%s", standalone->uri);
}

/* Settings of the file that are dir's own. */
static void view_take(struct standalone *standalone) {
	uint64_t recheck_s = copy_view(standalone->copy)->settings.values[SETTING_RECHECK_INTERVAL];

	standalone->hold_s = HOLD_ROUNDS * recheck_s + HOLD_SLACK_S;
	keeper_set_times(standalone->keeper, standalone->hold_s, recheck_s);
}

/* What was in force stays. The same mistake is told once. */
static void file_refuse(struct standalone *standalone, const struct error *failure) {
	if (!status_fill(standalone, failure))
		return;
	event_emit_error(EVENT_FILE_REFUSED, failure);
	record_save(&standalone->record);
}

static bool file_accept(struct standalone *standalone, const struct ldif_tree *tree, struct change_batch *batch) {
	bool was_refused = standalone->record.status.code != E_OK, is_status_new, is_taken;

	is_status_new = status_fill(standalone, &(struct error){ 0 });
	ldif_tree_put(tree, batch);
	is_taken = copy_take(standalone->copy, batch);
	if (was_refused)
		event_emit(EVENT_FILE_MENDED, "%s", standalone->config->standalone_file);
	if (is_status_new)
		record_save(&standalone->record);
	view_take(standalone);
	return is_taken;
}

static bool file_changed(void *context, struct span text, const struct error *failure) {
	struct standalone *standalone = context;
	struct change_batch batch;
	struct ldif_tree tree;
	struct error error;
	bool is_done = true;

	if (failure) {
		file_refuse(standalone, failure);
		return false;
	}
	change_batch_init(&batch);
	if (ldif_tree_read(standalone->config->standalone_file, text, batch.arena, &tree, &error) < 0)
		file_refuse(standalone, &error);
	else
		is_done = file_accept(standalone, &tree, &batch);
	change_batch_done(&batch);
	return is_done;
}

/* Hand on the last round's result, unless that was done. */
static void round_take(struct standalone *standalone) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct detected_bounds bounds = { clock_boot_id(), counters_started_ms(), standalone->hold_s * 1000 };
	struct moment now = clock_now();
	struct detection detection;
	struct sighting *sightings;
	enum authority_event event;
	struct error cause;
	size_t n_sightings;

	if (!heard_read(standalone->heard, arena, &sightings, &n_sightings, &detection) ||
	    !detected_event(&detection, &bounds, &now, &event, &cause) ||
	    (detection.at.boot_ms == standalone->answered_ms && detection.outcome == standalone->answered))
		return;
	standalone->answered_ms = detection.at.boot_ms;
	standalone->answered = detection.outcome;
	keeper_set_opponent(standalone->keeper, detection.by, detection.enterprise);
	keeper_handle_at(standalone->keeper, event, cause.code ? &cause : NULL, &detection.at);
}

/* serve runs the rounds, by itself and when it is asked to; there is nothing to be done for one here. */
static void check(void *context) {
	struct standalone *standalone = context;

	keeper_handle(standalone->keeper, AUTHORITY_EVENT_CHECK, NULL);
}

static void woken(void *context) {
	role_wake_clear(HERITAGE_WAKE_DIR);
	check(context);
}

static void woken_heard(void *context) {
	role_wake_clear(HERITAGE_WAKE_HEARD);
	round_take(context);
}

static void standalone_free(void *context) {
	struct standalone *standalone = context;

	loop_unwatch(standalone->wake);
	loop_unwatch(standalone->wake_heard);
	file_follow_free(standalone->follow);
	keeper_free(standalone->keeper);
	heard_free(standalone->heard);
	copy_close(standalone->copy);
	if (standalone->record.store)
		record_done(&standalone->record);
	directory_store_close(standalone->store);
	free(standalone->uri);
	free(standalone);
}

static int standalone_prepare(struct standalone *standalone, struct error *reterr_error) {
	const struct config *config = standalone->config;
	int code = directory_store_open(config->state_directory, config->server_name, standalone->uri,
					&standalone->store, reterr_error);

	if (code < 0)
		return code;
	record_init(&standalone->record, standalone->loop, standalone->store);
	code = copy_open(&standalone->record, config->server_name, &standalone->copy, reterr_error);
	if (code < 0)
		return code;
	status_begin(standalone);
	standalone->heard = heard_new(config->state_directory);
	standalone->keeper = keeper_new(standalone->loop, &standalone->record, AUTHORITY_MODE_STANDALONE, false, check,
					standalone);
	standalone->follow = file_follow_new(standalone->loop, config->standalone_file, LDIF_TEXT_MAX, file_changed,
					     standalone);
	return 0;
}

int standalone_run(struct role_context *context, struct error *reterr_error) {
	struct standalone *standalone = mem_alloc(sizeof *standalone);
	int code;

	standalone->config = context->config;
	standalone->loop = context->loop;
	standalone->uri = mem_format("file://%s", context->config->standalone_file);
	code = standalone_prepare(standalone, reterr_error);
	if (code < 0) {
		standalone_free(standalone);
		return code;
	}
	standalone->wake = loop_watch_readable(standalone->loop, HERITAGE_WAKE_DIR, woken, standalone);
	standalone->wake_heard = loop_watch_readable(standalone->loop, HERITAGE_WAKE_HEARD, woken_heard, standalone);
	/* Without a gap in authority, if this is a later life of the role: the first word that is stored is the last
	 * round's. */
	view_take(standalone);
	round_take(standalone);
	record_save(&standalone->record);
	context->finish = standalone_free;
	context->finish_context = standalone;
	role_ready();
	return 0;
}
