/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/command.h"

#include <string.h>

#include "base/text.h"

#define CANDIDATES_MAX 64 /* more nouns, or verbs of a noun, than there will ever be */
#define HELP_COLUMN 34

static const struct flag_info flags[] = {
#define GLOBAL true
#define COMMAND false
#define REPEAT true
#define ONCE false
#define FLAG(symbol, name, letter, argument, reach, count, help) { name, letter, argument, reach, count, help },
#include "app/ctl/flag.def"
#undef FLAG
#undef GLOBAL
#undef COMMAND
#undef REPEAT
#undef ONCE
};

#define IS(symbol) (UINT64_C(1) << FLAG_##symbol)
static const struct command commands[] = {
#define COMMAND(...) { __VA_ARGS__ },
#include "app/ctl/command.def"
};

static const struct {
	const char *name, *help;
} nouns[] = {
#define NOUN(name, help) { name, help },
#include "app/ctl/command.def"
};

const struct flag_info *flag_get(enum flag flag) {
	assert(flag < FLAG_COUNT);
	return &flags[flag];
}

static_assert(FLAG_COUNT <= 32, "a command's flags and those that it needs share 64 bits");

bool is_flag_taken(const struct command *command, enum flag flag) {
	return command->flags >> flag & 1;
}

bool is_flag_needed(const struct command *command, enum flag flag) {
	return command->flags >> 32 >> flag & 1;
}

const struct command *command_at(size_t index) {
	return index < ARRAY_LEN(commands) ? &commands[index] : NULL;
}

bool is_command_noun(const char *noun) {
	for (size_t i = 0; i < ARRAY_LEN(nouns); i++)
		if (strcmp(nouns[i].name, noun) == 0)
			return true;
	return false;
}

static const char *nearest_noun(const char *word) {
	const char *candidates[CANDIDATES_MAX + 1] = { NULL };

	for (size_t i = 0; i < ARRAY_LEN(nouns) && i < CANDIDATES_MAX; i++)
		candidates[i] = nouns[i].name;
	return text_nearest(word, candidates);
}

/* Fill @ret_verbs with the verbs of @noun, NULL at the end; their number. */
static size_t noun_verbs(const char *noun, const char *ret_verbs[static CANDIDATES_MAX + 1]) {
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(commands) && n < CANDIDATES_MAX; i++)
		if (strcmp(commands[i].noun, noun) == 0)
			ret_verbs[n++] = commands[i].verb;
	ret_verbs[n] = NULL;
	return n;
}

static int reject_noun(const char *word, struct error *reterr_error) {
	const char *nearest = nearest_noun(word);

	if (nearest)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no command \"%s\"; did you mean \"%s\"?", word,
				 nearest);
	return error_set(reterr_error, E_INVALID_PARAMETER, "there is no command \"%s\"; \"lessorctl --help\" lists them", word);
}

static int reject_verb(const char *noun, const char *word, struct error *reterr_error) {
	const char *verbs[CANDIDATES_MAX + 1], *nearest;
	char list[256];
	struct text text;

	noun_verbs(noun, verbs);
	nearest = word ? text_nearest(word, verbs) : NULL;
	if (nearest)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no command \"%s %s\"; did you mean \"%s %s\"?",
				 noun, word, noun, nearest);
	text_init(&text, list, sizeof list);
	for (size_t i = 0; verbs[i]; i++)
		text_add(&text, "%s%s", i ? ", " : "", verbs[i]);
	if (!word)
		return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s\" wants to know what to do: %s", noun, list);
	return error_set(reterr_error, E_INVALID_PARAMETER, "there is no command \"%s %s\"; \"%s\" has: %s", noun, word, noun,
			 list);
}

int command_find(char *const *words, size_t n_words, const struct command **ret_command, size_t *ret_used,
		 struct error *reterr_error) {
	if (n_words == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "what is to be done? \"lessorctl --help\" lists the commands");
	if (!is_command_noun(words[0]))
		return reject_noun(words[0], reterr_error);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const struct command *command = &commands[i];
		bool has_verb = command->verb[0] != '\0';

		if (strcmp(command->noun, words[0]) != 0)
			continue;
		if (has_verb && (n_words < 2 || strcmp(command->verb, words[1]) != 0))
			continue;
		*ret_command = command;
		*ret_used = has_verb ? 2 : 1;
		return 0;
	}
	return reject_verb(words[0], n_words > 1 ? words[1] : NULL, reterr_error);
}

