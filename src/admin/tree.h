/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - everything below cn=DHCP, read whole, and edits of it that are checked by the daemon's rules before they are
 * written.
 *
 *   cn=DHCP,<base>                    lessorRoot
 *   cn=classes, cn=options            containers of lessorClass, of lessorOptionDefinition
 *   cn=sites                          container
 *   cn=<site>                         lessorSite
 *   cn=<fqdn> | cn=<network address>  lessorServer | lessorScope
 *   cn=<address>                      lessorReservation
 *   cn=<policy>                       lessorPolicy, right below root, site, server or scope
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
	struct snapshot *snapshot;        /* owned; NULL until tree_snapshot */
};

/* Connect, and read the tree. 0; -E_NOT_FOUND: there is no cn=DHCP ("lessorctl init" makes it); or a failure of
 * directory.h. */
int tree_load(struct call *call, struct tree *ret_tree, struct error *reterr_error);

/* For CLEANUP; a tree that is all zero is fine. */
void tree_done(struct tree *tree);

/* The DN of cn=DHCP and of cn=sites below it, for the naming context @base; in @arena. */
const char *tree_root_dn(struct arena *arena, const char *base);
const char *tree_sites_dn(struct arena *arena, const char *base);

/* The DN of the container of classes, or of definitions, likewise. */
const char *tree_classes_dn(struct arena *arena, const char *base);
const char *tree_options_dn(struct arena *arena, const char *base);

/* Write the DN of a new entry called @name below @parent. 0; -E_DHCP_SCOPE_NAME_TOO_LONG; or -E_INVALID_PARAMETER for a
 * name that is empty or that nobody could type. */
int tree_make_dn(const char *name, const char *parent, size_t size, char *ret_dn, struct error *reterr_error);

/* Borrow what the model makes of the tree as it was read, for no server in particular. Lives as long as the tree. */
const struct snapshot *tree_snapshot(struct tree *tree);

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

/* Borrow the policy called @name that stands right below @holder. 0, or -E_DHCP_POLICY_NOT_FOUND. */
int tree_get_policy(const struct tree *tree, const struct entry *holder, const char *name,
		    const struct entry **ret_policy, struct error *reterr_error);

/* Borrow the class called @name, built in or not. 0, or -@unknown with the nearest that there is. */
int tree_get_class(struct tree *tree, const char *name, enum error_code unknown, const struct client_class **ret_class,
		   struct error *reterr_error);

/* Read a scope entry's subnet. 0, or -E_INVALID_PARAMETER. */
int tree_scope_subnet(const struct tree *tree, const struct entry *scope, struct ip4_subnet *ret_subnet);

/* "10.77.0.0/24" in the run's arena; the cn alone if the entry's length cannot be read. */
const char *tree_scope_text(const struct tree *tree, const struct entry *scope);

/* Check a change by the daemon's rules, as edit_check says. */
int tree_check(const struct tree *tree, const struct entry *before, const struct entry *after,
	       struct error *reterr_error);

/* Check and write a new entry; @taken is the code for a DN that is taken. A missing container of classes or definitions
 * is made first. */
int tree_add(struct tree *tree, const struct entry *entry, enum error_code taken, struct error *reterr_error);

/* Check and write a changed entry. */
int tree_change(struct tree *tree, const struct entry *before, const struct entry *after, struct error *reterr_error);

/* Write a changed entry that has been checked, or whose change cannot break a rule; the tree then has @after in place
 * of @before. */
int tree_write(struct tree *tree, const struct entry *before, const struct entry *after, struct error *reterr_error);

/* Remove an entry that has nothing below it, from the directory and from the tree; nothing is checked. */
int tree_remove(struct tree *tree, const struct entry *entry, struct error *reterr_error);

/* Remove the policies that stand right below @holder. 0, or what directory.h says. */
int tree_remove_policies(struct tree *tree, const struct entry *holder, struct error *reterr_error);
