/* SPDX-License-Identifier: Apache-2.0 */
/* command.h - access to the rows of command.def and flag.def, and the help that is made from them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct ctl;

enum flag {
#define FLAG(symbol, ...) FLAG_##symbol,
#include "app/ctl/flag.def"
#undef FLAG
	FLAG_COUNT
};

/* One row of flag.def. Lifetime: static. */
struct flag_info {
	const char *name;
	char letter;          /* '\0' if there is none */
	const char *argument; /* "" if it takes none */
	bool is_global;
	bool is_repeatable;
	const char *help;
};

/* Do the command's work. 0, a positive exit status if it said itself what is wrong, or -E_ with @reterr_error
 * filled. */
typedef int (*command_f)(struct ctl *ctl, struct error *reterr_error);

/* One row of command.def. Lifetime: static. */
struct command {
	const char *noun, *verb, *words;
	uint64_t flags; /* bits 1 << enum flag for those that it takes, 1 << (32 + enum flag) for those that it needs */
	command_f handler;
	const char *help, *example;
};

/* The handlers that command.def names: one for each command, all with command_f's contract. */
#define COMMAND(noun, verb, words, flags, handler, help, example)                                                      \
	int handler(struct ctl *ctl, struct error *reterr_error);
#include "app/ctl/command.def"

/* Borrow a flag's row. */
const struct flag_info *flag_get(enum flag flag);

/* Borrow the row at @index, or NULL past the end. */
const struct command *command_at(size_t index);

/* Find the command that the first words name. @ret_used: how many of them (1 or 2) were noun and verb.
 * 0, or -E_INVALID_PARAMETER with what is wrong and what was perhaps meant. */
int command_find(char *const *words, size_t n_words, const struct command **ret_command, size_t *ret_used,
		 struct error *reterr_error);

/* True if @command takes @flag; if it cannot do without it. */
bool is_flag_taken(const struct command *command, enum flag flag);
bool is_flag_needed(const struct command *command, enum flag flag);

/* 0 if @count words may stand behind @command, else -E_INVALID_PARAMETER. */
int command_check_count(const struct command *command, size_t count, struct error *reterr_error);

/* True if @noun is one. */
bool is_command_noun(const char *noun);

/* Print "usage: ..." of @command. */
void command_print_usage(FILE *file, const struct command *command);

/* Print the help for what @words name: everything, a noun, a command. */
void command_print_help(FILE *file, char *const *words, size_t n_words);
