/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/policy_order.h"

#include <stdlib.h>
#include <strings.h>

#include "admin/edit.h"
#include "base/text.h"
#include "model/dn.h"

static const char *order_attribute(void) {
	return schema_attribute_get(ATTRIBUTE_PROCESSING_ORDER)->name;
}

uint32_t policy_order_of(const struct entry *policy) {
	const char *text = entry_text(policy, order_attribute());
	uint64_t number;

	return text && text_parse_u64(text, UINT32_MAX, &number) == 0 ? (uint32_t)number : 0;
}

static size_t depth(const char *dn) {
	size_t n = 0;

	for (; dn[0]; dn = dn_parent(dn))
		n++;
	return n;
}

/* The widest level first. */
static int compare_holders(const char *left, const char *right) {
	size_t left_depth = depth(left), right_depth = depth(right);

	if (left_depth != right_depth)
		return left_depth < right_depth ? -1 : 1;
	return strcasecmp(left, right);
}

static int compare_policies(const void *a, const void *b) {
	const struct entry *left = *(const struct entry *const *)a, *right = *(const struct entry *const *)b;
	uint32_t left_order = policy_order_of(left), right_order = policy_order_of(right);
	int holders = compare_holders(dn_parent(left->dn), dn_parent(right->dn));

	if (holders)
		return holders;
	if (left_order != right_order)
		return left_order < right_order ? -1 : 1;
	return strcasecmp(left->dn, right->dn);
}

void policy_order_read(struct tree *tree, const struct entry *holder, struct policy_order *ret_order) {
	const char *class_name = schema_class_get(CLASS_POLICY)->name;
	struct policy_order order = { .tree = tree };

	order.items = arena_array_of(tree->arena, const struct entry *, tree->entries.n_items);
	for (size_t i = 0; i < tree->entries.n_items; i++)
		if (is_entry_of_class(tree->entries.items[i], class_name) &&
		    (!holder || is_dn_equal(dn_parent(tree->entries.items[i]->dn), holder->dn)))
			order.items[order.n_items++] = tree->entries.items[i];
	if (order.n_items)
		qsort(order.items, order.n_items, sizeof *order.items, compare_policies);
	*ret_order = order;
}

uint32_t policy_order_last(const struct policy_order *order) {
	return order->n_items ? policy_order_of(order->items[order->n_items - 1]) : 0;
}

int policy_order_parse(const struct policy_order *order, const char *text, uint32_t *ret_place,
		       struct error *reterr_error) {
	uint32_t last = policy_order_last(order);
	uint64_t place;

	if (text_parse_u64(text, UINT32_MAX, &place) < 0)
		return error_set(reterr_error, E_INVALID_PARAMETER, "the order \"%s\" is not a number such as 1", text);
	if (place < 1 || place > (uint64_t)last + 1)
		return error_set(
			reterr_error, E_DHCP_INVALID_PROCESSING_ORDER,
			"%s is not a place among the policies here, or right behind the last one; choose one from 1 to %u",
			text, last + 1);
	*ret_place = (uint32_t)place;
	return 0;
}

static int renumber(const struct policy_order *order, const struct entry *policy, uint32_t place,
		    struct error *reterr_error) {
	struct entry *after = edit_copy(order->tree->arena, policy);

	edit_set(order->tree->arena, after, order_attribute(), arena_format(order->tree->arena, "%u", place));
	return tree_write(order->tree, policy, after, reterr_error);
}

static bool is_taken(const struct policy_order *order, uint32_t place) {
	for (size_t i = 0; i < order->n_items; i++)
		if (policy_order_of(order->items[i]) == place)
			return true;
	return false;
}

/* From the last one on, so that none comes past another. */
static int move_back(const struct policy_order *order, uint32_t first, uint32_t end, struct error *reterr_error) {
	int r = 0;

	for (size_t i = order->n_items; i-- > 0 && r == 0;) {
		uint32_t place = policy_order_of(order->items[i]);

		if (place >= first && place < end)
			r = renumber(order, order->items[i], place + 1, reterr_error);
	}
	return r;
}

/* From the first one on. */
static int move_forward(const struct policy_order *order, uint32_t first, uint32_t end, struct error *reterr_error) {
	int r = 0;

	for (size_t i = 0; i < order->n_items && r == 0; i++) {
		uint32_t place = policy_order_of(order->items[i]);

		if (place >= first && place < end)
			r = renumber(order, order->items[i], place - 1, reterr_error);
	}
	return r;
}

int policy_order_make_room(const struct policy_order *order, uint32_t place, struct error *reterr_error) {
	uint32_t end = place;

	while (is_taken(order, end))
		end++;
	return move_back(order, place, end, reterr_error);
}

int policy_order_close(const struct policy_order *order, uint32_t place, struct error *reterr_error) {
	if (place == 0 || is_taken(order, place))
		return 0;
	return move_forward(order, place + 1, UINT32_MAX, reterr_error);
}

int policy_order_make_way(const struct policy_order *order, const struct entry *policy, uint32_t place,
			  struct error *reterr_error) {
	uint32_t now = policy_order_of(policy);

	if (place < now)
		return move_back(order, place, now, reterr_error);
	return move_forward(order, now + 1, place + 1, reterr_error);
}
