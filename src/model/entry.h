/* SPDX-License-Identifier: Apache-2.0 */
/* entry.h - a directory entry as it was read: name, identity, attribute values. No meaning yet (map.h gives it
 * that). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"

#define ENTRY_UUID_SIZE 16
#define ENTRY_ENCODED_MAX (1024 * 1024) /* a larger entry is quarantined */

/* Embedded: entryUUID (RFC 4530) or objectGUID, the identity that survives a rename. */
struct entry_uuid {
	uint8_t octets[ENTRY_UUID_SIZE];
};

struct entry_attribute {
	const char *name; /* without options such as ;lang-de */
	struct span *values; /* each followed by a NUL that is not counted */
	size_t n_values;
};

/* Lives in the arena it was made in, with everything that it points to. */
struct entry {
	struct entry_uuid uuid;
	const char *dn;
	struct entry_attribute *attributes;
	size_t n_attributes;
};

/* The identity of an entry whose directory gives it none: a hash of its name, the same however that is written. Takes
 * memory from @arena. */
struct entry_uuid entry_uuid_of_dn(const char *dn, struct arena *arena);

/* Borrow the attribute @name (without regard to case), or NULL. */
const struct entry_attribute *entry_attribute_get(const struct entry *entry, const char *name);

/* Borrow the first value of @name as a string, or NULL. A value with a NUL inside counts as absent. */
const char *entry_text(const struct entry *entry, const char *name);

/* True if objectClass has the value @class_name, without regard to case. */
bool is_entry_of_class(const struct entry *entry, const char *class_name);

/* Write @entry as octets taken from @arena. Returns empty (data NULL) if they would exceed ENTRY_ENCODED_MAX. */
struct span entry_encode(const struct entry *entry, struct arena *arena);

/* Read what entry_encode wrote, copying into @arena. 0, or -E_DHCP_JET_ERROR for anything else. */
int entry_decode(struct span octets, struct arena *arena, struct entry **ret_entry);

/* Same name, identity and values (in the same order). */
bool is_entry_equal(const struct entry *a, const struct entry *b);
