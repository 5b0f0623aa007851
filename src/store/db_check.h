/* SPDX-License-Identifier: Apache-2.0 */
/* db_check.h - find out whether a file of LMDB is damaged, without being harmed by it. Private to the stores. */
#pragma once

#include <stdbool.h>

#include "store/db.h"

/* Walk through everything in the file @path in a child process. False if it is damaged; true also for a file that is
 * not there, cannot be opened or cannot be checked: opening it says more. Nobody may be writing to it. */
bool is_db_file_sound(const struct db_kind *kind, const char *path);
