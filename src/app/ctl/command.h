/* SPDX-License-Identifier: Apache-2.0 */
/* command.h - the operation that a command line names, and the help that is made from the tables. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <lessor/lessor.h>

#include "base/error.h"
#include "base/text.h"

/* Find the operation that the first words name. @ret_used: how many of them (1 or 2) were noun and verb.
 * 0, or -E_INVALID_PARAMETER with what is wrong and what was perhaps meant. */
int command_find(char *const *words, size_t n_words, const struct lessor_operation **ret_operation, size_t *ret_used,
		 struct error *reterr_error);

/* Add the operation's words, each with a space before it: " NETWORK [ADDRESS]". */
void command_add_words(const struct lessor_operation *operation, struct text *text);

/* Print "usage: ..." of @operation. */
void command_print_usage(FILE *file, const struct lessor_operation *operation);

/* Print the help for what @words name: everything, a noun, an operation. */
void command_print_help(FILE *file, char *const *words, size_t n_words);
