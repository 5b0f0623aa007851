/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl's command line: commands, options, help, and what is said about mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/ctl/arguments.h"

#define WORDS_MAX 16

struct parsed {
	struct arena *arena;
	struct arguments arguments;
	struct error error;
	char line[256], *argv[WORDS_MAX + 1];
	int result;
};

/* Parse a line of words separated by spaces. */
static void parse(struct parsed *parsed, const char *line) {
	char *rest = parsed->line;
	int argc = 0;

	*parsed = (struct parsed){ .arena = arena_new(0) };
	snprintf(parsed->line, sizeof parsed->line, "lessorctl %s", line);
	for (char *word; (word = strsep(&rest, " ")) && argc < WORDS_MAX;)
		if (*word)
			parsed->argv[argc++] = word;
	parsed->result = arguments_parse(argc, parsed->argv, parsed->arena, &parsed->arguments, &parsed->error);
}

static void expect_command(const char *line, const char *noun, const char *verb, size_t n_words) {
	struct parsed parsed;

	parse(&parsed, line);
	assert_int_equal(parsed.result, 0);
	assert_string_equal(parsed.arguments.command->noun, noun);
	assert_string_equal(parsed.arguments.command->verb, verb);
	assert_int_equal(parsed.arguments.n_words, n_words);
	arena_free(parsed.arena);
}

static void expect_mistake(const char *line, const char *said) {
	struct parsed parsed;

	parse(&parsed, line);
	assert_int_equal(parsed.result, -E_INVALID_PARAMETER);
	if (!strstr(parsed.error.text, said))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", line, parsed.error.text, said);
	arena_free(parsed.arena);
}

static void finds_commands(void **state) {
	expect_command("status", "status", "", 0);
	expect_command("errors 20039", "errors", "", 1);
	expect_command("scope add 10.0.0.0/24 --site s", "scope", "add", 1);
	expect_command("option set routers=10.0.0.1 log-servers=10.0.0.2 --root", "option", "set", 2);
	expect_command("server authorize a", "server", "authorize", 1);
	expect_command("server authorize a 10.0.0.1", "server", "authorize", 2);
}

static void takes_options_anywhere(void **state) {
	static const char *const lines[] = { "--site hq -b dc=x scope add 10.0.0.0/24",
					     "scope --site hq add -b dc=x 10.0.0.0/24",
					     "scope add 10.0.0.0/24 --site=hq --base dc=x" };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct parsed parsed;

		parse(&parsed, lines[i]);
		assert_int_equal(parsed.result, 0);
		assert_string_equal(flag_value(&parsed.arguments, FLAG_SITE), "hq");
		assert_string_equal(flag_value(&parsed.arguments, FLAG_BASE), "dc=x");
		assert_string_equal(parsed.arguments.words[0], "10.0.0.0/24");
		arena_free(parsed.arena);
	}
}

static void repeats_what_may_be_repeated(void **state) {
	struct parsed parsed;

	parse(&parsed, "scope add 10.0.0.0/24 --site s --range a --range b -H u1 -H u2 --json --json");
	assert_int_equal(parsed.result, 0);
	assert_int_equal(parsed.arguments.n_values[FLAG_RANGE], 2);
	assert_string_equal(parsed.arguments.values[FLAG_RANGE][1], "b");
	assert_int_equal(parsed.arguments.n_values[FLAG_URI], 2);
	assert_null(flag_value(&parsed.arguments, FLAG_NAME));
	arena_free(parsed.arena);
	expect_mistake("scope add 10.0.0.0/24 --site a --site b", "--site is given twice");
}

static void says_what_was_meant(void **state) {
	expect_mistake("scop add", "did you mean \"scope\"?");
	expect_mistake("scope ad x", "did you mean \"scope add\"?");
	expect_mistake("scope", "add, list, show, set, remove");
	expect_mistake("scope xyzzy", "\"scope\" has: add");
	expect_mistake("xyzzyplugh", "there is no command \"xyzzyplugh\"");
	expect_mistake("", "what is to be done?");
	expect_mistake("scope list --jsno", "did you mean --json?");
	expect_mistake("scope list -q", "there is no option -q");
	expect_mistake("scope list --json=yes", "--json takes no value");
}

static void counts_words_and_flags(void **state) {
	expect_mistake("scope add", "needs NETWORK/LENGTH");
	expect_mistake("scope add a b", "too much");
	expect_mistake("scope list a", "nothing may stand behind \"scope list\"");
	expect_mistake("errors a b", "too much");
	expect_mistake("scope add a --site s --hardware b", "\"scope add\" has no option --hardware");
	expect_mistake("scope add a --site", "--site needs SITE");
	expect_mistake("scope add a", "needs --site SITE");
	expect_mistake("scope add a -b", "--base needs DN");
}

static void leaves_help_alone(void **state) {
	struct parsed parsed;

	parse(&parsed, "scope add --help");
	assert_int_equal(parsed.result, 0);
	assert_true(is_flag_given(&parsed.arguments, FLAG_HELP));
	assert_int_equal(parsed.arguments.n_words, 2);
	arena_free(parsed.arena);
}

static void helps_with_every_command(void **state) {
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)); i++) {
		char *words[] = { (char *)command->noun, (char *)command->verb }, *help = NULL;
		size_t len = 0;
		FILE *file = open_memstream(&help, &len);

		command_print_help(file, words, command->verb[0] ? 2 : 1);
		fclose(file);
		assert_non_null(strstr(help, command->help));
		assert_non_null(strstr(help, command->example));
		free(help);
	}
}

/* The examples of the table are themselves right. */
static void examples_parse(void **state) {
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)); i++) {
		struct parsed parsed;

		parse(&parsed, command->example);
		if (parsed.result < 0)
			fail_msg("%s: %s", command->example, parsed.error.text);
		assert_ptr_equal(parsed.arguments.command, command);
		arena_free(parsed.arena);
	}
}

static void table_is_consistent(void **state) {
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)); i++)
		assert_true(is_command_noun(command->noun));
	for (int i = 0; i < FLAG_COUNT; i++)
		for (int j = 0; j < i; j++) {
			const struct flag_info *a = flag_get((enum flag)i), *b = flag_get((enum flag)j);

			assert_string_not_equal(a->name, b->name);
			assert_true(!a->letter || a->letter != b->letter);
		}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_commands),
		cmocka_unit_test(takes_options_anywhere),
		cmocka_unit_test(repeats_what_may_be_repeated),
		cmocka_unit_test(says_what_was_meant),
		cmocka_unit_test(counts_words_and_flags),
		cmocka_unit_test(leaves_help_alone),
		cmocka_unit_test(helps_with_every_command),
		cmocka_unit_test(examples_parse),
		cmocka_unit_test(table_is_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
