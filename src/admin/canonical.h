/* SPDX-License-Identifier: Apache-2.0 */
/* canonical.h - a tree as files hold it: the entries of Lessor's classes and the containers that they stand in, with
 * the attributes that the schema gives them and no others, all in one order. So two trees can be compared item by
 * item, and a tree is written as the same text whatever order a directory gave it in. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/entry.h"
#include "model/schema.h"

#define CANONICAL_NONE SIZE_MAX

struct canonical_item {
	const struct entry *entry; /* objectClass, the name, then the schema's order; each value once, sorted */
	const struct entry *given; /* as it was read; borrowed */
	enum schema_class class;   /* CLASS_COUNT: a container */
	const char *key;           /* its normalized name from the top down: that of an entry above is how it begins */
	size_t place;              /* its index among the entries that were given */
	size_t parent;             /* the entry above, by its index; CANONICAL_NONE: it is not in the tree */
};

/* Embedded. Lives in @arena; sorted by key, so that an entry comes before those below it. */
struct canonical {
	struct arena *arena; /* borrowed */
	struct canonical_item *items;
	size_t n_items;
	struct canonical_item *others; /* what is left out, sorted likewise: it is there, but nobody's business here */
	size_t n_others;
};

/* Embedded: which attributes entries of a class may have, in the order in which people read them. */
struct canonical_uses {
	enum schema_attribute attributes[CLASS_COUNT][ATTRIBUTE_COUNT];
	size_t n_attributes[CLASS_COUNT];
};

/* Bring @entries, which must live as long as the result, into that form. Entries of other classes stay only if one of
 * Lessor's stands below them, or as plain containers.
 * 0, or -E_INVALID_PARAMETER: a name stands there twice, or cannot be read. */
int canonical_make(const struct entry *const *entries, size_t n_entries, struct arena *arena,
		   struct canonical *ret_tree, struct error *reterr_error);

/* The index of the item with @key; CANONICAL_NONE if there is none. */
size_t canonical_find(const struct canonical *tree, const char *key);

/* True if an entry with @key is there that was left out. */
bool has_canonical_other(const struct canonical *tree, const char *key);

/* The key of the name @dn, in @arena; NULL if it cannot be read. */
const char *canonical_key(const char *dn, struct arena *arena);

/* The key of the entry above the one with @key, in @arena; "" if there is none. */
const char *canonical_key_above(const char *key, struct arena *arena);

/* Collect the schema's uses. */
void canonical_uses_fill(struct canonical_uses *ret_uses);

/* Lessor's class of @entry; CLASS_COUNT if it has none. */
enum schema_class canonical_class_of(const struct entry *entry);

/* True if @entry is nothing but a container: what "lessorctl init" makes, here or in another kind of directory. */
bool is_canonical_container(const struct entry *entry);
