/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on option values: of lessorOption at one level. */
#include <string.h>

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/level.h"
#include "admin/option_edit.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/undo.h"

/* Classes and options that are not there are said to be before the level that is not: as the API does. */
static int check_word(struct tree *tree, const char *word, struct error *reterr_error) {
	struct option_reference option;
	const char *rest;

	return option_reference_parse(tree_snapshot(tree), word, &option, &rest, reterr_error);
}

static int open_for_set(struct call *call, struct tree *ret_tree, struct level *ret_level, struct error *reterr_error) {
	struct error error = { 0 };
	int r = level_open(call, ret_tree, ret_level, &error);

	for (size_t i = 0; i < call_count(call, "assignment") && ret_tree->directory; i++) {
		int wrong = check_word(ret_tree, option_word(call, call_value_at(call, "assignment", i)), reterr_error);

		if (wrong < 0)
			return wrong;
	}
	if (r < 0)
		*reterr_error = error;
	return r;
}

int option_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *names = "";
	struct level level;
	struct entry *after;
	int r = open_for_set(call, &tree, &level, reterr_error);

	if (r < 0)
		return r;
	after = edit_copy(call->arena, level.entry);
	for (size_t i = 0; i < call_count(call, "assignment") && r == 0; i++) {
		const char *word = call_value_at(call, "assignment", i);

		r = option_put(&tree, after, option_word(call, word), reterr_error);
		names = arena_format(call->arena, "%s%s%.*s", names, i ? ", " : "", (int)strcspn(word, "="), word);
	}
	if (r == 0)
		r = tree_change(&tree, level.entry, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "%s set for %s; clients are told at their next renewal", names,
					      level.where));
}

int option_list(struct call *call, struct error *reterr_error) {
	bool is_effective = is_call_given(call, "effective");
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct level level;
	int r = level_open(call, &tree, &level, reterr_error);

	if (r < 0)
		return r;
	if (is_effective)
		return call_list(call, "options", option_items_in_force(&tree, level.entry),
				 arena_format(call->arena, "no option is in force at %s", level.where));
	return call_list(call, "options", option_items(&tree, level.entry),
			 arena_format(call->arena,
				      "no option is set at %s itself; --effective shows what is in force there",
				      level.where));
}

static bool has_value(const struct entry *entry, const char *attribute, const char *value) {
	const char *other;

	for (size_t i = 0; (other = edit_value(entry, attribute, i)); i++)
		if (strcmp(other, value) == 0)
			return true;
	return false;
}

/* What brings back the values that @before has and @after has not. */
static const char *undo_of(const struct call *call, const struct level *level, const struct entry *before,
			   const struct entry *after) {
	const char *attribute = schema_attribute_get(ATTRIBUTE_OPTION)->name, *value;
	struct undo undo = undo_start(call->arena, "option set");

	for (size_t i = 0; (value = edit_value(before, attribute, i)); i++)
		if (!has_value(after, attribute, value))
			undo_word(&undo, value);
	level_add_undo(call, &undo);
	undo_parameter(&undo, "policy", call_value(call, "policy"));
	return undo_text(&undo);
}

int option_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "option");
	struct level level;
	struct entry *after;
	int r = level_open(call, &tree, &level, reterr_error);

	if (r < 0)
		return r;
	after = edit_copy(call->arena, level.entry);
	r = option_take_out(&tree, after, option_word(call, name), reterr_error);
	if (r == 0)
		r = tree_change(&tree, level.entry, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(
		call,
		result_message(after->dn,
			       "%s removed from %s; a value from a wider level is in force now, if there is one%s",
			       name, level.where, undo_of(call, &level, level.entry, after)));
}
