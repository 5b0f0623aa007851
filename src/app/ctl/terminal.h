/* SPDX-License-Identifier: Apache-2.0 */
/* terminal.h - what lessorctl asks the person at its terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Ask whether to go on with what @question says (a lessor_question_f; @context is not used): on standard error,
 * answered on standard input. */
bool terminal_ask(void *context, const char *question);

/* Show on standard error, in one line, how far the work is (a lessor_progress_f; @context is not used). */
void terminal_show_progress(void *context, size_t done, size_t total, const char *what);

/* Ask for a password without echo (a lessor_password_f; @context is not used). */
bool terminal_ask_password(void *context, char *ret_password, size_t size);
