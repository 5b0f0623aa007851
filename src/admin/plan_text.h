/* SPDX-License-Identifier: Apache-2.0 */
/* plan_text.h - plans as people and programs read them. */
#pragma once

#include <jansson.h>

#include "admin/plan.h"

/* The lines of @plan: what is removed, changed, added, of a change each value; at most @limit lines (0: all), and
 * then how many changes are left. Free() it. */
char *plan_text(const struct plan *plan, size_t limit);

/* "adds 3 entries, changes 1 and removes 2"; in @arena. */
const char *plan_sum(const struct plan *plan, struct arena *arena);

/* [{"action": "add" | "change" | "remove", "dn", "attributes": [{"name", "removed": [...], "added": [...]}]}], in the
 * order in which they are made. The caller's reference. */
json_t *plan_json(const struct plan *plan);
