/* SPDX-License-Identifier: Apache-2.0 */
/* spawn.h - one process of a role: started without rights, with just the descriptors of its row in rt/role.def. */
#pragma once

#include <sys/types.h>

#include "app/heritage.h"
#include "base/error.h"
#include "rt/privilege.h"
#include "rt/role.h"

/* What all roles are started with. Embedded. */
struct role_origin {
	const char *config_name; /* the configuration file, for messages */
	struct identity identity;
	struct heritage_set set;
};

/* Start @role. 0 with its process and the supervisor's end of its control stream, which the caller closes;
 * -E_NOT_ENOUGH_MEMORY with a sentence if the system has no process or descriptor left. */
int role_spawn(enum role role, const struct role_origin *origin, pid_t *ret_pid, int *ret_control,
	       struct error *reterr_error);
