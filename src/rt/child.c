/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void do_work(child_work_f *work, void *context, pid_t parent) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_IGN); /* the handler is the parent's loop, which is asked, too, and then ends this */
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	_exit(work(context));
}

pid_t child_begin(child_work_f *work, void *context) {
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		do_work(work, context, parent);
	return pid;
}

int child_run(child_work_f *work, void *context) {
	pid_t pid = child_begin(work, context);
	int status = EXIT_FAILURE << 8;

	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILURE << 8;
	return status;
}

void *child_share(size_t size) {
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void *child_unshare(void *memory, size_t size) {
	if (memory)
		munmap(memory, size);
	return NULL;
}
