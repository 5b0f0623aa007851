/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/state_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"

#define LOCK_NAME "lock"
#define LOCK_WAIT_MS 3000
#define LOCK_STEP_MS 2
#define HOLDER_SIZE 16

/* The lock file tells which process holds it, for the message alone: the lock itself is the kernel's. */
static void write_holder(int lock) {
	char text[HOLDER_SIZE];
	int len = snprintf(text, sizeof text, "%d\n", (int)getpid());

	if (ftruncate(lock, 0) < 0 || pwrite(lock, text, (size_t)len, 0) < 0)
		return;
}

static const char *read_holder(int lock, char ret_holder[static HOLDER_SIZE]) {
	ssize_t len = pread(lock, ret_holder, HOLDER_SIZE - 1, 0);

	ret_holder[len > 0 ? len : 0] = '\0';
	ret_holder[strspn(ret_holder, "0123456789")] = '\0';
	return *ret_holder ? ret_holder : "unknown";
}

int state_lock_take(int directory, const char *path, const char *who, const char *advice, struct error *reterr_error) {
	int lock = openat(directory, LOCK_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	uint64_t limit = clock_now().boot_ms + LOCK_WAIT_MS;
	char holder[HOLDER_SIZE];

	if (lock < 0)
		return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED,
				 "the state directory %s has a file 'lock' that cannot be opened: %s", path,
				 strerror(errno));
	while (flock(lock, LOCK_EX | LOCK_NB) < 0) {
		if (clock_now().boot_ms >= limit || (errno != EWOULDBLOCK && errno != EINTR)) {
			error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED,
				  "%s runs on the state directory %s (process %s); %s", who, path,
				  read_holder(lock, holder), advice);
			close(lock);
			return -E_DHCP_DATABASE_INIT_FAILED;
		}
		poll(NULL, 0, LOCK_STEP_MS);
	}
	write_holder(lock);
	return lock;
}