/* Count what a command's words ask for: at least *ret_least, at most *ret_most (SIZE_MAX: any number). */
static void words_count(const char *words, size_t *ret_least, size_t *ret_most) {
	size_t least = 0, most = 0;

	while (*words) {
		size_t len = strcspn(words, " ");

		most++;
		least += words[0] != '[';
		if (len > 3 && strncmp(words + len - 3, "...", 3) == 0)
			most = SIZE_MAX - 1;
		words += len + (words[len] == ' ');
	}
	*ret_least = least;
	*ret_most = most;
}

int command_check_count(const struct command *command, size_t count, struct error *reterr_error) {
	const char *space = command->verb[0] ? " " : "";
	size_t least, most;

	words_count(command->words, &least, &most);
	if (count < least)
		return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s%s%s\" needs %s", command->noun, space, command->verb,
				 command->words);
	if (count > most && most == 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "nothing may stand behind \"%s%s%s\"", command->noun,
				 space, command->verb);
	if (count > most)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is too much behind \"%s%s%s\", which takes %s",
				 command->noun, space, command->verb, command->words);
	return 0;
}

void command_print_usage(FILE *file, const struct command *command) {
	fprintf(file, "usage: lessorctl [OPTION]... %s%s%s%s%s", command->noun, command->verb[0] ? " " : "", command->verb,
		command->words[0] ? " " : "", command->words);
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		const struct flag_info *flag = &flags[i];
		bool is_needed = is_flag_needed(command, (enum flag)i);

		if (is_flag_taken(command, (enum flag)i))
			fprintf(file, " %s--%s%s%s%s%s", is_needed ? "" : "[", flag->name, flag->argument[0] ? " " : "",
				flag->argument, is_needed ? "" : "]", flag->is_repeatable ? "..." : "");
	}
	fputc('\n', file);
}

static void print_flag(FILE *file, const struct flag_info *flag) {
	char left[64];
	struct text text;

	text_init(&text, left, sizeof left);
	if (flag->letter)
		text_add(&text, "-%c, ", flag->letter);
	else
		text_add(&text, "    ");
	text_add(&text, "--%s%s%s", flag->name, flag->argument[0] ? " " : "", flag->argument);
	fprintf(file, "  %-*s %s\n", HELP_COLUMN, left, flag->help);
}

static void print_flags(FILE *file, uint64_t wanted) {
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (wanted & (UINT64_C(1) << i))
			print_flag(file, &flags[i]);
}

static uint64_t global_flags(void) {
	uint64_t set = 0;

	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (flags[i].is_global)
			set |= UINT64_C(1) << i;
	return set;
}

static void print_command_help(FILE *file, const struct command *command) {
	command_print_usage(file, command);
	fprintf(file, "\n%s\n\nFor example:\n  lessorctl %s\n", command->help, command->example);
	if (command->flags) {
		fputs("\nOptions:\n", file);
		print_flags(file, command->flags);
	}
	fputs("\nOptions of every command: see lessorctl --help.\n", file);
}

static void print_noun_help(FILE *file, const char *noun) {
	fprintf(file, "usage: lessorctl [OPTION]... %s VERB ...\n\n", noun);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		char left[64];
		struct text text;

		if (strcmp(commands[i].noun, noun) != 0)
			continue;
		text_init(&text, left, sizeof left);
		text_add(&text, "%s %s", commands[i].verb, commands[i].words);
		fprintf(file, "  %-*s %s\n", HELP_COLUMN, left, commands[i].help);
	}
	fprintf(file, "\n\"lessorctl %s VERB --help\" explains one, with an example.\n", noun);
}

static void print_overview(FILE *file) {
	fputs("usage: lessorctl [OPTION]... NOUN [VERB] ...\n\n"
	      "Administer Lessor: what is in the directory with your own rights there, what is in this\n"
	      "machine's daemon over its management socket.\n\n",
	      file);
	for (size_t i = 0; i < ARRAY_LEN(nouns); i++) {
		const char *verbs[CANDIDATES_MAX + 1];

		fprintf(file, "  %-12s %s", nouns[i].name, nouns[i].help);
		noun_verbs(nouns[i].name, verbs);
		for (size_t j = 0; verbs[j] && verbs[j][0]; j++)
			fprintf(file, "%s%s", j ? ", " : ": ", verbs[j]);
		fputc('\n', file);
	}
	fputs("\nOptions, before or behind the command:\n", file);
	print_flags(file, global_flags());
	fputs("\n\"lessorctl NOUN --help\" and \"lessorctl NOUN VERB --help\" say more.\n"
	      "Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n",
	      file);
}

void command_print_help(FILE *file, char *const *words, size_t n_words) {
	const struct command *command;
	struct error ignored;
	size_t used;

	if (n_words && command_find(words, n_words, &command, &used, &ignored) == 0)
		print_command_help(file, command);
	else if (n_words && is_command_noun(words[0]))
		print_noun_help(file, words[0]);
	else
		print_overview(file);
}
