/* SPDX-License-Identifier: Apache-2.0 */
/* child.h - work that is given to a child process, since it may block, crash or be killed; rt/worker.h does it in a
 * loop. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* The work; runs in the child, whose exit status is what it returns. It may not touch what is the parent's alone, such
 * as its loop. */
typedef int child_work_f(void *context);

/* Begin; the child ends with its parent, and leaves SIGTERM to it. The child's number, or -1 with errno. */
pid_t child_begin(child_work_f *work, void *context);

/* Begin, and wait for it. What waitpid(2) says of it; as of one that failed, if there is none. */
int child_run(child_work_f *work, void *context);

/* Memory of @size octets, all 0, that this process and children that it begins from now on see alike. NULL: there is
 * none. child_unshare accepts NULL and returns NULL. */
void *child_share(size_t size);
void *child_unshare(void *memory, size_t size);
