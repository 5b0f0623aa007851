/* SPDX-License-Identifier: Apache-2.0 */
/* subnet.h - which of an Active Directory's subnets this host is in. Pure; thread: any. */
#pragma once

#include <stddef.h>

#include "base/ip4.h"

/* The filter that finds exactly the subnets which hold one of the @n_addresses: all prefixes of each, by name, since
 * a directory with thousands of subnets does not hand them all out. free() it; NULL if there are no addresses. */
char *subnet_filter(const struct ip4 *addresses, size_t n_addresses);

/* The position of the subnet with the longest prefix that holds one of the addresses, the first such; @n_subnets if
 * there is none. */
size_t subnet_find_longest(const struct ip4_subnet *subnets, size_t n_subnets, const struct ip4 *addresses,
			   size_t n_addresses);
