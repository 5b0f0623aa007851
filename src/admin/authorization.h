/* SPDX-License-Identifier: Apache-2.0 */
/* authorization.h - the directory's list of authorized servers (model/server_list.h), read and written with the
 * administrator's rights: dHCPClass entries in cn=NetServices ([MS-DHCPE] 7). */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "admin/directory.h"
#include "base/arena.h"
#include "base/error.h"
#include "model/server_list.h"

/* Embedded. */
struct authorization {
	bool has_container; /* cn=NetServices is there */
	struct server_list list;
	struct directory_entries entries; /* owned */
};

/* How a name, or a name and an address, stand to the list. */
enum authorization_match { AUTHORIZATION_NONE, AUTHORIZATION_PARTLY, AUTHORIZATION_WHOLLY };

/* Read the list. A container that is missing is no error here.
 * 0; -E_NOT_SUPPORTED: a file stands in the directory's place; or a failure of directory_search. */
int authorization_load(struct directory *directory, struct arena *arena, struct authorization *ret_authorization,
		       struct error *reterr_error);

/* For CLEANUP; one that is all zero is fine. */
void authorization_done(struct authorization *authorization);

/* By what name people speak of @item: the server's, without a dot at the end, else the entry's. In @arena. Pure. */
const char *authorization_name(struct arena *arena, const struct server_list_item *item);

/* The beginning of @item's value, of which it has one, as it may stand in a sentence. In @arena. Pure. */
const char *authorization_value(struct arena *arena, const struct server_list_item *item);

/* Compare @name and @address (none: only the name counts) with one item: WHOLLY if all that was given is the same,
 * PARTLY if the name belongs to another address or the address to another name. One without a server's name is known by
 * its entry's, or by its address. Pure. */
enum authorization_match authorization_match(const struct server_list_item *item, const char *name, struct ip4 address);

/* Borrow the item that authorizes somebody and matches best, or NULL. @ret_match says how. Pure. */
const struct server_list_item *authorization_find(const struct server_list *list, const char *name, struct ip4 address,
						  enum authorization_match *ret_match);

/* Remove from the directory the items of which @is_doomed says so (one for each of the list). An entry that loses all
 * its values goes with them, unless it is cn=DhcpRoot; other values stay. 0, or the first failure of directory_delete
 * or directory_modify: then entries before that one are gone. */
int authorization_remove(struct directory *directory, struct arena *arena, const struct authorization *authorization,
			 const bool *is_doomed, struct error *reterr_error);

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
