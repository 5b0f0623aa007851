/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/undo.h"

#include <string.h>

#include "admin/operation.h"

#define COMMAND_MAX 700 /* of the 1023 characters of a message */

struct undo undo_start(struct arena *arena, const char *operation) {
	return (struct undo){ arena, arena_format(arena, "lessorctl %s", operation) };
}

/* In single quotes; one of those inside ends the quotes, stands escaped, and begins them again. */
static const char *in_quotes(struct arena *arena, const char *word) {
	char *text = arena_take(arena, 4 * strlen(word) + 3), *end = text;

	*end++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			end = stpcpy(end, "'\\'");
		*end++ = *word;
	}
	*end = '\'';
	return text;
}

const char *undo_quoted(struct arena *arena, const char *word) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=@+%";

	return word[0] && word[strspn(word, plain)] == '\0' ? word : in_quotes(arena, word);
}

void undo_word(struct undo *undo, const char *word) {
	undo->command = arena_format(undo->arena, "%s %s", undo->command, undo_quoted(undo->arena, word));
}

void undo_parameter(struct undo *undo, const char *name, const char *value) {
	if (!value)
		return;
	undo->command = arena_format(undo->arena, "%s --%s", undo->command, name);
	if (operation_parameter_find(name)->argument[0])
		undo_word(undo, value);
}

const char *undo_text(const struct undo *undo) {
	if (strlen(undo->command) > COMMAND_MAX)
		return "";
	return arena_format(undo->arena, "; undo with: %s", undo->command);
}
