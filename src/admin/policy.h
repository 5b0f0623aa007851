/* SPDX-License-Identifier: Apache-2.0 */
/* policy.h - what the operations on policies have in common. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "model/entry.h"

/* Add a range, as a person writes it, to the entry of a policy. 0, or -E_DHCP_POLICY_RANGE_BAD. */
int policy_range_put(struct arena *arena, struct entry *policy, const char *range, struct error *reterr_error);
