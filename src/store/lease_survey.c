/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_survey.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "rt/child.h"
#include "store/db.h"
#include "store/lease_check.h"
#include "store/lease_store.h"

#define NICENESS 10 /* who serves clients goes first */

struct lease_survey *lease_survey_new(const char *state_directory, bool is_check, int64_t now) {
	struct lease_survey *survey = child_share(sizeof *survey);

	if (survey)
		*survey = (struct lease_survey){ .state_directory = state_directory, .now = now, .is_check = is_check };
	return survey;
}

struct lease_survey *lease_survey_free(struct lease_survey *survey) {
	return child_unshare(survey, sizeof *survey);
}

static int count(void *context, const struct lease *lease) {
	struct lease_survey *survey = context;

	survey->n_records++;
	survey->n_in_force += is_lease_in_force(lease, survey->now);
	return 0;
}

static int visit(struct lease_store *store, struct lease_survey *survey) {
	const struct ip4 first = { 0 }, last = { UINT32_MAX };
	struct lease_store_stat stat;
	int r = lease_store_visit(store, first, last, count, survey);

	if (r == 0)
		r = lease_store_stat(store, &stat);
	if (r == 0)
		survey->n_frames = stat.journal_frames;
	survey->is_damaged = r < 0;
	return r < 0 ? error_set(&survey->error, E_DHCP_JET_ERROR,
				 "the leases in %s cannot be read to their end; look at the disk, or go back to a backup",
				 survey->state_directory)
		     : 0;
}

static int count_all(struct lease_survey *survey) {
	struct lease_store *store;
	int r = lease_store_open_reader(survey->state_directory, &store, &survey->error);

	if (r < 0)
		return r;
	r = visit(store, survey);
	lease_store_close(store);
	return r;
}

static void note(void *context, const struct lease_drift *drift) {
	struct lease_survey *survey = context;

	survey->n_found[drift->kind]++;
}

static int compare_all(struct lease_survey *survey) {
	const struct ip4_range all = { { 0 }, { UINT32_MAX } };
	struct lease_checker *checker;
	struct lease_check check;
	int r = lease_checker_open(survey->state_directory, &checker, &survey->error);

	if (r < 0)
		return r;
	lease_check_begin(&check, all);
	while (r == 0 && !check.is_done) {
		r = lease_check_step(checker, &check, note, survey);
		survey->n_rows = check.n_rows;
	}
	lease_checker_close(checker);
	survey->is_damaged = r < 0;
	return r < 0 ? error_set(&survey->error, E_DHCP_JET_ERROR, "leases.mdb in %s cannot be read to its end",
				 survey->state_directory)
		     : 0;
}

int lease_survey_work(void *context) {
	struct lease_survey *survey = context;
	int r = 0;

	db_forget_all();
	setpriority(PRIO_PROCESS, 0, NICENESS);
	if (survey->is_check) {
		r = lease_store_walk(survey->state_directory, &survey->error);
		survey->is_damaged = r == -E_DHCP_DATABASE_INIT_FAILED;
	}
	if (r == 0)
		r = count_all(survey);
	if (r == 0 && survey->is_check)
		r = compare_all(survey);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

void lease_survey_finish(struct lease_survey *survey, int status) {
	if (WIFEXITED(status) && (WEXITSTATUS(status) == EXIT_SUCCESS || survey->error.code))
		return;
	survey->is_damaged = WIFSIGNALED(status) && (WTERMSIG(status) == SIGBUS || WTERMSIG(status) == SIGSEGV ||
						     WTERMSIG(status) == SIGABRT);
	error_set(&survey->error, E_DHCP_JET_ERROR,
		  "looking at the leases in %s was ended by signal %d; look at the disk and at the system's log",
		  survey->state_directory, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

void lease_survey_run(struct lease_survey *survey) {
	lease_survey_finish(survey, child_run(lease_survey_work, survey));
}

bool is_lease_survey_sound(const struct lease_survey *survey) {
	bool is_sound = survey->error.code == 0;

	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++)
		is_sound = is_sound && survey->n_found[kind] == 0;
	return is_sound;
}
