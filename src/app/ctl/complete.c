/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/complete.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ctl/arguments.h"
#include "base/macros.h"

/* Where the names of objects come from. */
static const struct source {
	const char *noun, *parameter, *operation, *key, *member;
} sources[] = {
#define COMPLETE(noun, parameter, operation, key, member) { noun, parameter, operation, key, member },
#include "app/ctl/complete.def"
};

static const struct {
	const char *noun, *parameter, *words;
} word_lists[] = {
#define COMPLETE_WORDS(noun, parameter, words) { noun, parameter, words },
#include "app/ctl/complete.def"
};

#define OBJECTS_MAX "1000" /* of which there may be a million; nobody looks through more */

/* What is typed so far. */
struct line {
	char **words; /* before the last one */
	size_t n_words;
	const char *last;
	struct arguments arguments; /* as far as the words before it make sense */
};

static void offer(const struct line *line, const char *candidate) {
	if (strncmp(candidate, line->last, strlen(line->last)) == 0)
		puts(candidate);
}

static void offer_words(const struct line *line, const char *words) {
	char word[64];

	for (; *words; words += strcspn(words, " "), words += *words == ' ') {
		snprintf(word, sizeof word, "%.*s", (int)strcspn(words, " "), words);
		offer(line, word);
	}
}

static void offer_members(const struct line *line, const struct source *source, const char *text) {
	json_t *result = json_loads(text, 0, NULL), *item;
	const char *name;
	size_t i;

	json_array_foreach(json_object_get(result, source->key), i, item) {
		name = json_string_value(json_object_get(item, source->member));
		if (name)
			offer(line, name);
	}
	json_decref(result);
}

/* True if the operation called @name can be held to a number of objects. */
static bool has_limit(const char *name) {
	const struct lessor_operation *operation;
	struct lessor_place place;
	char full[64];

	for (size_t i = 0; (operation = lessor_operation_at(i)); i++) {
		snprintf(full, sizeof full, "%s %s", operation->noun, operation->verb);
		for (size_t j = 0; strcmp(full, name) == 0 && lessor_operation_place(operation, j, &place); j++)
			if (strcmp(place.name, "limit") == 0)
				return true;
	}
	return false;
}

/* Whoever completes has not been asked for anything: a session that would have to ask has no names. */
static void offer_objects(const struct line *line, const struct source *source) {
	const struct arguments *arguments = &line->arguments;
	const struct lessor_parameter limit = { "limit", OBJECTS_MAX };
	struct lessor *session = lessor_new();
	char *text = NULL;

	for (size_t i = 0; i < arguments->n_settings; i++)
		lessor_configure(session, arguments->settings[i].name, arguments->settings[i].value, NULL);
	if (lessor_call(session, source->operation, &limit, has_limit(source->operation), &text, NULL) >= 0 && text)
		offer_members(line, source, text);
	free(text);
	lessor_free(session);
}

static bool is_row_for(const char *row, const char *noun) {
	return strcmp(row, "*") == 0 || strcmp(row, noun) == 0;
}

/* Values of the parameter @name. */
static void offer_values(const struct line *line, const char *name) {
	const char *noun = line->arguments.operation ? line->arguments.operation->noun : "*";

	for (size_t i = 0; i < ARRAY_LEN(word_lists); i++) {
		if (!is_row_for(word_lists[i].noun, noun) || strcmp(word_lists[i].parameter, name) != 0)
			continue;
		offer_words(line, word_lists[i].words);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		if (!is_row_for(sources[i].noun, noun) || strcmp(sources[i].parameter, name) != 0)
			continue;
		offer_objects(line, &sources[i]);
		return;
	}
}

static void offer_option(const struct line *line, const char *name) {
	char option[80];

	snprintf(option, sizeof option, "--%s", name);
	offer(line, option);
}

/* The options of lessorctl and of the session, and those parameters that the operation takes. */
static void offer_options(const struct line *line) {
	const struct lessor_operation *operation = line->arguments.operation;
	struct lessor_place place;
	struct option_info info;

	for (size_t i = 0; option_at(i, &info); i++)
		if (info.owner != OPTION_PARAMETER)
			offer_option(line, info.name);
	for (size_t i = 0; operation && lessor_operation_place(operation, i, &place); i++)
		if (!place.is_word)
			offer_option(line, place.name);
}

static void offer_nouns(const struct line *line) {
	const char *noun;

	for (size_t i = 0; (noun = lessor_noun_at(i)); i++)
		offer(line, noun);
}

static void offer_verbs(const struct line *line, const char *noun) {
	const struct lessor_operation *operation;

	for (size_t i = 0; (operation = lessor_operation_at(i)); i++)
		if (strcmp(operation->noun, noun) == 0 && operation->verb[0])
			offer(line, operation->verb);
}

/* The word that would stand next behind those of the operation. */
static void offer_place(const struct line *line) {
	struct lessor_place place = { .is_word = false };
	size_t index = 0;

	while (lessor_operation_place(line->arguments.operation, index, &place) && place.is_word &&
	       !place.is_repeatable && index < line->arguments.n_words)
		index++;
	if (place.is_word)
		offer_values(line, place.name);
}

/* True if @word is an option that waits for its value. */
static bool is_waiting(const char *word, struct option_info *ret_info) {
	if (word[0] != '-' || strchr(word, '='))
		return false;
	for (size_t i = 0; option_at(i, ret_info); i++) {
		bool is_long = word[1] == '-' && strcmp(ret_info->name, word + 2) == 0;
		bool is_short = word[1] && word[1] == ret_info->letter && !word[2];

		if ((is_long || is_short) && ret_info->argument[0])
			return true;
	}
	return false;
}

int complete_run(char **words, size_t n_words) {
	char *lessorctl = (char *)"lessorctl";
	struct arena *arena = arena_new(0);
	char **argv = arena_array_of(arena, char *, n_words + 1);
	struct line line = { .words = words, .n_words = n_words ? n_words - 1 : 0, .last = n_words ? words[n_words - 1] : "" };
	struct option_info waiting = { 0 };
	bool has_option = line.n_words && is_waiting(words[line.n_words - 1], &waiting);
	struct error ignored;

	argv[0] = lessorctl;
	if (n_words)
		memcpy(argv + 1, words, (line.n_words - has_option) * sizeof *argv);
	arguments_parse((int)(1 + line.n_words - has_option), argv, arena, &line.arguments, &ignored);
	if (has_option)
		offer_values(&line, waiting.name);
	else if (line.last[0] == '-')
		offer_options(&line);
	else if (line.arguments.operation)
		offer_place(&line);
	else if (line.arguments.n_words == 0)
		offer_nouns(&line);
	else if (line.arguments.n_words == 1)
		offer_verbs(&line, line.arguments.words[0]);
	arena_free(arena);
	return 0;
}
