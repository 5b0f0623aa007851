/* SPDX-License-Identifier: Apache-2.0 */
/* arguments.h - lessorctl's command line, taken apart by the library's table of operations and the rows of flag.def. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <lessor/lessor.h>

#include "base/arena.h"
#include "base/error.h"

/* lessorctl's own options. */
enum flag {
#define FLAG(symbol, ...) FLAG_##symbol,
#include "app/ctl/flag.def"
#undef FLAG
	FLAG_COUNT
};

/* Embedded; everything lives in the arena given to arguments_parse or in argv. */
struct arguments {
	const struct lessor_operation *operation; /* NULL if only help or the version is wanted */
	char *const *words;                       /* behind noun and verb; with help: all of them */
	size_t n_words;
	struct lessor_parameter *settings; /* of the session, in the order of the line */
	size_t n_settings;
	struct lessor_parameter *parameters; /* of the operation: options in the order of the line, then words */
	size_t n_parameters;
	const char *own[FLAG_COUNT]; /* NULL if not given; of a flag without argument: "" */
};

/* Read the command line. Options may stand before, between and behind the words. Also fills what it understood when it
 * fails: options always, the operation if it was found. Whether the operation takes what it is given, the library says.
 * 0, or -E_INVALID_PARAMETER with what is wrong: then it is wrong usage. */
int arguments_parse(int argc, char **argv, struct arena *arena, struct arguments *ret_arguments,
		    struct error *reterr_error);

/* True if lessorctl's own option was given. */
static inline bool is_flag_given(const struct arguments *arguments, enum flag flag) {
	return arguments->own[flag] != NULL;
}

/* True if JSON is wanted; if all columns of a table are. */
bool is_output_json(const struct arguments *arguments);
bool is_output_wide(const struct arguments *arguments);

/* True if the operation's parameter @name was given. */
bool is_argument_given(const struct arguments *arguments, const char *name);

/* One option of the command line, whoever it belongs to. */
struct option_info {
	enum option_owner { OPTION_SETTING, OPTION_PARAMETER, OPTION_OWN } owner;
	const char *name;
	char letter;
	const char *argument, *help;
	bool is_repeatable; /* a parameter: its operation says so */
};

/* Fill @ret_info with the option at @index: settings, then lessorctl's own, then parameters. False past the end. */
bool option_at(size_t index, struct option_info *ret_info);
