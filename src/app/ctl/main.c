/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl - the administrator's command: the directory with one's own rights, the daemon over its management
 * socket. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "app/ctl/ctl.h"
#include "app/ctl/directory.h"
#include "app/ctl/output.h"
#include "config.h"

enum { EXIT_REFUSED = 1, EXIT_USAGE = 2 };

static void report(const struct ctl *ctl, const struct error *error) {
	int code = error->code < 0 ? -error->code : error->code;

	fflush(stdout);
	fprintf(stderr, "lessorctl: %s (%d): %s\n", error_name(code), code, error->text);
	if (ctl->is_json) {
		json_t *document = json_pack("{s:o}", "error", output_error_object(error));

		output_json(stdout, document);
		json_decref(document);
	}
}

static void hint(const struct arguments *arguments) {
	const struct command *command = arguments->command;

	if (command)
		command_print_usage(stderr, command);
	if (command)
		fprintf(stderr, "Try: lessorctl %s%s%s --help\n", command->noun, command->verb[0] ? " " : "", command->verb);
	else if (arguments->n_words && is_command_noun(arguments->words[0]))
		fprintf(stderr, "Try: lessorctl %s --help\n", arguments->words[0]);
	else
		fputs("Try: lessorctl --help\n", stderr);
}

static int refuse_usage(const struct ctl *ctl, const struct error *error) {
	report(ctl, error);
	hint(&ctl->arguments);
	return EXIT_USAGE;
}

static int run(struct ctl *ctl, int argc, char **argv) {
	struct error error = { 0 };
	int r = arguments_parse(argc, argv, ctl->arena, &ctl->arguments, &error);

	ctl->is_json = is_flag_given(&ctl->arguments, FLAG_JSON);
	if (r < 0)
		return refuse_usage(ctl, &error);
	if (is_flag_given(&ctl->arguments, FLAG_HELP)) {
		command_print_help(stdout, ctl->arguments.words, ctl->arguments.n_words);
		return 0;
	}
	if (is_flag_given(&ctl->arguments, FLAG_VERSION)) {
		puts("lessorctl " PACKAGE_VERSION);
		return 0;
	}
	r = ctl->arguments.command->handler(ctl, &error);
	if (r < 0 && ctl->is_usage_wrong)
		return refuse_usage(ctl, &error);
	if (r < 0)
		report(ctl, &error);
	return r < 0 ? EXIT_REFUSED : r;
}

/* What could not be printed was not said: a full disk or a closed pipe is a failure too. */
static int finish_output(int status) {
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "lessorctl: the output could not be written: %s\n", strerror(errno));
	return EXIT_REFUSED;
}

int main(int argc, char **argv) {
	struct ctl ctl = { .arena = arena_new(0) };
	int status;

	setlocale(LC_CTYPE, "");
	status = finish_output(run(&ctl, argc, argv));
	directory_close(ctl.directory);
	config_free(ctl.config);
	arena_free(ctl.arena);
	return status;
}
