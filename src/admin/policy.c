/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that make, change and remove policies. */
#include "admin/policy.h"

#include "admin/edit.h"
#include "admin/fields.h"
#include "admin/level.h"
#include "admin/option_edit.h"
#include "admin/policy_order.h"
#include "admin/result.h"
#include "admin/undo.h"
#include "base/text.h"
#include "model/condition.h"
#include "model/dn.h"

#define DN_MAX 1024
#define CONDITION_TEXT_MAX 16384

static const char *attribute(enum schema_attribute which) {
	return schema_attribute_get(which)->name;
}

/* Set the condition in its one form; one that cannot be read is refused here, before anything else is looked at. */
static int set_condition(struct tree *tree, struct entry *policy, const char *typed, struct error *reterr_error) {
	const struct snapshot *snapshot = tree_snapshot(tree);
	struct condition_classes classes = { snapshot->classes, snapshot->n_classes };
	struct condition *condition;
	struct text text;
	int r = condition_parse(typed, &classes, tree->arena, &condition, reterr_error);

	if (r < 0)
		return r;
	text_init(&text, arena_take(tree->arena, CONDITION_TEXT_MAX), CONDITION_TEXT_MAX);
	condition_format(condition, &text);
	edit_set(tree->arena, policy, attribute(ATTRIBUTE_CONDITION), text.is_truncated ? typed : text.data);
	return 0;
}

/* What add and set have in common beside the condition and the place. */
static const struct field fields[] = {
	{ "lease-time", ATTRIBUTE_LEASE_TIME, SETTING_LEASE_TIME },
	{ "state", ATTRIBUTE_STATE, FIELD_TEXT },
	{ "description", ATTRIBUTE_DESCRIPTION, FIELD_TEXT },
};

static int fill_new(struct tree *tree, const struct call *call, struct entry *policy, struct error *reterr_error) {
	int r = fields_set(call, fields, ARRAY_LEN(fields), policy, reterr_error);

	for (size_t i = 0; i < call_count(call, "range") && r == 0; i++)
		r = policy_range_put(call->arena, policy, call_value_at(call, "range", i), reterr_error);
	for (size_t i = 0; i < call_count(call, "option") && r == 0; i++)
		r = option_put(tree, policy, call_value_at(call, "option", i), reterr_error);
	return r;
}

/* Refuse a name that is taken, a place beyond the last, and whatever breaks the daemon's rules; the place to
 * *ret_place. */
static int check_new(struct tree *tree, const struct call *call, const struct policy_order *order, struct entry *policy,
		     uint32_t *ret_place, struct error *reterr_error) {
	const char *typed = call_value(call, "order"), *name = call_value(call, "policy");
	uint32_t place = policy_order_last(order) + 1;
	int r;

	if (tree_find(tree, policy->dn))
		return error_set(
			reterr_error, E_DHCP_POLICY_EXISTS,
			"the name %s is taken here; choose another one, or change what there is with \"lessorctl policy set\"",
			name);
	edit_set(call->arena, policy, attribute(ATTRIBUTE_PROCESSING_ORDER), "1");
	r = tree_check(tree, NULL, policy, reterr_error);
	if (r == 0 && typed)
		r = policy_order_parse(order, typed, &place, reterr_error);
	if (r < 0)
		return r;
	edit_set(call->arena, policy, attribute(ATTRIBUTE_PROCESSING_ORDER), arena_format(call->arena, "%u", place));
	*ret_place = place;
	return 0;
}

int policy_add(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "policy");
	struct policy_order order;
	struct level level;
	struct entry *policy;
	uint32_t place = 0;
	char dn[DN_MAX];
	int r = level_open_holder(call, &tree, &level, reterr_error);

	if (r == 0)
		r = tree_make_dn(name, level.entry->dn, sizeof dn, dn, reterr_error);
	if (r < 0)
		return r;
	policy = edit_new(call->arena, dn, schema_class_get(CLASS_POLICY)->name);
	policy_order_read(&tree, level.entry, &order);
	r = set_condition(&tree, policy, call_value(call, "condition"), reterr_error);
	if (r == 0)
		r = fill_new(&tree, call, policy, reterr_error);
	if (r == 0)
		r = check_new(&tree, call, &order, policy, &place, reterr_error);
	if (r == 0)
		r = policy_order_make_room(&order, place, reterr_error);
	if (r == 0)
		r = tree_add(&tree, policy, E_DHCP_POLICY_EXISTS, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(dn, "policy %s added to %s as number %u; servers apply it at once", name,
					      level.where, place));
}

static int check_anything_given(struct call *call, struct error *reterr_error) {
	if (is_call_given(call, "condition") || is_call_given(call, "order") ||
	    is_any_field_given(call, fields, ARRAY_LEN(fields)))
		return 0;
	return call_reject_usage(
		call, reterr_error,
		"what is to be set? Say it with --condition, --order, --lease-time, --state or --description; ranges with "
		"policy add-range, options with option set --policy");
}

