/* SPDX-License-Identifier: Apache-2.0 */
/* watchdog.h - a time limit for calls that have none: when it passes, the socket they wait on is shut down.
 *
 * libldap's TLS handshake and binds can wait for ever on a server that accepts and then says nothing. Shutting the
 * socket down from another thread makes them return with an error in every case.
 * Thread: arm and disarm from one thread; the watchdog has its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct watchdog;

/* A watchdog that watches nothing yet, or NULL if no thread can be made. */
struct watchdog *watchdog_new(void);

/* Shut down the socket @fd in @timeout_ms unless disarmed before. Both accept NULL, and watch nothing then. */
void watchdog_arm(struct watchdog *watchdog, int fd, uint64_t timeout_ms);

/* Stop watching; afterwards @fd may be closed. Returns true if it was too late and the socket has been shut down. */
bool watchdog_disarm(struct watchdog *watchdog);

/* Accepts NULL; returns NULL. */
struct watchdog *watchdog_free(struct watchdog *watchdog);
