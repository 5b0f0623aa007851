/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/plan.h"

#include <string.h>

#include "admin/plan_order.h"
#include "base/text.h"
#include "model/dn.h"

/* A plan being made: what becomes of each entry that is there, and of each that is to be. */
struct planner {
	const struct canonical *current, *target;
	const struct plan_wishes *wishes;
	struct arena *arena;
	size_t *counterparts;         /* of each current entry: its place in the target, or CANONICAL_NONE */
	bool *is_covered;             /* of each current entry: the target decides about it */
	bool *is_replaced;            /* of each current entry: it is deleted, and made anew if the target has it */
	const struct entry **results; /* of each current entry: what it becomes; NULL if it is deleted */
	struct plan plan;
};

static void match_entries(struct planner *planner) {
	for (size_t i = 0; i < planner->current->n_items; i++)
		planner->counterparts[i] = canonical_find(planner->target, planner->current->items[i].key);
}

static bool is_class_kept(const struct planner *planner, size_t index) {
	return planner->current->items[index].class == planner->target->items[planner->counterparts[index]].class;
}

/* True if the entry is one of those that hold classes, definitions or sites for the whole tree, of a root that stays:
 * then the target does not decide about it without naming it. */
static bool is_container_kept(const struct planner *planner, const struct canonical_item *item) {
	return item->class == CLASS_COUNT && planner->current->items[item->parent].class == CLASS_ROOT &&
	       planner->counterparts[item->parent] != CANONICAL_NONE && !planner->is_replaced[item->parent];
}

static void judge_entry(struct planner *planner, size_t index) {
	const struct canonical_item *item = &planner->current->items[index];
	bool is_named = planner->counterparts[index] != CANONICAL_NONE;
	bool has_parent = item->parent != CANONICAL_NONE;

	if (is_named)
		planner->is_covered[index] = true;
	else if (has_parent && !is_container_kept(planner, item))
		planner->is_covered[index] = planner->is_covered[item->parent];
	planner->is_replaced[index] = (is_named && !is_class_kept(planner, index)) ||
				      (has_parent && planner->is_replaced[item->parent] && planner->is_covered[index]);
}

static void add_change(struct planner *planner, const struct plan_change *change) {
	planner->plan.changes[planner->plan.n_changes++] = *change;
	planner->plan.n_added += change->action == PLAN_ADD;
	planner->plan.n_modified += change->action == PLAN_MODIFY;
	planner->plan.n_deleted += change->action == PLAN_DELETE;
}

static bool is_values_equal(const struct entry_attribute *a, const struct entry_attribute *b) {
	if (!a || !b || a->n_values != b->n_values)
		return a == b;
	for (size_t i = 0; i < a->n_values; i++)
		if (!is_span_equal(a->values[i], b->values[i]))
			return false;
	return true;
}

/* Both are of one class and one name; how that is spelled does not count. */
static bool is_content_equal(const struct entry *a, const struct entry *b) {
	if (a->n_attributes != b->n_attributes)
		return false;
	for (size_t i = 2; i < a->n_attributes; i++)
		if (!is_text_equal_nocase(a->attributes[i].name, b->attributes[i].name) ||
		    !is_values_equal(&a->attributes[i], &b->attributes[i]))
			return false;
	return true;
}

/* @target's content under the name of @current. */
static const struct entry *under_name_of(struct arena *arena, const struct entry *current, const struct entry *target) {
	struct entry *entry = arena_new_of(arena, struct entry);

	*entry = *target;
	entry->uuid = current->uuid;
	entry->dn = current->dn;
	entry->attributes = arena_array_of(arena, struct entry_attribute, target->n_attributes);
	memcpy(entry->attributes, target->attributes, target->n_attributes * sizeof *entry->attributes);
	memcpy(entry->attributes, current->attributes, 2 * sizeof *entry->attributes); /* class and name */
	return entry;
}

static const struct entry_attribute *changed_attribute(const struct plan_change *change,
						       const struct entry_attribute *given) {
	const struct entry_attribute *before = entry_attribute_get(change->before, given->name);
	const struct entry_attribute *after = entry_attribute_get(change->after, given->name);

	return !before || is_values_equal(before, after) ? given : after;
}

/* What is not Lessor's, and what does not change, stays as it was given. */
static const struct entry *written_of(struct arena *arena, const struct plan_change *change) {
	struct entry *entry = arena_new_of(arena, struct entry);

	*entry = *change->given;
	entry->attributes = arena_array_of(arena, struct entry_attribute,
					   change->given->n_attributes + change->after->n_attributes);
	entry->n_attributes = 0;
	for (size_t i = 0; i < change->given->n_attributes; i++) {
		const struct entry_attribute *attribute = changed_attribute(change, &change->given->attributes[i]);

		if (attribute)
			entry->attributes[entry->n_attributes++] = *attribute;
	}
	for (size_t i = 2; i < change->after->n_attributes; i++)
		if (!entry_attribute_get(change->given, change->after->attributes[i].name))
			entry->attributes[entry->n_attributes++] = change->after->attributes[i];
	return entry;
}

