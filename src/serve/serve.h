/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h - the role that answers clients: sockets, engine, lease store. */
#pragma once

#include "base/error.h"
#include "rt/role.h"

/* Set up the role on context->loop (rt/role.h). 0, or -E_DHCP_DATABASE_INIT_FAILED, -E_DHCP_NETWORK_INIT_FAILED. */
int serve_run(struct role_context *context, struct error *reterr_error);
