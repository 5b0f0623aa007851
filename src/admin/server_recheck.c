/* SPDX-License-Identifier: Apache-2.0 */
/* server recheck: let this machine's daemon check its authorization now, and wait for what comes of it. */
#include <poll.h>
#include <string.h>

#include "admin/call.h"
#include "admin/daemon.h"
#include "admin/result.h"
#include "base/clock.h"
#include "model/sighting.h"

#define WAIT_MS 15000 /* a round of rogue detection takes ten seconds */
#define LOOK_MS 100

static bool is_same(const json_t *before, const json_t *after, const char *key) {
	return json_equal(json_object_get(before, key), json_object_get(after, key));
}

static bool is_same_cause(const json_t *before, const json_t *after) {
	return is_same(before, after, "state") && is_same(before, after, "code") && is_same(before, after, "reason");
}

/* True if a round has ended since, and the verdict knows of it. */
static bool is_round_over(const json_t *before, const json_t *after) {
	const json_t *round = json_object_get(after, "detection");
	const char *impossible = detection_outcome_name(DETECTION_IMPOSSIBLE);

	if (is_same(before, after, "detection"))
		return false;
	return strcmp(result_text_at(round, "outcome"), impossible) == 0 ||
	       result_number_at(json_object_get(after, "verdict"), "checkedAt") >= result_number_at(round, "at");
}

/* True if the status @after shows a check that the status @before does not. That the directory went away is none. */
static bool is_checked(const json_t *before, const json_t *after) {
	const json_t *old = json_object_get(before, "verdict"), *new = json_object_get(after, "verdict");

	if (strcmp(result_text_at(after, "mode"), "standalone") == 0)
		return is_round_over(before, after);
	return result_number_at(new, "checkedAt") > result_number_at(old, "checkedAt") ||
	       (!is_same_cause(old, new) && result_number_at(new, "code") != E_DHCP_ROGUE_DS_UNREACHABLE);
}

static void pause_ms(int milliseconds) {
	poll(NULL, 0, milliseconds);
}

/* Checks are told apart by the second, so one of this second must not be mistaken for ours. */
static void wait_for_new_second(const json_t *status) {
	uint64_t limit_ms = clock_now().boot_ms + 1000;
	json_int_t checked_at = result_number_at(json_object_get(status, "verdict"), "checkedAt");
	struct moment now = clock_now();

	while (now.wall_s == checked_at && now.boot_ms < limit_ms) {
		pause_ms(LOOK_MS / 10);
		now = clock_now();
	}
}

static int get_status(const char *socket_path, json_t **status, struct error *reterr_error) {
	json_decref(*status);
	*status = NULL;
	return daemon_call(socket_path, "/v1/status", false, status, reterr_error);
}

static int order_recheck(const char *socket_path, struct error *reterr_error) {
	json_t *answer;
	int r = daemon_call(socket_path, "/v1/recheck", true, &answer, reterr_error);

	if (r == 0)
		json_decref(answer);
	return r;
}

static int give_up(const json_t *status, struct error *reterr_error) {
	const json_t *directory = json_object_get(status, "directory");
	const char *reason = result_text_at(directory, "reason");

	if (strcmp(result_text_at(status, "mode"), "standalone") == 0 || json_is_true(json_object_get(directory, "connected")))
		return error_set(reterr_error, E_DHCP_ROGUE_INIT_FAILED,
				 "the check has not ended within %d seconds; it goes on, and \"lessorctl status\" shows what comes of it",
				 WAIT_MS / 1000);
	return error_set(reterr_error, E_DHCP_ROGUE_DS_UNREACHABLE,
			 "no directory server could be asked within %d seconds%s%s; the daemon goes on trying, and \"lessorctl status\" shows the verdict that stands",
			 WAIT_MS / 1000, reason[0] ? ": " : "", reason);
}

/* Fill *@status with the first one that shows a check that is not in @before. */
static int wait_for_check(const char *socket_path, const json_t *before, json_t **status, struct error *reterr_error) {
	uint64_t limit_ms = clock_now().boot_ms + WAIT_MS;
	int r = get_status(socket_path, status, reterr_error);

	while (r == 0 && !is_checked(before, *status)) {
		if (clock_now().boot_ms >= limit_ms)
			return give_up(*status, reterr_error);
		pause_ms(LOOK_MS);
		r = get_status(socket_path, status, reterr_error);
	}
	return r;
}

/* The verdict as the answer, or as the refusal that it is. */
static int show_verdict(struct call *call, const json_t *status, struct error *reterr_error) {
	json_t *verdict = json_object_get(status, "verdict"), *object;
	int code = (int)result_number_at(verdict, "code");
	const char *reason = result_text_at(verdict, "reason");

	if (result_number_at(verdict, "remaining") == 0)
		return error_set(reterr_error, code > 0 ? (enum error_code)code : E_DHCP_ROGUE_INIT_FAILED, "%s",
				 reason[0] ? reason : "the daemon has just started and has no verdict yet; ask again in a moment");
	object = result_message("", "server %s: %s, clients are answered%s%s", result_text_at(status, "server"),
			     result_text_at(verdict, "state"), reason[0] ? ", but the check was not possible: " : "", reason);
	json_object_del(object, "dn");
	json_object_set(object, "server", json_object_get(status, "server"));
	json_object_set(object, "verdict", verdict);
	return call_done(call, object);
}

int server_recheck(struct call *call, struct error *reterr_error) {
	json_t *before = NULL, *after = NULL;
	const char *socket_path;
	int r = call_find_socket(call, &socket_path, reterr_error);

	if (r == 0)
		r = get_status(socket_path, &before, reterr_error);
	if (r == 0) {
		wait_for_new_second(before);
		r = order_recheck(socket_path, reterr_error);
	}
	if (r == 0)
		r = wait_for_check(socket_path, before, &after, reterr_error);
	if (r == 0)
		r = show_verdict(call, after, reterr_error);
	json_decref(before);
	json_decref(after);
	return r;
}
