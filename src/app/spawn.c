/* SPDX-License-Identifier: Apache-2.0 */
#include "app/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* What systemd told the supervisor is not for the roles: a stray READY=1 from one of them would be a lie. */
static const char *const private_variables[] = { "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_FDS", "LISTEN_PID" };

/* Out of the way of the numbers that are about to be given. */
static int copy_up(int fd) {
	return fcntl(fd, F_DUPFD_CLOEXEC, HERITAGE_END);
}

/* Put into place just what the role's row names; the other numbers lead nowhere, so that none of them ever comes to
 * mean something else, such as a store's file. */
static int arrange_descriptors(unsigned descriptors, const struct heritage_set *set, int control) {
	int nowhere = copy_up(open("/dev/null", O_RDWR | O_CLOEXEC)), own_control = copy_up(control);

	for (int fd = HERITAGE_CONTROL; fd < HERITAGE_END; fd++) {
		int source = fd == HERITAGE_CONTROL ? own_control : set->fds[fd];

		if (dup2(descriptors & 1u << fd ? source : nowhere, fd) < 0)
			return -1;
	}
	/* What whoever started the daemon left open. Ours close at exec, should the kernel be too old for this call. */
	close_range(HERITAGE_END, UINT_MAX, 0);
	return 0;
}

static _Noreturn void child_fail(const char *what, const char *why) {
	fprintf(stderr, "lessord: %s (%d): %s: %s\n", error_name(E_ACCESS_DENIED), E_ACCESS_DENIED, what, why);
	_exit(ROLE_EXIT_NO_START);
}

/* The new process, up to the program's start in its role. */
static _Noreturn void become_role(enum role role, const struct role_origin *origin, int control, pid_t parent) {
	char argument[32], *arguments[] = { "lessord", argument, "-c", (char *)origin->config_name, NULL };
	struct error error;

	snprintf(argument, sizeof argument, "--role=%s", role_name(role));
	for (size_t i = 0; i < ARRAY_LEN(private_variables); i++)
		unsetenv(private_variables[i]);
	umask(0077);
	if (arrange_descriptors(role_info_get(role)->descriptors, &origin->set, control) < 0)
		child_fail("a role cannot be given its descriptors", strerror(errno));
	if (privilege_drop(origin->identity, &error) < 0)
		child_fail("a role cannot give up its rights", error.text);
	/* After the drop, which would undo it. */
	if (privilege_follow_parent(parent) < 0)
		_exit(ROLE_EXIT_STOPPED);
	/* The running program, not what its path may name after an upgrade. */
	execv("/proc/self/exe", arguments);
	child_fail("lessord cannot be run by the user of its roles (is its file executable for everybody?)", strerror(errno));
}

int role_spawn(enum role role, const struct role_origin *origin, pid_t *ret_pid, int *ret_control,
	       struct error *reterr_error) {
	pid_t parent = getpid(), pid = -1;
	int ends[2], saved;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0) {
		pid = fork();
		if (pid == 0)
			become_role(role, origin, ends[1], parent);
		saved = errno;
		close(ends[1]);
		if (pid < 0)
			close(ends[0]);
		errno = saved;
	}
	if (pid < 0)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "role %s cannot be started: %s", role_name(role),
				 strerror(errno));
	*ret_pid = pid;
	*ret_control = ends[0];
	return 0;
}
