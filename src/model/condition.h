/* SPDX-License-Identifier: Apache-2.0 */
/* condition.h - the condition of a policy: which clients it is for. Parsed from the text of lessorCondition, written
 * back, and asked of a client. Pure.
 *
 *   CONDITION := GROUP {and GROUP} | GROUP {or GROUP}
 *   GROUP     := CRITERION | ( CRITERION {and CRITERION} ) | ( CRITERION {or CRITERION} )
 *   CRITERION := ATTRIBUTE is VALUE {, VALUE} | ATTRIBUTE is-not VALUE {, VALUE}
 *
 * The values of "is" are alternatives; those of "is-not" are all to be missed. What an attribute's values look like
 * says condition.def; "*" at one of its ends stands for any octets there. One level has one kind of operator, and does
 * not ask both "is" and "is-not" of the same attribute, as in Windows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "base/text.h"
#include "model/snapshot.h"

enum condition_attribute {
#define CONDITION_ATTRIBUTE(symbol, ...) CONDITION_##symbol,
#include "model/condition.def"
	CONDITION_ATTRIBUTE_COUNT
};

/* What a client shows of itself, as octets by attribute; data NULL where it shows nothing: a criterion about that is
 * false if it says "is", true if it says "is-not". Embedded, borrowed. */
struct condition_subject {
	struct span values[CONDITION_ATTRIBUTE_COUNT];
};

/* The names of the classes that are defined, for conditions that name them. */
struct condition_classes {
	const struct client_class *items;
	size_t n_items;
};

/* Read @text into @arena, which has no limit; the text may go afterwards. 0; -E_DHCP_INVALID_POLICY_EXPRESSION;
 * -E_DHCP_POLICY_BAD_PARENT_EXPR: a parenthesis without its partner; -E_DHCP_CLASS_NOT_FOUND: a class that is not in
 * @classes; each with a sentence that names the place and shows a right example. */
int condition_parse(const char *text, const struct condition_classes *classes, struct arena *arena,
		    struct condition **ret_condition, struct error *reterr_error);

/* Add @condition to @text in its one canonical form, which condition_parse reads. */
void condition_format(const struct condition *condition, struct text *text);

/* True if @condition says anything about @attribute. */
bool is_condition_about(const struct condition *condition, enum condition_attribute attribute);

/* True if the client meets the condition. */
bool is_condition_met(const struct condition *condition, const struct condition_subject *subject);
