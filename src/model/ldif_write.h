/* SPDX-License-Identifier: Apache-2.0 */
/* ldif_write.h - entries as LDIF text (RFC 2849), which ldif.h and every LDAP tool reads. Pure. */
#pragma once

#include "base/arena.h"
#include "base/span.h"
#include "model/entry.h"

/* The record of @entry, with the empty line behind it, in @arena: attributes and values in the entry's order, in base64
 * what is not plain text, lines of at most 76 columns. A NUL that is not counted follows. */
struct span ldif_write(const struct entry *entry, struct arena *arena);

/* The line or lines of one value of the attribute @name, with their ends. */
struct span ldif_write_value(const char *name, struct span value, struct arena *arena);
