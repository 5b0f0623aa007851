/* SPDX-License-Identifier: Apache-2.0 */
/* ranges.h - a scope entry's ranges and exclusions, as values of its attributes. Pure.
 *
 * What is wrong with a value that stands in the entry already is the daemon's rules' to say: here it is passed over.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/ip4.h"
#include "model/entry.h"
#include "model/snapshot.h"

/* Ranges grow by pieces of so many addresses. */
#define RANGES_PIECE 32

/* Read value @index of @attribute, lessorRange or lessorExclusion. 0; -E_NOT_FOUND: there is no such value;
 * -E_INVALID_PARAMETER: it is malformed. */
int ranges_at(const struct entry *scope, enum schema_attribute attribute, size_t index,
	      struct address_range *ret_range);

/* Read "FIRST-LAST" or one address, which must lie within @subnet. 0, or -E_DHCP_INVALID_RANGE. */
int ranges_parse(const char *text, struct ip4_subnet subnet, struct ip4_range *ret_range, struct error *reterr_error);

/* Read a kind: dhcp, bootp, both. 0, or -E_INVALID_PARAMETER. */
int ranges_parse_kind(const char *word, enum client_type *ret_kind, struct error *reterr_error);

/* Add a value of lessorRange. 0; -E_DHCP_RANGE_TOO_SMALL: it is the network's own or the broadcast address;
 * -E_DHCP_IPRANGE_EXISTS: it is there; -E_DDS_POSSIBLE_RANGE_CONFLICT: it overlaps one that is there;
 * -E_DHCP_RANGE_EXTENDED: it lies beside one of its kind. */
int ranges_add(struct arena *arena, struct entry *scope, struct ip4_subnet subnet, struct address_range range,
	       struct error *reterr_error);

/* Add a value of lessorExclusion; exclusions may overlap, but the same one twice is -E_DDS_POSSIBLE_RANGE_CONFLICT. */
int exclusions_add(struct arena *arena, struct entry *scope, struct ip4_range range, struct error *reterr_error);

/* Find the value of @attribute that reads like @text or stands for the same range. 0; -E_DHCP_INVALID_RANGE: @text is
 * malformed; -E_DDS_RANGE_DOES_NOT_EXIST. */
int ranges_find(const struct entry *scope, enum schema_attribute attribute, const char *text, size_t *ret_index,
		struct error *reterr_error);

/* Put @range in the place of value @index of lessorRange, whatever it is. */
void ranges_replace(struct arena *arena, struct entry *scope, size_t index, struct address_range range);

/* May value @index of lessorRange of @before become @range? 0; -E_DHCP_INVALID_RANGE: the new one is neither inside nor
 * around the old one; -E_DDS_POSSIBLE_RANGE_CONFLICT: it overlaps another one. */
int ranges_check_change(const struct entry *before, size_t index, struct ip4_range range, struct error *reterr_error);

/* What value @index of lessorRange is with @count addresses more: behind it, or, with a negative count, in front of it,
 * where it grows by less if the subnet or another range leaves no more.
 * 0; -E_DHCP_RANGE_EXTENSION_TOO_SMALL: @count is no multiple of RANGES_PIECE, or there is no room for one piece;
 * -E_DHCP_INVALID_RANGE: it would leave the subnet; -E_DDS_POSSIBLE_RANGE_CONFLICT: it would overlap another one. */
int ranges_extend(const struct entry *scope, struct ip4_subnet subnet, size_t index, int64_t count,
		  struct ip4_range *ret_range, struct error *reterr_error);

/* True if each address of @range lies in one of the entry's ranges. */
bool has_ranges_all(const struct entry *scope, struct ip4_range range);
