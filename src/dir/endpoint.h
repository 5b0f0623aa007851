/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint.h - a connected socket to a directory server, within a time limit. Thread: any. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* Resolve @host and connect to its @port, each address in turn: @timeout_ms for the one, and for the other. Returns the
 * socket, blocking, with keep-alive on; or -E_DDS_NO_DS_AVAILABLE with what happened. */
int endpoint_connect_tcp(const char *host, uint16_t port, uint64_t timeout_ms, struct error *reterr_error);

/* Connect to the unix socket @path. The same results. */
int endpoint_connect_unix(const char *path, uint64_t timeout_ms, struct error *reterr_error);
