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
#include "app/ctl/command.h"
#include "app/ctl/view.h"
#include "base/macros.h"

#define WORDS_MAX 16

struct parsed {
	struct arena *arena;
	struct arguments arguments;
	struct error error;
	char line[256], *argv[WORDS_MAX + 1];
	int result;
};

/* Take a word off *@rest; one in quotes may hold spaces. NULL at the end. */
static char *take_word(char **rest) {
	char *word = *rest + strspn(*rest, " "), end[2] = " ";

	if (*word == '\'' || *word == '"')
		end[0] = *word++;
	if (!*word)
		return NULL;
	*rest = word + strcspn(word, end);
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

/* Parse a line of words separated by spaces. */
static void parse(struct parsed *parsed, const char *line) {
	char *rest = parsed->line;
	int argc = 0;

	*parsed = (struct parsed){ .arena = arena_new(0) };
	snprintf(parsed->line, sizeof parsed->line, "lessorctl %s", line);
	for (char *word; argc < WORDS_MAX && (word = take_word(&rest));)
		parsed->argv[argc++] = word;
	parsed->result = arguments_parse(argc, parsed->argv, parsed->arena, &parsed->arguments, &parsed->error);
}

/* Borrow the value at @index of what was given as @name; NULL past the end. */
static const char *value_of(const struct lessor_parameter *given, size_t n, const char *name, size_t index) {
	for (size_t i = 0; i < n; i++)
		if (strcmp(given[i].name, name) == 0 && index-- == 0)
			return given[i].value;
	return NULL;
}

static const char *parameter_of(const struct parsed *parsed, const char *name, size_t index) {
	return value_of(parsed->arguments.parameters, parsed->arguments.n_parameters, name, index);
}

static const char *setting_of(const struct parsed *parsed, const char *name, size_t index) {
	return value_of(parsed->arguments.settings, parsed->arguments.n_settings, name, index);
}

static void expect_command(const char *line, const char *noun, const char *verb, size_t n_words) {
	struct parsed parsed;

	parse(&parsed, line);
	assert_int_equal(parsed.result, 0);
	assert_string_equal(parsed.arguments.operation->noun, noun);
	assert_string_equal(parsed.arguments.operation->verb, verb);
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
		assert_string_equal(parameter_of(&parsed, "site", 0), "hq");
		assert_string_equal(setting_of(&parsed, "base", 0), "dc=x");
		assert_string_equal(parameter_of(&parsed, "network", 0), "10.0.0.0/24");
		arena_free(parsed.arena);
	}
}

static void repeats_what_may_be_repeated(void **state) {
	struct parsed parsed;

	parse(&parsed, "scope add 10.0.0.0/24 --site s --range a --range b -H u1 -H u2 --json --json");
	assert_int_equal(parsed.result, 0);
	assert_string_equal(parameter_of(&parsed, "range", 1), "b");
	assert_null(parameter_of(&parsed, "range", 2));
	assert_string_equal(setting_of(&parsed, "uri", 1), "u2");
	assert_null(parameter_of(&parsed, "name", 0));
	arena_free(parsed.arena);
	expect_mistake("scope list --base a -b b", "--base is given twice");
}

/* Each word has the name of its place; the last place takes the rest where it may be repeated. */
static void names_words(void **state) {
	struct parsed parsed;

	parse(&parsed, "range add 10.0.0.0 10.0.0.5-10.0.0.9");
	assert_string_equal(parameter_of(&parsed, "network", 0), "10.0.0.0");
	assert_string_equal(parameter_of(&parsed, "range", 0), "10.0.0.5-10.0.0.9");
	arena_free(parsed.arena);
	parse(&parsed, "option set a=1 b=2 --root c=3");
	assert_int_equal(parsed.result, 0);
	assert_string_equal(parameter_of(&parsed, "assignment", 2), "c=3");
	assert_string_equal(parameter_of(&parsed, "root", 0), "");
	arena_free(parsed.arena);
}