static void plan_current(struct planner *planner, size_t index) {
	const struct canonical_item *item = &planner->current->items[index];
	struct plan_change change = { .class = item->class,
				      .before = item->entry,
				      .given = item->given,
				      .place = item->place,
				      .key = item->key };
	size_t counterpart = planner->counterparts[index];

	planner->results[index] = item->given;
	if (planner->is_replaced[index] ||
	    (counterpart == CANONICAL_NONE && planner->is_covered[index] && !planner->wishes->is_keeping)) {
		change.action = PLAN_DELETE;
		planner->results[index] = NULL;
		add_change(planner, &change);
		return;
	}
	if (counterpart == CANONICAL_NONE || item->class == CLASS_COUNT ||
	    is_content_equal(item->entry, planner->target->items[counterpart].entry))
		return;
	change.action = PLAN_MODIFY;
	change.after = under_name_of(planner->arena, item->entry, planner->target->items[counterpart].entry);
	change.written = written_of(planner->arena, &change);
	planner->results[index] = change.written;
	add_change(planner, &change);
}

/* Containers are made of what the directory makes them of, whatever the file's had. */
static const struct entry *make_container(const struct planner *planner, const struct entry *wanted) {
	struct entry *entry = arena_new_of(planner->arena, struct entry);
	struct span *class = arena_array_of(planner->arena, struct span, 1);

	*entry = *wanted;
	*class = span_of_text(planner->wishes->container_class);
	entry->attributes = arena_array_of(planner->arena, struct entry_attribute, wanted->n_attributes);
	memcpy(entry->attributes, wanted->attributes, wanted->n_attributes * sizeof *entry->attributes);
	entry->attributes[0].values = class;
	entry->attributes[0].n_values = 1;
	return entry;
}

/* The index of the root, which stands first among those of its class; CANONICAL_NONE if there is none. */
static size_t find_root(const struct canonical *tree) {
	for (size_t i = 0; i < tree->n_items; i++)
		if (tree->items[i].class == CLASS_ROOT)
			return i;
	return CANONICAL_NONE;
}

static bool is_planned(const struct planner *planner, const char *key) {
	for (size_t i = 0; i < planner->plan.n_changes; i++)
		if (planner->plan.changes[i].action == PLAN_ADD && strcmp(planner->plan.changes[i].key, key) == 0)
			return true;
	return false;
}

/* A file may name classes or sites of a tree that has no container for them yet. */
static int add_missing_parent(struct planner *planner, const struct canonical_item *item, const char *key,
			      struct error *reterr_error) {
	size_t root = find_root(planner->current);
	const char *dn = dn_parent(item->entry->dn);
	struct entry wanted = { .dn = dn };
	struct plan_change change = { .action = PLAN_ADD, .class = CLASS_COUNT, .key = key };
	struct entry_attribute attributes[2] = { { "objectClass", NULL, 0 }, { "cn", NULL, 1 } };
	char leaf[256];
	struct span name;

	if (root == CANONICAL_NONE ||
	    strcmp(canonical_key_above(key, planner->arena), planner->current->items[root].key) != 0 ||
	    dn_leaf_value(dn, sizeof leaf, leaf) < 0)
		return error_set(
			reterr_error, E_NOT_FOUND,
			"%.200s cannot be made: the entry above it is neither in the directory nor in the file; \"lessorctl init\" "
			"makes the first ones, or apply a file that holds it",
			item->entry->dn);
	name = span_of_text(arena_dup_text(planner->arena, leaf));
	attributes[1].values = arena_dup(planner->arena, span_of(&name, sizeof name));
	wanted.attributes = attributes;
	wanted.n_attributes = 2;
	wanted.uuid = entry_uuid_of_dn(dn, planner->arena);
	change.after = change.written = make_container(planner, &wanted);
	add_change(planner, &change);
	return 0;
}

/* True if the target names an entry above the one with @key, and so decides about what is below that; but for what
 * stands directly below a root. */
static bool is_below_target(const struct planner *planner, const char *key) {
	size_t parent = canonical_find(planner->current, canonical_key_above(key, planner->arena));

	if (parent != CANONICAL_NONE && planner->current->items[parent].class == CLASS_ROOT)
		return false;
	for (; *key; key = canonical_key_above(key, planner->arena))
		if (canonical_find(planner->target, key) != CANONICAL_NONE)
			return true;
	return false;
}

