/* SPDX-License-Identifier: Apache-2.0 */
/* Of any two trees the plan for the first leads to the second, step by step as a directory takes them, and then
 * there is nothing left to do. The input is both trees as text (support/tree_text.h), with a line "--" between them. */
#include <stdlib.h>
#include <string.h>

#include "support/plan_check.h"
#include "support/tree_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_tree(struct span text, struct arena *arena, struct canonical *ret_tree) {
	size_t n;
	const struct entry *const *entries = tree_text_read(arena, text, &n);
	struct error error;

	return canonical_make(entries, n, arena, ret_tree, &error) == 0;
}

/* No directory has an entry without one above it. */
static bool is_possible(const struct canonical *tree) {
	for (size_t i = 0; i < tree->n_items; i++)
		if (tree->items[i].parent == CANONICAL_NONE && tree->items[i].class != CLASS_ROOT)
			return false;
	for (size_t i = 0; i < tree->n_others; i++) {
		const char *above = canonical_key_above(tree->others[i].key, tree->arena);

		if (canonical_find(tree, above) == CANONICAL_NONE && !has_canonical_other(tree, above))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct arena *arena = arena_new(0);
	const uint8_t *mark = size ? memmem(data, size, "\n--\n", 4) : NULL;
	struct span first = { data, mark ? (size_t)(mark - data) : size };
	struct span second = mark ? span_of(mark + 4, size - first.len - 4) : span_of(data, 0);
	struct canonical current, target;

	if (read_tree(first, arena, &current) && read_tree(second, arena, &target) && is_possible(&current) &&
	    plan_prove(&current, &target))
		abort();
	arena_free(arena);
	return 0;
}
