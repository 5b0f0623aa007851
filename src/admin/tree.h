/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - everything below cn=DHCP, read whole, and edits of it that are checked by the daemon's rules before they are
 * written.
 *
 *   cn=DHCP,<base>                    lessorRoot
 *   cn=sites                          container
 *   cn=<site>                         lessorSite
 *   cn=<fqdn> | cn=<network address>  lessorServer | lessorScope
 *   cn=<address>                      lessorReservation
 */
#pragma once

#include "admin/call.h"
#include "admin/directory.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/ip4.h"
#include "model/entry.h"
#include "model/schema.h"
#include "model/snapshot.h"

/* Embedded. Its entries live in the run's arena. */
struct tree {
	struct directory *directory; /* borrowed */
	struct arena *arena;         /* borrowed */
	const char *root_dn, *sites_dn;
	struct directory_entries entries; /* owned */
};

/* Connect, and read the tree. 0; -E_NOT_FOUND: there is no cn=DHCP ("lessorctl init" makes it); or a failure of
 * directory.h. */
int tree_load(struct call *call, struct tree *ret_tree, struct error *reterr_error);

/* For CLEANUP; a tree that is all zero is fine. */
void tree_done(struct tree *tree);

/* The DN of cn=DHCP and of cn=sites below it, for the naming context @base; in @arena. */
const char *tree_root_dn(struct arena *arena, const char *base);
const char *tree_sites_dn(struct arena *arena, const char *base);

/* Borrow the entry called @dn, or NULL. */
const struct entry *tree_find(const struct tree *tree, const char *dn);

/* Borrow the first entry of @class whose cn is @name (without regard to case), or NULL. */
const struct entry *tree_find_named(const struct tree *tree, enum schema_class class, const char *name);

/* Write the value of the entry's first RDN into the run's arena; "" if it has none. */
const char *tree_leaf(const struct tree *tree, const struct entry *entry);

/* The name of the site that @entry is, or is below; "" if none. */
const char *tree_site_name(const struct tree *tree, const struct entry *entry);

/* Borrow the site, server, scope, reservation that a person named. 0, or -E_NOT_FOUND, -E_DDS_DHCP_SERVER_NOT_FOUND,
 * -E_DDS_SUBNET_NOT_PRESENT, -E_DDS_RESERVATION_NOT_PRESENT with the nearest that is there; -E_INVALID_PARAMETER for
 * what is no address. A scope is named by its network address, with or without "/length". */
int tree_get_site(const struct tree *tree, const char *name, const struct entry **ret_site, struct error *reterr_error);
int tree_get_server(const struct tree *tree, const char *name, const struct entry **ret_server,
		    struct error *reterr_error);
int tree_get_scope(const struct tree *tree, const char *network, const struct entry **ret_scope,
		   struct error *reterr_error);
int tree_get_reservation(const struct tree *tree, const char *address, const struct entry **ret_reservation,
			 struct error *reterr_error);

/* Read a scope entry's subnet. 0, or -E_INVALID_PARAMETER. */
int tree_scope_subnet(const struct tree *tree, const struct entry *scope, struct ip4_subnet *ret_subnet);

/* "10.77.0.0/24" in the run's arena; the cn alone if the entry's length cannot be read. */
const char *tree_scope_text(const struct tree *tree, const struct entry *scope);

/* Check and write a new entry; @taken is the code for a DN that is taken. */
int tree_add(struct tree *tree, const struct entry *entry, enum error_code taken, struct error *reterr_error);

/* Check and write a changed entry. */
int tree_change(struct tree *tree, const struct entry *before, const struct entry *after, struct error *reterr_error);
