/* SPDX-License-Identifier: Apache-2.0 */
/* backup.h - the role that makes backups: of all leases, at an interval and when api asks for it; and that looks, now
 * and then, whether the lease store is sound.
 *
 * It reads leases.mdb and the journal, and writes to the backup directory and, while it makes a generation, one file in
 * the state directory. The work is done by child processes: a file system that hangs holds up one of them, and nobody
 * else; a store that kills its reader kills one of them. The role itself only waits.
 * Asked for and told in rt/backup_board.h. Thread: the role's one.
 */
#pragma once

#include "base/error.h"
#include "rt/role.h"

/* The role's entry point. Returns 0. */
int backup_run(struct role_context *context, struct error *reterr_error);
