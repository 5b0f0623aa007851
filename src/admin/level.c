/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/level.h"

#include <limits.h>

#include "admin/edit.h"
#include "admin/result.h"
#include "base/text.h"
#include "model/dn.h"

#define FLAGS_MAX 128
#define LEVEL_HOLDERS (LEVEL_ROOT | LEVEL_SITE | LEVEL_SERVER | LEVEL_SCOPE) /* at which policies stand */

static const struct level_row {
	enum schema_level level;
	const char *name; /* of the level and its parameter */
} levels[] = {
	{ LEVEL_ROOT, "root" },
	{ LEVEL_SITE, "site" },
	{ LEVEL_SERVER, "server" },
	{ LEVEL_SCOPE, "scope" },
	{ LEVEL_RESERVATION, "reservation" },
	{ LEVEL_POLICY, "policy" }, /* not a level by itself: it stands at one of the others */
};

void level_add_flags(unsigned wanted, struct text *text) {
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		const struct lessor_parameter_info *info = operation_parameter_find(levels[i].name);

		if (wanted & levels[i].level)
			text_add(text, "%s--%s%s%s", text->len ? ", " : "", info->name, info->argument[0] ? " " : "",
				 info->argument);
	}
}

const char *level_name(unsigned level) {
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (levels[i].level == level)
			return levels[i].name;
	return "default";
}

static int find_root(const struct tree *tree, const struct entry **ret_entry, struct error *reterr_error) {
	*ret_entry = tree_find(tree, tree->root_dn);
	if (*ret_entry)
		return 0;
	return error_set(reterr_error, E_NOT_FOUND, "%s is not in the directory; \"lessorctl init\" creates it", tree->root_dn);
}

/* Which of the level flags for @wanted is given: exactly one must be. */
static int choose_level(struct call *call, unsigned wanted, const struct level_row **ret_row,
			struct error *reterr_error) {
	char flags[FLAGS_MAX];
	struct text text;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (levels[i].level == LEVEL_POLICY)
			continue;
		n += call_count(call, levels[i].name);
		if (is_call_given(call, levels[i].name))
			*ret_row = &levels[i];
		if (!is_operation_taking(call->operation, levels[i].name))
			wanted &= ~(unsigned)levels[i].level;
	}
	if (n == 1 && (*ret_row)->level & wanted)
		return 0;
	text_init(&text, flags, sizeof flags);
	level_add_flags(wanted, &text);
	return call_reject_usage(call, reterr_error, "name exactly one level of: %s", flags);
}

static int find_entry(const struct tree *tree, enum schema_level level, const char *name,
		      const struct entry **ret_entry, struct error *reterr_error) {
	switch (level) {
	case LEVEL_ROOT:
	case LEVEL_POLICY:
		break;
	case LEVEL_SITE:
		return tree_get_site(tree, name, ret_entry, reterr_error);
	case LEVEL_SERVER:
		return tree_get_server(tree, name, ret_entry, reterr_error);
	case LEVEL_SCOPE:
		return tree_get_scope(tree, name, ret_entry, reterr_error);
	case LEVEL_RESERVATION:
		return tree_get_reservation(tree, name, ret_entry, reterr_error);
	}
	return find_root(tree, ret_entry, reterr_error);
}

/* What people call it: "scope 10.77.0.0". */
static const char *where(struct arena *arena, enum schema_level level, const char *name) {
	return level == LEVEL_ROOT ? "the whole enterprise" : arena_format(arena, "%s %s", level_name(level), name);
}

static int open_level(struct call *call, unsigned wanted, struct tree *ret_tree, struct level *ret_level,
		      struct error *reterr_error) {
	const struct level_row *row = NULL;
	const char *name;
	int r = choose_level(call, wanted, &row, reterr_error);

	if (r == 0)
		r = tree_load(call, ret_tree, reterr_error);
	if (r < 0)
		return r;
	name = call_value(call, row->name);
	ret_level->level = row->level;
	ret_level->where = where(call->arena, row->level, name);
	return find_entry(ret_tree, row->level, name, &ret_level->entry, reterr_error);
}

int level_open_holder(struct call *call, struct tree *ret_tree, struct level *ret_level, struct error *reterr_error) {
	return open_level(call, LEVEL_HOLDERS, ret_tree, ret_level, reterr_error);
}

int level_open(struct call *call, struct tree *ret_tree, struct level *ret_level, struct error *reterr_error) {
	const char *policy = call_value(call, "policy");
	int r;

	if (!policy)
		return open_level(call, LEVEL_HOLDERS | LEVEL_RESERVATION, ret_tree, ret_level, reterr_error);
	r = level_open_holder(call, ret_tree, ret_level, reterr_error);
	if (r == 0)
		r = tree_get_policy(ret_tree, ret_level->entry, policy, &ret_level->entry, reterr_error);
	if (r < 0)
		return r;
	ret_level->level = LEVEL_POLICY;
	ret_level->where = arena_format(call->arena, "policy %s of %s", policy, ret_level->where);
	return 0;
}

bool is_level_given(const struct call *call) {
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (is_call_given(call, levels[i].name))
			return true;
	return false;
}

