/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

struct draft {
	char *path;  /* owned, as is the next */
	char *beside; /* where it is written; NULL: in its place */
	FILE *stream;
	int failure; /* errno of the first one; 0: none */
};

static int refuse(const struct draft *draft, int failure, struct error *reterr_error) {
	bool is_right = failure == EACCES || failure == EPERM || failure == EROFS;

	return error_set(reterr_error,
			 failure == ENOENT ? E_NOT_FOUND
			 : is_right        ? E_DHCP_NO_ADMIN_PERMISSION
					   : E_DDS_UNEXPECTED_ERROR,
			 "%.300s cannot be written: %s", draft->path, strerror(failure));
}

/* The folder of @path with what stands behind its last slash left out: "" or ending with one. */
static int folder_len(const char *path) {
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path + 1) : 0;
}

static int open_beside(struct draft *draft, const struct stat *old) {
	int len = folder_len(draft->path), fd;

	draft->beside = mem_format("%.*s.%s.XXXXXX", len, draft->path, draft->path + len);
	fd = mkostemp(draft->beside, O_CLOEXEC);
	if (fd < 0) {
		free(draft->beside);
		draft->beside = NULL;
		return fd;
	}
	/* A group that is not ours to give is no reason to refuse; then nobody else may read it. */
	if (old && fchmod(fd, fchown(fd, old->st_uid, old->st_gid) < 0 ? 0600 : old->st_mode & 07777) < 0)
		draft->failure = errno;
	return fd;
}

int draft_begin(const char *path, struct draft **ret_draft, struct error *reterr_error) {
	struct draft *draft = mem_alloc(sizeof *draft);
	char *real = realpath(path, NULL);
	struct stat old;
	bool is_there;
	int fd, r;

	draft->path = real ? real : mem_dup_text(path);
	is_there = stat(draft->path, &old) == 0;
	fd = is_there && !S_ISREG(old.st_mode) ? open(draft->path, O_WRONLY | O_CLOEXEC)
					       : open_beside(draft, is_there ? &old : NULL);
	draft->stream = fd < 0 ? NULL : fdopen(fd, "w");
	if (draft->stream) {
		*ret_draft = draft;
		return 0;
	}
	r = refuse(draft, errno, reterr_error);
	draft_abort(draft);
	return r;
}

void draft_write(struct draft *draft, const char *octets, size_t len) {
	if (!draft->failure && fwrite(octets, 1, len, draft->stream) < len)
		draft->failure = errno;
}

bool has_draft_failed(const struct draft *draft) {
	return draft->failure != 0;
}

/* A power failure must not bring the old name back with the new one's octets gone. */
static void sync_folder(const char *path) {
	CLEANUP(cleanup_free) char *folder = mem_format("%.*s.", folder_len(path), path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static bool put_in_place(struct draft *draft) {
	if (fflush(draft->stream) == EOF || (draft->beside && fsync(fileno(draft->stream)) < 0))
		return false;
	if (!draft->beside)
		return true;
	if (rename(draft->beside, draft->path) < 0)
		return false;
	sync_folder(draft->path);
	free(draft->beside);
	draft->beside = NULL;
	return true;
}

int draft_finish(struct draft *draft, struct error *reterr_error) {
	int r = 0;

	if (!draft->failure && !put_in_place(draft))
		draft->failure = errno;
	if (draft->failure)
		r = refuse(draft, draft->failure, reterr_error);
	draft_abort(draft);
	return r;
}

struct draft *draft_abort(struct draft *draft) {
	if (!draft)
		return NULL;
	if (draft->stream)
		fclose(draft->stream);
	if (draft->beside)
		unlink(draft->beside);
	free(draft->beside);
	free(draft->path);
	free(draft);
	return NULL;
}
