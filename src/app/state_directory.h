/* SPDX-License-Identifier: Apache-2.0 */
/* state_directory.h - the directories that the roles write to: made, and given to their user. The lock of
 * the one with the stores: rt/state_lock.h. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "rt/privilege.h"

/* False also if it cannot be read. */
bool is_directory_empty(int directory);

/* Make @path if it is missing, and open it. It must belong to @owner; an empty one of root's is given to @owner.
 * Returns a descriptor, or -E_DHCP_DATABASE_INIT_FAILED with a sentence. */
int state_directory_open(const char *path, struct identity owner, struct error *reterr_error);

/* Make the backup directory @path if it is missing, and give it to @owner, under the same conditions; in a process of
 * its own, for which it waits a moment only: the path may lead to a disk that does not answer, and the role backup
 * finds out by itself what it can use. */
void backup_directory_make(const char *path, struct identity owner);

/* Make the audit directory @path if it is missing, and give it to @owner, under the same conditions. 0, or
 * -E_ACCESS_DENIED with a sentence. */
int audit_directory_make(const char *path, struct identity owner, struct error *reterr_error);
