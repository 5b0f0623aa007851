/* SPDX-License-Identifier: Apache-2.0 */
/* maker.h - one piece of work in the backup directory. Runs in a child process of the role; may block and be killed at
 * any moment, which leaves behind at most a file under another name than generations have, and the next work removes
 * it. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "rt/backup_board.h"

/* Borrowed. Embedded. */
struct maker_place {
	const char *state_directory;
	const char *backup_directory;
	const char *server_name;
};

/* Find out what generations there are. 0, or -E_DHCP_JET_ERROR with a sentence. */
int maker_look(const struct maker_place *place, struct backup_state *state, struct error *reterr_error);

/* Make a generation, read it back, give it its name, and remove the oldest beyond @keep. Tells of it in events, and in
 * @state. 0, -E_DHCP_DATABASE_INIT_FAILED if the lease store cannot be read, or -E_DHCP_JET_ERROR. */
int maker_make(const struct maker_place *place, uint64_t keep, struct backup_state *state);

/* Prepare the generation @name to take the place of the lease store at its next opening. 0, or -E_NOT_FOUND or
 * -E_DHCP_JET_ERROR with a sentence. */
int maker_prepare(const struct maker_place *place, const char *name, struct error *reterr_error);
