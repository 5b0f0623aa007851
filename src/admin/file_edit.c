/* SPDX-License-Identifier: Apache-2.0 */
/* The lock is on the folder: it is there before the file is and stays the same when the file is replaced, needs no
 * right to write, and leaves nothing behind. */
#include "admin/file_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define WAIT_MS 10000 /* an edit takes milliseconds */
#define LOOK_MS 10
#define NEW_MODE 0644

struct file_edit {
	char *path;       /* owned */
	const char *name; /* within the folder; borrowed from the path */
	char *draft;      /* owned: the name of what is written beside it */
	int folder;       /* locked */
};

static int refuse(const struct file_edit *edit, const char *what, int failure, struct error *reterr_error) {
	bool is_right = failure == EACCES || failure == EPERM || failure == EROFS;

	return error_set(reterr_error, is_right ? E_DHCP_NO_ADMIN_PERMISSION : E_DDS_UNEXPECTED_ERROR,
			 "%s %s failed: %s; nothing was changed", what, edit->path, strerror(failure));
}

static int lock(const struct file_edit *edit, struct error *reterr_error) {
	uint64_t limit_ms = clock_now().boot_ms + WAIT_MS;

	while (flock(edit->folder, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return refuse(edit, "locking the folder of", errno, reterr_error);
		if (clock_now().boot_ms >= limit_ms)
			return error_set(
				reterr_error, E_DDS_UNEXPECTED_ERROR,
				"somebody else has been writing in the folder of %s for %d seconds; nothing was changed: look for a "
				"process that hangs, and try again",
				edit->path, WAIT_MS / 1000);
		poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

static char *folder_of(const char *path) {
	const char *slash = strrchr(path, '/');

	return slash ? mem_format("%.*s", slash == path ? 1 : (int)(slash - path), path) : mem_dup_text(".");
}

int file_edit_begin(const char *path, struct file_edit **ret_edit, struct error *reterr_error) {
	CLEANUP(cleanup_free) char *folder = folder_of(path);
	struct file_edit *edit = mem_alloc(sizeof *edit);
	const char *slash;
	int r;

	edit->path = mem_dup_text(path);
	slash = strrchr(edit->path, '/');
	edit->name = slash ? slash + 1 : edit->path;
	edit->draft = mem_format(".%s.new", edit->name);
	edit->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (edit->folder < 0 && errno == ENOENT)
		r = error_set(reterr_error, E_NOT_FOUND, "the folder of %s is not there; make it first", path);
	else
		r = edit->folder < 0 ? refuse(edit, "opening the folder of", errno, reterr_error)
				     : lock(edit, reterr_error);
	if (r == 0)
		*ret_edit = edit;
	else
		file_edit_end(edit);
	return r;
}

struct file_edit *file_edit_end(struct file_edit *edit) {
	if (edit->folder >= 0)
		close(edit->folder);
	free(edit->path);
	free(edit->draft);
	free(edit);
	return NULL;
}

/* Give the draft what the old file has; who may not do that must not take it away from others either. */
static int keep_owner(const struct file_edit *edit, int draft) {
	struct stat old, new;

	if (fstatat(edit->folder, edit->name, &old, 0) < 0)
		return errno == ENOENT ? fchmod(draft, NEW_MODE) : -1;
	if (fstat(draft, &new) < 0)
		return -1;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) && fchown(draft, old.st_uid, old.st_gid) < 0)
		return -1;
	return fchmod(draft, old.st_mode & 07777);
}

static int write_all(int draft, struct span text) {
	while (text.len) {
		ssize_t n = write(draft, text.data, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text = span_of(text.data + n, text.len - (size_t)n);
	}
	return fsync(draft);
}

/* A draft that a crash left behind is nobody's: we have the lock. */
static int write_draft(const struct file_edit *edit, struct span text, struct error *reterr_error) {
	int draft, r = 0;

	unlinkat(edit->folder, edit->draft, 0);
	draft = openat(edit->folder, edit->draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (draft < 0)
		return refuse(edit, "writing beside", errno, reterr_error);
	if (keep_owner(edit, draft) < 0)
		r = refuse(edit, "keeping the owner and mode of", errno, reterr_error);
	else if (write_all(draft, text) < 0)
		r = refuse(edit, "writing beside", errno, reterr_error);
	if (close(draft) < 0 && r == 0)
		r = refuse(edit, "writing beside", errno, reterr_error);
	return r;
}

int file_edit_replace(struct file_edit *edit, struct span text, struct error *reterr_error) {
	int r = write_draft(edit, text, reterr_error);

	if (r == 0 && renameat(edit->folder, edit->draft, edit->folder, edit->name) < 0)
		r = refuse(edit, "replacing", errno, reterr_error);
	if (r < 0) {
		unlinkat(edit->folder, edit->draft, 0);
		return r;
	}
	if (fsync(edit->folder) < 0)
		return error_set(reterr_error, E_DDS_UNEXPECTED_ERROR,
				 "%s is changed, but whether that outlasts a crash of the machine is not known: %s",
				 edit->path, strerror(errno));
	return 0;
}
