/* SPDX-License-Identifier: Apache-2.0 */
/* terminal.h - what lessorctl asks the person at its terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Ask for a password without echo (a lessor_password_f; @context is not used). */
bool terminal_ask_password(void *context, char *ret_password, size_t size);
