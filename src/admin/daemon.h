/* SPDX-License-Identifier: Apache-2.0 */
/* daemon.h - this machine's lessord, asked over its management socket: HTTP and JSON on a unix socket. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* Ask for @path ("/v1/status"), or with @is_post order it. @ret_answer: a reference, to be given up.
 * 0; -E_DHCP_SERVER_NOT_RUNNING: nobody listens on the socket; -E_DHCP_NO_ADMIN_PERMISSION: we may not use it;
 * -E_DHCP_SERVER_NOT_REACHABLE: it listens but does not answer in time, or not in JSON; or what the daemon itself
 * answered. */
int daemon_call(const char *socket_path, const char *path, bool is_post, json_t **ret_answer,
		struct error *reterr_error);

/* Fetch all leases, or with @network (may be NULL) those of the scope with this network address: an array, in ascending
 * order of addresses. Fails like daemon_call. */
int daemon_get_leases(const char *socket_path, const char *network, json_t **ret_leases, struct error *reterr_error);

/* Ask the daemon to check its authorization now, if there is one; for the moment after an edit. Never fails. */
void daemon_recheck(const char *socket_path);
