/* SPDX-License-Identifier: Apache-2.0 */
/* Option values as they stand on an entry, and those that may be in force there. */
#include <string.h>

#include "admin/edit.h"
#include "admin/level.h"
#include "admin/option_edit.h"
#include "admin/policy_order.h"
#include "admin/result.h"

/* A value of lessorOption, and where it stands. */
struct row {
	const char *text; /* the value whole */
	const char *rest; /* "=VALUE" in it */
	const struct entry *entry;
	const struct entry *policy; /* the same, if it is one */
	struct option_reference option;
};

/* In the order of precedence; in the tree's arena. */
struct rows {
	struct tree *tree;
	struct row *items;
	size_t n_items, n_room;
};

static const char *option_attribute(void) {
	return schema_attribute_get(ATTRIBUTE_OPTION)->name;
}

static json_t *class_name(const struct client_class *class) {
	return class ? result_text(class->name) : json_null();
}

static json_t *known_item(struct tree *tree, const struct option_reference *option, const char *rest) {
	return json_pack("{s:o, s:i, s:o, s:o, s:o}", "name",
			 option->name ? result_text(option->name)
				      : result_text(arena_format(tree->arena, "%u", option->code)),
			 "code", option->code, "value", result_text(rest[0] ? rest + 1 : ""), "vendorClass",
			 class_name(option->vendor_class), "userClass", class_name(option->user_class));
}

static json_t *unknown_item(struct tree *tree, const char *value) {
	size_t len = strcspn(value, "=");

	return json_pack("{s:o, s:n, s:o, s:n, s:n}", "name", result_text(arena_dup(tree->arena, span_of(value, len))),
			 "code", "value", result_text(value[len] ? value + len + 1 : ""), "vendorClass", "userClass");
}

json_t *option_items(struct tree *tree, const struct entry *entry) {
	json_t *items = json_array();
	const char *value;

	for (size_t i = 0; (value = edit_value(entry, option_attribute(), i)); i++) {
		struct option_reference option;
		const char *rest;
		bool is_known = option_reference_parse(tree_snapshot(tree), value, &option, &rest, NULL) == 0;

		json_array_append_new(items, is_known ? known_item(tree, &option, rest) : unknown_item(tree, value));
	}
	return items;
}

/* True if every client that @row is for gets @before in its place. */
static bool is_hidden_by(const struct row *row, const struct row *before) {
	return row->option.code == before->option.code && row->option.vendor_class == before->option.vendor_class &&
	       (!before->option.user_class || before->option.user_class == row->option.user_class) &&
	       (!before->policy || before->policy == row->policy);
}

static void add_row(struct rows *rows, const struct row *row) {
	struct row *grown;

	for (size_t i = 0; i < rows->n_items; i++)
		if (is_hidden_by(row, &rows->items[i]))
			return;
	if (rows->n_items == rows->n_room) {
		rows->n_room = 2 * rows->n_room + 16;
		grown = arena_array_of(rows->tree->arena, struct row, rows->n_room);
		if (rows->n_items)
			memcpy(grown, rows->items, rows->n_items * sizeof *grown);
		rows->items = grown;
	}
	rows->items[rows->n_items++] = *row;
}

/* Add the values of @entry that are for a user class, or those that are not. What is wrong is in force nowhere. */
static void add_values(struct rows *rows, const struct entry *entry, const struct entry *policy, bool is_for_class) {
	const char *text;

	for (size_t i = 0; (text = edit_value(entry, option_attribute(), i)); i++) {
		struct row row = { .text = text, .entry = entry, .policy = policy };

		if (option_reference_parse(tree_snapshot(rows->tree), text, &row.option, &row.rest, NULL) == 0 &&
		    (row.option.user_class != NULL) == is_for_class)
			add_row(rows, &row);
	}
}

