/* SPDX-License-Identifier: Apache-2.0 */
/* lessorctl range and exclusion: values of a scope's entry. */
#include "admin/call.h"
#include "admin/edit.h"
#include "admin/ranges.h"
#include "admin/result.h"
#include "admin/tree.h"
#include "admin/usage.h"
#include "base/text.h"
#include "model/dn.h"

#define COUNT_MAX (1u << 30)

/* Embedded: one operation on the ranges of a scope. */
struct range_edit {
	struct tree tree;
	const struct entry *before;
	struct entry *after;
	struct ip4_subnet subnet;
	size_t index;              /* of the range that the call names */
	struct address_range old;  /* that one */
};

static void range_edit_done(struct range_edit *edit) {
	tree_done(&edit->tree);
}

/* Read the tree and find the scope. */
static int open_scope(struct call *call, struct range_edit *edit, struct error *reterr_error) {
	int r = tree_load(call, &edit->tree, reterr_error);

	if (r == 0)
		r = tree_get_scope(&edit->tree, call_value(call, "network"), &edit->before, reterr_error);
	if (r < 0)
		return r;
	if (tree_scope_subnet(&edit->tree, edit->before, &edit->subnet) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "the scope's own entry is wrong, so its ranges cannot be changed; \"lessorctl check\" says what it is");
	edit->after = edit_copy(call->arena, edit->before);
	return 0;
}

/* The same, and find the value of @attribute that the call names. A malformed one may have held any addresses. */
static int open_value(struct call *call, enum schema_attribute attribute, struct range_edit *edit,
		      struct error *reterr_error) {
	int r = open_scope(call, edit, reterr_error);

	if (r == 0)
		r = ranges_find(edit->before, attribute, call_value(call, "range"), &edit->index, reterr_error);
	if (r < 0)
		return r;
	if (ranges_at(edit->before, attribute, edit->index, &edit->old) < 0)
		edit->old = (struct address_range){ .range = ip4_subnet_range(edit->subnet), .kind = CLIENT_TYPE_BOTH };
	return 0;
}

/* A policy's range that was within the scope's ranges must not end up outside. */
static int check_policy(const struct range_edit *edit, const struct entry *policy, struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX];
	struct address_range range;
	int r;

	for (size_t i = 0; (r = ranges_at(policy, ATTRIBUTE_RANGE, i, &range)) != -E_NOT_FOUND; i++)
		if (r == 0 && has_ranges_all(edit->before, range.range) && !has_ranges_all(edit->after, range.range))
			return error_set(reterr_error, E_SCOPE_RANGE_POLICY_RANGE_CONFLICT,
					 "the policy %s has the range %s, which would not be within the scope's ranges any more; change or remove that one first",
					 tree_leaf(&edit->tree, policy), ip4_range_format(range.range, text));
	return 0;
}

static int check_policies(const struct range_edit *edit, struct error *reterr_error) {
	const struct directory_entries *entries = &edit->tree.entries;
	int r = 0;

	for (size_t i = 0; i < entries->n_items && r == 0; i++)
		if (is_entry_of_class(entries->items[i], schema_class_get(CLASS_POLICY)->name) &&
		    is_dn_equal(dn_parent(entries->items[i]->dn), edit->before->dn))
			r = check_policy(edit, entries->items[i], reterr_error);
	return r;
}

/* "10.77.0.50-10.77.0.200 for dhcp clients" */
static const char *range_text(struct arena *arena, struct address_range range) {
	char text[IP4_RANGE_TEXT_MAX];

	ip4_range_format(range.range, text);
	if (range.kind == CLIENT_TYPE_BOTH)
		return arena_format(arena, "%s for both kinds of clients", text);
	return arena_format(arena, "%s for %s clients", text, range.kind == CLIENT_TYPE_BOOTP ? "BOOTP" : "DHCP");
}

int range_add(struct call *call, struct error *reterr_error) {
	CLEANUP(range_edit_done) struct range_edit edit = { 0 };
	const char *kind = call_value(call, "kind");
	struct address_range range = { .kind = CLIENT_TYPE_DHCP };
	int r = kind ? ranges_parse_kind(kind, &range.kind, reterr_error) : 0;

	if (r == 0)
		r = open_scope(call, &edit, reterr_error);
	if (r == 0)
		r = ranges_parse(call_value(call, "range"), edit.subnet, &range.range, reterr_error);
	if (r == 0)
		r = ranges_add(call->arena, edit.after, edit.subnet, range, reterr_error);
	if (r == 0)
		r = tree_change(&edit.tree, edit.before, edit.after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit.after->dn, "scope %s now leases %s", tree_scope_text(&edit.tree, edit.after),
					      range_text(call->arena, range)));
}