/* The entry above @item must be there when it is made, and stay. */
static int check_parent(struct planner *planner, const struct canonical_item *item, struct error *reterr_error) {
	const char *above;
	size_t index;
	bool is_other;

	if (item->parent != CANONICAL_NONE)
		return 0;
	above = canonical_key_above(item->key, planner->arena);
	index = canonical_find(planner->current, above);
	is_other = has_canonical_other(planner->current, above);
	if ((index != CANONICAL_NONE && !planner->results[index]) || (is_other && is_below_target(planner, above)))
		return error_set(
			reterr_error, E_NOT_FOUND,
			"%.200s stands in the file, but the entry above it does not, and would be removed; add that one",
			item->entry->dn);
	/* What is above a root need be in neither of the trees. */
	if (item->class == CLASS_ROOT || index != CANONICAL_NONE || is_other || is_planned(planner, above))
		return 0;
	return add_missing_parent(planner, item, above, reterr_error);
}

/* What is not Lessor's has @item's name. */
static int accept_other(const struct canonical_item *item, struct error *reterr_error) {
	if (item->class == CLASS_COUNT)
		return 0; /* it will do as a container */
	return error_set(reterr_error, E_DDS_UNEXPECTED_ERROR,
			 "%.200s cannot be made: an entry that is not Lessor's has this name; rename or remove it",
			 item->entry->dn);
}

static int plan_target(struct planner *planner, size_t index, struct error *reterr_error) {
	const struct canonical_item *item = &planner->target->items[index];
	struct plan_change change = {
		.action = PLAN_ADD, .class = item->class, .after = item->entry, .key = item->key
	};
	size_t counterpart = canonical_find(planner->current, item->key);
	int r = check_parent(planner, item, reterr_error);

	if (r < 0 || (counterpart != CANONICAL_NONE && !planner->is_replaced[counterpart]))
		return r;
	if (has_canonical_other(planner->current, item->key))
		return accept_other(item, reterr_error);
	if (item->class == CLASS_COUNT && is_canonical_container(item->entry))
		change.after = make_container(planner, item->entry);
	change.written = change.after;
	add_change(planner, &change);
	return 0;
}

/* No directory removes an entry that has others below it, and those that are not Lessor's are not ours to remove. */
static int check_others(const struct planner *planner, struct error *reterr_error) {
	for (size_t i = 0; i < planner->current->n_others; i++) {
		const struct canonical_item *other = &planner->current->others[i];
		size_t above = canonical_find(planner->current, canonical_key_above(other->key, planner->arena));

		if (above != CANONICAL_NONE && !planner->results[above])
			return error_set(
				reterr_error, E_DDS_UNEXPECTED_ERROR,
				"%.200s would be removed, but %.200s stands below it, which is not Lessor's; move or remove that",
				planner->current->items[above].entry->dn, other->given->dn);
	}
	return 0;
}

static void collect_result(struct planner *planner) {
	struct plan *plan = &planner->plan;

	plan->result = arena_array_of(planner->arena, const struct entry *, planner->current->n_items + plan->n_added);
	for (size_t i = 0; i < planner->current->n_items; i++)
		if (planner->results[i])
			plan->result[plan->n_result++] = planner->results[i];
	for (size_t i = 0; i < plan->n_changes; i++)
		if (plan->changes[i].action == PLAN_ADD)
			plan->result[plan->n_result++] = plan->changes[i].after;
}

int plan_make(const struct canonical *current, const struct canonical *target, const struct plan_wishes *wishes,
	      struct plan *ret_plan, struct error *reterr_error) {
	struct planner planner = { .current = current, .target = target, .wishes = wishes, .arena = target->arena };
	int r = 0;

	planner.counterparts = arena_array_of(planner.arena, size_t, current->n_items);
	planner.is_covered = arena_array_of(planner.arena, bool, current->n_items);
	planner.is_replaced = arena_array_of(planner.arena, bool, current->n_items);
	planner.results = arena_array_of(planner.arena, const struct entry *, current->n_items);
	/* Everything deleted and everything made, and containers for it. */
	planner.plan.changes =
		arena_array_of(planner.arena, struct plan_change, current->n_items + 2 * target->n_items);
	match_entries(&planner);
	for (size_t i = 0; i < current->n_items; i++)
		judge_entry(&planner, i);
	for (size_t i = 0; i < current->n_items; i++)
		plan_current(&planner, i);
	for (size_t i = 0; i < target->n_items && r == 0; i++)
		r = plan_target(&planner, i, reterr_error);
	if (r == 0)
		r = check_others(&planner, reterr_error);
	if (r < 0)
		return r;
	collect_result(&planner);
	plan_order(&planner.plan, planner.arena);
	*ret_plan = planner.plan;
	return 0;
}
