/* SPDX-License-Identifier: Apache-2.0 */
#include "api/backups.h"

#include <stdio.h>

#include "api/json.h"
#include "base/mem.h"
#include "rt/role.h"

static json_t *generation_json(const struct backup_generation *generation) {
	bool is_valid = !generation->reason[0];
	json_t *object = json_object();

	json_set_text(object, "generation", generation->name);
	json_object_set_new(object, "time", is_valid ? json_integer(generation->time) : json_null());
	json_object_set_new(object, "leases", is_valid ? json_integer((json_int_t)generation->n_leases) : json_null());
	json_set_integer(object, "bytes", (int64_t)generation->n_octets);
	json_object_set_new(object, "valid", json_boolean(is_valid));
	json_set_text(object, "reason", generation->reason);
	return object;
}

/* {"code","name","message"}; null if there is none. */
static void set_error(json_t *object, const char *key, const struct error *error) {
	json_t *whole = error->code ? error_json(error) : NULL;

	json_object_set_new(object, key, whole ? json_incref(json_object_get(whole, "error")) : json_null());
	json_decref(whole);
}

static json_t *made_json(const struct backup_state *state) {
	json_t *object = generation_json(&state->made);

	json_set_integer(object, "at", state->made_at);
	json_set_integer(object, "duration", (int64_t)state->made_ms);
	return object;
}

static json_t *restored_json(void) {
	struct backup_restored restored = backup_board_restored();
	json_t *object = json_object();

	json_set_integer(object, "count", (int64_t)restored.count);
	json_set_integer(object, "at", restored.at);
	json_set_text(object, "generation", restored.name);
	json_set_integer(object, "time", restored.time);
	json_set_integer(object, "leases", (int64_t)restored.n_leases);
	json_set_integer(object, "changes", (int64_t)restored.n_journal);
	json_set_integer(object, "doubtfulUntil", restored.doubtful_until);
	set_error(object, "error", &restored.error);
	return object;
}

static void set_state(json_t *object, const struct backup_state *state) {
	json_t *generations = json_array();

	json_set_integer(object, "requested", (int64_t)backup_board_request().number);
	json_set_integer(object, "done", (int64_t)state->n_done);
	set_error(object, "failure", &state->failure);
	json_set_integer(object, "busySince", state->busy_since);
	json_set_integer(object, "lookedAt", state->looked_at);
	json_set_integer(object, "lastAttempt", state->tried_at);
	set_error(object, "error", &state->error);
	json_object_set_new(object, "lastBackup", state->made_at ? made_json(state) : json_null());
	for (size_t i = 0; i < state->n_generations && i < BACKUP_GENERATIONS_MAX; i++)
		json_array_append_new(generations, generation_json(&state->generations[i]));
	json_object_set_new(object, "generations", generations);
}

json_t *backups_json(const struct config *config) {
	struct backup_state *state CLEANUP(cleanup_free) = mem_alloc(sizeof *state);
	struct backup_plan plan = backup_board_plan();
	json_t *object = json_object();
	struct backup_hang hang;

	backup_board_read(state);
	json_set_text(object, "directory", config ? config->backup_directory : "");
	json_set_integer(object, "interval", (int64_t)plan.interval_s / 60);
	json_set_integer(object, "keep", (int64_t)plan.n_generations);
	set_state(object, state);
	json_set_text(object, "before", state->before);
	hang = backup_board_hang();
	set_error(object, "hanging", &hang.error);
	json_object_set_new(object, "restored", restored_json());
	return object;
}

/* What was made in this life of the daemon, or else is found as the newest valid one; NULL: none. */
static const struct backup_generation *newest(const struct backup_state *state) {
	if (state->made_at)
		return &state->made;
	for (size_t i = 0; i < state->n_generations; i++)
		if (!state->generations[i].reason[0])
			return &state->generations[i];
	return NULL;
}

void backups_add_to_database(json_t *object, const struct config *config) {
	json_set_text(object, "backupDirectory", config ? config->backup_directory : "");
	json_set_integer(object, "lastBackup", backups_summary().made_at);
	backups_add_failure(object);
}

void backups_add_failure(json_t *object) {
	struct backup_state *state CLEANUP(cleanup_free) = mem_alloc(sizeof *state);

	backup_board_read(state);
	if (state->error.code)
		json_set_text(object, "backupFailure", state->error.text);
	else
		json_object_set_new(object, "backupFailure", json_null());
}

struct backup_summary backups_summary(void) {
	struct backup_state *state CLEANUP(cleanup_free) = mem_alloc(sizeof *state);
	const struct backup_generation *last;
	struct backup_summary summary;

	backup_board_read(state);
	last = newest(state);
	summary = (struct backup_summary){
		.made_at = last ? last->time : 0,
		.made_ms = state->made_ms,
		.n_leases = last ? last->n_leases : 0,
		.n_octets = last ? last->n_octets : 0,
		.is_failing = state->error.code || backup_board_hang().at,
	};
	for (size_t i = 0; i < state->n_generations && i < BACKUP_GENERATIONS_MAX; i++)
		summary.n_valid += !state->generations[i].reason[0];
	return summary;
}

int backups_ask(enum backup_wish wish, const char *name, unsigned uid, json_t **ret_answer,
		struct error *reterr_error) {
	struct backup_request request = { .wish = wish, .uid = uid };
	uint64_t number;
	int r;

	snprintf(request.name, sizeof request.name, "%s", name ? name : "");
	r = backup_board_ask(&request, &number, reterr_error);
	if (r < 0)
		return r;
	role_wake(HERITAGE_WAKE_BACKUP);
	*ret_answer = json_object();
	json_set_integer(*ret_answer, "request", (int64_t)number);
	return 0;
}
