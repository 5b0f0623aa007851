/* SPDX-License-Identifier: Apache-2.0 */
/* worker.h - a child process that does one piece of work (rt/child.h) beside a loop. */
#pragma once

#include <stdbool.h>

#include "rt/child.h"
#include "rt/loop.h"

struct worker;

/* Called in the loop when the child has ended, with what waitpid(2) says of it. */
typedef void worker_ended_f(void *context, int status);

/* A worker that does nothing yet. */
struct worker *worker_new(struct loop *loop, worker_ended_f *ended, void *context);

/* Kill the child, if there is one. Accepts NULL; returns NULL. */
struct worker *worker_free(struct worker *worker);

/* Begin; @work gets the worker's context. Not while it is at work. 0, or -1 with errno. */
int worker_begin(struct worker *worker, child_work_f *work);

/* Kill the child, if there is one; that it has ended is told as ever, which may take as long as a disk that it waits
 * for. */
void worker_kill(struct worker *worker);

/* True while the child waits for something else than a processor, as far as the system tells. */
bool is_worker_waiting(const struct worker *worker);

/* True while the child lives. */
bool is_worker_busy(const struct worker *worker);
