/* SPDX-License-Identifier: Apache-2.0 */
/* heritage.h - what the supervisor opens once, while it still may, and hands to the roles at fixed numbers
 * (rt/role.h). */
#pragma once

#include "base/error.h"
#include "rt/config.h"
#include "rt/privilege.h"
#include "rt/role.h"

/* Embedded: descriptors by enum heritage, -1 where there is none (always for CONTROL, which each role has its own of).
 * All are numbered HERITAGE_END or higher and close at exec. */
struct heritage_set {
	int fds[HERITAGE_END];
};

/* Open everything: state directory and its lock (-E_DHCP_DATABASE_INIT_FAILED), port 67 and the link socket
 * (-E_DHCP_NETWORK_INIT_FAILED), the management socket (-E_DHCP_RPC_INIT_FAILED), and the memory that is shared. On
 * failure, what was opened is closed again. */
int heritage_open(const struct config *config, struct identity identity, struct heritage_set *ret_set,
		  struct error *reterr_error);

/* Close everything and remove the management socket's name. */
void heritage_close(struct heritage_set *set, const struct config *config);
