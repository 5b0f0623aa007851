/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

struct worker {
	struct loop *loop;
	worker_ended_f *ended;
	void *context;
	struct loop_watch *watch; /* of a pipe that only the child writes to, and never does: its end is the child's */
	int pipe;
	pid_t pid; /* 0: nobody is at work */
};

struct worker *worker_new(struct loop *loop, worker_ended_f *ended, void *context) {
	struct worker *worker = mem_alloc(sizeof *worker);

	*worker = (struct worker){ .loop = loop, .ended = ended, .context = context, .pipe = -1 };
	return worker;
}

static void close_pipe(struct worker *worker) {
	worker->watch = loop_unwatch(worker->watch);
	close(worker->pipe);
	worker->pipe = -1;
}

/* One that waits in the kernel for a disk cannot be waited for; it ends when the disk lets it. */
struct worker *worker_free(struct worker *worker) {
	if (!worker)
		return NULL;
	if (worker->pid) {
		kill(worker->pid, SIGKILL);
		close_pipe(worker);
	}
	free(worker);
	return NULL;
}

static void on_end(void *context) {
	struct worker *worker = context;
	int status = 0;

	if (waitpid(worker->pid, &status, 0) < 0)
		status = 0;
	worker->pid = 0;
	close_pipe(worker);
	worker->ended(worker->context, status);
}

int worker_begin(struct worker *worker, child_work_f *work) {
	pid_t pid;
	int ends[2];

	assert(!worker->pid);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = child_begin(work, worker->context);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -1;
	}
	worker->pid = pid;
	worker->pipe = ends[0];
	worker->watch = loop_watch_readable(worker->loop, ends[0], on_end, worker);
	return 0;
}

void worker_kill(struct worker *worker) {
	if (worker->pid)
		kill(worker->pid, SIGKILL);
}

/* The letter behind the name, which may itself have brackets, says it. */
bool is_worker_waiting(const struct worker *worker) {
	char path[32], text[128] = "";
	const char *end;
	ssize_t len;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)worker->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	end = len > 0 ? strrchr(text, ')') : NULL;
	return worker->pid && !(end && strncmp(end, ") R", 3) == 0);
}

bool is_worker_busy(const struct worker *worker) {
	return worker->pid != 0;
}
