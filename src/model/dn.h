/* SPDX-License-Identifier: Apache-2.0 */
/* dn.h - just enough of distinguished names (RFC 4514) to find an entry's parent and its own name. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Borrow the part of @dn behind its first RDN; "" if there is none. Escaped commas are not taken for separators. */
const char *dn_parent(const char *dn);

/* Copy the value of the first RDN's first attribute, unescaped, into @ret_value. 0, or -E_INVALID_PARAMETER. */
int dn_leaf_value(const char *dn, size_t size, char *ret_value);

/* Copy @dn into @arena with its control characters as \XX: the same name in one line, as Active Directory writes it.
 * NULL at the arena's limit. */
char *dn_dup_line(struct arena *arena, const char *dn);

/* Write the form of @dn in which equal names have equal octets (lower case, no needless spaces, one way of escaping)
 * into @ret_normal, of which strlen(dn) + 1 octets are always enough. dn_parent works on it. 0, or
 * -E_INVALID_PARAMETER. */
int dn_normalize(const char *dn, size_t size, char *ret_normal);

/* Equal without regard to case and to spaces beside separators. */
bool is_dn_equal(const char *a, const char *b);

/* True if @dn is @base or stands below it. */
bool is_dn_within(const char *dn, const char *base);

/* Write "cn=<escaped value>,<parent>" into @ret_dn. 0, or -E_INVALID_PARAMETER if it does not fit. */
int dn_make(const char *value, const char *parent, size_t size, char *ret_dn);
