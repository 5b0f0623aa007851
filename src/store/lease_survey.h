/* SPDX-License-Identifier: Apache-2.0 */
/* lease_survey.h - a lease store looked at from its first octet to its last: what is in it, and whether it is sound.
 *
 * It takes as long as reading the store does, and a damaged file may end the process that reads it. So the work is a
 * child's (rt/child.h), and a survey lies in memory that both see. It reads only, and may do so beside the writer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/inconsistency.h"

/* Embedded in nothing: it lies in memory of its own. */
struct lease_survey {
	const char *state_directory; /* borrowed */
	int64_t now;
	bool is_check; /* else it is only counted what is there */

	/* What was found so far. */
	uint64_t n_records, n_in_force;         /* in leases.mdb and its journal together */
	uint64_t n_rows;                        /* of leases.mdb that were compared with each other */
	uint64_t n_found[INCONSISTENCY_COUNT];  /* of those that do not agree */
	uint64_t n_frames;                      /* of the journal, that leases.mdb does not have yet */
	bool is_damaged;                        /* some of it cannot be read: the error says what */
	struct error error;                     /* code 0: it was looked at to its end */
};

/* A survey of the store in @state_directory that was not begun yet. NULL: there is no memory. */
struct lease_survey *lease_survey_new(const char *state_directory, bool is_check, int64_t now);

/* Accepts NULL; returns NULL. */
struct lease_survey *lease_survey_free(struct lease_survey *survey);

/* The work; a child_work_f: @context is the survey. */
int lease_survey_work(void *context);

/* Draw the conclusions from how the child ended (@status of waitpid(2)). */
void lease_survey_finish(struct lease_survey *survey, int status);

/* Do all of it, and wait. */
void lease_survey_run(struct lease_survey *survey);

/* True if nothing is wrong with the store, or with what is known of it. */
bool is_lease_survey_sound(const struct lease_survey *survey);
