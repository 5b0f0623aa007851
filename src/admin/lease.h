/* SPDX-License-Identifier: Apache-2.0 */
/* lease.h - what the operations on leases share. */
#pragma once

#include "admin/call.h"

/* The network address that the parameter @name gives as "10.77.0.0" or "10.77.0.0/24"; NULL if it was not given.
 * 0, or -E_INVALID_PARAMETER. */
int lease_take_network(const struct call *call, const char *name, const char **ret_network,
		       struct error *reterr_error);
