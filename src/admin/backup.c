/* SPDX-License-Identifier: Apache-2.0 */
/* backup, backup list, restore: generations of this machine's leases. The daemon does the work and may have to wait for
 * a disk; what was asked is waited for here, where nobody else waits along. */
#include <poll.h>
#include <string.h>
#include <time.h>

#include "admin/call.h"
#include "admin/daemon.h"
#include "admin/result.h"
#include "base/clock.h"
#include "base/text.h"

#define WAIT_MS 600000
#define LOOK_WAIT_MS 3000 /* for the directory to be looked through; then what is known of it has to do */
#define STEP_MS 50
#define TIME_MAX 32
#define AGE_MAX 32

static int get_backups(struct call *call, const char *socket_path, json_t **ret_backups, struct error *reterr_error) {
	json_t *answer = NULL;
	int r = daemon_call(socket_path, "/v1/backups", false, &answer, reterr_error);

	if (r < 0)
		return r;
	json_decref(*ret_backups);
	*ret_backups = answer;
	return 0;
}

static bool is_done(const json_t *backups, json_int_t request) {
	return result_number_at(backups, "done") >= request;
}

/* Ask for @path; the request's number. */
static int order(const char *socket_path, const char *path, json_int_t *ret_request, struct error *reterr_error) {
	json_t *answer = NULL;
	int r = daemon_call(socket_path, path, true, &answer, reterr_error);

	if (r < 0)
		return r;
	*ret_request = result_number_at(answer, "request");
	json_decref(answer);
	return 0;
}

static bool is_hanging(const json_t *backups) {
	return json_is_object(json_object_get(backups, "hanging"));
}

/* Ask, and wait until it was done, or will not be, or @wait_ms have passed: @ret_backups is what there is then. */
static int order_and_wait(struct call *call, const char *path, uint64_t wait_ms, json_t **ret_backups,
			  bool *ret_is_done, struct error *reterr_error) {
	uint64_t limit_ms = clock_now().boot_ms + wait_ms;
	const char *socket_path;
	json_int_t request = 0;
	int r = call_find_socket(call, &socket_path, reterr_error);

	if (r == 0)
		r = order(socket_path, path, &request, reterr_error);
	if (r == 0)
		r = get_backups(call, socket_path, ret_backups, reterr_error);
	while (r == 0 && !is_done(*ret_backups, request) && !is_hanging(*ret_backups) &&
	       clock_now().boot_ms < limit_ms) {
		poll(NULL, 0, STEP_MS);
		r = get_backups(call, socket_path, ret_backups, reterr_error);
	}
	if (r == 0)
		*ret_is_done = is_done(*ret_backups, request);
	return r;
}

/* The error that stands under @key, if one does. */
static int check_error(const json_t *object, const char *key, struct error *reterr_error) {
	const json_t *error = json_object_get(object, key);

	if (!json_is_object(error))
		return 0;
	return error_set(reterr_error, (enum error_code)result_number_at(error, "code"), "%s", result_text_at(error, "message"));
}

static int fail_waiting(const json_t *backups, struct error *reterr_error) {
	int r = check_error(backups, "hanging", reterr_error);

	return r < 0 ? r : error_set(reterr_error, E_DHCP_SERVER_NOT_REACHABLE,
			 "the backup directory %s does not answer; what was asked may yet be done, and \"lessorctl backup list\" will tell; clients do not notice",
			 result_text_at(backups, "directory"));
}

static int order_whole(struct call *call, const char *path, json_t **ret_backups, struct error *reterr_error) {
	bool is_done = false;
	int r = order_and_wait(call, path, WAIT_MS, ret_backups, &is_done, reterr_error);

	if (r == 0 && !is_done)
		r = fail_waiting(*ret_backups, reterr_error);
	return r == 0 ? check_error(*ret_backups, "failure", reterr_error) : r;
}

