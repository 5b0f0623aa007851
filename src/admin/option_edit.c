/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/option_edit.h"

#include <string.h>
#include <strings.h>

#include "admin/edit.h"
#include "admin/result.h"

#define VALUE_TEXT_MAX (4 * OPTION_VALUE_MAX)

static const char *option_attribute(void) {
	return schema_attribute_get(ATTRIBUTE_OPTION)->name;
}

const char *option_word(const struct call *call, const char *word) {
	const char *vendor_class = call_value(call, "vendor-class"), *user_class = call_value(call, "user-class");

	if (user_class)
		word = arena_format(call->arena, "[user:%s]%s", user_class, word);
	return vendor_class ? arena_format(call->arena, "[vendor:%s]%s", vendor_class, word) : word;
}

static bool is_same_option(const struct option_reference *a, const struct option_reference *b) {
	return a->code == b->code && a->vendor_class == b->vendor_class && a->user_class == b->user_class;
}

/* Remove all values of @option; how many there were. */
static size_t remove_option(struct tree *tree, struct entry *entry, const struct option_reference *option) {
	const struct snapshot *snapshot = tree_snapshot(tree);
	struct option_reference other;
	size_t n, n_removed = 0;
	const char *rest;

	edit_values(entry, option_attribute(), &n);
	while (n-- > 0) {
		const char *value = edit_value(entry, option_attribute(), n);

		if (option_reference_parse(snapshot, value, &other, &rest, NULL) < 0 || !is_same_option(&other, option))
			continue;
		edit_remove_at(entry, option_attribute(), n);
		n_removed++;
	}
	return n_removed;
}

/* Remove all values that stand there under @word, whether there is such an option or not; how many there were. */
static size_t remove_word(struct entry *entry, const char *word) {
	size_t n, n_removed = 0, len = strlen(word);

	edit_values(entry, option_attribute(), &n);
	while (n-- > 0) {
		const char *value = edit_value(entry, option_attribute(), n);

		if (strncasecmp(value, word, len) != 0 || (value[len] != '=' && value[len] != '\0'))
			continue;
		edit_remove_at(entry, option_attribute(), n);
		n_removed++;
	}
	return n_removed;
}

/* "NAME=VALUE" of a word that is only NAME, with the default value of @option. */
static int add_default(struct tree *tree, const struct option_reference *option, const char **word,
		       struct error *reterr_error) {
	const struct option_definition *definition =
		snapshot_definition_get(tree_snapshot(tree), option->vendor_class, option->code);

	if (!definition || !definition->default_value[0])
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "%s is not of the form NAME=VALUE, and this option has no default value", *word);
	*word = arena_format(tree->arena, "%s=%s", *word, definition->default_value);
	return 0;
}

int option_put(struct tree *tree, struct entry *entry, const char *word, struct error *reterr_error) {
	struct assignment *assignment = arena_new_of(tree->arena, struct assignment);
	char *written = arena_take(tree->arena, VALUE_TEXT_MAX);
	const char *rest = "";
	struct text text;
	int r = option_reference_parse(tree_snapshot(tree), word, &assignment->option, &rest, reterr_error);

	if (r == 0 && !rest[0])
		r = add_default(tree, &assignment->option, &word, reterr_error);
	if (r == 0)
		r = assignment_parse(tree_snapshot(tree), word, assignment, reterr_error);
	if (r < 0)
		return r;
	text_init(&text, written, VALUE_TEXT_MAX);
	assignment_format(&assignment->option, span_of(assignment->octets, assignment->len), &text);
	remove_option(tree, entry, &assignment->option);
	edit_add(tree->arena, entry, option_attribute(), text.is_truncated ? word : written);
	return 0;
}

int option_take_out(struct tree *tree, struct entry *entry, const char *word, struct error *reterr_error) {
	size_t n_removed = remove_word(entry, word);
	struct option_reference option;
	const char *rest = "";
	int r = option_reference_parse(tree_snapshot(tree), word, &option, &rest, reterr_error);

	if (r == 0 && rest[0])
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "%s names a value; name the option alone to remove it", word);
	if (r == 0)
		n_removed += remove_option(tree, entry, &option);
	if (n_removed)
		return 0;
	if (r < 0)
		return r;
	return error_set(reterr_error, E_DDS_OPTION_DOES_NOT_EXIST, "%s is not set there itself", word);
}
