/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define LOCK_SUFFIX "-lock" /* LMDB's choice */
#define KEPT_MAX 1000      /* files of one name */
#define ASIDE_SUFFIX ".damaged"

static bool lock_stat(const char *path, struct stat *ret_info) {
	char *lock CLEANUP(cleanup_free) = mem_format("%s" LOCK_SUFFIX, path);

	return stat(lock, ret_info) == 0;
}

void db_file_identify(const char *path, struct db_file *ret_file) {
	struct stat info;

	*ret_file = (struct db_file){ 0 };
	if (stat(path, &info) == 0) {
		ret_file->device = info.st_dev;
		ret_file->inode = info.st_ino;
	}
	if (lock_stat(path, &info))
		ret_file->lock_inode = info.st_ino;
}

bool is_db_file_at(const struct db_file *file, const char *path) {
	struct db_file now;

	db_file_identify(path, &now);
	return now.device == file->device && now.inode == file->inode && now.lock_inode == file->lock_inode;
}

bool is_db_file_empty(const char *path) {
	struct stat info;

	return stat(path, &info) < 0 || info.st_size == 0;
}

void db_file_unlock(const char *path) {
	char *lock CLEANUP(cleanup_free) = mem_format("%s" LOCK_SUFFIX, path);

	unlink(lock);
}

void db_file_remove(const char *path) {
	unlink(path);
	db_file_unlock(path);
}

void db_file_set_aside(const char *path) {
	char *aside CLEANUP(cleanup_free) = mem_format("%s" ASIDE_SUFFIX, path);

	if (rename(path, aside) < 0)
		unlink(path);
	db_file_unlock(path);
}

void db_file_sync_directory(const char *directory) {
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

static char *directory_of(const char *path) {
	const char *slash = strrchr(path, '/');

	return slash ? mem_format("%.*s", (int)(slash - path), path) : mem_dup_text(".");
}

static bool is_same_file(const char *a, const char *b) {
	struct stat one, other;

	return lstat(a, &one) == 0 && lstat(b, &other) == 0 && one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

/* An earlier attempt may have ended behind this step. */
static int link_as(const char *path, const char *kept) {
	if (link(path, kept) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	if (is_same_file(path, kept))
		return 0;
	errno = EEXIST;
	return -1;
}

/* A second name, not another one: were it renamed, nothing would stand at @path for a moment, and a daemon that starts
 * in that moment would begin without leases. */
int db_file_keep(const char *path, const char *keep_as, char **ret_kept) {
	char *directory CLEANUP(cleanup_free) = directory_of(path);
	char *kept = mem_format("%s/%s", directory, keep_as);
	int r = link_as(path, kept);

	for (unsigned i = 2; r < 0 && errno == EEXIST && i <= KEPT_MAX; i++) {
		free(kept);
		kept = mem_format("%s/%s-%u", directory, keep_as, i);
		r = link_as(path, kept);
	}
	if (r < 0) {
		free(kept);
		kept = NULL;
	}
	if (r < 0 && errno != ENOENT)
		return -1;
	*ret_kept = kept;
	return 0;
}

int db_file_replace(const char *path, const char *new_path, const char *keep_as, char **ret_kept) {
	char *directory CLEANUP(cleanup_free) = directory_of(path);
	char *kept CLEANUP(cleanup_free) = NULL;

	if (db_file_keep(path, keep_as, &kept) < 0)
		return -1;
	db_file_sync_directory(directory); /* or the old one could be without any name after a power failure */
	/* Before as well, so that no reader meets the new file with the old one's locks. */
	db_file_unlock(path);
	if (rename(new_path, path) < 0) {
		int saved = errno;

		if (kept)
			unlink(kept);
		errno = saved;
		return -1;
	}
	db_file_unlock(path);
	db_file_sync_directory(directory);
	if (ret_kept)
		*ret_kept = TAKE_POINTER(kept);
	return 0;
}

const char *db_file_advice(int error_number) {
	switch (error_number) {
	case ENOSPC:
	case EDQUOT:
		return "free some space on its disk";
	case EACCES:
	case EPERM:
	case EROFS:
		return "make it writable for the user that the daemon runs as";
	default:
		return "look at the disk and at the kernel's log";
	}
}
