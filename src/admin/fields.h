/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h - parameters of an operation that each stand for one attribute of an entry, as tables say. */
#pragma once

#include "admin/call.h"
#include "model/entry.h"
#include "model/schema.h"

struct field {
	const char *parameter;
	enum schema_attribute attribute;
	enum setting setting; /* which is read in its own way; FIELD_TEXT: none, the text stands as it is given */
};

#define FIELD_TEXT SETTING_COUNT

/* Set each attribute whose parameter is given; an empty value removes it. 0, or what a setting's value is refused with.
 * Values that are no settings are left to the rules (edit_check). */
int fields_set(const struct call *call, const struct field *fields, size_t n_fields, struct entry *entry,
	       struct error *reterr_error);

/* The refusals of fields_set alone, before there is an entry. */
int fields_check(const struct call *call, const struct field *fields, size_t n_fields, struct error *reterr_error);

/* True if one of their parameters is given. */
bool is_any_field_given(const struct call *call, const struct field *fields, size_t n_fields);
