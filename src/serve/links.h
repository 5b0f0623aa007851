/* SPDX-License-Identifier: Apache-2.0 */
/* links.h - the interfaces that are served, and this host's addresses, as the engine wants them; kept up to date. */
#pragma once

#include <net/if.h>
#include <stddef.h>

#include "base/error.h"
#include "engine/engine.h"
#include "rt/loop.h"

struct links;

/* A served interface. Borrowed until the next turn of the loop. */
struct link {
	unsigned interface; /* index */
	char name[IF_NAMESIZE];
	const struct link_address *addresses;
	size_t n_addresses;
};

/* Read the interfaces, and again whenever they change. @names: the interfaces to serve (NULL-terminated, borrowed for
 * good); empty: all but loopback. 0 or -E_DHCP_NETWORK_INIT_FAILED. */
int links_new(struct loop *loop, char *const *names, struct links **ret_links, struct error *reterr_error);
struct links *links_free(struct links *links);

/* Borrow the served interface with index @interface, or NULL. */
const struct link *links_get(const struct links *links, unsigned interface);

/* Borrow all addresses of this host. */
const struct ip4 *links_host_addresses(const struct links *links, size_t *ret_n_addresses);
