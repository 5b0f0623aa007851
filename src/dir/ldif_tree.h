/* SPDX-License-Identifier: Apache-2.0 */
/* ldif_tree.h - the configuration of a server without a directory: the text of its file, as the entries that a
 * directory would hold below the one of class lessorRoot. Pure. */
#pragma once

#include <stddef.h>

#include "dir/change.h"
#include "model/ldif.h"

/* Embedded. Lives in the arena that was given. */
struct ldif_tree {
	struct ldif ldif;         /* all of the text */
	const struct entry *root;
	const char *base;         /* the name above the root's, "" if there is none; borrowed from it */
	const struct entry **entries; /* in the text's order: the root, what is below it, and what is of our classes */
	size_t n_entries;
	size_t n_outside;         /* entries that are neither; a directory's other entries */
};

/* Check that @ldif, of the file @name, has no class or attribute whose name begins like ours and which our schema does
 * not know, or not there. 0, or -E_DHCP_REGISTRY_INIT_FAILED with a sentence. */
int ldif_tree_check_words(const char *name, const struct ldif *ldif, struct error *reterr_error);

/* Read @text, with @name for the file in errors, into @arena. 0, or -E_DHCP_REGISTRY_INIT_FAILED with a sentence: it is
 * not LDIF of entries (model/ldif.h), has no or several entries of class lessorRoot, or a class or attribute whose name
 * begins like ours and which our schema does not know, or not there. */
int ldif_tree_read(const char *name, struct span text, struct arena *arena, struct ldif_tree *ret_tree,
		   struct error *reterr_error);

/* The line in which the entry @uuid begins; 0 if it is none of the text's. */
unsigned ldif_tree_line(const struct ldif_tree *tree, const struct entry_uuid *uuid);

/* Make @batch, empty and holding the tree in its arena, say that these entries are all there are. */
void ldif_tree_put(const struct ldif_tree *tree, struct change_batch *batch);