static json_t *backup_result(const json_t *backups) {
	const json_t *made = json_object_get(backups, "lastBackup");
	json_t *result = json_pack("{s:o}", "message",
				   json_sprintf("%s has %lld leases in %lld octets; it took %lld ms", result_text_at(made, "generation"),
						(long long)result_number_at(made, "leases"), (long long)result_number_at(made, "bytes"),
						(long long)result_number_at(made, "duration")));
	static const char *const keys[] = { "generation", "time", "leases", "bytes", "duration" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		json_object_set(result, keys[i], json_object_get(made, keys[i]));
	json_object_set(result, "directory", json_object_get(backups, "directory"));
	return result;
}

int backup_run(struct call *call, struct error *reterr_error) {
	json_t *backups = NULL;
	int r = order_whole(call, "/v1/backups", &backups, reterr_error);

	if (r == 0)
		r = call_done(call, backup_result(backups));
	json_decref(backups);
	return r;
}

static void time_format(json_int_t time, char ret_text[static TIME_MAX]) {
	time_t seconds = time;
	struct tm parts;

	ret_text[0] = '\0';
	if (localtime_r(&seconds, &parts))
		strftime(ret_text, TIME_MAX, "%Y-%m-%d %H:%M:%S", &parts);
}

/* Fill @ret_backups with what there is in the directory, or, if that does not answer, with what is known of it. */
static int look(struct call *call, json_t **ret_backups, struct error *reterr_error) {
	bool is_done = false;
	char when[TIME_MAX];
	int r = order_and_wait(call, "/v1/backups/look", LOOK_WAIT_MS, ret_backups, &is_done, reterr_error);

	if (r < 0)
		return r;
	if (is_done)
		return check_error(*ret_backups, "failure", reterr_error);
	time_format(result_number_at(*ret_backups, "lookedAt"), when);
	call_warn(call, E_DHCP_SERVER_NOT_REACHABLE,
		  "the backup directory %s is being worked in, or does not answer; this is how it was at %s",
		  result_text_at(*ret_backups, "directory"), when);
	return 0;
}

int backup_list(struct call *call, struct error *reterr_error) {
	json_t *backups = NULL, *result;
	int r = look(call, &backups, reterr_error);

	if (r == 0) {
		result = json_pack("{s:O,s:O,s:O,s:O}", "directory", json_object_get(backups, "directory"), "interval",
				   json_object_get(backups, "interval"), "keep", json_object_get(backups, "keep"),
				   "generations", json_object_get(backups, "generations"));
		r = call_done(call, result);
	}
	json_decref(backups);
	return r;
}

static bool is_valid(const json_t *generation) {
	return json_is_true(json_object_get(generation, "valid"));
}

/* A path will do that leads into the backup directory: shells complete those. */
static const char *name_in(const char *directory, const char *path) {
	size_t len = strlen(directory);

	return strncmp(path, directory, len) == 0 && path[len] == '/' ? path + len + 1 : path;
}

/* The generation called @name, or with NULL the newest valid one. */
static int choose(const json_t *backups, const char *name, const json_t **ret_generation, struct error *reterr_error) {
	const json_t *generation;
	size_t i;

	name = name ? name_in(result_text_at(backups, "directory"), name) : NULL;
	json_array_foreach(json_object_get(backups, "generations"), i, generation) {
		if (name ? strcmp(result_text_at(generation, "generation"), name) != 0 : !is_valid(generation))
			continue;
		*ret_generation = generation;
		if (is_valid(generation))
			return 0;
		return error_set(reterr_error, E_DHCP_JET_ERROR, "%s cannot be restored: %s", name,
				 result_text_at(generation, "reason"));
	}
	if (name)
		return error_set(reterr_error, E_NOT_FOUND,
				 "there is no generation %s in %s; \"lessorctl backup list\" shows those that there are", name,
				 result_text_at(backups, "directory"));
	return error_set(reterr_error, E_NOT_FOUND, "there is no valid generation in %s; make one with: lessorctl backup",
			 result_text_at(backups, "directory"));
}

static int count_changes(struct call *call, json_int_t since, json_int_t *ret_count, struct error *reterr_error) {
	const char *path = arena_format(call->arena, "/v1/changes?since=%lld", (long long)since), *socket_path;
	json_t *answer = NULL;
	int r = call_find_socket(call, &socket_path, reterr_error);

	if (r == 0)
		r = daemon_ask_patiently(socket_path, path, &answer, reterr_error);
	if (r < 0)
		return r;
	*ret_count = result_number_at(answer, "leases");
	json_decref(answer);
	return 0;
}

/* Say what is lost. A store that cannot be read any more has nothing to lose. */
static int confirm(struct call *call, const json_t *generation, struct error *reterr_error) {
	json_int_t time = result_number_at(generation, "time"), age = clock_now().wall_s - time, count = 0;
	char when[TIME_MAX], array[AGE_MAX], changed[96] = "how many leases were granted or changed since is not known";
	struct text text;

	time_format(time, when);
	text_init(&text, array, sizeof array);
	text_add_duration(&text, age > 0 ? (uint64_t)age : 0);
	if (count_changes(call, time, &count, NULL) == 0)
		snprintf(changed, sizeof changed,
			 count ? "up to %lld leases were granted or changed since, and that is lost" :
				 "no lease was granted or changed since",
			 (long long)count);
	return call_confirm(call, reterr_error,
			    "this puts the %lld leases of %s (%s old) in the place of those of now; %s; "
			    "clients get no answer for the moment that it takes",
			    (long long)result_number_at(generation, "leases"), when, array, changed);
}

static json_int_t restores(const json_t *backups) {
	return result_number_at(json_object_get(backups, "restored"), "count");
}

/* The generation is prepared; wait until the daemon has started anew with it. */
static int wait_for_restore(struct call *call, json_int_t before, json_t **backups, struct error *reterr_error) {
	uint64_t limit_ms = clock_now().boot_ms + WAIT_MS;
	const char *socket_path;
	int r = call_find_socket(call, &socket_path, reterr_error);

	while (r == 0 && restores(*backups) == before) {
		if (clock_now().boot_ms >= limit_ms)
			return error_set(reterr_error, E_DHCP_SERVER_NOT_REACHABLE,
					 "the daemon has not taken the backup into use within ten minutes; its log says more");
		poll(NULL, 0, STEP_MS);
		r = get_backups(call, socket_path, backups, reterr_error);
	}
	return r == 0 ? check_error(json_object_get(*backups, "restored"), "error", reterr_error) : r;
}

static json_t *restore_result(const json_t *backups, const char *name) {
	const json_t *restored = json_object_get(backups, "restored");
	const char *before = result_text_at(backups, "before");
	char until[TIME_MAX];
	json_t *result;

	time_format(result_number_at(restored, "doubtfulUntil"), until);
	result = json_pack("{s:o}", "message",
			   json_sprintf("the leases are those of %s; until %s addresses are pinged before they are offered%s%s",
					name, until, before[0] ? "; to go back: lessorctl restore " : "", before));
	json_object_set_new(result, "generation", json_string(name));
	json_object_set_new(result, "before", json_string(before));
	json_object_set(result, "time", json_object_get(restored, "time"));
	json_object_set(result, "leases", json_object_get(restored, "leases"));
	json_object_set(result, "doubtfulUntil", json_object_get(restored, "doubtfulUntil"));
	return result;
}

int restore_run(struct call *call, struct error *reterr_error) {
	const char *name = call_value(call, "generation");
	const json_t *generation = NULL;
	json_t *backups = NULL;
	json_int_t before;
	int r = look(call, &backups, reterr_error);

	if (r == 0)
		r = choose(backups, name, &generation, reterr_error);
	if (r == 0)
		r = confirm(call, generation, reterr_error);
	if (r == 0) {
		name = arena_dup_text(call->arena, result_text_at(generation, "generation"));
		before = restores(backups);
		r = order_whole(call, arena_format(call->arena, "/v1/restore?generation=%s", name), &backups, reterr_error);
		if (r == 0)
			r = wait_for_restore(call, before, &backups, reterr_error);
	}
	if (r == 0)
		r = call_done(call, restore_result(backups, name));
	json_decref(backups);
	return r;
}
