/* SPDX-License-Identifier: Apache-2.0 */
/* db_check.h - find out whether a file of LMDB is damaged, without being harmed by it. Private to the stores. */
#pragma once

#include <stdbool.h>

#include "store/db.h"

enum db_check {
	DB_CHECK_QUICK,  /* the first and the last row of each table; everything if the file is too short */
	DB_CHECK_WHOLE,  /* everything */
	DB_CHECK_BESIDE, /* everything, for as long as it takes, at low priority, while somebody may be writing */
};

/* Look at the file @path in a child process. False if it is damaged; true also for a file that is not there, cannot be
 * opened or cannot be checked: opening it says more. Nobody may be writing to it, but for DB_CHECK_BESIDE. */
bool is_db_file_sound(const struct db_kind *kind, const char *path, enum db_check how);
