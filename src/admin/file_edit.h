/* SPDX-License-Identifier: Apache-2.0 */
/* file_edit.h - one writer at a time replaces a file as a whole: whoever reads it finds the old one or the new one,
 * also after a crash. */
#pragma once

#include "base/error.h"
#include "base/span.h"

struct file_edit;

/* Wait until nobody else who writes by these functions is at work in the folder of @path (copied), and keep them
 * waiting. 0; -E_NOT_FOUND: the folder is not there; -E_DHCP_NO_ADMIN_PERMISSION; -E_DDS_UNEXPECTED_ERROR: somebody is
 * at work for too long, or the file system cannot do it. */
int file_edit_begin(const char *path, struct file_edit **ret_edit, struct error *reterr_error);

/* Put @text in the file's place, with the owner, group and mode of the old one, and see to it that it is on stable
 * storage. 0; -E_DHCP_NO_ADMIN_PERMISSION or -E_DDS_UNEXPECTED_ERROR: the old file is there as it was. */
int file_edit_replace(struct file_edit *edit, struct span text, struct error *reterr_error);

/* Let others write. Returns NULL. */
struct file_edit *file_edit_end(struct file_edit *edit);
