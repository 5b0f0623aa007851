/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db_file.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define LOCK_SUFFIX "-lock" /* LMDB's choice */
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
