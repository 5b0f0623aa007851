/* SPDX-License-Identifier: Apache-2.0 */
/* entry_table.h - the entries of the local copy by identity, each with its versions. Pure but for the heap. Thread:
 * one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/entry.h"

/* An entry and what is thought of its versions. Lives until it is removed. */
struct entry_item {
	struct entry_uuid uuid;
	const struct entry *accepted;  /* in force; NULL if no version was ever good */
	const struct entry *pending;   /* newer, in quarantine; NULL if the newest is in force */
	const struct entry *candidate; /* newer still, being judged; NULL outside of a batch */
	char *complaint;               /* why the entry is in quarantine, as last reported; NULL: it is not */
	bool is_mentioned, is_gone, is_doubtful, is_at_fault, is_refused; /* in the present batch */
	size_t position; /* of its last change in the present batch, counted from 1; 0: it has none */
	struct entry_item *next; /* of the same bucket */
};

struct entry_table;

/* An empty table. entry_table_free ends it with all its items; it accepts NULL and returns NULL. */
struct entry_table *entry_table_new(void);
struct entry_table *entry_table_free(struct entry_table *table);

/* The number of its items. */
size_t entry_table_count(const struct entry_table *table);

/* Borrow the item of @uuid; NULL if there is none. */
struct entry_item *entry_table_get(struct entry_table *table, const struct entry_uuid *uuid);

/* Borrow the item of @uuid, made if there was none. */
struct entry_item *entry_table_add(struct entry_table *table, const struct entry_uuid *uuid);

/* Remove and free @item. */
void entry_table_remove(struct entry_table *table, struct entry_item *item);

/* All items in order of identity, entry_table_count of them; borrowed until the table changes. */
struct entry_item **entry_table_sorted(struct entry_table *table);

/* The newest version that was already judged; NULL if there is none. */
const struct entry *entry_item_newest(const struct entry_item *item);
