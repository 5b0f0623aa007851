/* SPDX-License-Identifier: Apache-2.0 */
/* ranges.h - a scope entry's ranges and exclusions, as values of its attributes. Pure. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/ip4.h"
#include "model/entry.h"

/* Read "FIRST-LAST" or one address, which must lie within @subnet. 0, or -E_DHCP_INVALID_RANGE. */
int ranges_parse(const char *text, struct ip4_subnet subnet, struct ip4_range *ret_range, struct error *reterr_error);

/* Read the range of an attribute's value, behind which a kind may stand. 0 or -E_INVALID_PARAMETER. */
int ranges_parse_value(const char *value, struct ip4_range *ret_range);

/* Add @text as a value of lessorRange. 0; -E_DHCP_INVALID_RANGE: malformed, or outside of @subnet;
 * -E_DDS_POSSIBLE_RANGE_CONFLICT: it overlaps one that is there. */
int ranges_add(struct arena *arena, struct entry *scope, struct ip4_subnet subnet, const char *text,
	       struct error *reterr_error);

/* Add @text as a value of lessorExclusion; exclusions may overlap, but the same one twice is a conflict. */
int exclusions_add(struct arena *arena, struct entry *scope, struct ip4_subnet subnet, const char *text,
		   struct error *reterr_error);

/* Remove the value of @attribute that reads like @text or stands for the same range. 0; -E_DHCP_INVALID_RANGE:
 * malformed;
 * -E_DDS_RANGE_DOES_NOT_EXIST. */
int ranges_remove(struct entry *scope, const char *attribute, const char *text, struct error *reterr_error);
