/* SPDX-License-Identifier: Apache-2.0 */
/* removed.h - what an operation removes with all that stands below it, as text that brings it back. */
#pragma once

#include <jansson.h>

#include "admin/tree.h"

/* The LDIF of the entry @dn and of all below it, those above first, in the tree's arena: to be made before they are
 * removed. */
const char *removed_text(const struct tree *tree, const char *dn);

/* Add that text to the result @object, as "undo". Returns @object. */
json_t *removed_result(json_t *object, const char *text);
