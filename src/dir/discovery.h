/* SPDX-License-Identifier: Apache-2.0 */
/* discovery.h - which directory servers to try in a round of attempts: those that lessord.conf names, or those that the
 * DNS names for a domain (SRV records of _ldap._tcp), the ones of our site before the others.
 *
 * The DNS is asked in every round, so that its changes are followed. While it does not help, the servers that it named
 * before are tried.
 * Thread: one at a time; what waits for the DNS blocks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct discovery;

/* What a round goes by. Embedded. */
struct discovered {
	const char *const *uris; /* NULL-terminated, at least one; borrowed until the next call */
	struct error remark;     /* what to mend though there are servers; code 0: nothing */
};

/* A discovery of the servers @uris, NULL-terminated, or if there are none, of @domain's, of which those of @site ("": of
 * none) come first. All copied. */
struct discovery *discovery_new(const char *const *uris, const char *domain, const char *site);
struct discovery *discovery_free(struct discovery *discovery);

/* Find the servers for a round, waiting at most @timeout_ms for each question to the DNS. 0 or -E_DDS_NO_DS_AVAILABLE:
 * the DNS names none, or does not answer. */
int discovery_find(struct discovery *discovery, uint64_t timeout_ms, struct discovered *ret_discovered,
		   struct error *reterr_error);

/* True if the servers are found by DNS, and no site was given. */
bool can_discovery_set_site(const struct discovery *discovery);

/* From the next round on, prefer the servers of @site, which the directory said is ours. */
void discovery_set_site(struct discovery *discovery, const char *site);
