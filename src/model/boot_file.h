/* SPDX-License-Identifier: Apache-2.0 */
/* boot_file.h - a value of lessorBootFile, a row of the table of boot files: "REQUESTED,SERVER,FILE". REQUESTED may be
 * empty, which is the row for clients that name no file, and so may be SERVER, which is then this server. Pure. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "model/snapshot.h"

/* Read @text; the fields are copied into @arena, the source is left NULL. 0, or -E_DHCP_SERVER_INVALID_BOOT_FILE_TABLE
 * with what is expected. */
int boot_file_parse(const char *text, struct arena *arena, struct boot_file *ret_file, struct error *reterr_error);

/* Add the row in the form that boot_file_parse reads. */
void boot_file_format(const struct boot_file *file, struct text *text);
