/* SPDX-License-Identifier: Apache-2.0 */
/* directory.h - entries read from and written to the directory with the administrator's own identity.
 *
 * An edit is a pair of entries, before and after: what is written is their difference, value by value, so that a value
 * which somebody else changed meanwhile makes the edit fail instead of being lost; where the server has RFC 4528, the
 * whole entry must be as it was read.
 * In the place of a directory there may be the LDIF file of a server without one (admin/ldif_file.h).
 * Lifetime: entries live in an arena that the caller chooses.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/entry.h"
#include "rt/config.h"

enum directory_reach { DIRECTORY_ENTRY, DIRECTORY_CHILDREN, DIRECTORY_SUBTREE };

struct directory;
struct lessor;

/* What the server says of an entry's last change. */
struct directory_mark {
	const char *version; /* its entryCSN; "" if unknown */
	const char *moment;  /* the greater the later, by octets; no two entries have the same */
};

/* Embedded: entries of one search, in the server's order, and a mark for each. */
struct directory_entries {
	struct arena *arena; /* borrowed: where the entries live; NULL: in the directory's, until it is closed */
	const struct entry **items;
	struct directory_mark *marks;
	size_t n_items, items_capacity, marks_capacity; /* the arrays are of the heap: directory_entries_done */
};

/* Connect and bind as the session's settings and, for what they leave open, @config (may be NULL) say; settle the
 * bases.
 * Asks for a password where that is needed (lessor_on_password). @arena must outlive the directory.
 * 0, -E_INVALID_PARAMETER (nothing says which directory, contradicting settings), or what connection_open says. */
int directory_open(struct lessor *session, const struct config *config, struct arena *arena,
		   struct directory **ret_directory, struct error *reterr_error);

/* Accepts NULL; returns NULL. */
struct directory *directory_close(struct directory *directory);

/* True if there is a file in the directory's place: it lists nobody, as its server needs no authorization. */
bool is_directory_file(const struct directory *directory);

/* Borrow the naming context, and the DN of cn=NetServices; "" for a file. */
const char *directory_base(const struct directory *directory);
const char *directory_authorization_dn(const struct directory *directory);

/* Borrow the DN of the configuration naming context; "" for a file. */
const char *directory_authorization_base(const struct directory *directory);

/* Borrow the URI in use, or the file's path. */
const char *directory_uri(const struct directory *directory);

/* Borrow the structural class of a plain container: "container" or "applicationProcess". */
const char *directory_container_class(const struct directory *directory);

/* Read the entries that match @filter into @entries, of which only the arena is set.
 * 0, -E_NOT_FOUND (there is no @base), -E_DHCP_NO_ADMIN_PERMISSION ... */
int directory_search(struct directory *directory, const char *base, enum directory_reach reach, const char *filter,
		     struct directory_entries *entries, struct error *reterr_error);

/* Give the arrays back; the entries stay. Entries that are all zero are fine. */
void directory_entries_done(struct directory_entries *entries);

/* Create @entry. 0; -@taken if something stands at its DN already (its sentence is the caller's: @reterr_error gets a
 * plain one); -E_NOT_FOUND: its parent is missing; -E_DHCP_NO_ADMIN_PERMISSION ... */
int directory_add(struct directory *directory, const struct entry *entry, enum error_code taken,
		  struct error *reterr_error);

/* Change @before, as it was read with @version, to @after. 0; -E_NOT_FOUND: it is gone; -E_DDS_UNEXPECTED_ERROR:
 * somebody else changed it meanwhile, and nothing was written ... */
int directory_modify(struct directory *directory, const struct entry *before, const char *version,
		     const struct entry *after, struct error *reterr_error);

/* Remove the entry @dn, which has no children. 0; -E_NOT_FOUND ... */
int directory_delete(struct directory *directory, const char *dn, struct error *reterr_error);

/* Embedded: one change of many. */
struct directory_change {
	const struct entry *before; /* as it was read; NULL: it is added */
	const struct entry *after;  /* NULL: it is removed */
	const char *version;        /* of @before; "" if unknown */
	enum error_code taken;      /* the code if it is added and something stands at its DN already */
};

/* Told of a change: @index says which one, @r and @error how it went, as directory_add and the like say it.
 * True: go on; false: nothing more is begun. */
typedef bool directory_done_f(void *context, size_t index, int r, const struct error *error);

/* Make @changes, none of which depends on another one: many at a time, in no particular order.
 * 0; or the connection's failure: what of those that @done was not told about was made is not known. */
int directory_write_all(struct directory *directory, const struct directory_change *changes, size_t n_changes,
			directory_done_f *done, void *context, struct error *reterr_error);
