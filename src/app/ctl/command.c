/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/command.h"

#include <string.h>

#include "app/ctl/arguments.h"

#define CANDIDATES_MAX 64 /* more nouns, or verbs of a noun, than there will ever be */
#define HELP_COLUMN 34

static const char *nearest_noun(const char *word) {
	const char *candidates[CANDIDATES_MAX + 1] = { NULL };

	for (size_t i = 0; i < CANDIDATES_MAX && lessor_noun_at(i); i++)
		candidates[i] = lessor_noun_at(i);
	return text_nearest(word, candidates);
}

/* Fill @ret_verbs with the verbs of @noun, NULL at the end; their number. */
static size_t noun_verbs(const char *noun, const char *ret_verbs[static CANDIDATES_MAX + 1]) {
	const struct lessor_operation *operation;
	size_t n = 0;

	for (size_t i = 0; (operation = lessor_operation_at(i)) && n < CANDIDATES_MAX; i++)
		if (strcmp(operation->noun, noun) == 0)
			ret_verbs[n++] = operation->verb;
	ret_verbs[n] = NULL;
	return n;
}

static int reject_noun(const char *word, struct error *reterr_error) {
	const char *nearest = nearest_noun(word);

	if (nearest)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no command \"%s\"; did you mean \"%s\"?",
				 word, nearest);
	return error_set(reterr_error, E_INVALID_PARAMETER,
			 "there is no command \"%s\"; \"lessorctl --help\" lists them", word);
}

static int reject_verb(const char *noun, const char *word, struct error *reterr_error) {
	const char *verbs[CANDIDATES_MAX + 1], *nearest;
	char list[256];
	struct text text;

	noun_verbs(noun, verbs);
	nearest = word ? text_nearest(word, verbs) : NULL;
	if (nearest)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "there is no command \"%s %s\"; did you mean \"%s %s\"?", noun, word, noun, nearest);
	text_init(&text, list, sizeof list);
	for (size_t i = 0; verbs[i]; i++)
		text_add(&text, "%s%s", i ? ", " : "", verbs[i]);
	if (!word)
		return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s\" wants to know what to do: %s", noun, list);
	return error_set(reterr_error, E_INVALID_PARAMETER, "there is no command \"%s %s\"; \"%s\" has: %s", noun, word,
			 noun, list);
}

int command_find(char *const *words, size_t n_words, const struct lessor_operation **ret_operation, size_t *ret_used,
		 struct error *reterr_error) {
	const struct lessor_operation *operation;

	if (n_words == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "what is to be done? \"lessorctl --help\" lists the commands");
	if (!lessor_noun_help(words[0]))
		return reject_noun(words[0], reterr_error);
	for (size_t i = 0; (operation = lessor_operation_at(i)); i++) {
		bool has_verb = operation->verb[0] != '\0';

		if (strcmp(operation->noun, words[0]) != 0)
			continue;
		if (has_verb && (n_words < 2 || strcmp(operation->verb, words[1]) != 0))
			continue;
		*ret_operation = operation;
		*ret_used = has_verb ? 2 : 1;
		return 0;
	}
	return reject_verb(words[0], n_words > 1 ? words[1] : NULL, reterr_error);
}

void command_add_words(const struct lessor_operation *operation, struct text *text) {
	struct lessor_place place;

	for (size_t i = 0; lessor_operation_place(operation, i, &place) && place.is_word; i++)
		text_add(text, " %s%s%s%s", place.is_needed ? "" : "[", place.argument,
			 place.is_repeatable ? "..." : "", place.is_needed ? "" : "]");
}

void command_print_usage(FILE *file, const struct lessor_operation *operation) {
	struct lessor_place place;
	char words[256];
	struct text text;

	text_init(&text, words, sizeof words);
	command_add_words(operation, &text);
	fprintf(file, "usage: lessorctl [OPTION]... %s%s%s%s", operation->noun, operation->verb[0] ? " " : "",
		operation->verb, words);
	for (size_t i = 0; lessor_operation_place(operation, i, &place); i++)
		if (!place.is_word)
			fprintf(file, " %s--%s%s%s%s%s", place.is_needed ? "" : "[", place.name,
				place.argument[0] ? " " : "", place.argument, place.is_needed ? "" : "]",
				place.is_repeatable ? "..." : "");
	fputc('\n', file);
}

