/* SPDX-License-Identifier: Apache-2.0 */
/* aside.h - answers for which all leases of scopes are walked through: made by child processes, so that nobody else
 * waits for them.
 *
 * Thread: the loop's.
 */
#pragma once

#include "api/answer.h"
#include "rt/loop.h"

struct aside;

/* @sources are borrowed for good, and not freed before. aside_free ends what is under way, and tells whoever waits;
 * it accepts NULL and returns NULL. */
struct aside *aside_new(struct loop *loop, struct sources *sources);
struct aside *aside_free(struct aside *aside);

/* @answer is borrowed for the call, but for its body. */
typedef void aside_done_f(void *context, struct api_answer *answer);

/* Ask; what @question borrows, but for question->done, stays until the answer. @done is called with @context when there
 * is one, which is an error if it cannot be had; perhaps before this returns. */
void aside_ask(struct aside *aside, const struct api_question *question, aside_done_f *done, void *context);
