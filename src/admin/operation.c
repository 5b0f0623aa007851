/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/operation.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

static const struct operation operations[] = {
#define OPERATION(noun, verb, words, parameters, handler, help, example)                                               \
	{ { noun, verb, help, example }, words, parameters, handler },
#include "admin/operation.def"
};

static const struct noun {
	const char *name, *help;
} nouns[] = {
#define NOUN(name, help) { name, help },
#include "admin/operation.def"
};

static const struct lessor_parameter_info settings[] = {
#define ONCE false
#define REPEAT true
#define SESSION(name, letter, argument, count, help) { name, letter, argument, count, help },
#include "admin/parameter.def"
#undef ONCE
#undef REPEAT
};

static const struct lessor_parameter_info parameters[] = {
#define PARAMETER(name, argument, help) { name, '\0', argument, false, help },
#include "admin/parameter.def"
};

const struct lessor_operation *lessor_operation_at(size_t index) {
	return index < ARRAY_LEN(operations) ? &operations[index].public : NULL;
}

const char *lessor_noun_at(size_t index) {
	return index < ARRAY_LEN(nouns) ? nouns[index].name : NULL;
}

const char *lessor_noun_help(const char *noun) {
	for (size_t i = 0; i < ARRAY_LEN(nouns); i++)
		if (strcmp(nouns[i].name, noun) == 0)
			return nouns[i].help;
	return NULL;
}

const struct lessor_parameter_info *lessor_setting_at(size_t index) {
	return index < ARRAY_LEN(settings) ? &settings[index] : NULL;
}

const struct lessor_parameter_info *lessor_parameter_at(size_t index) {
	return index < ARRAY_LEN(parameters) ? &parameters[index] : NULL;
}

const struct lessor_parameter_info *operation_setting_find(const char *name) {
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

const struct lessor_parameter_info *operation_parameter_find(const char *name) {
	for (size_t i = 0; i < ARRAY_LEN(parameters); i++)
		if (strcmp(parameters[i].name, name) == 0)
			return &parameters[i];
	return NULL;
}

/* Borrow the part at @index of @list, whose parts have a space between them; its length to *ret_len. NULL past the
 * end. */
static const char *part_at(const char *list, size_t index, size_t *ret_len) {
	for (; *list; list += strspn(list, " ")) {
		size_t len = strcspn(list, " ");

		if (index-- == 0) {
			*ret_len = len;
			return list;
		}
		list += len;
	}
	return NULL;
}

static void copy(char *to, size_t size, const char *from, size_t len) {
	snprintf(to, size, "%.*s", (int)len, from);
}

/* Read "[name:SHOWN]...": the brackets, the dots and the name are optional. */
static void read_word(const char *part, size_t len, struct lessor_place *ret_place) {
	struct lessor_place place = { .is_word = true, .is_needed = part[0] != '[' };
	const char *dots = memmem(part, len, "...", 3), *end = part + len, *colon;
	size_t n = 0;

	place.is_repeatable = dots != NULL;
	end = dots ? dots : end;
	part += !place.is_needed;
	end -= !place.is_needed && end[-1] == ']';
	colon = memchr(part, ':', (size_t)(end - part));
	if (colon)
		copy(place.name, sizeof place.name, part, (size_t)(colon - part));
	part = colon ? colon + 1 : part;
	copy(place.argument, sizeof place.argument, part, (size_t)(end - part));
	for (; !colon && n < sizeof place.name - 1 && isalpha((unsigned char)place.argument[n]); n++)
		place.name[n] = (char)tolower((unsigned char)place.argument[n]);
	*ret_place = place;
}

/* Read "name", "name!" or "name*". */
static void read_parameter(const char *part, size_t len, struct lessor_place *ret_place) {
	const struct lessor_parameter_info *info;
	struct lessor_place place = { 0 };
	size_t name_len = strcspn(part, " !*");

	copy(place.name, sizeof place.name, part, name_len);
	for (size_t i = name_len; i < len; i++) {
		place.is_needed |= part[i] == '!';
		place.is_repeatable |= part[i] == '*';
	}
	info = operation_parameter_find(place.name);
	if (info)
		snprintf(place.argument, sizeof place.argument, "%s", info->argument);
	*ret_place = place;
}

static const struct operation *operation_of(const struct lessor_operation *public) {
	static_assert(offsetof(struct operation, public) == 0, "a row begins with what is public of it");
	return (const struct operation *)public;
}

bool lessor_operation_place(const struct lessor_operation *public, size_t index, struct lessor_place *ret_place) {
	const struct operation *operation = operation_of(public);
	size_t len, n_words = 0;
	const char *part = part_at(operation->words, index, &len);

	if (part) {
		read_word(part, len, ret_place);
		return true;
	}
	while (part_at(operation->words, n_words, &len))
		n_words++;
	part = part_at(operation->parameters, index - n_words, &len);
	if (part)
		read_parameter(part, len, ret_place);
	return part != NULL;
}

static bool is_called(const struct lessor_operation *operation, const char *name) {
	size_t len = strlen(operation->noun);

	if (strncmp(name, operation->noun, len) != 0)
		return false;
	return operation->verb[0] ? name[len] == ' ' && strcmp(name + len + 1, operation->verb) == 0 : !name[len];
}

int operation_find(const char *name, const struct operation **ret_operation, struct error *reterr_error) {
	for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
		if (!is_called(&operations[i].public, name))
			continue;
		*ret_operation = &operations[i];
		return 0;
	}
	return error_set(reterr_error, E_INVALID_PARAMETER, "there is no operation \"%s\"", name);
}

/* How messages call a place: NETWORK, --site SITE. */
static void describe(const struct lessor_place *place, struct text *text) {
	if (!place->is_word)
		text_add(text, "--%s%s", place->name, place->argument[0] ? " " : "");
	text_add(text, "%s", place->argument);
}

static const char *separator(const struct operation *operation) {
	return operation->public.verb[0] ? " " : "";
}

/* Check one place against what is given. */
static int check_place(const struct operation *operation, const struct lessor_place *place, size_t n_given,
		       struct error *reterr_error) {
	char array[128];
	struct text text;

	if (n_given > 1 && !place->is_repeatable && place->argument[0])
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s%s is given twice", place->is_word ? "" : "--",
				 place->is_word ? place->argument : place->name);
	if (n_given || !place->is_needed)
		return 0;
	text_init(&text, array, sizeof array);
	describe(place, &text);
	return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s%s%s\" needs %s", operation->public.noun,
			 separator(operation), operation->public.verb, array);
}

/* True if one of the places of @operation is called @name. */
bool is_operation_taking(const struct operation *operation, const char *name) {
	struct lessor_place place;

	for (size_t i = 0; lessor_operation_place(&operation->public, i, &place); i++)
		if (strcmp(place.name, name) == 0)
			return true;
	return false;
}

int operation_check(const struct operation *operation, const struct lessor_parameter *given, size_t n_given,
		    struct error *reterr_error) {
	struct lessor_place place;
	int r = 0;

	for (size_t i = 0; i < n_given; i++)
		if (!is_operation_taking(operation, given[i].name))
			return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s%s%s\" has no option --%s",
					 operation->public.noun, separator(operation), operation->public.verb,
					 given[i].name);
	for (size_t i = 0; r == 0 && lessor_operation_place(&operation->public, i, &place); i++) {
		size_t n = 0;

		for (size_t j = 0; j < n_given; j++)
			n += strcmp(given[j].name, place.name) == 0;
		r = check_place(operation, &place, n, reterr_error);
	}
	return r;
}
