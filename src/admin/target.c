/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/target.h"

#include <string.h>

#include "admin/tree_file.h"
#include "base/text.h"
#include "model/dn.h"

int target_compare(const struct tree *tree, const struct canonical *wanted, bool is_keeping, struct target *ret_target,
		   struct error *reterr_error) {
	struct plan_wishes wishes = { is_keeping, directory_container_class(tree->directory) };
	struct target target = { .wanted = *wanted };
	int r = canonical_make(tree->entries.items, tree->entries.n_items, tree->arena, &target.current, reterr_error);

	if (r == 0)
		r = plan_make(&target.current, &target.wanted, &wishes, &target.plan, reterr_error);
	if (r == 0)
		*ret_target = target;
	return r;
}

int target_read(const struct tree *tree, const char *path, bool is_rebased, bool is_keeping, struct target *ret_target,
		struct error *reterr_error) {
	struct tree_entries entries;
	struct canonical wanted;
	int r = tree_file_read(path, tree->root_dn, is_rebased, tree->arena, &entries, reterr_error);

	if (r < 0)
		return r;
	r = canonical_make(entries.items, entries.n_items, tree->arena, &wanted, reterr_error);
	if (r == 0)
		r = target_compare(tree, &wanted, is_keeping, ret_target, reterr_error);
	return r < 0 ? error_prefix(reterr_error, "%.200s", path) : 0;
}

static bool is_known(const struct findings *known, const struct finding *finding) {
	for (size_t i = 0; i < known->n_items; i++)
		if (known->items[i].code == finding->code && strcmp(known->items[i].reason, finding->reason) == 0 &&
		    is_text_equal_nocase(known->items[i].attribute, finding->attribute) &&
		    is_dn_equal(known->items[i].dn, finding->dn))
			return true;
	return false;
}

size_t target_find_mistakes(const struct tree_entries *before, const struct tree_entries *after,
			    target_finding_f *found, void *context) {
	struct findings old_findings = { 0 }, new_findings;
	struct snapshot *new_snapshot = snapshot_build(after->items, after->n_items, "", 0, &new_findings);
	struct snapshot *old_snapshot = NULL;
	size_t n = 0;

	if (new_findings.n_items)
		old_snapshot = snapshot_build(before->items, before->n_items, "", 0, &old_findings);
	for (size_t i = 0; i < new_findings.n_items; i++) {
		const struct finding *finding = &new_findings.items[i];

		if (finding->is_consequence || is_known(&old_findings, finding))
			continue;
		found(context, finding);
		n++;
	}
	snapshot_free(new_snapshot);
	snapshot_free(old_snapshot);
	return n;
}