/* The place that is asked for; the last one for whoever asks for one behind that. */
static int choose_place(const struct policy_order *order, struct entry *policy, const char *typed, uint32_t *ret_place,
			struct error *reterr_error) {
	uint32_t last = policy_order_last(order), place;
	int r = policy_order_parse(order, typed, &place, reterr_error);

	if (r < 0)
		return r;
	*ret_place = place < last ? place : last;
	edit_set(order->tree->arena, policy, attribute(ATTRIBUTE_PROCESSING_ORDER),
		 arena_format(order->tree->arena, "%u", *ret_place));
	return 0;
}

/* Change @before as the call says; the rules are checked before anything is written. */
static int change(struct tree *tree, const struct call *call, const struct level *level, const struct entry *before,
		  struct error *reterr_error) {
	struct entry *after = edit_copy(call->arena, before);
	uint32_t place = policy_order_of(before);
	struct policy_order order;
	int r = 0;

	policy_order_read(tree, level->entry, &order);
	if (is_call_given(call, "condition"))
		r = set_condition(tree, after, call_value(call, "condition"), reterr_error);
	if (r == 0)
		r = fields_set(call, fields, ARRAY_LEN(fields), after, reterr_error);
	if (r == 0 && is_call_given(call, "order"))
		r = choose_place(&order, after, call_value(call, "order"), &place, reterr_error);
	if (r == 0)
		r = tree_check(tree, before, after, reterr_error);
	if (r == 0 && place != policy_order_of(before))
		r = policy_order_make_way(&order, before, place, reterr_error);
	return r < 0 ? r : tree_write(tree, before, after, reterr_error);
}

int policy_set(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "policy");
	const struct entry *policy;
	struct level level;
	int r = check_anything_given(call, reterr_error);

	if (r == 0)
		r = level_open_holder(call, &tree, &level, reterr_error);
	if (r == 0)
		r = tree_get_policy(&tree, level.entry, name, &policy, reterr_error);
	if (r == 0)
		r = change(&tree, call, &level, policy, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(policy->dn, "policy %s of %s changed; its servers apply it at once", name,
					      level.where));
}

static size_t count_values(const struct entry *entry, enum schema_attribute which) {
	size_t n;

	edit_values(entry, attribute(which), &n);
	return n;
}

static void undo_values(struct undo *undo, const struct entry *policy, const char *parameter,
			enum schema_attribute which) {
	const char *value;

	for (size_t i = 0; (value = edit_value(policy, attribute(which), i)); i++)
		undo_parameter(undo, parameter, value);
}

static const char *undo_of(const struct call *call, const struct entry *policy) {
	static const struct {
		const char *parameter;
		enum schema_attribute attribute;
	} parts[] = {
		{ "condition", ATTRIBUTE_CONDITION },
		{ "order", ATTRIBUTE_PROCESSING_ORDER },
		{ "range", ATTRIBUTE_RANGE },
		{ "option", ATTRIBUTE_OPTION },
		{ "lease-time", ATTRIBUTE_LEASE_TIME },
		{ "state", ATTRIBUTE_STATE },
		{ "description", ATTRIBUTE_DESCRIPTION },
	};
	struct undo undo = undo_start(call->arena, "policy add");

	undo_word(&undo, call_value(call, "policy"));
	level_add_undo(call, &undo);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		undo_values(&undo, policy, parts[i].parameter, parts[i].attribute);
	return undo_text(&undo);
}

int policy_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(tree_done) struct tree tree = { 0 };
	const char *name = call_value(call, "policy");
	const struct entry *policy;
	struct policy_order order;
	struct level level;
	int r = level_open_holder(call, &tree, &level, reterr_error);

	if (r == 0)
		r = tree_get_policy(&tree, level.entry, name, &policy, reterr_error);
	if (r == 0)
		r = call_confirm(call, reterr_error,
				 "this removes policy %s of %s with its %zu range(s) and %zu option value(s)", name,
				 level.where, count_values(policy, ATTRIBUTE_RANGE),
				 count_values(policy, ATTRIBUTE_OPTION));
	if (r == 0)
		r = tree_remove(&tree, policy, reterr_error);
	if (r < 0)
		return r;
	policy_order_read(&tree, level.entry, &order);
	r = policy_order_close(&order, policy_order_of(policy), reterr_error);
	if (r < 0)
		return error_prefix(reterr_error, "policy %s is removed, but those behind it could not be renumbered",
				    name);
	return call_done(call, result_message(policy->dn, "policy %s removed from %s%s", name, level.where,
					      undo_of(call, policy)));
}
