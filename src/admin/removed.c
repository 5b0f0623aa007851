/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/removed.h"

#include <string.h>

#include "admin/canonical.h"
#include "admin/result.h"
#include "base/mem.h"
#include "model/dn.h"
#include "model/ldif_write.h"

static const char *join(const struct canonical *entries, struct arena *arena) {
	struct span *records = arena_array_of(arena, struct span, entries->n_items);
	size_t len = 0;
	char *text, *end;

	for (size_t i = 0; i < entries->n_items; i++) {
		records[i] = ldif_write(entries->items[i].entry, arena);
		len += records[i].len;
	}
	text = end = arena_take(arena, len + 1);
	for (size_t i = 0; i < entries->n_items; i++)
		end = mempcpy(end, records[i].data, records[i].len);
	return text;
}

const char *removed_text(const struct tree *tree, const char *dn) {
	const struct entry **below CLEANUP(cleanup_free) = mem_alloc((tree->entries.n_items + 1) * sizeof *below);
	struct canonical canonical = { 0 };
	struct error ignored;
	size_t n = 0;

	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_dn_within(tree->entries.items[i]->dn, dn))
			below[n++] = tree->entries.items[i];
	/* A tree in which a name stands twice is not one that is put together again from a text. */
	if (canonical_make(below, n, tree->arena, &canonical, &ignored) < 0)
		return "";
	return join(&canonical, tree->arena);
}

json_t *removed_result(json_t *object, const char *text) {
	if (*text)
		json_object_set_new(object, "undo", result_text(text));
	return object;
}
