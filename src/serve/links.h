/* SPDX-License-Identifier: Apache-2.0 */
/* links.h - the interfaces that are served, and this host's addresses, as the engine wants them; kept up to date. */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/engine.h"
#include "rt/interfaces.h"
#include "rt/loop.h"

struct links;

/* A served interface. Borrowed until the next turn of the loop. */
struct link {
	unsigned interface; /* index */
	char name[IF_NAMESIZE];
	bool is_up; /* and has a carrier */
	uint8_t hlen, htype;
	uint8_t hardware[INTERFACE_HARDWARE_MAX];
	const struct link_address *addresses;
	size_t n_addresses;
};

/* Read the interfaces, and again whenever they change. @names: the interfaces to serve (NULL-terminated, borrowed for
 * good); empty: all but loopback. 0 or -E_DHCP_NETWORK_INIT_FAILED. */
int links_new(struct loop *loop, char *const *names, struct links **ret_links, struct error *reterr_error);
struct links *links_free(struct links *links);

/* Call @call in the loop whenever the interfaces were read again; what was borrowed before goes behind the call.
 * @is_news: a served interface has come, gone, gone up or down, or has other addresses. */
typedef void links_changed_f(void *context, bool is_news);
void links_on_change(struct links *links, links_changed_f *call, void *context);

/* Serve the interfaces called @names (copied) no longer, and all others again; where lessord.conf names those to
 * serve, this changes nothing. What was borrowed before goes. */
void links_unbind(struct links *links, const char *const *names, size_t n_names);

/* Borrow the served interface with index @interface, or NULL. */
const struct link *links_get(const struct links *links, unsigned interface);

/* Borrow the served interface at @place, or NULL past the end. */
const struct link *links_at(const struct links *links, size_t place);

/* Borrow all addresses of this host. */
const struct ip4 *links_host_addresses(const struct links *links, size_t *ret_n_addresses);