int level_open_or_root(struct call *call, struct tree *ret_tree, struct level *ret_level, struct error *reterr_error) {
	struct level level = { .level = LEVEL_ROOT, .where = where(call->arena, LEVEL_ROOT, NULL) };
	int r;

	if (is_level_given(call))
		return level_open(call, ret_tree, ret_level, reterr_error);
	r = tree_load(call, ret_tree, reterr_error);
	if (r == 0)
		r = find_root(ret_tree, &level.entry, reterr_error);
	if (r == 0)
		*ret_level = level;
	return r;
}

void level_add_undo(const struct call *call, struct undo *undo) {
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (levels[i].level != LEVEL_POLICY)
			undo_parameter(undo, levels[i].name, call_value(call, levels[i].name));
}

unsigned level_of(const struct entry *entry) {
	for (unsigned class = 0; class < CLASS_COUNT; class ++)
		if (is_entry_of_class(entry, schema_class_get((enum schema_class) class)->name))
			return schema_class_level((enum schema_class) class);
	return 0;
}

const char *level_where(const struct tree *tree, const struct entry *entry) {
	return where(tree->arena, (enum schema_level)level_of(entry), tree_leaf(tree, entry));
}

size_t level_chain(const struct tree *tree, const struct entry *entry,
		   const struct entry *ret_chain[static LEVEL_CHAIN_MAX]) {
	size_t n = 0;

	for (const char *dn = entry->dn; dn[0] && n + 2 <= LEVEL_CHAIN_MAX; dn = dn_parent(dn)) {
		const struct entry *found = tree_find(tree, dn), *server = NULL;
		const char *name;

		if (!found)
			break;
		ret_chain[n++] = found;
		name = is_entry_of_class(found, schema_class_get(CLASS_SCOPE)->name) ?
			       edit_value(found, schema_attribute_get(ATTRIBUTE_SERVED_BY)->name, 0) :
			       NULL;
		if (name)
			server = tree_find_named(tree, CLASS_SERVER, name);
		if (server)
			ret_chain[n++] = server;
	}
	return n;
}

json_t *level_setting_item(enum setting setting, uint64_t value, const char *source) {
	const struct setting_info *info = setting_get(setting);
	char name_words[64], value_words[32];
	struct text name, word;

	text_init(&name, name_words, sizeof name_words);
	setting_add_name(setting, &name);
	text_init(&word, value_words, sizeof value_words);
	setting_format(setting, value, &word);
	return json_pack("{s:s, s:s, s:o, s:s?, s:o}", "name", name.data, "attribute",
			 schema_attribute_get(info->attribute)->name, "value",
			 info->kind == SETTING_CHOICE ? json_string(word.data) : json_integer((json_int_t)value), "unit",
			 info->kind == SETTING_DURATION ? "seconds" : NULL, "source", result_text(source));
}

uint64_t level_setting_value(enum setting setting, const struct entry *const *chain, size_t n_chain,
			     const char **ret_source) {
	const struct setting_info *info = setting_get(setting);
	const char *attribute = schema_attribute_get(info->attribute)->name;

	for (size_t i = 0; i < n_chain; i++) {
		const char *text = entry_text(chain[i], attribute);
		struct error ignored;
		uint64_t value;

		if (!text || setting_parse(setting, text, &value, &ignored) < 0)
			continue;
		*ret_source = chain[i]->dn;
		return value;
	}
	*ret_source = "default";
	return info->fallback;
}

static json_t *item_in_force(enum setting setting, const struct entry *const *chain, size_t n_chain) {
	const char *source;
	uint64_t value = level_setting_value(setting, chain, n_chain, &source);

	return level_setting_item(setting, value, source);
}

json_t *level_settings_in_force(const struct tree *tree, const struct entry *entry) {
	const struct entry *chain[LEVEL_CHAIN_MAX];
	size_t n_chain = level_chain(tree, entry, chain);
	unsigned level = level_of(entry);
	json_t *array = json_array();

	for (unsigned i = 0; i < SETTING_COUNT; i++)
		if (setting_get((enum setting)i)->levels & level)
			json_array_append_new(array, item_in_force((enum setting)i, chain, n_chain));
	return array;
}

int level_add_value(struct tree *tree, const struct level *level, const char *attribute, const char *value,
		    struct error *reterr_error) {
	struct entry *after = edit_copy(tree->arena, level->entry);

	edit_add(tree->arena, after, attribute, value);
	return tree_change(tree, level->entry, after, reterr_error);
}

int level_remove_value(struct tree *tree, const struct level *level, const char *attribute, size_t index,
		       struct error *reterr_error) {
	struct entry *after = edit_copy(tree->arena, level->entry);

	edit_remove_at(after, attribute, index);
	return tree_change(tree, level->entry, after, reterr_error);
}

int level_list(struct call *call, const char *key, level_items_f *add, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct level level = { 0 };
	json_t *items;
	int r;

	r = is_level_given(call) ? level_open(call, &tree, &level, reterr_error) : tree_load(call, &tree, reterr_error);
	if (r < 0)
		return r;
	items = json_array();
	for (size_t i = 0; i < tree.entries.n_items; i++)
		if (!level.entry || tree.entries.items[i] == level.entry)
			add(&tree, tree.entries.items[i], items);
	return call_list(call, key, items, NULL);
}
