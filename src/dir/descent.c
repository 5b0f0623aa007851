/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/descent.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dir/entry_copy.h"
#include "model/dn.h"

/* An entry that got another name. */
struct move {
	const char *from; /* normalized */
	const char *to;
	size_t position; /* of the change in the batch */
};

struct moves {
	struct move *items; /* in order of @from */
	size_t n_items, capacity;
	struct arena *scratch; /* holds the names */
};

/* NULL for what is no name. */
static const char *normalize(const char *dn, struct arena *scratch) {
	size_t size = strlen(dn) + 1;
	char *normal = arena_array_of(scratch, char, size);

	return normal && dn_normalize(dn, size, normal) == 0 ? normal : NULL;
}

static void move_note(struct moves *moves, const struct entry_item *item) {
	const struct entry *old = entry_item_newest(item);
	const char *from;

	if (!item->candidate || !old || is_dn_equal(old->dn, item->candidate->dn))
		return;
	from = normalize(old->dn, moves->scratch);
	if (!from)
		return;
	moves->items = mem_grow(moves->items, &moves->capacity, moves->n_items + 1, sizeof *moves->items);
	moves->items[moves->n_items++] = (struct move){ from, item->candidate->dn, item->position };
}

static int move_compare(const void *a, const void *b) {
	const struct move *left = a, *right = b;

	return strcmp(left->from, right->from);
}

/* The move of the nearest entry above @dn, and how many names stand below that one; NULL if none has moved. */
static const struct move *move_find(const struct moves *moves, const char *dn, struct arena *arena,
				    size_t *ret_n_below) {
	const char *normal = normalize(dn, arena);
	const struct move *found = NULL;
	size_t n_below = 0;

	for (const char *above = normal; !found && above && *above;) {
		above = dn_parent(above);
		n_below++;
		found = bsearch(&(struct move){ .from = above }, moves->items, moves->n_items, sizeof *moves->items,
				move_compare);
	}
	*ret_n_below = n_below;
	return found;
}

/* The first @n_names of @dn, below @base. */
static const char *rebase(const char *dn, size_t n_names, const char *base, struct arena *arena) {
	const char *end = dn;
	size_t own_len, base_size = strlen(base) + 1;
	char *moved;

	while (n_names--)
		end = dn_parent(end);
	own_len = (size_t)(end - dn);
	moved = arena_array_of(arena, char, own_len + base_size);
	if (!moved)
		return dn;
	memcpy(moved, dn, own_len);
	memcpy(moved + own_len, base, base_size);
	return moved;
}

static void item_follow(struct entry_item *item, const struct moves *moves, struct arena *arena) {
	const struct entry *version = item->candidate ? item->candidate : entry_item_newest(item);
	const struct move *move;
	struct entry *moved;
	size_t n_below;

	if (!version || is_entry_stub(version) || item->is_gone)
		return;
	move = move_find(moves, version->dn, moves->scratch, &n_below);
	if (!move || item->position > move->position)
		return;
	moved = entry_copy(version, arena);
	moved->dn = rebase(version->dn, n_below, move->to, arena);
	item->candidate = moved;
}

void descent_follow(struct entry_table *table, struct arena *arena) {
	struct moves moves = { .scratch = arena_new(0) };
	struct entry_item **items = entry_table_sorted(table);
	size_t n_items = entry_table_count(table);

	for (size_t i = 0; i < n_items; i++)
		move_note(&moves, items[i]);
	if (moves.n_items) {
		qsort(moves.items, moves.n_items, sizeof *moves.items, move_compare);
		for (size_t i = 0; i < n_items; i++)
			item_follow(items[i], &moves, arena);
	}
	free(moves.items);
	arena_free(moves.scratch);
}