/* Clients of a kind that the range is not for any more must not have leases in it. */
static int check_kind(struct call *call, const struct range_edit *edit, enum client_type kind,
		      struct error *reterr_error) {
	struct usage usage;
	size_t n;

	if ((edit->old.kind & ~kind) == 0)
		return 0;
	usage = usage_count(call, &edit->tree, edit->before, edit->old.range);
	n = (kind & CLIENT_TYPE_BOOTP ? 0 : usage.n_bootp) + (kind & CLIENT_TYPE_DHCP ? 0 : usage.n_dhcp);
	if (n == 0)
		return 0;
	return error_set(reterr_error, E_DHCP_IPRANGE_CONV_ILLEGAL,
			 "%zu of the range's addresses %s leased to %s clients; wait until the leases end, or remove them", n,
			 n == 1 ? "is" : "are", kind == CLIENT_TYPE_DHCP ? "BOOTP" : "DHCP");
}

/* What is lost to clients by a range that becomes @new. */
static const char *loss_text(struct call *call, const struct range_edit *edit, struct address_range new) {
	struct usage before, after;
	size_t n;

	if (is_ip4_in_range(edit->old.range.first, new.range) && is_ip4_in_range(edit->old.range.last, new.range))
		return "";
	before = usage_count(call, &edit->tree, edit->before, edit->old.range);
	after = usage_count(call, &edit->tree, edit->before, new.range);
	n = before.n_dhcp + before.n_bootp - after.n_dhcp - after.n_bootp;
	if (n == 0 || n > before.n_dhcp + before.n_bootp)
		return "";
	return arena_format(call->arena, "; %zu address%s that it does not hold any more %s leased, and not for longer than that", n,
			    n == 1 ? "" : "es", n == 1 ? "is" : "are");
}

/* Write that the range becomes @new, which is allowed in itself. */
static int change(struct call *call, struct range_edit *edit, struct address_range new, struct error *reterr_error) {
	int r;

	ranges_replace(call->arena, edit->after, edit->index, new);
	r = check_policies(edit, reterr_error);
	if (r == 0)
		r = ranges_check_change(edit->before, edit->index, new.range, reterr_error);
	if (r == 0)
		r = tree_change(&edit->tree, edit->before, edit->after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit->after->dn, "the range %s of scope %s is now %s%s", call_value(call, "range"),
					      tree_scope_text(&edit->tree, edit->after), range_text(call->arena, new),
					      loss_text(call, edit, new)));
}

int range_set(struct call *call, struct error *reterr_error) {
	CLEANUP(range_edit_done) struct range_edit edit = { 0 };
	const char *kind = call_value(call, "kind"), *newrange = call_value(call, "newrange");
	struct address_range new;
	int r;

	if (!kind && !newrange)
		return call_reject_usage(call, reterr_error, "what is to be set? Say to which addresses the range is to grow or shrink, or its --kind");
	r = open_value(call, ATTRIBUTE_RANGE, &edit, reterr_error);
	new = edit.old;
	if (r == 0 && kind)
		r = ranges_parse_kind(kind, &new.kind, reterr_error);
	if (r == 0 && newrange)
		r = ranges_parse(newrange, edit.subnet, &new.range, reterr_error);
	if (r == 0)
		r = check_kind(call, &edit, new.kind, reterr_error);
	return r < 0 ? r : change(call, &edit, new, reterr_error);
}

/* A number of addresses, with a sign. */
static int parse_count(const char *text, int64_t *ret_count, struct error *reterr_error) {
	bool is_negative = text[0] == '-';
	uint64_t count;

	if (text_parse_u64(text + is_negative, COUNT_MAX, &count) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "%s is not a number of addresses such as 32, or -32 for those in front of the range", text);
	*ret_count = is_negative ? -(int64_t)count : (int64_t)count;
	return 0;
}

int range_extend(struct call *call, struct error *reterr_error) {
	CLEANUP(range_edit_done) struct range_edit edit = { 0 };
	char text[IP4_RANGE_TEXT_MAX];
	struct address_range new;
	int64_t count = 0, grown;
	int r = parse_count(call_value(call, "count"), &count, reterr_error);

	if (r == 0)
		r = open_value(call, ATTRIBUTE_RANGE, &edit, reterr_error);
	new = edit.old;
	if (r == 0)
		r = ranges_extend(edit.before, edit.subnet, edit.index, count, &new.range, reterr_error);
	if (r < 0)
		return r;
	grown = (int64_t)edit.old.range.first.value - new.range.first.value;
	if (count < 0 && grown != -count)
		call_warn(call, E_DHCP_WARNING_RANGE_EXTENDED_LESS,
			  "the range was extended by %d addresses instead of %d: it now is %s, and there is no room for more in front of it",
			  (int)grown, (int)-count, ip4_range_format(new.range, text));
	return change(call, &edit, new, reterr_error);
}

