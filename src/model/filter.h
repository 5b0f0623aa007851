/* SPDX-License-Identifier: Apache-2.0 */
/* filter.h - a value of lessorFilter: "allow PATTERN [COMMENT]", "deny PATTERN [COMMENT]" or "exempt TYPE [COMMENT]".
 *
 * A PATTERN is an Ethernet address (02:00:5e:00:00:01), or one to five octets with a star behind them (02:00:5e:*); a
 * TYPE a number of the registry of hardware types, from 2 on. Pure.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "model/snapshot.h"

/* Read @text; the comment is borrowed from it, the source is left NULL. 0, or -E_INVALID_PARAMETER with what is
 * expected. */
int filter_parse(const char *text, struct filter *ret_filter, struct error *reterr_error);

/* The word for a list: "allow", "deny" or "exempt". */
const char *filter_list_name(enum filter_list list);

/* Add the pattern or type alone: 02:00:5e:* or 6. */
void filter_format_pattern(const struct filter *filter, struct text *text);

/* Add the whole value in the form that filter_parse reads. */
void filter_format(const struct filter *filter, struct text *text);

/* Below, equal or above 0: an order in which two filters are equal that cannot stand beside each other. Allow and deny
 * of one pattern are such, two exemptions of one type as well. */
int filter_compare(const struct filter *a, const struct filter *b);
