/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl - the administrator's command: a thin shell over the library (lessor/lessor.h). It takes the command line
 * apart, lets the library do the operation, and shows the result to a person or as JSON. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lessor/errors.h>
#include <lessor/lessor.h>

#include "app/ctl/arguments.h"
#include "app/ctl/command.h"
#include "app/ctl/complete.h"
#include "app/ctl/output.h"
#include "app/ctl/pieces.h"
#include "app/ctl/terminal.h"
#include "app/ctl/view.h"
#include "config.h"

/* By which a shell asks what may stand next (contrib/completion); nobody types it. */
#define COMPLETE_WORD "--complete"

enum { EXIT_REFUSED = 1, EXIT_USAGE = 2 };

/* What stands in a directory or on the command line may be in a sentence. */
static void complain(const char *rank, const char *name, int code, const char *sentence) {
	char *line = output_line(sentence);

	fprintf(stderr, "lessorctl: %s%s (%d): %s\n", rank, name, code, line);
	free(line);
}

/* What is left of @result, if some of it was printed while it came; else all. */
static void print_result(const struct pieces *pieces, json_t *result) {
	if (has_pieces(pieces))
		pieces_end(pieces, result);
	else if (is_output_json(pieces->arguments))
		output_json(stdout, result);
	else
		view_show(pieces->arguments, result);
}

/* @result: what the refused operation has to show all the same, or NULL. */
static void report(const struct pieces *pieces, const struct lessor_error *error, json_t *result) {
	const char *name = lessor_error_name(error->code);
	json_t *document;

	if (is_output_json(pieces->arguments)) {
		document = result ? json_incref(result) : json_object();
		json_object_set_new(document, "error",
				    json_pack("{s:i, s:s, s:o}", "code", error->code, "name", name, "message",
					      output_text(error->text)));
		print_result(pieces, document);
		json_decref(document);
	} else if (result) {
		print_result(pieces, result);
	}
	fflush(stdout);
	complain("", name, error->code, error->text);
}

static void hint(const struct arguments *arguments) {
	const struct lessor_operation *operation = arguments->operation;

	if (operation)
		command_print_usage(stderr, operation);
	if (operation)
		fprintf(stderr, "Try: lessorctl %s%s%s --help\n", operation->noun, operation->verb[0] ? " " : "",
			operation->verb);
	else if (arguments->n_words && lessor_noun_help(arguments->words[0]))
		fprintf(stderr, "Try: lessorctl %s --help\n", arguments->words[0]);
	else
		fputs("Try: lessorctl --help\n", stderr);
}

/* @text: the result as the library gave it, or NULL. */
static int refuse(const struct pieces *pieces, const struct lessor_error *error, const char *text) {
	json_t *result = text ? json_loads(text, 0, NULL) : NULL;

	report(pieces, error, result);
	json_decref(result);
	if (!error->is_usage)
		return EXIT_REFUSED;
	hint(pieces->arguments);
	return EXIT_USAGE;
}

/* Warnings have a code; what "check" calls so has none and stands on its page. */
static void print_warnings(const json_t *result) {
	const json_t *warnings = json_object_get(result, "warnings"), *warning;
	size_t i;

	json_array_foreach(warnings, i, warning)
		if (json_object_get(warning, "code"))
			complain("warning: ", json_string_value(json_object_get(warning, "name")),
				 (int)json_integer_value(json_object_get(warning, "code")),
				 json_string_value(json_object_get(warning, "message")));
}

/* For a person; a program finds it under "undo". */
static void print_undo(const json_t *result) {
	const char *undo = json_string_value(json_object_get(result, "undo"));

	if (undo && isatty(STDOUT_FILENO))
		printf("To bring it back, give these lines to ldapadd, or put them back into the file:\n\n%s", undo);
}

static void show(const struct pieces *pieces, const char *text) {
	json_t *result = json_loads(text, 0, NULL);

	print_result(pieces, result);
	if (!is_output_json(pieces->arguments))
		print_undo(result);
	fflush(stdout);
	print_warnings(result);
	json_decref(result);
}

static int configure(struct lessor *session, struct pieces *pieces, struct lessor_error *reterr_error) {
	const struct arguments *arguments = pieces->arguments;
	int r = 0;

	for (size_t i = 0; i < arguments->n_settings && r == 0; i++)
		r = lessor_configure(session, arguments->settings[i].name, arguments->settings[i].value, reterr_error);
	if (is_flag_given(arguments, FLAG_ASK_PASSWORD) || isatty(STDIN_FILENO))
		lessor_on_password(session, terminal_ask_password, NULL);
	if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !is_flag_given(arguments, FLAG_YES))
		lessor_on_question(session, terminal_ask, NULL);
	lessor_on_piece(session, pieces_take, pieces);
	if (isatty(STDERR_FILENO))
		lessor_on_progress(session, terminal_show_progress, NULL);
	return r;
}

static int call(struct lessor *session, const struct arguments *arguments) {
	const struct lessor_operation *operation = arguments->operation;
	struct pieces pieces = { .arguments = arguments };
	struct lessor_error error;
	char name[64], *result = NULL;
	int r = configure(session, &pieces, &error);

	snprintf(name, sizeof name, "%s%s%s", operation->noun, operation->verb[0] ? " " : "", operation->verb);
	if (r == 0)
		r = lessor_call(session, name, arguments->parameters, arguments->n_parameters, &result, &error);
	if (r < 0)
		r = refuse(&pieces, &error, result);
	else
		show(&pieces, result);
	free(result);
	return r;
}

static int refuse_line(const struct arguments *arguments, const struct error *error) {
	struct lessor_error refusal = { .code = error->code, .is_usage = true };
	const struct pieces none = { .arguments = arguments };

	snprintf(refusal.text, sizeof refusal.text, "%s", error->text);
	return refuse(&none, &refusal, NULL);
}

static int run(struct arena *arena, int argc, char **argv) {
	struct arguments arguments;
	struct error error = { 0 };
	struct lessor *session;
	int r = arguments_parse(argc, argv, arena, &arguments, &error);

	if (r < 0)
		return refuse_line(&arguments, &error);
	if (is_flag_given(&arguments, FLAG_HELP)) {
		command_print_help(stdout, arguments.words, arguments.n_words);
		return 0;
	}
	if (is_flag_given(&arguments, FLAG_VERSION)) {
		puts("lessorctl " PACKAGE_VERSION);
		return 0;
	}
	session = lessor_new();
	r = call(session, &arguments);
	lessor_free(session);
	return r;
}

/* What could not be printed was not said: a full disk or a closed pipe is a failure too. */
static int finish_output(int status) {
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "lessorctl: the output could not be written: %s\n", strerror(errno));
	return EXIT_REFUSED;
}

int main(int argc, char **argv) {
	struct arena *arena = arena_new(0);
	int status;

	setlocale(LC_CTYPE, "");
	if (argc > 1 && strcmp(argv[1], COMPLETE_WORD) == 0)
		status = complete_run(argv + 2, (size_t)(argc - 2));
	else
		status = run(arena, argc, argv);
	status = finish_output(status);
	arena_free(arena);
	return status;
}
