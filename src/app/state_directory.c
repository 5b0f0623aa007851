/* SPDX-License-Identifier: Apache-2.0 */
#include "app/state_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"

#define MAKE_STEP_MS 2
#define MAKE_WAIT_MS 2000

/* Embedded: a directory that the roles write to. */
struct own_directory {
	const char *path;
	const char *what;     /* "state": the setting is 'state-directory' */
	enum error_code code; /* of what may be wrong with it */
	mode_t mode;
};

static int fail(struct error *reterr_error, const struct own_directory *own, const char *what) {
	return error_set(reterr_error, own->code, "the %s directory %s %s: %s", own->what, own->path, what,
			 strerror(errno));
}

bool is_directory_empty(int directory) {
	int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	size_t n_names = 0;

	if (!stream)
		return false;
	while (n_names <= 2 && readdir(stream))
		n_names++;
	closedir(stream);
	return n_names == 2; /* "." and ".." */
}

/* Somebody else's directory is not taken over: a mistyped path must not give away /var/lib. */
static int check_owner(int directory, const struct own_directory *own, struct identity owner,
		       struct error *reterr_error) {
	struct stat info;

	if (fstat(directory, &info) < 0)
		return fail(reterr_error, own, "cannot be examined");
	if (info.st_uid == owner.uid)
		return 0;
	if (info.st_uid != 0 || !is_directory_empty(directory))
		return error_set(reterr_error, own->code,
				 "the %s directory %s belongs to user %u, but lessord runs as user %u; "
				 "chown -R it, or set another '%s-directory'",
				 own->what, own->path, (unsigned)info.st_uid, (unsigned)owner.uid, own->what);
	if (fchown(directory, owner.uid, owner.gid) < 0 || fchmod(directory, own->mode) < 0)
		return fail(reterr_error, own, "cannot be given to lessord's user");
	return 0;
}

static int own_directory_open(const struct own_directory *own, struct identity owner, struct error *reterr_error) {
	int directory;

	if (mkdir(own->path, own->mode) < 0 && errno != EEXIST)
		return fail(reterr_error, own, "cannot be made");
	directory = open(own->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0)
		return fail(reterr_error, own, "cannot be opened");
	if (check_owner(directory, own, owner, reterr_error) == 0)
		return directory;
	close(directory);
	return -own->code;
}

static struct own_directory state_directory(const char *path) {
	return (struct own_directory){ path, "state", E_DHCP_DATABASE_INIT_FAILED, 0700 };
}

int state_directory_open(const char *path, struct identity owner, struct error *reterr_error) {
	const struct own_directory own = state_directory(path);

	return own_directory_open(&own, owner, reterr_error);
}

int audit_directory_make(const char *path, struct identity owner, struct error *reterr_error) {
	const struct own_directory own = { path, "audit", E_ACCESS_DENIED, 0750 };
	int directory = own_directory_open(&own, owner, reterr_error);

	if (directory < 0)
		return directory;
	close(directory);
	return 0;
}

void backup_directory_make(const char *path, struct identity owner) {
	const struct own_directory own = { path, "backup", E_DHCP_JET_ERROR, 0700 };
	uint64_t limit = clock_now().boot_ms + MAKE_WAIT_MS;
	pid_t pid = fork();
	struct error error;

	if (pid == 0) {
		/* A disk that hangs may keep it for ever: then not with the sockets and the lock of this daemon, or no
		 * other could begin. */
		close_range(STDERR_FILENO + 1, ~0U, 0);
		if (own_directory_open(&own, owner, &error) < 0)
			event_emit_error(EVENT_BACKUP_PATH, &error);
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, NULL, WNOHANG) == 0 && clock_now().boot_ms < limit)
		poll(NULL, 0, MAKE_STEP_MS);
}
