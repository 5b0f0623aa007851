/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/plan_order.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "base/text.h"

/* A stage is a phase, the same in every plan, and within it a step. Classes and definitions come before all that names
 * them and go after it; what goes within a site goes before what comes there, as it may stand in its way. */
enum phase {
	PHASE_TOP,           /* the root and its containers are made */
	PHASE_CLASSES,       /* made and changed */
	PHASE_DEFINITIONS,   /* made and changed */
	PHASE_SITES,         /* root, sites and servers are made and changed */
	PHASE_REMOVALS,      /* reservations, policies and scopes go, from below */
	PHASE_CHANGES,       /* reservations, policies and scopes are changed */
	PHASE_ADDITIONS,     /* reservations, policies and scopes are made, from above */
	PHASE_SITE_REMOVALS, /* servers and sites go */
	PHASE_DEFINITION_REMOVALS,
	PHASE_CLASS_REMOVALS,
};

#define PHASE_STEPS ((size_t)1 << 32)

/* Within PHASE_CHANGES: scopes that shrink, others, those that grow, what stands in scopes, scopes that only lose
 * ranges. */
enum step { STEP_SHRINK, STEP_PLAIN, STEP_GROW, STEP_INSIDE, STEP_LOSE };

/* A thing that only one entry may have, and a change that gives it up or takes it. */
struct claim {
	const char *thing;
	size_t change;
	bool is_release;
};

struct order {
	struct plan *plan;
	struct arena *arena;
	struct claim *claims;
	size_t n_claims, claims_capacity;
};

static enum phase phase_of(const struct plan_change *change) {
	static const enum phase phases[CLASS_COUNT + 1][3] = {
		/*                      delete,                    modify,            add */
		[CLASS_DHCP_CLASS] = { PHASE_SITE_REMOVALS, PHASE_SITES, PHASE_SITES },
		[CLASS_ROOT] = { PHASE_CLASS_REMOVALS, PHASE_SITES, PHASE_TOP },
		[CLASS_SITE] = { PHASE_SITE_REMOVALS, PHASE_SITES, PHASE_SITES },
		[CLASS_SERVER] = { PHASE_SITE_REMOVALS, PHASE_SITES, PHASE_SITES },
		[CLASS_SCOPE] = { PHASE_REMOVALS, PHASE_CHANGES, PHASE_ADDITIONS },
		[CLASS_RESERVATION] = { PHASE_REMOVALS, PHASE_CHANGES, PHASE_ADDITIONS },
		[CLASS_POLICY] = { PHASE_REMOVALS, PHASE_CHANGES, PHASE_ADDITIONS },
		[CLASS_CLIENT_CLASS] = { PHASE_CLASS_REMOVALS, PHASE_CLASSES, PHASE_CLASSES },
		[CLASS_DEFINITION] = { PHASE_DEFINITION_REMOVALS, PHASE_DEFINITIONS, PHASE_DEFINITIONS },
		[CLASS_COUNT] = { PHASE_REMOVALS, PHASE_CHANGES, PHASE_TOP },
	};

	return phases[change->class][change->action];
}

static uint64_t number_of(const struct entry *entry, enum schema_attribute attribute) {
	const char *text = entry_text(entry, schema_attribute_get(attribute)->name);
	uint64_t number = 0;

	return text && text_parse_u64(text, UINT32_MAX, &number) == 0 ? number : 0;
}

static bool has_value(const struct entry_attribute *attribute, struct span value) {
	for (size_t i = 0; attribute && i < attribute->n_values; i++)
		if (is_span_equal(attribute->values[i], value))
			return true;
	return false;
}

/* True if ranges go and none come. */
static bool is_losing_ranges(const struct plan_change *change) {
	const char *name = schema_attribute_get(ATTRIBUTE_RANGE)->name;
	const struct entry_attribute *before = entry_attribute_get(change->before, name),
				     *after = entry_attribute_get(change->after, name);

	for (size_t i = 0; after && i < after->n_values; i++)
		if (!has_value(before, after->values[i]))
			return false;
	return before && (!after || before->n_values > after->n_values);
}

static enum step step_of(const struct plan_change *change) {
	uint64_t before, after;

	if (change->action != PLAN_MODIFY)
		return STEP_SHRINK;
	if (change->class != CLASS_SCOPE)
		return STEP_INSIDE;
	before = number_of(change->before, ATTRIBUTE_PREFIX_LENGTH);
	after = number_of(change->after, ATTRIBUTE_PREFIX_LENGTH);
	if (before != after)
		return before < after ? STEP_SHRINK : STEP_GROW;
	return is_losing_ranges(change) ? STEP_LOSE : STEP_PLAIN;
}

/* ------------------------------------------------------------------ what is above what */

