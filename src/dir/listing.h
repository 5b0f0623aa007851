/* SPDX-License-Identifier: Apache-2.0 */
/* listing.h - whether the authorization entries of a directory list a server: the meaning of a look-up's result.
 * Pure. */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "base/ip4.h"
#include "engine/authority.h"
#include "model/entry.h"

/* Who asks. All borrowed. */
struct listing_server {
	const char *name;
	const struct ip4 *addresses;
	size_t n_addresses;
};

/* Judge @entries, which are all dHCPClass entries that were found below @container on the server @uri.
 * AUTHORITY_EVENT_LISTED, or AUTHORITY_EVENT_NOT_LISTED with E_DHCP_ROGUE_NOT_AUTHORIZED or E_DDS_NO_DHCP_ROOT and what
 * to do. */
enum authority_event listing_judge(const struct entry *const *entries, size_t n_entries,
				   const struct listing_server *server, const char *container, const char *uri,
				   struct error *reterr_error);

/* The container is missing, or cannot be seen. Returns AUTHORITY_EVENT_NOT_LISTED with E_DDS_NO_DHCP_ROOT. */
enum authority_event listing_without_container(const char *container, const char *uri, struct error *reterr_error);
