/* SPDX-License-Identifier: Apache-2.0 */
/* password.h - the administrator's password, from a file. */
#pragma once

#include <stddef.h>

#include "base/error.h"

#define PASSWORD_MAX 1024

/* Read the first line of the file @path into @ret_password. 0, -E_INVALID_PARAMETER (too long, empty), -E_ACCESS_DENIED
 * (cannot be read). */
int password_read_file(const char *path, char ret_password[static PASSWORD_MAX], struct error *reterr_error);