static void print_option(FILE *file, const struct option_info *info) {
	char left[64];
	struct text text;

	text_init(&text, left, sizeof left);
	if (info->letter)
		text_add(&text, "-%c, ", info->letter);
	else
		text_add(&text, "    ");
	text_add(&text, "--%s%s%s", info->name, info->argument[0] ? " " : "", info->argument);
	fprintf(file, "  %-*s %s\n", HELP_COLUMN, left, info->help);
}

static bool is_taken(const struct lessor_operation *operation, const char *name) {
	struct lessor_place place;

	for (size_t i = 0; lessor_operation_place(operation, i, &place); i++)
		if (!place.is_word && strcmp(place.name, name) == 0)
			return true;
	return false;
}

static void print_operation_help(FILE *file, const struct lessor_operation *operation) {
	const char *title = "\nOptions:\n";
	struct option_info info;

	command_print_usage(file, operation);
	fprintf(file, "\n%s\n\nFor example:\n  lessorctl %s\n", operation->help, operation->example);
	for (size_t i = 0; option_at(i, &info); i++) {
		if (info.owner != OPTION_PARAMETER || !is_taken(operation, info.name))
			continue;
		fputs(title, file);
		title = "";
		print_option(file, &info);
	}
	fputs("\nOptions of every command: see lessorctl --help.\n", file);
}

static void print_noun_help(FILE *file, const char *noun) {
	const struct lessor_operation *operation;

	fprintf(file, "usage: lessorctl [OPTION]... %s VERB ...\n\n", noun);
	for (size_t i = 0; (operation = lessor_operation_at(i)); i++) {
		char left[64];
		struct text text;

		if (strcmp(operation->noun, noun) != 0)
			continue;
		text_init(&text, left, sizeof left);
		text_add(&text, "%s", operation->verb);
		command_add_words(operation, &text);
		fprintf(file, "  %-*s %s\n", HELP_COLUMN, left, operation->help);
	}
	fprintf(file, "\n\"lessorctl %s VERB --help\" explains one, with an example.\n", noun);
}

static void print_overview(FILE *file) {
	struct option_info info;
	const char *noun;

	fputs("usage: lessorctl [OPTION]... NOUN [VERB] ...\n\n"
	      "Administer Lessor: what is in the directory with your own rights there, what is in this\n"
	      "machine's daemon over its management socket.\n\n",
	      file);
	for (size_t i = 0; (noun = lessor_noun_at(i)); i++) {
		const char *verbs[CANDIDATES_MAX + 1];

		fprintf(file, "  %-12s %s", noun, lessor_noun_help(noun));
		noun_verbs(noun, verbs);
		for (size_t j = 0; verbs[j] && verbs[j][0]; j++)
			fprintf(file, "%s%s", j ? ", " : ": ", verbs[j]);
		fputc('\n', file);
	}
	fputs("\nOptions, before or behind the command:\n", file);
	for (size_t i = 0; option_at(i, &info) && info.owner != OPTION_PARAMETER; i++)
		print_option(file, &info);
	fputs("\n\"lessorctl NOUN --help\" and \"lessorctl NOUN VERB --help\" say more.\n"
	      "Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n",
	      file);
}

void command_print_help(FILE *file, char *const *words, size_t n_words) {
	const struct lessor_operation *operation;
	struct error ignored;
	size_t used;

	if (n_words && command_find(words, n_words, &operation, &used, &ignored) == 0)
		print_operation_help(file, operation);
	else if (n_words && lessor_noun_help(words[0]))
		print_noun_help(file, words[0]);
	else
		print_overview(file);
}
