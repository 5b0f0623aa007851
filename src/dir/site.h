/* SPDX-License-Identifier: Apache-2.0 */
/* site.h - the site that an Active Directory puts this host in, by the subnets of its configuration. */
#pragma once

#include <stdint.h>

#include "dir/connection.h"

#define SITE_NAME_MAX 64 /* a label of a DNS name, and the final NUL */

/* Look the site up on @connection, as long as nobody else uses it; the wait blocks. A server that does not answer
 * within @timeout_ms has its connection shut down, which its user will notice.
 * 0, or -E_NOT_FOUND: it is no Active Directory, or has no subnet with one of this host's addresses. */
int site_find(struct connection *connection, uint64_t timeout_ms, char ret_site[static SITE_NAME_MAX]);
