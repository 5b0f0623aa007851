/* SPDX-License-Identifier: Apache-2.0 */
/* draft.h - a file that is written piece by piece beside its place, and put there when it is whole: whoever reads the
 * place finds the old file or the new one. Several may be at work at the same place; the last to end wins. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct draft;

/* Begin with what is to become the file @path (copied). A symbolic link stays: what it leads to is replaced. What is no
 * file (a terminal, a pipe) is written to at once. A new file is its owner's alone; one that was there keeps owner and
 * mode. 0; -E_NOT_FOUND: the folder is not there; -E_DHCP_NO_ADMIN_PERMISSION or -E_DDS_UNEXPECTED_ERROR. */
int draft_begin(const char *path, struct draft **ret_draft, struct error *reterr_error);

/* Go on. A failure is told at the end, or by has_draft_failed before. */
void draft_write(struct draft *draft, const char *octets, size_t len);
bool has_draft_failed(const struct draft *draft);

/* See to it that all of it is on stable storage, and put it in its place; the draft is gone afterwards. 0, or -E_... as
 * above: the old file is there as it was. */
int draft_finish(struct draft *draft, struct error *reterr_error);

/* Drop it. Accepts NULL; returns NULL. */
struct draft *draft_abort(struct draft *draft);
