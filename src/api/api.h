/* SPDX-License-Identifier: Apache-2.0 */
/* api.h - the role that answers management requests: HTTP with JSON on the inherited unix socket.
 *
 * It reads the stores and the shared counters; the only thing that it changes is whether the service is paused. Of the
 * other roles it can wake dir and serve, and ask serve for changes of leases (asking.h).
 * Routes: route.def. Errors: {"error": {"code", "name", "message"}} with the HTTP status of the code's row.
 * Thread: the role's one.
 */
#pragma once

#include "base/error.h"
#include "rt/role.h"

/* The role's entry point. 0, or -E_DHCP_RPC_INIT_FAILED with a sentence. */
int api_run(struct role_context *context, struct error *reterr_error);