static bool is_enabled(const struct entry *policy) {
	const char *state = entry_text(policy, schema_attribute_get(ATTRIBUTE_STATE)->name);

	return !state || is_text_equal_nocase(state, "enabled");
}

static void add_policies(struct rows *rows, const struct entry *holder) {
	struct policy_order order;

	policy_order_read(rows->tree, holder, &order);
	for (size_t i = 0; i < order.n_items; i++) {
		if (!is_enabled(order.items[i]))
			continue;
		add_values(rows, order.items[i], order.items[i], true);
		add_values(rows, order.items[i], order.items[i], false);
	}
}

/* An entry and those that it inherits from (level_chain). */
struct chain {
	const struct entry *items[LEVEL_CHAIN_MAX];
	size_t n_items;
};

static bool is_on(const struct chain *chain, size_t first) {
	const char *source;

	return level_setting_value(SETTING_POLICIES, chain->items + first, chain->n_items - first, &source) ==
	       POLICIES_ON;
}

/* Policies are applied where they are on both for the scope and for the server. */
static bool is_policy_applied(const struct chain *chain) {
	size_t server = 0;

	while (server < chain->n_items && level_of(chain->items[server]) != LEVEL_SERVER)
		server++;
	return is_on(chain, 0) && (server == chain->n_items || is_on(chain, server));
}

static void add_levels(struct rows *rows, const struct chain *chain, unsigned levels, bool is_for_class) {
	for (size_t i = 0; i < chain->n_items; i++)
		if (level_of(chain->items[i]) & levels)
			add_values(rows, chain->items[i], NULL, is_for_class);
}

static void add_class_values(struct rows *rows, const struct chain *chain, unsigned levels) {
	add_levels(rows, chain, levels, true);
}

static void add_plain_values(struct rows *rows, const struct chain *chain, unsigned levels) {
	add_levels(rows, chain, levels, false);
}

/* What is asked about a policy is what its clients get: others do not come in. */
static void add_policy_values(struct rows *rows, const struct chain *chain, unsigned levels) {
	if (level_of(chain->items[0]) == LEVEL_POLICY) {
		add_class_values(rows, chain, levels);
		add_plain_values(rows, chain, levels);
	}
	for (size_t i = 0; i < chain->n_items && level_of(chain->items[0]) != LEVEL_POLICY; i++)
		if (is_policy_applied(chain))
			add_policies(rows, chain->items[i]);
}

/* The engine's order, for a client of any class that may meet any policy. */
static void collect(struct rows *rows, const struct entry *entry) {
	static const struct {
		void (*add)(struct rows *rows, const struct chain *chain, unsigned levels);
		unsigned levels;
	} places[] = {
#define SOURCE_reservation_class add_class_values
#define SOURCE_inherited_class add_class_values
#define SOURCE_reservation add_plain_values
#define SOURCE_inherited add_plain_values
#define SOURCE_policy add_policy_values
#define PRECEDENCE(symbol, source, levels, where, which) { SOURCE_##source, levels },
#include "engine/precedence.def"
#undef PRECEDENCE
	};
	struct chain chain;

	chain.n_items = level_chain(rows->tree, entry, chain.items);
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		places[i].add(rows, &chain, places[i].levels);
}

static json_t *row_item(struct tree *tree, const struct row *row) {
	json_t *item = known_item(tree, &row->option, row->rest);

	json_object_set_new(item, "level", result_text(level_name(level_of(row->entry))));
	json_object_set_new(item, "policy", row->policy ? result_text(tree_leaf(tree, row->policy)) : json_null());
	json_object_set_new(item, "source", result_text(row->entry->dn));
	return item;
}

json_t *option_items_in_force(struct tree *tree, const struct entry *entry) {
	struct rows rows = { .tree = tree };
	json_t *items = json_array();

	collect(&rows, entry);
	for (size_t i = 0; i < rows.n_items; i++)
		json_array_append_new(items, row_item(tree, &rows.items[i]));
	return items;
}
