/* SPDX-License-Identifier: Apache-2.0 */
/* db_file.h - the two files of a store: LMDB's and, beside it, that of LMDB's locks. Private to db.c.
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

/* Keep the file under another name, in the place of one that was kept earlier, and remove the lock file. */
void db_file_set_aside(const char *path);
