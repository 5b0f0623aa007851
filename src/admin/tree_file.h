/* SPDX-License-Identifier: Apache-2.0 */
/* tree_file.h - files that hold a tree, or a part of one: JSON (tree_json.h) or LDIF. */
#pragma once

#include "admin/canonical.h"
#include "admin/tree_json.h"
#include "base/arena.h"
#include "base/error.h"

enum tree_format { TREE_JSON, TREE_LDIF };

/* The format called @word, or, if that is NULL, the one that the name of the file @path (may be NULL) speaks of.
 * 0, or -E_INVALID_PARAMETER. */
int tree_format_choose(const char *word, const char *path, enum tree_format *ret_format, struct error *reterr_error);

/* Read the file @path, which may be a pipe, into @arena as entries of the tree whose root is called @root_dn; its
 * first character tells the format. The names in LDIF must stand below that root, unless @is_rebased: then they are
 * put there. NULL for @root_dn: below whatever root the file has. 0, or -E_DHCP_REGISTRY_INIT_FAILED: it cannot be
 * read, is neither, or is of another tree. */
int tree_file_read(const char *path, const char *root_dn, bool is_rebased, struct arena *arena,
		   struct tree_entries *ret_entries, struct error *reterr_error);

/* @tree, whose root is called @root_dn, as the text of a file; free() it. */
char *tree_file_text(const struct canonical *tree, const char *root_dn, enum tree_format format);

/* Put @text into the file @path: whole or not at all, unless that is a pipe or a device. 0, or a failure. */
int tree_file_write(const char *path, const char *text, struct error *reterr_error);
