/* SPDX-License-Identifier: Apache-2.0 */
/* plan_check.h - a plan carried out in memory, for tests and fuzz targets: each step as strictly as a directory
 * takes it. */
#pragma once

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "admin/canonical.h"
#include "admin/plan.h"

/* Entries by their keys; NULL where one was removed. */
struct plan_state {
	struct arena *arena;
	const char **keys;
	const struct entry **entries;
	size_t n;
};

static inline size_t plan_state_find(const struct plan_state *state, const char *key) {
	for (size_t i = 0; i < state->n; i++)
		if (state->entries[i] && strcmp(state->keys[i], key) == 0)
			return i;
	return SIZE_MAX;
}

static inline bool has_plan_state_child(const struct plan_state *state, const char *key) {
	for (size_t i = 0; i < state->n; i++)
		if (state->entries[i] && strcmp(canonical_key_above(state->keys[i], state->arena), key) == 0)
			return true;
	return false;
}

static inline void plan_state_add(struct plan_state *state, const char *key, const struct entry *entry) {
	state->keys[state->n] = key;
	state->entries[state->n++] = entry;
}

/* How many of @entries are of Lessor's classes. */
static inline size_t plan_count(const struct entry *const *entries, size_t n_entries) {
	size_t n = 0;

	for (size_t i = 0; i < n_entries; i++)
		n += canonical_class_of(entries[i]) != CLASS_COUNT;
	return n;
}

static inline size_t plan_count_items(const struct canonical *tree) {
	size_t n = 0;

	for (size_t i = 0; i < tree->n_items; i++)
		n += tree->items[i].class != CLASS_COUNT;
	return n;
}

/* NULL, or what a directory would have against it. */
static inline const char *plan_state_do(struct plan_state *state, const struct plan_change *change) {
	size_t place = plan_state_find(state, change->key);

	if (change->action == PLAN_ADD) {
		if (place != SIZE_MAX)
			return "an entry is made that is there";
		if (change->class != CLASS_ROOT &&
		    plan_state_find(state, canonical_key_above(change->key, state->arena)) == SIZE_MAX)
			return "an entry is made before the one above it";
		plan_state_add(state, change->key, change->written);
		return NULL;
	}
	if (place == SIZE_MAX)
		return "an entry is changed or removed that is not there";
	if (change->action == PLAN_DELETE && has_plan_state_child(state, change->key))
		return "an entry is removed before those below it";
	state->entries[place] = change->written;
	return NULL;
}

/* Carry out @plan on @current; the changes of a stage backwards if @is_backwards, as they do not depend on each other.
 * NULL and the new tree, or what is wrong. */
static inline const char *plan_carry_out(const struct canonical *current, const struct plan *plan, bool is_backwards,
					 struct canonical *ret_tree) {
	struct arena *arena = current->arena;
	size_t room = current->n_items + current->n_others + plan->n_changes + 1, n = 0;
	struct plan_state state = { arena, arena_array_of(arena, const char *, room),
				    arena_array_of(arena, const struct entry *, room), 0 };
	const struct entry **left = arena_array_of(arena, const struct entry *, room);
	const char *mistake = NULL;
	struct error error;

	for (size_t i = 0; i < current->n_items; i++)
		plan_state_add(&state, current->items[i].key, current->items[i].given);
	for (size_t i = 0; i < current->n_others; i++)
		plan_state_add(&state, current->others[i].key, current->others[i].given);
	for (size_t first = 0, behind; first < plan->n_changes && !mistake; first = behind) {
		for (behind = first;
		     behind < plan->n_changes && plan->changes[behind].stage == plan->changes[first].stage;)
			behind++;
		for (size_t i = first; i < behind && !mistake; i++)
			mistake = plan_state_do(&state, &plan->changes[is_backwards ? behind - 1 - (i - first) : i]);
	}
	for (size_t i = 0; i < state.n; i++)
		if (state.entries[i])
			left[n++] = state.entries[i];
	if (!mistake && canonical_make(left, n, arena, ret_tree, &error) < 0)
		mistake = "the result is no tree";
	return mistake;
}

/* Does @target's plan for @current lead there, and is there nothing to do behind it? NULL, or what is wrong; NULL
 * too if there can be no plan. */
static inline const char *plan_prove(const struct canonical *current, const struct canonical *target) {
	struct plan_wishes wishes = { false, "container" };
	struct canonical done;
	struct plan plan, rest;
	struct error error;
	const char *mistake;

	if (plan_make(current, target, &wishes, &plan, &error) < 0)
		return NULL;
	if (plan.n_added + plan.n_modified + plan.n_deleted != plan.n_changes)
		return "the changes are counted wrongly";
	for (unsigned i = 0; i < 2; i++) {
		mistake = plan_carry_out(current, &plan, i == 1, &done);
		if (mistake)
			return mistake;
		if (plan_count_items(&done) != plan_count(plan.result, plan.n_result))
			return "the result that was told is another one";
		if (plan_make(&done, target, &wishes, &rest, &error) < 0 || rest.n_changes)
			return "the plan leaves something to do";
	}
	return NULL;
}
