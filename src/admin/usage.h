/* SPDX-License-Identifier: Apache-2.0 */
/* usage.h - which addresses of a scope clients use at this moment, as far as the daemon of this machine can say. */
#pragma once

#include "admin/call.h"
#include "admin/tree.h"
#include "base/ip4.h"

/* Embedded: how many leases are in force, by what their clients speak. */
struct usage {
	size_t n_dhcp, n_bootp;
};

/* Count the leases in force in @scope within @addresses. Never fails: of each server that serves the scope and that
 * could not be asked, a warning of the call says so. */
struct usage usage_count(struct call *call, const struct tree *tree, const struct entry *scope,
			 struct ip4_range addresses);

/* The same for the whole scope; one whose entry cannot be read has none. */
struct usage usage_of_scope(struct call *call, const struct tree *tree, const struct entry *scope);

/* "1 address is", "3 addresses are". */
const char *usage_text(struct arena *arena, struct usage usage);
