/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.h - the process that systemd sees: starts the roles, starts them again when they end, stops them in order.
 *
 * After the start it reads nothing but single octets from each role (how far it is, "ready") and signals; it holds no
 * secret and parses nothing.
 */
#pragma once

#include "app/spawn.h"

/* Run the roles until SIGTERM or SIGINT. Returns the daemon's exit status: 0 after a stop that was asked for, 1 if a
 * role could not start. */
int supervisor_run(const struct role_origin *origin);
