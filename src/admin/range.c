/* SPDX-License-Identifier: Apache-2.0 */
/* range and exclusion: values of a scope's entry. */
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/ranges.h"
#include "admin/result.h"
#include "admin/tree.h"

struct range_edit {
	enum schema_attribute attribute;
	bool is_removal;
	const char *done; /* what is now true, between the range and the scope */
};

static int apply(struct tree *tree, const struct range_edit *edit, struct entry *scope, const char *text,
		 struct error *reterr_error) {
	struct ip4_subnet subnet;

	if (edit->is_removal)
		return ranges_remove(scope, schema_attribute_get(edit->attribute)->name, text, reterr_error);
	if (tree_scope_subnet(tree, scope, &subnet) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the scope's own entry is wrong, so nothing can be added to it; \"lessorctl check\" says what it is");
	if (edit->attribute == ATTRIBUTE_EXCLUSION)
		return exclusions_add(tree->arena, scope, subnet, text, reterr_error);
	return ranges_add(tree->arena, scope, subnet, text, reterr_error);
}

static int change_range(struct call *call, const struct range_edit *edit, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *range = call_value(call, "range");
	const struct entry *before;
	struct entry *after;
	int r = tree_load(call, &tree, reterr_error);

	if (r == 0)
		r = tree_get_scope(&tree, call_value(call, "network"), &before, reterr_error);
	if (r < 0)
		return r;
	after = edit_copy(call->arena, before);
	r = apply(&tree, edit, after, range, reterr_error);
	if (r == 0)
		r = tree_change(&tree, before, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn, "%s %s scope %s", range, edit->done, tree_scope_text(&tree, after)));
}

int range_add(struct call *call, struct error *reterr_error) {
	static const struct range_edit edit = { ATTRIBUTE_RANGE, false, "may now be leased in" };

	return change_range(call, &edit, reterr_error);
}

int range_remove(struct call *call, struct error *reterr_error) {
	static const struct range_edit edit = { ATTRIBUTE_RANGE, true, "is leased to nobody new any more in" };

	return change_range(call, &edit, reterr_error);
}

int exclusion_add(struct call *call, struct error *reterr_error) {
	static const struct range_edit edit = { ATTRIBUTE_EXCLUSION, false, "is now excluded in" };

	return change_range(call, &edit, reterr_error);
}

int exclusion_remove(struct call *call, struct error *reterr_error) {
	static const struct range_edit edit = { ATTRIBUTE_EXCLUSION, true, "is not excluded any more in" };

	return change_range(call, &edit, reterr_error);
}
