/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on the ranges of a policy. */
#include "admin/policy.h"

#include "admin/call.h"
#include "admin/edit.h"
#include "admin/level.h"
#include "admin/ranges.h"
#include "admin/result.h"

static const char *range_attribute(void) {
	return schema_attribute_get(ATTRIBUTE_RANGE)->name;
}

int policy_range_put(struct arena *arena, struct entry *policy, const char *typed, struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX];
	struct ip4_range range;
	int r = ip4_range_parse(typed, &range);

	if (r == -E_DHCP_INVALID_RANGE)
		return error_set(reterr_error, E_DHCP_POLICY_RANGE_BAD, "the range %s ends before it begins", typed);
	if (r < 0)
		return error_set(reterr_error, E_DHCP_POLICY_RANGE_BAD,
				 "%s is not a range of addresses such as 10.77.0.50-10.77.0.60", typed);
	edit_add(arena, policy, range_attribute(), ip4_range_format(range, text));
	return 0;
}

/* A policy's ranges have a code of their own for what is not there. */
static int take_out(struct entry *policy, const char *typed, struct error *reterr_error) {
	size_t index;

	if (ranges_find(policy, ATTRIBUTE_RANGE, typed, &index, reterr_error) < 0) {
		reterr_error->code = E_DHCP_POLICY_RANGE_BAD;
		return -E_DHCP_POLICY_RANGE_BAD;
	}
	edit_remove_at(policy, range_attribute(), index);
	return 0;
}

static int change_ranges(struct call *call, bool is_removal, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "policy"), *range = call_value(call, "range");
	const struct entry *before;
	struct level level;
	struct entry *after;
	int r = level_open_holder(call, &tree, &level, reterr_error);

	if (r == 0)
		r = tree_get_policy(&tree, level.entry, name, &before, reterr_error);
	if (r < 0)
		return r;
	after = edit_copy(call->arena, before);
	r = is_removal ? take_out(after, range, reterr_error)
		       : policy_range_put(call->arena, after, range, reterr_error);
	if (r == 0)
		r = tree_change(&tree, before, after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(after->dn,
					      is_removal ? "%s is not kept for the clients of policy %s any more"
							 : "%s is kept for the clients of policy %s",
					      range, name));
}

int policy_add_range(struct call *call, struct error *reterr_error) {
	return change_ranges(call, false, reterr_error);
}

int policy_remove_range(struct call *call, struct error *reterr_error) {
	return change_ranges(call, true, reterr_error);
}
