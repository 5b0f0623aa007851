/* SPDX-License-Identifier: Apache-2.0 */
/* target.h - a file with a tree, beside the tree in the directory that it is meant for. */
#pragma once

#include "admin/canonical.h"
#include "admin/plan.h"
#include "admin/tree.h"
#include "admin/tree_json.h"
#include "base/error.h"
#include "model/snapshot.h"

/* Embedded. Lives in the call's arena, and borrows from the tree that the directory holds. */
struct target {
	struct canonical current, wanted;
	struct plan plan; /* that makes the one equal to the other */
};

/* Read the file @path and compare it with @tree. @is_rebased: tree_file.h; @is_keeping: plan.h.
 * 0, or a failure of tree_file.h or plan.h. */
int target_read(const struct tree *tree, const char *path, bool is_rebased, bool is_keeping, struct target *ret_target,
		struct error *reterr_error);

/* Compare what is wanted with @tree as it is now, again. 0, or a failure of plan.h. */
int target_compare(const struct tree *tree, const struct canonical *wanted, bool is_keeping, struct target *ret_target,
		   struct error *reterr_error);

/* Told of a mistake in the new tree that is not in the old one. */
typedef void target_finding_f(void *context, const struct finding *finding);

/* Let the daemon's rules find in @after what they do not find in @before, and tell @found, consequences left aside.
 * Returns how many. */
size_t target_find_mistakes(const struct tree_entries *before, const struct tree_entries *after,
			    target_finding_f *found, void *context);
