/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define FLAG_VALUE_BASE 256 /* getopt_long's value of a flag is this plus its number, beyond all letters */

/* The table for getopt_long and its string of letters. */
struct getopt_tables {
	struct option longs[FLAG_COUNT + 1];
	char letters[2 * FLAG_COUNT + 2];
};

static void make_tables(struct getopt_tables *ret_tables) {
	char *letter = ret_tables->letters;

	*ret_tables = (struct getopt_tables){ 0 };
	*letter++ = ':'; /* tell a missing argument from an unknown option */
	for (int i = 0; i < FLAG_COUNT; i++) {
		const struct flag_info *flag = flag_get((enum flag)i);
		int wants = flag->argument[0] ? required_argument : no_argument;

		ret_tables->longs[i] = (struct option){ flag->name, wants, NULL, FLAG_VALUE_BASE + i };
		if (flag->letter)
			*letter++ = flag->letter;
		if (flag->letter && wants == required_argument)
			*letter++ = ':';
	}
}

/* The flag that getopt_long's value stands for; FLAG_COUNT if none. */
static enum flag flag_of(int value) {
	if (value >= FLAG_VALUE_BASE && value < FLAG_VALUE_BASE + FLAG_COUNT)
		return (enum flag)(value - FLAG_VALUE_BASE);
	for (int i = 0; i < FLAG_COUNT && value; i++)
		if (flag_get((enum flag)i)->letter == value)
			return (enum flag)i;
	return FLAG_COUNT;
}

static int reject_unknown(const char *word, int letter, struct error *reterr_error) {
	const char *names[FLAG_COUNT + 1] = { NULL }, *nearest;
	char name[64];

	if (letter && letter < FLAG_VALUE_BASE && strncmp(word, "--", 2) != 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no option -%c", letter);
	if (letter >= FLAG_VALUE_BASE)
		return error_set(reterr_error, E_INVALID_PARAMETER, "--%s takes no value",
				 flag_get(flag_of(letter))->name);
	word += strspn(word, "-");
	snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
	for (int i = 0; i < FLAG_COUNT; i++)
		names[i] = flag_get((enum flag)i)->name;
	nearest = text_nearest(name, names);
	if (nearest)
		return error_set(reterr_error, E_INVALID_PARAMETER, "there is no option --%s; did you mean --%s?", name, nearest);
	return error_set(reterr_error, E_INVALID_PARAMETER, "there is no option --%s", name);
}

static int add_value(struct arguments *arguments, enum flag flag, const char *value, struct arena *arena,
		     struct error *reterr_error) {
	const struct flag_info *info = flag_get(flag);
	size_t n = arguments->n_values[flag];
	const char **values;

	if (n && info->argument[0] && !info->is_repeatable)
		return error_set(reterr_error, E_INVALID_PARAMETER, "--%s is given twice", info->name);
	values = arena_array_of(arena, const char *, n + 1);
	if (n)
		memcpy(values, arguments->values[flag], n * sizeof *values);
	values[n] = value ? value : "";
	arguments->values[flag] = values;
	arguments->n_values[flag] = n + 1;
	return 0;
}

static int parse_flags(int argc, char **argv, struct arena *arena, struct arguments *arguments,
		       struct error *reterr_error) {
	struct getopt_tables tables;
	int value;

	make_tables(&tables);
	optind = 0; /* start afresh, also in a second call */
	opterr = 0;
	while ((value = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
		enum flag flag = flag_of(value == ':' ? optopt : value);
		int r;

		if (value == '?')
			return reject_unknown(argv[optind > 0 ? optind - 1 : 0], optopt, reterr_error);
		if (value == ':')
			return error_set(reterr_error, E_INVALID_PARAMETER, "--%s needs %s", flag_get(flag)->name,
					 flag_get(flag)->argument);
		r = add_value(arguments, flag, optarg, arena, reterr_error);
		if (r < 0)
			return r;
	}
	arguments->words = argv + optind;
	arguments->n_words = (size_t)(argc - optind);
	return 0;
}

static int check_flags(const struct arguments *arguments, struct error *reterr_error) {
	const struct command *command = arguments->command;

	for (int i = 0; i < FLAG_COUNT; i++) {
		const struct flag_info *flag = flag_get((enum flag)i);

		bool is_given = is_flag_given(arguments, (enum flag)i);

		if (!is_given && is_flag_needed(command, (enum flag)i))
			return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s%s%s\" needs --%s %s", command->noun,
					 command->verb[0] ? " " : "", command->verb, flag->name, flag->argument);
		if (!is_given || flag->is_global || is_flag_taken(command, (enum flag)i))
			continue;
		return error_set(reterr_error, E_INVALID_PARAMETER, "\"%s%s%s\" has no option --%s", command->noun,
				 command->verb[0] ? " " : "", command->verb, flag->name);
	}
	return 0;
}

int arguments_parse(int argc, char **argv, struct arena *arena, struct arguments *ret_arguments,
		    struct error *reterr_error) {
	size_t used;
	int r;

	*ret_arguments = (struct arguments){ 0 };
	r = parse_flags(argc, argv, arena, ret_arguments, reterr_error);
	if (r < 0)
		return r;
	if (is_flag_given(ret_arguments, FLAG_HELP) || is_flag_given(ret_arguments, FLAG_VERSION))
		return 0;
	r = command_find(ret_arguments->words, ret_arguments->n_words, &ret_arguments->command, &used, reterr_error);
	if (r < 0)
		return r;
	ret_arguments->words += used;
	ret_arguments->n_words -= used;
	r = command_check_count(ret_arguments->command, ret_arguments->n_words, reterr_error);
	return r < 0 ? r : check_flags(ret_arguments, reterr_error);
}
