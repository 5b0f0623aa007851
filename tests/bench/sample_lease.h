/* SPDX-License-Identifier: Apache-2.0 */
/* sample_lease.h - leases as a server with many clients has them. Pure; any thread. */
#pragma once

#include "model/lease.h"

/* The lease of client @number: of @address in @scope, given or renewed at @now for a day. */
struct lease sample_lease(struct ip4 address, struct ip4_subnet scope, int64_t now, uint32_t number);
