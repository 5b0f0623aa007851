/* SPDX-License-Identifier: Apache-2.0 */
/* option_edit.h - the option values of one entry, set, removed and shown as people name them: by name or code, and by
 * the classes they are for. */
#pragma once

#include <jansson.h>

#include "admin/call.h"
#include "admin/tree.h"
#include "model/assignment.h"

/* "[vendor:CLASS][user:CLASS]WORD" of the call's parameters vendor-class and user-class; WORD as it is without them. */
const char *option_word(const struct call *call, const char *word);

/* Put "NAME=VALUE", or NAME with its definition's default value, in the place of what @entry says of that option to
 * the same clients, in the form in which we write it. 0, -E_INVALID_PARAMETER if there is no value, or what
 * assignment_parse says. */
int option_put(struct tree *tree, struct entry *entry, const char *word, struct error *reterr_error);

/* Remove what @entry says of the option to these clients; a word that names none removes what stands there under it.
 * 0; -E_DDS_OPTION_DOES_NOT_EXIST: it is not set there; or what option_reference_parse says. */
int option_take_out(struct tree *tree, struct entry *entry, const char *word, struct error *reterr_error);

/* An array of {"name", "code", "value", "vendorClass", "userClass"}, as they stand on @entry. What cannot be
 * understood is shown as it is, with the code null. */
json_t *option_items(struct tree *tree, const struct entry *entry);

/* An array of the values that may be in force at @entry, the nearest to a client first: as above, with "level",
 * "policy" and "source". A value stands there if no other comes before it for all clients that it is for. */
json_t *option_items_in_force(struct tree *tree, const struct entry *entry);
