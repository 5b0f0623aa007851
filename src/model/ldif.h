/* SPDX-License-Identifier: Apache-2.0 */
/* ldif.h - entries from LDIF text (RFC 2849), as a directory would hold them.
 *
 * Only entries are read, not changes, and nothing but the text is: a value from a URL is refused, as is a line that
 * would have another file read. The first mistake refuses the whole text, with its line.
 * Spaces at the end of a value do not count, unless it is in base64. Variants of an attribute for others (;lang-de) are
 * left out. Pure.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "model/entry.h"

#define LDIF_TEXT_MAX (32 * 1024 * 1024) /* octets; a hundred thousand reservations */
#define LDIF_ATTRIBUTES_MAX 200          /* different ones in one entry */

/* An entry, and the line in which it begins, counted from 1. */
struct ldif_record {
	struct entry *entry; /* its identity is made from its name (entry_uuid_of_dn) */
	unsigned line;
};

/* Embedded: all entries in the text's order, no two of one name. Lives in the arena that was given. */
struct ldif {
	struct ldif_record *records;
	size_t n_records;
};

/* Read @text into @arena; @name stands for the file in errors. 0, or -E_DHCP_REGISTRY_INIT_FAILED with
 * "NAME:LINE: sentence". */
int ldif_read(const char *name, struct span text, struct arena *arena, struct ldif *ret_ldif,
	      struct error *reterr_error);
