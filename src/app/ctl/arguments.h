/* SPDX-License-Identifier: Apache-2.0 */
/* arguments.h - lessorctl's command line, taken apart by the rows of command.def and flag.def. */
#pragma once

#include "app/ctl/command.h"
#include "base/arena.h"

/* Embedded; everything lives in the arena given to arguments_parse or in argv. */
struct arguments {
	const struct command *command; /* NULL if only help or the version is wanted */
	char *const *words;            /* behind noun and verb; with help: all of them */
	size_t n_words;
	const char **values[FLAG_COUNT]; /* of a flag without argument: "" */
	size_t n_values[FLAG_COUNT];
};

/* Read the command line. Options may stand before, between and behind the words. Also fills what it understood when it
 * fails: flags always, the command if it was found.
 * 0, or -E_INVALID_PARAMETER with what is wrong: then it is wrong usage. */
int arguments_parse(int argc, char **argv, struct arena *arena, struct arguments *ret_arguments,
		    struct error *reterr_error);

static inline bool is_flag_given(const struct arguments *arguments, enum flag flag) {
	return arguments->n_values[flag] > 0;
}

/* Borrow the flag's value, or NULL if it was not given. */
static inline const char *flag_value(const struct arguments *arguments, enum flag flag) {
	return is_flag_given(arguments, flag) ? arguments->values[flag][0] : NULL;
}
