/* SPDX-License-Identifier: Apache-2.0 */
/* client_class.h - how clients name the classes that they belong to. Pure. */
#pragma once

#include <stdbool.h>

#include "base/span.h"

/* True if @octets of option 77 are a list as RFC 3004 wants it: at most 32 items, each with its length in front.
 * Microsoft's clients send the bare name of one class instead. */
bool is_user_class_list(struct span octets);

/* Take the next item off such a list. False at its end. */
bool user_class_next(struct span *list, struct span *ret_item);

/* True if option 77 names the user class whose data is @data: as a whole, or in one of its items. */
bool is_user_class_named(struct span octets, struct span data);