static int compare_changes(const void *a, const void *b) {
	const struct plan_change *left = a, *right = b;
	int order = text_compare_natural(span_of_text(left->key), span_of_text(right->key));

	return order ? order : (left->action > right->action) - (left->action < right->action);
}

/* The change of the entry with @key by @action, or NULL. The changes are sorted by key. */
static struct plan_change *find_change(const struct order *order, const char *key, enum plan_action action) {
	struct plan_change wanted = { .key = key, .action = action };

	return bsearch(&wanted, order->plan->changes, order->plan->n_changes, sizeof wanted, compare_changes);
}

static void put_behind(struct plan_change *later, const struct plan_change *earlier) {
	if (later && earlier && later->stage <= earlier->stage)
		later->stage = earlier->stage + 1;
}

/* Whatever the phases say: children go before their parents, and come after them; and a name is free before it is
 * taken. */
static void respect_tree(const struct order *order) {
	struct plan_change *changes = order->plan->changes;
	size_t n = order->plan->n_changes;

	for (size_t i = n; i-- > 0;)
		if (changes[i].action == PLAN_DELETE)
			put_behind(find_change(order, canonical_key_above(changes[i].key, order->arena), PLAN_DELETE),
				   &changes[i]);
	for (size_t i = 0; i < n; i++)
		if (changes[i].action == PLAN_ADD) {
			put_behind(&changes[i], find_change(order, changes[i].key, PLAN_DELETE));
			put_behind(&changes[i],
				   find_change(order, canonical_key_above(changes[i].key, order->arena), PLAN_ADD));
		}
}

/* ------------------------------------------------------------------ what only one may have */

static void add_claim(struct order *order, size_t change, bool is_release, const char *thing) {
	if (order->n_claims == order->claims_capacity) {
		size_t capacity = order->claims_capacity ? 2 * order->claims_capacity : 64;
		struct claim *grown = arena_array_of(order->arena, struct claim, capacity);

		if (order->n_claims)
			memcpy(grown, order->claims, order->n_claims * sizeof *grown);
		order->claims = grown;
		order->claims_capacity = capacity;
	}
	order->claims[order->n_claims++] = (struct claim){ thing, change, is_release };
}

/* The attributes of which no two entries of a class below the same parent (or of the tree) may have the same value. */
static const struct {
	enum schema_class class;
	enum schema_attribute attribute;
	enum schema_attribute with; /* counts together with @attribute; ATTRIBUTE_COUNT if none does */
	bool is_of_parent;
} unique[] = {
	{ CLASS_RESERVATION, ATTRIBUTE_HARDWARE_ADDRESS, ATTRIBUTE_COUNT, true },
	{ CLASS_RESERVATION, ATTRIBUTE_CLIENT_IDENTIFIER, ATTRIBUTE_COUNT, true },
	{ CLASS_POLICY, ATTRIBUTE_RANGE, ATTRIBUTE_COUNT, true },
	{ CLASS_SCOPE, ATTRIBUTE_DEFAULT_SCOPE, ATTRIBUTE_SUPERSCOPE, true },
	{ CLASS_CLIENT_CLASS, ATTRIBUTE_CLASS_DATA, ATTRIBUTE_CLASS_KIND, false },
	{ CLASS_DEFINITION, ATTRIBUTE_OPTION_CODE, ATTRIBUTE_VENDOR_CLASS, false },
};

static const char *text_of(const struct entry *entry, enum schema_attribute attribute) {
	const char *text = attribute == ATTRIBUTE_COUNT ? NULL
							: entry_text(entry, schema_attribute_get(attribute)->name);

	return text ? text : "";
}

/* Claim for change @index what @of has of row @row and @other has not. */
static void add_claims(struct order *order, size_t index, size_t row, const struct entry *of,
		       const struct entry *other) {
	const struct plan_change *change = &order->plan->changes[index];
	const char *name = schema_attribute_get(unique[row].attribute)->name;
	const struct entry_attribute *has = entry_attribute_get(of, name), *has_not = entry_attribute_get(other, name);
	const char *with = text_of(of, unique[row].with), *space = "";
	bool is_moved = strcmp(with, text_of(other, unique[row].with)) != 0;

	if (unique[row].is_of_parent)
		space = canonical_key_above(change->key, order->arena);
	for (size_t i = 0; has && i < has->n_values; i++)
		if (is_moved || !has_value(has_not, has->values[i]))
			add_claim(order, index, of == change->before,
				  arena_format(order->arena, "%zu\n%s\n%s\n%s", row, space, with,
					       (const char *)has->values[i].data));
}

static void collect_claims(struct order *order) {
	for (size_t i = 0; i < order->plan->n_changes; i++) {
		const struct plan_change *change = &order->plan->changes[i];

		for (size_t row = 0; row < ARRAY_LEN(unique) && change->action == PLAN_MODIFY; row++)
			if (unique[row].class == change->class) {
				add_claims(order, i, row, change->before, change->after);
				add_claims(order, i, row, change->after, change->before);
			}
	}
}

