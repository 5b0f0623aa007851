/* SPDX-License-Identifier: Apache-2.0 */
/* resolver.h - questions to the name service, within a time limit: a resolver that does not answer is left behind.
 * Thread: any. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"
#include "dir/srv.h"

#define RESOLVER_ADDRESSES_MAX 8 /* of one host; what more it has is not tried */

/* Embedded: where a host is, in the order in which to try it. */
struct resolver_addresses {
	struct {
		struct sockaddr_storage address; /* with the port */
		socklen_t len;
	} items[RESOLVER_ADDRESSES_MAX];
	size_t n_items;
};

/* The addresses of @host, which may be one itself. Where the name service does not answer they are the last ones that
 * it told this process. 0, with at least one, or -E_DDS_NO_DS_AVAILABLE. */
int resolver_find_addresses(const char *host, uint16_t port, uint64_t timeout_ms,
			    struct resolver_addresses *ret_addresses, struct error *reterr_error);

/* The SRV records at @name, which is absolute without its final dot, in the order in which to try them.
 * 0, with at least one; -E_NOT_FOUND: the DNS knows none; -E_DDS_NO_DS_AVAILABLE: it does not answer. */
int resolver_find_servers(const char *name, uint64_t timeout_ms, struct srv_list *ret_list,
			  struct error *reterr_error);

/* Let the calling thread's own resolver, for whatever a library may ask it, get to every name server of
 * /etc/resolv.conf within @timeout_ms, if that is a second for each. */
void resolver_limit_patience(uint64_t timeout_ms);