static int check_unused(const struct range_edit *edit, struct usage usage, struct error *reterr_error) {
	char text[IP4_RANGE_TEXT_MAX];

	if (usage.n_dhcp + usage.n_bootp == 0)
		return 0;
	return error_set(reterr_error, E_DHCP_ELEMENT_CANT_REMOVE,
			 "%s leased in the range %s at this moment; exclude it and wait, or remove it with --force",
			 usage_text(edit->tree.arena, usage), ip4_range_format(edit->old.range, text));
}

int range_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(range_edit_done) struct range_edit edit = { 0 };
	const char *range = call_value(call, "range"), *scope;
	char text[IP4_RANGE_TEXT_MAX];
	struct usage usage = { 0 };
	int r = open_value(call, ATTRIBUTE_RANGE, &edit, reterr_error);

	if (r < 0)
		return r;
	scope = tree_scope_text(&edit.tree, edit.before);
	edit_remove_at(edit.after, schema_attribute_get(ATTRIBUTE_RANGE)->name, edit.index);
	r = check_policies(&edit, reterr_error);
	if (r == 0)
		usage = usage_count(call, &edit.tree, edit.before, edit.old.range);
	if (r == 0 && !is_call_given(call, "force"))
		r = check_unused(&edit, usage, reterr_error);
	if (r == 0)
		r = call_confirm(call, reterr_error, "this removes the range %s of scope %s, and %s leased", range, scope,
				 usage_text(call->arena, usage));
	if (r == 0)
		r = tree_change(&edit.tree, edit.before, edit.after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit.after->dn,
					      "%s is leased to nobody new any more in scope %s; undo it with: lessorctl range add %s %s --kind %s",
					      range, scope, tree_leaf(&edit.tree, edit.after),
					      ip4_range_format(edit.old.range, text), client_type_name(edit.old.kind)));
}

/* Kinds are for ranges only. */
static json_t *range_item(struct address_range range, enum schema_attribute attribute) {
	char first[IP4_TEXT_MAX], last[IP4_TEXT_MAX];
	json_t *item = json_pack("{s:s, s:s, s:I}", "first", ip4_format(range.range.first, first), "last",
				 ip4_format(range.range.last, last), "addresses",
				 (json_int_t)range.range.last.value - range.range.first.value + 1);

	if (attribute == ATTRIBUTE_RANGE)
		json_object_set_new(item, "type", json_string(client_type_name(range.kind)));
	return item;
}

static int list(struct call *call, enum schema_attribute attribute, const char *key, struct error *reterr_error) {
	CLEANUP(range_edit_done) struct range_edit edit = { 0 };
	struct address_range range;
	json_t *items;
	int r = open_scope(call, &edit, reterr_error);

	if (r < 0)
		return r;
	items = json_array();
	for (size_t i = 0; (r = ranges_at(edit.before, attribute, i, &range)) != -E_NOT_FOUND; i++)
		if (r == 0)
			json_array_append_new(items, range_item(range, attribute));
	result_sort(items, "first");
	return call_list(call, key, items, NULL);
}

int range_list(struct call *call, struct error *reterr_error) {
	return list(call, ATTRIBUTE_RANGE, "ranges", reterr_error);
}

int exclusion_list(struct call *call, struct error *reterr_error) {
	return list(call, ATTRIBUTE_EXCLUSION, "exclusions", reterr_error);
}

int exclusion_add(struct call *call, struct error *reterr_error) {
	CLEANUP(range_edit_done) struct range_edit edit = { 0 };
	const char *text = call_value(call, "range");
	struct ip4_range range;
	int r = open_scope(call, &edit, reterr_error);

	if (r == 0)
		r = ranges_parse(text, edit.subnet, &range, reterr_error);
	if (r == 0)
		r = exclusions_add(call->arena, edit.after, range, reterr_error);
	if (r == 0)
		r = tree_change(&edit.tree, edit.before, edit.after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit.after->dn, "%s is now excluded in scope %s", text,
					      tree_scope_text(&edit.tree, edit.after)));
}

int exclusion_remove(struct call *call, struct error *reterr_error) {
	CLEANUP(range_edit_done) struct range_edit edit = { 0 };
	const char *text = call_value(call, "range");
	int r = open_value(call, ATTRIBUTE_EXCLUSION, &edit, reterr_error);

	if (r < 0)
		return r;
	edit_remove_at(edit.after, schema_attribute_get(ATTRIBUTE_EXCLUSION)->name, edit.index);
	r = call_confirm(call, reterr_error, "this lets the addresses %s of scope %s be leased again", text,
			 tree_scope_text(&edit.tree, edit.before));
	if (r == 0)
		r = tree_change(&edit.tree, edit.before, edit.after, reterr_error);
	if (r < 0)
		return r;
	return call_done(call, result_message(edit.after->dn,
					      "%s is not excluded any more in scope %s; undo it with: lessorctl exclusion add %s %s",
					      text, tree_scope_text(&edit.tree, edit.after),
					      tree_leaf(&edit.tree, edit.after), text));
}
