/* SPDX-License-Identifier: Apache-2.0 */
/* file_priv.h - the two halves of reading a file, for who looks at it in between. */
#pragma once

#include "rt/file.h"

/* Open @path to read. A descriptor, or -E_DHCP_REGISTRY_INIT_FAILED. */
int file_open(const char *path, struct error *reterr_error);

/* Read the file @fd, called @path in errors, as file_read says. */
int file_read_opened(int fd, const char *path, size_t max, char **ret_text, size_t *ret_len,
		     struct error *reterr_error);
