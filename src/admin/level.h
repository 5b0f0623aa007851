/* SPDX-License-Identifier: Apache-2.0 */
/* level.h - the levels at which options and settings stand: the one that a command names (--root, --site SITE, --server
 * FQDN, --scope NETWORK, --reservation ADDRESS; with --policy NAME a policy that stands there), and what is inherited
 * there. */
#pragma once

#include <jansson.h>

#include "admin/call.h"
#include "admin/tree.h"
#include "admin/undo.h"
#include "model/entry.h"
#include "model/schema.h"

/* Embedded. Lives as long as the tree. */
struct level {
	enum schema_level level;
	const struct entry *entry;
	const char *where; /* what to call it: "the whole enterprise", "site hq" */
};

/* Find the level that the command line names, in the tree, which is loaded for it.
 * 0; -E_INVALID_PARAMETER if not exactly one is named; what tree_load and tree_get_site and so on say. */
int level_open(struct call *call, struct tree *ret_tree, struct level *ret_level, struct error *reterr_error);

/* Find the level that the command line names, where policies stand: as level_open, without a reservation and whatever
 * --policy says. */
int level_open_holder(struct call *call, struct tree *ret_tree, struct level *ret_level, struct error *reterr_error);

/* As level_open; the whole enterprise if none is named. */
int level_open_or_root(struct call *call, struct tree *ret_tree, struct level *ret_level, struct error *reterr_error);

/* True if the command line names a level at all. */
bool is_level_given(const struct call *call);

/* Add the flag that names the level of the call, or of its policy. */
void level_add_undo(const struct call *call, struct undo *undo);

/* Add @value to what @attribute has at the level; remove its value number @index. 0, or what tree_change says. */
int level_add_value(struct tree *tree, const struct level *level, const char *attribute, const char *value,
		    struct error *reterr_error);
int level_remove_value(struct tree *tree, const struct level *level, const char *attribute, size_t index,
		       struct error *reterr_error);

/* Adds what is said of @entry's values to the array @items. */
typedef void level_items_f(const struct tree *tree, const struct entry *entry, json_t *items);

/* Hand over as the list @key what @add says of the entry of the level that the command line names, else of all. */
int level_list(struct call *call, const char *key, level_items_f *add, struct error *reterr_error);

/* What to call @entry, which stands at a level: "site hq"; in the tree's arena. */
const char *level_where(const struct tree *tree, const struct entry *entry);

/* The level at which entries of its class stand; 0 if they stand at none. */
unsigned level_of(const struct entry *entry);

/* "root", "site" and so on; "default" for 0. */
const char *level_name(unsigned level);

/* Add the flags that name @levels, with their arguments: "--root, --site SITE". */
void level_add_flags(unsigned levels, struct text *text);

#define LEVEL_CHAIN_MAX 8 /* reservation or policy, scope, server, site, cn=sites, root */

/* Fill @ret_chain with the entries that @entry inherits from, itself first, the widest last; their number. A scope
 * inherits from its server before its site. */
size_t level_chain(const struct tree *tree, const struct entry *entry,
		   const struct entry *ret_chain[static LEVEL_CHAIN_MAX]);

/* The value of a setting in force for the first of @chain: from the nearest entry that says something that can be
 * understood, whose DN goes to *ret_source; else the default, and "default". */
uint64_t level_setting_value(enum setting setting, const struct entry *const *chain, size_t n_chain,
			     const char **ret_source);

/* What is said of a setting: {"name", "attribute", "value", "unit", "source"}. A time is a number, with the unit
 * "seconds", a choice its word. */
json_t *level_setting_item(enum setting setting, uint64_t value, const char *source);

/* An array of those: the settings that may stand at the level of @entry with the values in force there, each from the
 * nearest entry that says something that can be understood, else from "default". */
json_t *level_settings_in_force(const struct tree *tree, const struct entry *entry);
