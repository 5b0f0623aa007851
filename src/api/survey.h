/* SPDX-License-Identifier: Apache-2.0 */
/* survey.h - the lease store counted, or checked (store/lease_survey.h), by a child process, so that nobody else waits
 * for it. Who asks while one is under way gets its result.
 *
 * Thread: the loop's.
 */
#pragma once

#include "rt/loop.h"
#include "store/lease_survey.h"

struct survey_desk;

/* Of the store in @state_directory, borrowed for good; @is_check: check it, else count. */
struct survey_desk *survey_desk_new(struct loop *loop, const char *state_directory, bool is_check);

/* End what is under way: whoever waits is told. Accepts NULL; returns NULL. */
struct survey_desk *survey_desk_free(struct survey_desk *desk);

/* @survey is borrowed for the call. */
typedef void survey_done_f(void *context, const struct lease_survey *survey);

/* Ask; @done is called with @context when it is done, or before this returns if it cannot be begun. */
void survey_desk_ask(struct survey_desk *desk, survey_done_f *done, void *context);
