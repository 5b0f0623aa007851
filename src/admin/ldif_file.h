/* SPDX-License-Identifier: Apache-2.0 */
/* ldif_file.h - the LDIF file of a server without a directory, read and written as if it were one (admin/directory.h).
 *
 * Each write is atomic: others see the file as it was or as it is then, and a crash leaves one of the two. Writers wait
 * for one another; what somebody else wrote in between is read again, and the edit is checked against it. What an edit
 * is not about stays as it is, comments included.
 */
#pragma once

#include "admin/directory.h"
#include "base/arena.h"
#include "base/error.h"

struct ldif_file;

/* The file @path, which need not be there yet. @base: the naming context, if it is known otherwise (may be NULL);
 * @arena must outlive the file. 0; -E_DHCP_REGISTRY_INIT_FAILED: it cannot be read, or is broken; -E_INVALID_PARAMETER:
 * nothing says what the naming context is; -E_NOT_SUPPORTED: its root is not called cn=DHCP. */
int ldif_file_open(const char *path, const char *base, struct arena *arena, struct ldif_file **ret_file,
		   struct error *reterr_error);

/* Accepts NULL; returns NULL. */
struct ldif_file *ldif_file_close(struct ldif_file *file);

/* Borrow the path, with symbolic links resolved, and the naming context. */
const char *ldif_file_path(const struct ldif_file *file);
const char *ldif_file_base(const struct ldif_file *file);

/* As the functions of directory.h say; of filters only those by objectClass are known. */
int ldif_file_search(struct ldif_file *file, const char *base, enum directory_reach reach, const char *filter,
		     struct directory_entries *entries, struct error *reterr_error);
int ldif_file_add(struct ldif_file *file, const struct entry *entry, enum error_code taken, struct error *reterr_error);
int ldif_file_modify(struct ldif_file *file, const struct entry *before, const struct entry *after,
		     struct error *reterr_error);
int ldif_file_delete(struct ldif_file *file, const char *dn, struct error *reterr_error);

/* All of @changes in one write; they may depend on each other. Whole or not at all: if somebody else has written since
 * the last search, or the file cannot be written, @done is told nothing, and why is returned. */
int ldif_file_write_all(struct ldif_file *file, const struct directory_change *changes, size_t n_changes,
			directory_done_f *done, void *context, struct error *reterr_error);
