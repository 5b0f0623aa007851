/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "app/ctl/command.h"
#include "base/macros.h"
#include "base/text.h"

#define OPTION_BASE 256 /* getopt_long's value of an option is this plus its index, beyond all letters */
#define OPTIONS_MAX 256 /* more than there will ever be */
#define NUMBER_MARK '\x7f' /* nobody types it */

static const struct {
	const char *name;
	char letter;
	const char *argument, *help;
} flags[] = {
#define FLAG(symbol, name, letter, argument, help) { name, letter, argument, help },
#include "app/ctl/flag.def"
#undef FLAG
};

static size_t count_settings(void) {
	size_t n = 0;

	while (lessor_setting_at(n))
		n++;
	return n;
}

bool option_at(size_t index, struct option_info *ret_info) {
	size_t n_settings = count_settings();
	const struct lessor_parameter_info *info;

	if (index >= n_settings && index - n_settings < FLAG_COUNT) {
		size_t own = index - n_settings;

		*ret_info = (struct option_info){ OPTION_OWN,          flags[own].name, flags[own].letter,
						  flags[own].argument, flags[own].help, false };
		return true;
	}
	info = index < n_settings ? lessor_setting_at(index) : lessor_parameter_at(index - n_settings - FLAG_COUNT);
	if (!info)
		return false;
	*ret_info = (struct option_info){ index < n_settings ? OPTION_SETTING : OPTION_PARAMETER,
					  info->name,
					  info->letter,
					  info->argument,
					  info->help,
					  info->is_repeatable || index >= n_settings };
	return true;
}

/* The table for getopt_long and its string of letters. */
struct getopt_tables {
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];
};

static void make_tables(struct getopt_tables *ret_tables) {
	char *letter = ret_tables->letters;
	struct option_info info;

	*ret_tables = (struct getopt_tables){ 0 };
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	for (int i = 0; i < OPTIONS_MAX && option_at((size_t)i, &info); i++) {
		int wants = info.argument[0] ? required_argument : no_argument;

		ret_tables->longs[i] = (struct option){ info.name, wants, NULL, OPTION_BASE + i };
		if (info.letter)
			*letter++ = info.letter;
		if (info.letter && wants == required_argument)
			*letter++ = ':';
	}
}

/* Fill @ret_info with the option that getopt_long's value stands for; its index, or -1 if there is none. */
static int option_of(int value, struct option_info *ret_info) {
	if (value >= OPTION_BASE)
		return option_at((size_t)(value - OPTION_BASE), ret_info) ? value - OPTION_BASE : -1;
	for (int i = 0; value && option_at((size_t)i, ret_info); i++)
		if (ret_info->letter == value)
			return i;
	return -1;
}

static int reject_unknown(const char *word, int letter, struct error *reterr_error) {
	const char *names[OPTIONS_MAX + 1] = { NULL }, *nearest;
	struct option_info info;
	char name[64];

	if (letter && letter < OPTION_BASE && strncmp(word, "--", 2) != 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no option -%c", letter);
	if (letter >= OPTION_BASE && option_of(letter, &info) >= 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "--%s takes no value", info.name);
	word += strspn(word, "-");
	snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
	for (size_t i = 0; i < OPTIONS_MAX && option_at(i, &info); i++)
		names[i] = info.name;
	nearest = text_nearest(name, names);
	if (nearest)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no option --%s; did you mean --%s?", name,
				 nearest);
	return error_set(reterr_error, E_INVALID_PARAMETER, "there is no option --%s", name);
}

static bool is_output(const struct arguments *arguments, const char *format) {
	return is_flag_given(arguments, FLAG_OUTPUT) && strcmp(arguments->own[FLAG_OUTPUT], format) == 0;
}

bool is_output_json(const struct arguments *arguments) {
	return is_flag_given(arguments, FLAG_JSON) || is_output(arguments, "json");
}

bool is_output_wide(const struct arguments *arguments) {
	return is_output(arguments, "wide");
}

static int check_output(const struct arguments *arguments, struct error *reterr_error) {
	const char *format = arguments->own[FLAG_OUTPUT];

	if (!format || is_output_json(arguments) || is_output_wide(arguments) || is_output(arguments, "table"))
		return 0;
	return error_set(reterr_error, E_INVALID_PARAMETER, "--output is %s; it can be table, wide or json", format);
}

bool is_argument_given(const struct arguments *arguments, const char *name) {
	for (size_t i = 0; i < arguments->n_parameters; i++)
		if (strcmp(arguments->parameters[i].name, name) == 0)
			return true;
	return false;
}

static bool is_setting_given(const struct arguments *arguments, const char *name) {
	for (size_t i = 0; i < arguments->n_settings; i++)
		if (strcmp(arguments->settings[i].name, name) == 0)
			return true;
	return false;
}