static int compare_claims(const void *a, const void *b) {
	const struct claim *left = a, *right = b;
	int order = strcasecmp(left->thing, right->thing);

	if (order == 0)
		order = right->is_release - left->is_release;
	return order ? order : (left->change > right->change) - (left->change < right->change);
}

/* Which changes wait for which others: of each change a list of those that it lets go on. */
struct edges {
	size_t *to, *next;     /* of each edge */
	size_t *first;         /* of each change: its first edge, or SIZE_MAX */
	size_t *n_waiting_for; /* of each change */
	size_t n_edges;
};

/* The claims are sorted: of each thing the release comes first. */
static void make_edges(const struct order *order, struct edges *edges) {
	const struct claim *release = NULL;

	edges->to = arena_array_of(order->arena, size_t, order->n_claims);
	edges->next = arena_array_of(order->arena, size_t, order->n_claims);
	edges->first = arena_array_of(order->arena, size_t, order->plan->n_changes);
	edges->n_waiting_for = arena_array_of(order->arena, size_t, order->plan->n_changes);
	memset(edges->first, 0xff, order->plan->n_changes * sizeof *edges->first);
	for (size_t i = 0; i < order->n_claims; i++) {
		const struct claim *claim = &order->claims[i];

		if (!release || strcasecmp(release->thing, claim->thing) != 0)
			release = claim->is_release ? claim : NULL;
		if (!release || claim->is_release || release->change == claim->change)
			continue;
		edges->to[edges->n_edges] = claim->change;
		edges->next[edges->n_edges] = edges->first[release->change];
		edges->first[release->change] = edges->n_edges++;
		edges->n_waiting_for[claim->change]++;
	}
}

/* Changes that wait for each other in a circle, two reservations that swap their clients, cannot all come after what
 * they wait for; then one of them goes first. */
static void follow_edges(const struct order *order, struct edges *edges) {
	struct plan_change *changes = order->plan->changes;
	size_t n = order->plan->n_changes, n_ready = 0, next = 0;
	size_t *ready = arena_array_of(order->arena, size_t, n);
	bool *is_taken = arena_array_of(order->arena, bool, n);

	for (size_t i = 0; i < n; i++)
		if (edges->n_waiting_for[i] == 0 && edges->first[i] != SIZE_MAX)
			is_taken[ready[n_ready++] = i] = true;
	for (size_t at = 0;; at++) {
		while (at == n_ready && next < n && (is_taken[next] || edges->n_waiting_for[next] == 0))
			next++;
		if (at == n_ready && next == n)
			return;
		if (at == n_ready)
			is_taken[ready[n_ready++] = next] = true;
		for (size_t edge = edges->first[ready[at]]; edge != SIZE_MAX; edge = edges->next[edge]) {
			size_t to = edges->to[edge];

			if (is_taken[to])
				continue;
			put_behind(&changes[to], &changes[ready[at]]);
			if (--edges->n_waiting_for[to] == 0)
				is_taken[ready[n_ready++] = to] = true;
		}
	}
}

static void respect_claims(struct order *order) {
	struct edges edges = { 0 };

	collect_claims(order);
	if (order->n_claims == 0)
		return;
	qsort(order->claims, order->n_claims, sizeof *order->claims, compare_claims);
	make_edges(order, &edges);
	follow_edges(order, &edges);
}

/* ------------------------------------------------------------------ the whole */

static int compare_stages(const void *a, const void *b) {
	const struct plan_change *left = a, *right = b;

	if (left->stage != right->stage)
		return left->stage < right->stage ? -1 : 1;
	return compare_changes(a, b);
}

static void number_stages(struct plan *plan) {
	size_t given = 0;

	for (size_t i = 0; i < plan->n_changes; i++) {
		size_t stage = plan->changes[i].stage;

		plan->n_stages += i == 0 || stage != given;
		given = stage;
		plan->changes[i].stage = plan->n_stages - 1;
	}
}

void plan_order(struct plan *plan, struct arena *arena) {
	struct order order = { .plan = plan, .arena = arena };

	if (plan->n_changes == 0)
		return;
	for (size_t i = 0; i < plan->n_changes; i++)
		plan->changes[i].stage = phase_of(&plan->changes[i]) * PHASE_STEPS + step_of(&plan->changes[i]);
	qsort(plan->changes, plan->n_changes, sizeof *plan->changes, compare_changes);
	respect_claims(&order);
	respect_tree(&order);
	qsort(plan->changes, plan->n_changes, sizeof *plan->changes, compare_stages);
	number_stages(plan);
}
