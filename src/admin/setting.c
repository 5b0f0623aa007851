/* SPDX-License-Identifier: Apache-2.0 */
/* setting: the settings of schema.def at one level. */
#include <string.h>

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/level.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/undo.h"
#include "base/text.h"

#define NAME_MAX_LEN 64
#define FLAGS_MAX 128

static const char *attribute_of(enum setting setting) {
	return schema_attribute_get(setting_get(setting)->attribute)->name;
}

static const char *name_of(struct arena *arena, enum setting setting) {
	char name[NAME_MAX_LEN];
	struct text text;

	text_init(&text, name, sizeof name);
	setting_add_name(setting, &text);
	return arena_dup_text(arena, name);
}

/* Refuse @name with the nearest that there is, else with all. */
static int reject_name(struct arena *arena, const char *name, struct error *reterr_error) {
	const char *names[SETTING_COUNT + 1] = { NULL }, *nearest, *list = "";
	char hyphenated[NAME_MAX_LEN];
	struct text text;

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		names[i] = name_of(arena, (enum setting)i);
		list = arena_format(arena, "%s%s%s", list, i ? ", " : "", names[i]);
	}
	text_init(&text, hyphenated, sizeof hyphenated);
	text_add_hyphenated(&text, name);
	nearest = text_nearest(strncmp(hyphenated, "lessor-", 7) == 0 ? hyphenated + 7 : hyphenated, names);
	if (nearest)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no setting \"%s\"; did you mean %s?", name,
				 nearest);
	return error_set(reterr_error, E_INVALID_PARAMETER, "there is no setting \"%s\"; there are %s", name, list);
}

static int find_setting(struct arena *arena, const char *name, enum setting *ret_setting, struct error *reterr_error) {
	*ret_setting = setting_find(name);
	return *ret_setting == SETTING_COUNT ? reject_name(arena, name, reterr_error) : 0;
}

static int check_level(struct arena *arena, enum setting setting, const struct level *level,
		       struct error *reterr_error) {
	char flags[FLAGS_MAX];
	struct text text;

	if (setting_get(setting)->levels & level->level)
		return 0;
	text_init(&text, flags, sizeof flags);
	level_add_flags(setting_get(setting)->levels, &text);
	return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not a setting of a %s; set it at one of: %s",
			 name_of(arena, setting), level_name(level->level), flags);
}

/* Do "NAME=VALUE" to @entry, which stands at @level. */
static int assign(struct arena *arena, const struct level *level, struct entry *entry, const char *assignment,
		  enum setting *ret_setting, struct error *reterr_error) {
	size_t len = strcspn(assignment, "=");
	int r;

	if (!assignment[len])
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not of the form NAME=VALUE", assignment);
	r = find_setting(arena, arena_dup(arena, span_of(assignment, len)), ret_setting, reterr_error);
	if (r == 0)
		r = check_level(arena, *ret_setting, level, reterr_error);
	return r < 0 ? r : edit_set_setting(arena, entry, *ret_setting, assignment + len + 1, reterr_error);
}

int setting_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *names = "";
	struct level level;
	struct entry *after;
	int r = level_open(call, &tree, &level, reterr_error);

	if (r < 0)
		return r;
	after = edit_copy(call->arena, level.entry);
	for (size_t i = 0; i < call_count(call, "assignment") && r == 0; i++) {
		enum setting setting = SETTING_COUNT;

		r = assign(call->arena, &level, after, call_value_at(call, "assignment", i), &setting, reterr_error);
		if (r == 0)
			names = arena_format(call->arena, "%s%s%s", names, i ? ", " : "", name_of(call->arena, setting));
	}
	if (r == 0)
		r = tree_change(&tree, level.entry, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "%s set for %s; servers take it over at once", names, level.where));
}

/* What stands at @entry itself; what cannot be understood is shown as it is. */
static json_t *own_settings(const struct entry *entry) {
	json_t *array = json_array();

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const char *text = entry_text(entry, attribute_of((enum setting)i));
		struct error ignored;
		uint64_t value = 0;
		json_t *item;
		int r;

		if (!text)
			continue;
		r = setting_parse((enum setting)i, text, &value, &ignored);
		item = level_setting_item((enum setting)i, value, entry->dn);
		if (r < 0)
			json_object_set_new(item, "value", result_text(text));
		json_array_append_new(array, item);
	}
	return array;
}

int setting_list(struct call *call, struct error *reterr_error) {
	bool is_effective = is_call_given(call, "effective");
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct level level;
	int r = level_open(call, &tree, &level, reterr_error);

	if (r < 0)
		return r;
	return call_list(call, "settings", is_effective ? level_settings_in_force(&tree, level.entry) : own_settings(level.entry),
			arena_format(call->arena, "no setting is set at %s itself; --effective shows what is in force there", level.where));
}

int setting_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct undo undo = undo_start(call->arena, "setting set");
	const char *name, *value;
	struct level level;
	struct entry *after;
	enum setting setting = SETTING_COUNT;
	int r = find_setting(call->arena, call_value(call, "setting"), &setting, reterr_error);

	if (r == 0)
		r = level_open(call, &tree, &level, reterr_error);
	if (r < 0)
		return r;
	name = name_of(call->arena, setting);
	value = edit_value(level.entry, attribute_of(setting), 0);
	if (!value)
		return error_set(reterr_error, E_NOT_FOUND, "%s is not set at %s itself", name, level.where);
	after = edit_copy(call->arena, level.entry);
	edit_set(call->arena, after, attribute_of(setting), NULL);
	undo_word(&undo, arena_format(call->arena, "%s=%s", name, value));
	level_add_undo(call, &undo);
	undo_parameter(&undo, "policy", call_value(call, "policy"));
	r = tree_change(&tree, level.entry, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "%s removed from %s; a wider level's value or the default is in force now%s",
					      name, level.where, undo_text(&undo)));
}