/* A negative number is a word, or the value of an option, and no option itself. */
static void takes_negative_numbers(void **state) {
	struct parsed parsed;

	parse(&parsed, "range extend 10.0.0.0 -32 10.0.0.5 --name -5 -Z");
	assert_int_equal(parsed.result, 0);
	assert_string_equal(parameter_of(&parsed, "range", 0), "-32");
	assert_string_equal(parameter_of(&parsed, "count", 0), "10.0.0.5");
	assert_string_equal(parameter_of(&parsed, "name", 0), "-5");
	assert_int_equal(parsed.arguments.n_settings, 1);
	arena_free(parsed.arena);
	expect_mistake("scope list -5x", "there is no option -5");
}

/* As many options as letters: no more room is needed than was made. */
static void takes_letters_in_a_row(void **state) {
	struct parsed parsed;

	parse(&parsed, "-ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ status");
	assert_int_equal(parsed.result, 0);
	assert_int_equal(parsed.arguments.n_settings, 32);
	arena_free(parsed.arena);
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

static void counts_words(void **state) {
	expect_mistake("scope add a b", "too much behind \"scope add\", which takes NETWORK/LENGTH");
	expect_mistake("scope list a", "nothing may stand behind \"scope list\"");
	expect_mistake("errors a b", "too much");
	expect_mistake("scope add a --site", "--site needs SITE");
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
	const struct lessor_operation *operation;

	for (size_t i = 0; (operation = lessor_operation_at(i)); i++) {
		char *words[] = { (char *)operation->noun, (char *)operation->verb }, *help = NULL;
		size_t len = 0;
		FILE *file = open_memstream(&help, &len);

		command_print_help(file, words, operation->verb[0] ? 2 : 1);
		fclose(file);
		assert_non_null(strstr(help, operation->help));
		assert_non_null(strstr(help, operation->example));
		free(help);
	}
}

static void shows_usage(void **state) {
	char *words[] = { "exclusion", "add" }, *help = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&help, &len);

	command_print_help(file, words, 2);
	fclose(file);
	assert_non_null(strstr(help, "exclusion add NETWORK FIRST-LAST\n"));
	free(help);
}

/* The examples of the table are themselves right. */
static void examples_parse(void **state) {
	const struct lessor_operation *operation;

	for (size_t i = 0; (operation = lessor_operation_at(i)); i++) {
		struct parsed parsed;

		parse(&parsed, operation->example);
		if (parsed.result < 0)
			fail_msg("%s: %s", operation->example, parsed.error.text);
		assert_ptr_equal(parsed.arguments.operation, operation);
		arena_free(parsed.arena);
	}
}

static void options_are_unique(void **state) {
	struct option_info a, b;

	for (size_t i = 0; option_at(i, &a); i++)
		for (size_t j = 0; j < i && option_at(j, &b); j++) {
			assert_string_not_equal(a.name, b.name);
			assert_true(!a.letter || a.letter != b.letter);
		}
}

/* Each row of view.def is about an operation. */
static void views_have_operations(void **state) {
	const char *name;

	for (size_t i = 0; (name = view_operation_at(i)); i++) {
		struct parsed parsed;

		parse(&parsed, name);
		if (!parsed.arguments.operation)
			fail_msg("view.def: %s: %s", name, parsed.error.text);
		arena_free(parsed.arena);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_commands),
		cmocka_unit_test(takes_options_anywhere),
		cmocka_unit_test(repeats_what_may_be_repeated),
		cmocka_unit_test(says_what_was_meant),
		cmocka_unit_test(names_words),
		cmocka_unit_test(takes_negative_numbers),
		cmocka_unit_test(takes_letters_in_a_row),
		cmocka_unit_test(counts_words),
		cmocka_unit_test(leaves_help_alone),
		cmocka_unit_test(helps_with_every_command),
		cmocka_unit_test(examples_parse),
		cmocka_unit_test(shows_usage),
		cmocka_unit_test(options_are_unique),
		cmocka_unit_test(views_have_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
