/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/ldif_tree.h"

#include <string.h>

#include "model/dn.h"
#include "model/schema.h"

/* All classes of the configuration carry options; those of authorization do not. */
static bool is_of_configuration(const struct entry *entry) {
	for (enum schema_class class = 0; class < CLASS_COUNT; class++)
		if (schema_class_level(class) && is_entry_of_class(entry, schema_class_get(class)->name))
			return true;
	return false;
}

static int find_root(const char *name, const struct ldif *ldif, const struct entry **ret_root,
		     struct error *reterr_error) {
	const char *class_name = schema_class_get(CLASS_ROOT)->name;
	const struct ldif_record *root = NULL;

	for (size_t i = 0; i < ldif->n_records; i++) {
		const struct ldif_record *record = &ldif->records[i];

		if (!is_entry_of_class(record->entry, class_name))
			continue;
		if (root)
			return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
					 "%.200s:%u: this is a second entry of class %s, after the one in line %u; keep one of the two",
					 name, record->line, class_name, root->line);
		root = record;
	}
	if (!root)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "%.200s has no entry of class %s, below which the configuration stands; add one, for example "
				 "cn=DHCP,dc=example,dc=org",
				 name, class_name);
	*ret_root = root->entry;
	return 0;
}

/* Whatever is of our classes stays, also where it does not belong: it is quarantined, and so named. */
static void take_entries(struct ldif_tree *tree, struct arena *arena) {
	tree->entries = arena_array_of(arena, const struct entry *, tree->ldif.n_records);
	for (size_t i = 0; i < tree->ldif.n_records; i++) {
		const struct entry *entry = tree->ldif.records[i].entry;

		if (is_dn_within(entry->dn, tree->root->dn) || is_of_configuration(entry))
			tree->entries[tree->n_entries++] = entry;
		else
			tree->n_outside++;
	}
}

int ldif_tree_read(const char *name, struct span text, struct arena *arena, struct ldif_tree *ret_tree,
		   struct error *reterr_error) {
	struct ldif_tree tree = { 0 };
	int r = ldif_read(name, text, arena, &tree.ldif, reterr_error);

	if (r == 0)
		r = find_root(name, &tree.ldif, &tree.root, reterr_error);
	if (r < 0)
		return r;
	tree.base = dn_parent(tree.root->dn);
	take_entries(&tree, arena);
	*ret_tree = tree;
	return 0;
}

unsigned ldif_tree_line(const struct ldif_tree *tree, const struct entry_uuid *uuid) {
	for (size_t i = 0; i < tree->ldif.n_records; i++)
		if (memcmp(&tree->ldif.records[i].entry->uuid, uuid, sizeof *uuid) == 0)
			return tree->ldif.records[i].line;
	return 0;
}

void ldif_tree_put(const struct ldif_tree *tree, struct change_batch *batch) {
	for (size_t i = 0; i < tree->n_entries; i++)
		change_batch_add(batch, CHANGE_ENTRY, &tree->entries[i]->uuid, tree->entries[i]);
	batch->is_whole = true;
	batch->is_synchronized = true;
}
