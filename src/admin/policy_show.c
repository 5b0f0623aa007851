/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that show policies. */
#include <strings.h>

#include "admin/edit.h"
#include "admin/level.h"
#include "admin/option_edit.h"
#include "admin/policy_order.h"
#include "admin/result.h"
#include "admin/show.h"
#include "base/text.h"
#include "model/dn.h"

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

static json_t *lease_time(const struct entry *policy) {
	const char *text = entry_text(policy, attribute(ATTRIBUTE_LEASE_TIME));
	struct error ignored;
	uint64_t seconds;

	if (!text || setting_parse(SETTING_LEASE_TIME, text, &seconds, &ignored) < 0)
		return json_null();
	return json_integer((json_int_t)seconds);
}

/* The entry that a policy stands at, as a person names it: "scope 10.77.0.0". */
static json_t *where(const struct tree *tree, const struct entry *policy) {
	const struct entry *holder = tree_find(tree, dn_parent(policy->dn));

	return result_text(holder ? level_where(tree, holder) : NULL);
}

static json_t *policy_item(struct tree *tree, const struct entry *policy) {
	const char *state = entry_text(policy, attribute(ATTRIBUTE_STATE));

	return json_pack("{s:o, s:o, s:I, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
			 result_text(tree_leaf(tree, policy)), "at", where(tree, policy), "processingOrder",
			 (json_int_t)policy_order_of(policy), "enabled", !state || strcasecmp(state, "disabled") != 0,
			 "condition", result_text(entry_text(policy, attribute(ATTRIBUTE_CONDITION))), "ranges",
			 show_values(policy, ATTRIBUTE_RANGE), "leaseTime", lease_time(policy), "options",
			 option_items(tree, policy), "description",
			 result_text(entry_text(policy, attribute(ATTRIBUTE_DESCRIPTION))), "dn",
			 result_text(policy->dn));
}

int policy_list(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	bool is_everywhere = !is_level_given(call);
	struct policy_order order;
	struct level level = { 0 };
	json_t *items;
	int r = is_everywhere ? tree_load(call, &tree, reterr_error)
			      : level_open_holder(call, &tree, &level, reterr_error);

	if (r < 0)
		return r;
	policy_order_read(&tree, level.entry, &order);
	items = json_array();
	for (size_t i = 0; i < order.n_items; i++)
		json_array_append_new(items, policy_item(&tree, order.items[i]));
	return call_list(call, "policies", items,
			 is_everywhere ? NULL
				       : arena_format(call->arena, "there is no policy at %s itself", level.where));
}

int policy_show(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const struct entry *policy;
	struct level level;
	int r = level_open_holder(call, &tree, &level, reterr_error);

	if (r == 0)
		r = tree_get_policy(&tree, level.entry, call_value(call, "policy"), &policy, reterr_error);
	return r < 0 ? r : call_done(call, policy_item(&tree, policy));
}
