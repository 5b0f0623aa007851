/* SPDX-License-Identifier: Apache-2.0 */
/* policy_order.h - the order in which the policies of one level are looked at: numbers from 1, without gaps unless
 * somebody else made some.
 *
 * Making room, closing a gap and moving a policy change several entries, one after the other. Whatever comes between
 * two of these writes leaves a gap, or two policies with the same number (which are then taken by name): every policy
 * but the one that is moved keeps its place among the others.
 */
#pragma once

#include <stdint.h>

#include "admin/tree.h"

/* Embedded: the policies right below an entry, by order and name. */
struct policy_order {
	struct tree *tree;          /* borrowed */
	const struct entry **items; /* in the tree's arena */
	size_t n_items;
};

/* Collect them from the tree. NULL for @holder: all there are, by the entries at which they stand. */
void policy_order_read(struct tree *tree, const struct entry *holder, struct policy_order *ret_order);

/* The number on @policy; 0 if it has none that can be read. */
uint32_t policy_order_of(const struct entry *policy);

/* The highest number in use; 0 if there is no policy. */
uint32_t policy_order_last(const struct policy_order *order);

/* Read a place for a new policy: 1 to one behind the last. 0, -E_INVALID_PARAMETER or
 * -E_DHCP_INVALID_PROCESSING_ORDER. */
int policy_order_parse(const struct policy_order *order, const char *text, uint32_t *ret_place,
		       struct error *reterr_error);

/* Move those at @place and behind it back by one, as far as they stand without a gap. 0, or what directory_modify
 * says. */
int policy_order_make_room(const struct policy_order *order, uint32_t place, struct error *reterr_error);

/* Move those behind @place forward by one, if nobody stands there: what was there is removed. 0, or as above. */
int policy_order_close(const struct policy_order *order, uint32_t place, struct error *reterr_error);

/* Let those between the places of @policy and @place make way, so that it can be given @place. 0, or as above. */
int policy_order_make_way(const struct policy_order *order, const struct entry *policy, uint32_t place,
			  struct error *reterr_error);
