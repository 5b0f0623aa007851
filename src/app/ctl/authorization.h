/* SPDX-License-Identifier: Apache-2.0 */
/* authorization.h - the directory's list of authorized servers: dHCPClass entries in cn=NetServices ([MS-DHCPE] 7). */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "app/ctl/directory.h"
#include "base/arena.h"
#include "base/error.h"
#include "model/dhcpservers.h"

/* One value of dhcpServers. Lives in the arena. */
struct authorized {
	struct dhcp_server server;
	const struct entry *entry;
	const char *version; /* of the entry */
	const char *value;   /* as it stands there */
};

/* Embedded. */
struct authorization {
	bool has_container, has_root; /* cn=NetServices and cn=DhcpRoot are there */
	const struct authorized *items;
	size_t n_items;
	struct directory_entries entries; /* owned */
};

/* How a name, or a name and an address, stand to the list. */
enum authorization_match { AUTHORIZATION_NONE, AUTHORIZATION_PARTLY, AUTHORIZATION_WHOLLY };

/* Read the list. A container that is missing is no error here. Values that cannot be read are left out.
 * 0, or a failure of directory_search. */
int authorization_load(struct directory *directory, struct arena *arena, struct authorization *ret_authorization,
		       struct error *reterr_error);

/* For CLEANUP; one that is all zero is fine. */
void authorization_done(struct authorization *authorization);

/* Compare @name and @address (none: only the name counts) with one value: WHOLLY if all that was given is the same,
 * PARTLY if the name belongs to another address or the address to another name. Pure. */
enum authorization_match authorization_match(const struct dhcp_server *server, const char *name, struct ip4 address);

/* Borrow the value that matches best, or NULL. @ret_match says how. Pure. */
const struct authorized *authorization_find(const struct authorization *authorization, const char *name,
					    struct ip4 address, enum authorization_match *ret_match);

/* Make the entry that Windows' own tools make for @name and @address, in @arena. 0, or -E_INVALID_PARAMETER for a name
 * that cannot stand there. Pure. */
int authorization_make_entry(struct arena *arena, const char *container_dn, const char *name, struct ip4 address,
			     struct entry **ret_entry, struct error *reterr_error);

/* Create the containers and cn=DhcpRoot where they are missing; the DNs go to the arrays @created and @existing.
 * 0, or a failure of directory_add. */
int authorization_create_root(struct directory *directory, struct arena *arena, json_t *created, json_t *existing,
			      struct error *reterr_error);

/* Create @entry unless something stands at its DN; the DN goes to @created or @existing. */
int authorization_create_missing(struct directory *directory, const struct entry *entry, json_t *created,
				 json_t *existing, struct error *reterr_error);
