/* SPDX-License-Identifier: Apache-2.0 */
/* password.h - the administrator's password, from a file or from the terminal. */
#pragma once

#include <stddef.h>

#include "base/error.h"

#define PASSWORD_MAX 1024

/* Read the first line of the file @path into @ret_password. 0, -E_INVALID_PARAMETER (too long, empty), -E_ACCESS_DENIED
 * (cannot be read). */
int password_read_file(const char *path, char ret_password[static PASSWORD_MAX], struct error *reterr_error);

/* Ask on the terminal, without echo. 0, or -E_INVALID_PARAMETER: there is no terminal, or nothing was typed. */
int password_ask(const char *question, char ret_password[static PASSWORD_MAX], struct error *reterr_error);
