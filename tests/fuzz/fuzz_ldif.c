/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is either refused with a sentence, or entries that can be stored: each of another name, all below one root
 * unless they are named as what they are. */
#include <stdlib.h>
#include <string.h>

#include "dir/ldif_tree.h"
#include "model/dn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void check_value(struct span value) {
	check(value.data && value.data[value.len] == '\0');
}

static void check_entry(const struct entry *entry, struct arena *arena) {
	struct span octets = entry_encode(entry, arena);
	struct entry *again;

	check(*entry->dn && entry_attribute_get(entry, "objectClass"));
	for (size_t i = 0; i < entry->n_attributes; i++)
		for (size_t j = 0; j < entry->attributes[i].n_values; j++)
			check_value(entry->attributes[i].values[j]);
	if (octets.data)
		check(entry_decode(octets, arena, &again) == 0 && is_entry_equal(entry, again));
}

static void check_tree(const struct ldif_tree *tree, struct arena *arena) {
	unsigned line = 0;

	check(tree->n_entries + tree->n_outside == tree->ldif.n_records);
	check(is_dn_within(tree->root->dn, tree->base));
	for (size_t i = 0; i < tree->n_entries; i++) {
		check_entry(tree->entries[i], arena);
		check(ldif_tree_line(tree, &tree->entries[i]->uuid) > line);
		line = ldif_tree_line(tree, &tree->entries[i]->uuid);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct arena *arena = arena_new(0);
	struct ldif_tree tree;
	struct error error = { 0 };

	if (ldif_tree_read("fuzz", span_of(data, size), arena, &tree, &error) == 0)
		check_tree(&tree, arena);
	else
		check(error.code == E_DHCP_REGISTRY_INIT_FAILED && strncmp(error.text, "fuzz", 4) == 0);
	arena_free(arena);
	return 0;
}
