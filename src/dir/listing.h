/* SPDX-License-Identifier: Apache-2.0 */
/* listing.h - whether the authorization entries of a directory list a server: the meaning of a look-up's result. The
 * rules are told in docs/directory.md, "Who is listed".
 * Pure. */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "base/ip4.h"
#include "engine/authority.h"
#include "model/server_list.h"

/* Who asks. All borrowed. */
struct listing_server {
	const char *name;
	const struct ip4 *addresses;
	size_t n_addresses;
	const struct ip4 *others; /* where other DHCP servers are at work on this server's own networks */
	size_t n_others;
};

/* Judge @list, which is all that was found below @container on the server @uri. Each event but LISTED comes with a
 * sentence that says what to do:
 * AUTHORITY_EVENT_LISTED
 * AUTHORITY_EVENT_NOT_LISTED   E_DHCP_ROGUE_NOT_AUTHORIZED or E_DDS_NO_DHCP_ROOT
 * AUTHORITY_EVENT_CONFLICTING  E_DHCP_ROGUE_DS_CONFLICT */
enum authority_event listing_judge(const struct server_list *list, const struct listing_server *server,
				   const char *container, const char *uri, struct error *reterr_error);

/* The container is missing, or cannot be seen. Returns AUTHORITY_EVENT_NOT_LISTED with E_DDS_NO_DHCP_ROOT. */
enum authority_event listing_without_container(const char *container, const char *uri, struct error *reterr_error);
