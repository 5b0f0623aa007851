/* SPDX-License-Identifier: Apache-2.0 */
/* condition_priv.h - a condition once it is read: lists, in the order of the text. */
#pragma once

#include "model/condition.h"

enum condition_form {
#define CONDITION_FORM(symbol, ...) CONDITION_FORM_##symbol,
#include "model/condition.def"
	CONDITION_FORM_COUNT
};

struct condition_value {
	struct condition_value *next;
	struct span octets;               /* what is compared */
	const struct client_class *class; /* CONDITION_FORM_CLASS: whose data that is */
	bool is_open_before, is_open_behind;
	bool is_single_label;             /* CONDITION_FORM_NAME: any name without a dot, in place of @octets */
};

struct condition_criterion {
	struct condition_criterion *next;
	enum condition_attribute attribute;
	bool is_not;
	struct condition_value *values; /* at least one */
};

struct condition_group {
	struct condition_group *next;
	bool is_or;                           /* if there are several */
	struct condition_criterion *criteria; /* at least one */
};

struct condition {
	bool is_or;                     /* if there are several groups; a single group has one criterion */
	struct condition_group *groups; /* at least one */
};

extern const char condition_word_single_label[];

/* Borrow the name, the form of an attribute; the example of a form. */
const char *condition_attribute_name(enum condition_attribute attribute);
enum condition_form condition_attribute_form(enum condition_attribute attribute);
const char *condition_form_example(enum condition_form form);
