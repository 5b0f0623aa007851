/* SPDX-License-Identifier: Apache-2.0 */
/* catalog.h - which generations the backup directory has and which of them are valid, as struct backup_state shows it.
 *
 * A file is read once; then it counts as what it was for as long as its identity, size and times are the same.
 */
#pragma once

#include <stdint.h>

#include "rt/backup_board.h"
#include "store/generation.h"

/* Look through the directory that is open as @directory: fill state->generations anew, taking from it what it knew of
 * files that are as they were. 0, or -1 with errno and nothing has changed. */
int catalog_look(int directory, const char *server_name, struct backup_state *state);

/* Remember that the file @name in @directory was just read and is what @info says. */
void catalog_note(int directory, const char *name, const struct backup_info *info, struct backup_state *state);

/* Remove the oldest of the valid generations, so that at most @keep are left. Nothing else is touched. */
void catalog_prune(int directory, uint64_t keep, struct backup_state *state);

/* When the newest valid generation is of (wall), those aside of a time after @now; 0: there is none. */
int64_t catalog_newest(const struct backup_state *state, int64_t now);
