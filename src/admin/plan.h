/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - what has to be changed so that a tree becomes equal to another one, and in which order. Pure.
 *
 * The target decides about what it names: an entry in it is made equal, with all below it. What it does not name
 * stays: an entry above or beside its topmost ones, and of the containers directly below the root (cn=classes,
 * cn=options, cn=sites) those that are not in it, with all that they hold. Nothing is ever renamed: an entry of
 * another name is another entry. The order avoids states in between that the daemon's rules would refuse: parents
 * and what others name come first, what is no longer named goes last, what is released goes before what is claimed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "admin/canonical.h"
#include "base/arena.h"
#include "base/error.h"
#include "model/entry.h"

enum plan_action { PLAN_DELETE, PLAN_MODIFY, PLAN_ADD };

struct plan_change {
	enum plan_action action;
	enum schema_class class;    /* CLASS_COUNT: a container */
	const struct entry *before; /* NULL if it is added; the same attributes as @after has, in canonical form */
	const struct entry *after;  /* NULL if it is deleted */
	const struct entry *given;  /* @before as it was read */
	const struct entry *written; /* what it is to be: @given with the changes in it, or @after; NULL: deleted */
	size_t place;               /* and its index among the entries that were given for the current tree */
	const char *key;            /* as in canonical.h */
	size_t stage; /* changes of one stage do not depend on each other; stages are done one after the other */
};

/* Embedded. Lives in the target's arena, and borrows from both trees. */
struct plan {
	struct plan_change *changes; /* sorted by stage, then by key */
	size_t n_changes, n_stages;
	size_t n_added, n_modified, n_deleted;
	const struct entry **result; /* the tree as it will be: what is there now in its order, new entries behind it */
	size_t n_result;
};

/* Embedded. */
struct plan_wishes {
	bool is_keeping;             /* nothing is deleted that the target does not have */
	const char *container_class; /* of containers that are made */
};

/* Find out what makes @current equal to @target, both in canonical form.
 * 0, or -E_NOT_FOUND: an entry's parent is in neither of them, or would be removed; -E_DDS_UNEXPECTED_ERROR: what is
 * not Lessor's has an entry's name, or stands below one that would be removed. */
int plan_make(const struct canonical *current, const struct canonical *target, const struct plan_wishes *wishes,
	      struct plan *ret_plan, struct error *reterr_error);
