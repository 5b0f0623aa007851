/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is either refused with a sentence, or a tree: which the writer writes, and which then reads as the same. */
#include <stdlib.h>
#include <string.h>

#include "admin/tree_json.h"

#define ROOT "cn=DHCP,dc=x"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static bool read_tree(struct span text, struct arena *arena, struct canonical *ret_tree) {
	struct error error = { 0 };
	struct tree_entries entries;

	if (tree_json_read("fuzz", text, ROOT, arena, &entries, &error) < 0) {
		check(error.code == E_DHCP_REGISTRY_INIT_FAILED && strncmp(error.text, "fuzz", 4) == 0);
		return false;
	}
	if (canonical_make(entries.items, entries.n_items, arena, ret_tree, &error) < 0) {
		check(error.code == E_INVALID_PARAMETER);
		return false;
	}
	return true;
}

static void check_same(const struct canonical *a, const struct canonical *b) {
	check(a->n_items == b->n_items);
	for (size_t i = 0; i < a->n_items; i++) {
		struct entry left = *a->items[i].entry, right = *b->items[i].entry;

		check(strcmp(a->items[i].key, b->items[i].key) == 0);
		left.dn = right.dn;
		left.uuid = right.uuid;
		check(is_entry_equal(&left, &right));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct arena *arena = arena_new(0);
	struct canonical tree, again;
	json_t *document;
	char *text;

	if (read_tree(span_of(data, size), arena, &tree)) {
		document = tree_json_write(&tree, ROOT);
		text = json_dumps(document, JSON_INDENT(2));
		check(read_tree(span_of_text(text), arena, &again));
		check_same(&tree, &again);
		free(text);
		json_decref(document);
	}
	arena_free(arena);
	return 0;
}
