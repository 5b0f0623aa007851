/* SPDX-License-Identifier: Apache-2.0 */
/* orphans.h - what uses a class or the definition of an option: whatever would be wrong in the tree without it, by the
 * rules of the model. */
#pragma once

#include "admin/tree.h"

/* Embedded. */
struct orphans {
	struct snapshot *snapshot; /* owned: what the model makes of the tree as it would be */
	struct findings findings;  /* in it: what would be wrong then */
};

/* Find what would be wrong if @before became @after, or were removed (NULL). */
void orphans_find(struct tree *tree, const struct entry *before, const struct entry *after,
		  struct orphans *ret_orphans);

/* For CLEANUP; one that is all zero is fine. */
void orphans_done(struct orphans *orphans);

/* How many of the entries concerned have a wrong @attribute then; NULL: how many entries are concerned. */
size_t orphans_count(const struct orphans *orphans, const char *attribute);

/* The DNs of those entries, at most three of them: "cn=a; cn=b; cn=c and 2 more". */
const char *orphans_text(const struct orphans *orphans, const char *attribute, struct arena *arena);

/* Ask before the @what called @name goes, and with it what uses it. 0, or -E_CANCELLED. */
int orphans_confirm(struct call *call, const struct orphans *orphans, const char *what, const char *name,
		    struct error *reterr_error);

/* An array of all of them. */
json_t *orphans_dns(const struct orphans *orphans);

/* Remove the option values, then the definitions that would be wrong, then @entry itself; *ret_removed, which is the
 * caller's, has {"dn", "value"} of each of the former, the value null for a definition. 0, or what directory.h says. */
int orphans_remove(struct tree *tree, const struct orphans *orphans, const struct entry *entry, json_t **ret_removed,
		   struct error *reterr_error);

/* "", or how much went: ", and 1 definition with it, and 3 option values with it". */
const char *orphans_lost(struct arena *arena, const json_t *removed);
