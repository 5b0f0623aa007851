/* SPDX-License-Identifier: Apache-2.0 */
/* option: values of lessorOption at one level. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/level.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "base/text.h"
#include "wire/option.h"

#define VALUE_TEXT_MAX (4 * OPTION_VALUE_MAX)
#define NAME_MAX_LEN 64

static const char *const option_attribute = "lessorOption";

/* The option's code, by name or number, of the first @len characters of @text; -1 if there is none. */
static int code_of(const char *text, size_t len) {
	const struct option_info *info;
	char name[NAME_MAX_LEN];
	uint64_t number;

	if (len >= sizeof name)
		return -1;
	memcpy(name, text, len);
	name[len] = '\0';
	if (text_parse_u64(name, UINT8_MAX, &number) == 0)
		return (int)number;
	info = option_info_find(name);
	return info ? info->code : -1;
}

/* Remove all values of option @code from @entry; how many there were. */
static size_t remove_code(struct entry *entry, int code) {
	size_t n, n_removed = 0;

	edit_values(entry, option_attribute, &n);
	while (n-- > 0) {
		const char *value = edit_value(entry, option_attribute, n);

		if (code_of(value, strcspn(value, "=")) != code)
			continue;
		edit_remove_at(entry, option_attribute, n);
		n_removed++;
	}
	return n_removed;
}

/* Remove all values that begin with @name, whether there is such an option or not; how many there were. */
static size_t remove_name(struct entry *entry, const char *name) {
	size_t n, n_removed = 0, len = strlen(name);

	edit_values(entry, option_attribute, &n);
	while (n-- > 0) {
		const char *value = edit_value(entry, option_attribute, n);

		if (strcspn(value, "=") != len || strncasecmp(value, name, len) != 0)
			continue;
		edit_remove_at(entry, option_attribute, n);
		n_removed++;
	}
	return n_removed;
}

/* Put "NAME=VALUE" in the place of what @entry says about that option, in the form in which we write it. */
static int set_option(struct arena *arena, struct entry *entry, const char *assignment, struct error *reterr_error) {
	char *shown = arena_take(arena, VALUE_TEXT_MAX), buffer[4];
	uint8_t *octets = arena_take(arena, OPTION_VALUE_MAX), code;
	struct text text;
	size_t len;
	int r;

	if (!strchr(assignment, '='))
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s is not of the form NAME=VALUE", assignment);
	r = option_assignment_parse(assignment, OPTION_VALUE_MAX, &code, octets, &len, reterr_error);
	if (r < 0)
		return r;
	text_init(&text, shown, VALUE_TEXT_MAX);
	text_add(&text, "%s=", option_name(code, buffer));
	option_value_format(code, span_of(octets, len), &text);
	remove_code(entry, code);
	edit_add(arena, entry, option_attribute, text.is_truncated ? assignment : shown);
	return 0;
}

int option_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *names = "";
	struct level level;
	struct entry *after;
	int r = level_open(call, &tree, &level, reterr_error);

	if (r < 0)
		return r;
	after = edit_copy(call->arena, level.entry);
	for (size_t i = 0; i < call_count(call, "assignment") && r == 0; i++) {
		const char *word = call_value_at(call, "assignment", i);

		r = set_option(call->arena, after, word, reterr_error);
		names = arena_format(call->arena, "%s%s%.*s", names, i ? ", " : "", (int)strcspn(word, "="), word);
	}
	if (r == 0)
		r = tree_change(&tree, level.entry, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "%s set for %s; clients are told at their next renewal", names, level.where));
}

static json_t *option_item(const char *value) {
	size_t len = strcspn(value, "=");
	int code = code_of(value, len);
	char name[NAME_MAX_LEN];

	snprintf(name, sizeof name, "%.*s", (int)len, value);
	return json_pack("{s:o, s:o, s:o}", "name", result_text(name), "code", code < 0 ? json_null() : json_integer(code),
			 "value", result_text(value[len] ? value + len + 1 : ""));
}

int option_list(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	struct level level;
	const char *value;
	json_t *items;
	int r = level_open(call, &tree, &level, reterr_error);

	if (r < 0)
		return r;
	items = json_array();
	for (size_t i = 0; (value = edit_value(level.entry, option_attribute, i)); i++)
		json_array_append_new(items, option_item(value));
	return call_list(call, "options", items, arena_format(call->arena, "no option is set at %s itself", level.where));
}

static int reject_name(const char *name, struct error *reterr_error) {
	const char *names[UINT8_MAX + 1] = { NULL }, *nearest;
	const struct option_info *info;

	for (size_t i = 0; i < UINT8_MAX && (info = option_info_at(i)); i++)
		names[i] = info->name;
	nearest = text_nearest(name, names);
	if (nearest)
		return error_set(reterr_error, E_DHCP_OPTION_NOT_PRESENT, "there is no option %s; did you mean %s?", name, nearest);
	return error_set(reterr_error, E_DHCP_OPTION_NOT_PRESENT, "there is no option %s", name);
}

int option_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "option");
	int code = code_of(name, strlen(name)), r;
	struct level level;
	struct entry *after;
	size_t n_removed;

	r = level_open(call, &tree, &level, reterr_error);
	if (r < 0)
		return r;
	after = edit_copy(call->arena, level.entry);
	n_removed = code < 0 ? remove_name(after, name) : remove_code(after, code);
	if (n_removed == 0 && code < 0)
		return reject_name(name, reterr_error);
	if (n_removed == 0)
		return error_set(reterr_error, E_DDS_OPTION_DOES_NOT_EXIST, "%s is not set at %s itself", name, level.where);
	r = tree_change(&tree, level.entry, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "%s removed from %s; a value from a wider level is in force now, if there is one",
					 name, level.where));
}