/* There is room for all that can stand on the line. */
static int add_value(struct arguments *arguments, int index, const struct option_info *info, const char *value,
		     struct error *reterr_error) {
	struct lessor_parameter parameter = { info->name, value ? value : "" };
	bool is_again = false;

	switch (info->owner) {
	case OPTION_SETTING:
		is_again = is_setting_given(arguments, info->name);
		arguments->settings[arguments->n_settings++] = parameter;
		break;
	case OPTION_OWN:
		is_again = is_flag_given(arguments, (enum flag)((size_t)index - count_settings()));
		arguments->own[(size_t)index - count_settings()] = parameter.value;
		break;
	case OPTION_PARAMETER:
		arguments->parameters[arguments->n_parameters++] = parameter;
		break;
	}
	if (is_again && info->argument[0] && !info->is_repeatable)
		return error_set(reterr_error, E_INVALID_PARAMETER, "--%s is given twice", info->name);
	return 0;
}

static bool is_negative_number(const char *word) {
	return word[0] == '-' && word[1] && !word[1 + strspn(word + 1, "0123456789")];
}

/* getopt takes "-32" for options. Behind a mark it is a word, or the value of an option, like any other. */
static void hide_numbers(int argc, char **argv, struct arena *arena) {
	for (int i = 1; i < argc; i++)
		if (is_negative_number(argv[i]))
			argv[i] = arena_format(arena, "%c%s", NUMBER_MARK, argv[i]);
}

static char *without_mark(char *word) {
	return word && word[0] == NUMBER_MARK ? word + 1 : word;
}

static int parse_options(int argc, char **argv, struct arguments *arguments, struct error *reterr_error) {
	struct getopt_tables tables;
	int value, r = 0;

	make_tables(&tables);
	optind = 0; /* start afresh, also in a second call */
	opterr = 0;
	while (r == 0 && (value = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
		struct option_info info;
		int index = option_of(value == ':' ? optopt : value, &info);

		if (value == '?' || index < 0)
			return reject_unknown(argv[optind > 0 ? optind - 1 : 0], optopt, reterr_error);
		if (value == ':')
			return error_set(reterr_error, E_INVALID_PARAMETER, "--%s needs %s", info.name, info.argument);
		r = add_value(arguments, index, &info, without_mark(optarg), reterr_error);
	}
	arguments->words = argv + optind;
	arguments->n_words = (size_t)(argc - optind);
	for (int i = optind; i < argc; i++)
		argv[i] = without_mark(argv[i]);
	return r;
}

static int reject_surplus(const struct lessor_operation *operation, bool has_words, struct error *reterr_error) {
	char usage[256];
	struct text text;

	text_init(&text, usage, sizeof usage);
	command_add_words(operation, &text);
	if (!has_words)
		return error_set(reterr_error, E_INVALID_PARAMETER, "nothing may stand behind \"%s%s%s\"",
				 operation->noun, operation->verb[0] ? " " : "", operation->verb);
	return error_set(reterr_error, E_INVALID_PARAMETER, "there is too much behind \"%s%s%s\", which takes%s",
			 operation->noun, operation->verb[0] ? " " : "", operation->verb, usage);
}

/* Give each word the name of its place; one that may be repeated takes all that follow. */
static int place_words(struct arguments *arguments, struct arena *arena, struct error *reterr_error) {
	struct lessor_place place = { .is_word = true };
	size_t index = 0;

	for (size_t i = 0; i < arguments->n_words; i++) {
		bool is_there = (i && place.is_repeatable) ||
				lessor_operation_place(arguments->operation, index++, &place);

		if (!is_there || !place.is_word)
			return reject_surplus(arguments->operation, i > 0, reterr_error);
		arguments->parameters[arguments->n_parameters++] =
			(struct lessor_parameter){ arena_dup_text(arena, place.name), arguments->words[i] };
	}
	return 0;
}

/* More options than this cannot stand on the line: each has a letter of it. */
static size_t count_letters(int argc, char **argv) {
	size_t n = 1;

	for (int i = 0; i < argc; i++)
		n += strlen(argv[i]) + 1;
	return n;
}

int arguments_parse(int argc, char **argv, struct arena *arena, struct arguments *ret_arguments,
		    struct error *reterr_error) {
	size_t room = count_letters(argc, argv), used;
	int r;

	*ret_arguments = (struct arguments){ .settings = arena_array_of(arena, struct lessor_parameter, room),
					     .parameters = arena_array_of(arena, struct lessor_parameter, room) };
	hide_numbers(argc, argv, arena);
	r = parse_options(argc, argv, ret_arguments, reterr_error);
	if (r == 0)
		r = check_output(ret_arguments, reterr_error);
	if (r < 0)
		return r;
	if (is_flag_given(ret_arguments, FLAG_HELP) || is_flag_given(ret_arguments, FLAG_VERSION))
		return 0;
	r = command_find(ret_arguments->words, ret_arguments->n_words, &ret_arguments->operation, &used, reterr_error);
	if (r < 0)
		return r;
	ret_arguments->words += used;
	ret_arguments->n_words -= used;
	return place_words(ret_arguments, arena, reterr_error);
}
