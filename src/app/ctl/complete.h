/* SPDX-License-Identifier: Apache-2.0 */
/* complete.h - completion of a command line, for shells: contrib/completion has the scripts that ask for it. */
#pragma once

#include <stddef.h>

/* Print what may stand in place of the last of @words, one a line: nouns, verbs, options, and the names of objects
 * (complete.def), which the directory or the daemon is asked for as the words before it say. What cannot be found out
 * is left out; nothing is asked of a person and no error is told. Returns 0. */
int complete_run(char **words, size_t n_words);
