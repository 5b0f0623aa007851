/* SPDX-License-Identifier: Apache-2.0 */
#include "api/survey.h"

#include "base/clock.h"
#include "base/mem.h"
#include "rt/worker.h"

#define WAITING_MAX 64

struct survey_waiting {
	survey_done_f *done;
	void *context;
};

struct survey_desk {
	struct worker *worker;
	const char *state_directory;
	bool is_check;
	struct lease_survey *survey; /* under way; NULL: none is */
	struct survey_waiting waiting[WAITING_MAX];
	size_t n_waiting;
};

/* What is told who cannot be served. */
static void refuse(const struct survey_waiting *waiting, const char *sentence) {
	struct lease_survey none = { .state_directory = "" };

	error_set(&none.error, E_DHCP_SERVER_NOT_REACHABLE, "%s", sentence);
	waiting->done(waiting->context, &none);
}

static int work(void *context) {
	const struct survey_desk *desk = context;

	return lease_survey_work(desk->survey);
}

static void on_ended(void *context, int status) {
	struct survey_desk *desk = context;
	struct lease_survey *survey = TAKE_POINTER(desk->survey);
	size_t n = desk->n_waiting;

	desk->n_waiting = 0;
	lease_survey_finish(survey, status);
	for (size_t i = 0; i < n; i++)
		desk->waiting[i].done(desk->waiting[i].context, survey);
	lease_survey_free(survey);
}

struct survey_desk *survey_desk_new(struct loop *loop, const char *state_directory, bool is_check) {
	struct survey_desk *desk = mem_alloc(sizeof *desk);

	desk->worker = worker_new(loop, on_ended, desk);
	desk->state_directory = state_directory;
	desk->is_check = is_check;
	return desk;
}

struct survey_desk *survey_desk_free(struct survey_desk *desk) {
	if (!desk)
		return NULL;
	worker_free(desk->worker);
	for (size_t i = 0; i < desk->n_waiting; i++)
		refuse(&desk->waiting[i], "the daemon ends; ask again when it is there");
	lease_survey_free(desk->survey);
	free(desk);
	return NULL;
}

/* False if there is neither memory nor a process to be had. */
static bool begin(struct survey_desk *desk) {
	desk->survey = lease_survey_new(desk->state_directory, desk->is_check, clock_now().wall_s);
	if (desk->survey && worker_begin(desk->worker, work) == 0)
		return true;
	desk->survey = lease_survey_free(desk->survey);
	return false;
}

void survey_desk_ask(struct survey_desk *desk, survey_done_f *done, void *context) {
	const struct survey_waiting waiting = { done, context };

	if (desk->n_waiting == WAITING_MAX || (!desk->survey && !begin(desk))) {
		refuse(&waiting, "the daemon has too much to do to look through the leases; try again");
		return;
	}
	desk->waiting[desk->n_waiting++] = waiting;
}
