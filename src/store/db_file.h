/* SPDX-License-Identifier: Apache-2.0 */
/* db_file.h - the two files of a store: LMDB's and, beside it, that of LMDB's locks. Private to the store.
 *
 * They belong together. Where the one was removed or replaced and the other was not, LMDB would take the new contents
 * for the old; so whoever makes a file anew makes both.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Embedded: which files they are, whatever their names come to mean later. */
struct db_file {
	dev_t device;
	ino_t inode, lock_inode;
};

/* Find out which files stand at @path and beside it; all zero where there are none. */
void db_file_identify(const char *path, struct db_file *ret_file);

/* True if these files still stand there. */
bool is_db_file_at(const struct db_file *file, const char *path);

/* True if there is nothing at @path, or an empty file. */
bool is_db_file_empty(const char *path);

/* Remove the lock file, if there is one. */
void db_file_unlock(const char *path);

/* Remove both, if they are there. */
void db_file_remove(const char *path);

/* Make durable which files the directory has. */
void db_file_sync_directory(const char *directory);

/* Give the file at @path the further name @keep_as, in the same directory, or "@keep_as-2" and so on where that is
 * taken; what is there already stays. 0 and the path of what is kept (free it; NULL if there is no file at @path), or
 * -1 with errno. */
int db_file_keep(const char *path, const char *keep_as, char **ret_kept);

/* Put the file at @new_path, which is whole and durable, in the place of that at @path, which is kept as above: at
 * every moment the one or the other stands there. The lock file goes. @ret_kept may be NULL. 0, or -1 with errno and
 * nothing has changed but the lock file. */
int db_file_replace(const char *path, const char *new_path, const char *keep_as, char **ret_kept);

/* Keep the file under another name, in the place of one that was kept earlier, and remove the lock file. */
void db_file_set_aside(const char *path);

/* Borrow what to do, in half a sentence, about a failure of errno.h on a file of a store. */
const char *db_file_advice(int error_number);
