/* SPDX-License-Identifier: Apache-2.0 */
/* notify.h - tell the service manager how the daemon is, without ever waiting for it (sd_notify(3) does wait, once the
 * manager does not read). Thread: any. */
#pragma once

#include <stdbool.h>

/* Send @state, assignments in lines as sd_notify(3) has them. False if the manager cannot take it now: to be sent again
 * if it matters. True if it was sent, or there is nobody to send it to. */
bool notify_send(const char *state);
