/* SPDX-License-Identifier: Apache-2.0 */
/* database show, database stat, database check: this machine's lease store. */
#include "admin/call.h"
#include "admin/daemon.h"
#include "base/clock.h"
#include "json/survey.h"
#include "store/lease_survey.h"

#define CHECK_PATIENCE_S 7200 /* all of the store is read, when nobody else wants the disk */

int database_show(struct call *call, struct error *reterr_error) {
	const char *socket_path;
	json_t *answer;
	int r = call_find_socket(call, &socket_path, reterr_error);

	if (r == 0)
		r = daemon_ask_patiently(socket_path, "/v1/database", &answer, reterr_error);
	return r < 0 ? r : call_done(call, answer);
}

static int ask_for_check(struct call *call, json_t **ret_answer, struct error *reterr_error) {
	const struct daemon_request request = {
		.method = "GET", .path = "/v1/database/check", .patience_s = CHECK_PATIENCE_S
	};
	const char *socket_path;
	int r = call_find_socket(call, &socket_path, reterr_error);

	return r < 0 ? r : daemon_ask(socket_path, &request, ret_answer, reterr_error);
}

/* Read the files without asking a daemon, and say what it would say. */
static int survey_files(const char *state_directory, json_t **ret_answer, struct error *reterr_error) {
	struct lease_survey *survey = lease_survey_new(state_directory, true, clock_now().wall_s);
	int r = 0;

	if (!survey)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "there is not enough memory");
	lease_survey_run(survey);
	if (survey->error.code && !survey->is_damaged) {
		*reterr_error = survey->error;
		r = -survey->error.code;
	} else {
		*ret_answer = survey_json(survey);
	}
	lease_survey_free(survey);
	return r;
}

/* The daemon that is asked may be stopped: then its files tell. */
static int survey(struct call *call, json_t **ret_answer, struct error *reterr_error) {
	const char *state_directory = call_value(call, "state-directory");
	const struct config *config = NULL;
	struct error ignored;
	int r;

	if (state_directory)
		return survey_files(state_directory, ret_answer, reterr_error);
	r = ask_for_check(call, ret_answer, reterr_error);
	if (r == -E_DHCP_SERVER_NOT_RUNNING && session_read_config(call->session, &config, &ignored) == 0 && config)
		return survey_files(config->state_directory, ret_answer, reterr_error);
	return r;
}

int database_check(struct call *call, struct error *reterr_error) {
	json_t *answer = NULL;
	bool is_sound;
	int r = survey(call, &answer, reterr_error);

	if (r < 0)
		return r;
	is_sound = json_is_true(json_object_get(answer, "sound"));
	json_object_set_new(answer, "message",
			    json_string(is_sound ? "the lease store is sound"
					: json_is_true(json_object_get(answer, "damaged"))
						? "the lease store is damaged; go back to a backup: lessorctl restore, or, if lessord does not run, start it"
						: "the indexes of the lease store do not agree with its records; mend "
						  "them: lessorctl reconcile --fix"));
	call_done(call, answer);
	return is_sound ? 0 : 1;
}
