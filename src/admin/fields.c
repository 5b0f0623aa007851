/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/fields.h"

#include "admin/edit.h"

static int set(struct arena *arena, const struct field *field, const char *value, struct entry *entry,
	       struct error *reterr_error) {
	if (value[0] && field->setting != FIELD_TEXT)
		return edit_set_setting(arena, entry, field->setting, value, reterr_error);
	edit_set(arena, entry, schema_attribute_get(field->attribute)->name, value[0] ? value : NULL);
	return 0;
}

int fields_set(const struct call *call, const struct field *fields, size_t n_fields, struct entry *entry,
	       struct error *reterr_error) {
	int r = 0;

	for (size_t i = 0; i < n_fields && r == 0; i++)
		if (is_call_given(call, fields[i].parameter))
			r = set(call->arena, &fields[i], call_value(call, fields[i].parameter), entry, reterr_error);
	return r;
}

int fields_check(const struct call *call, const struct field *fields, size_t n_fields, struct error *reterr_error) {
	struct entry unused = { .dn = "" };

	return fields_set(call, fields, n_fields, &unused, reterr_error);
}

bool is_any_field_given(const struct call *call, const struct field *fields, size_t n_fields) {
	for (size_t i = 0; i < n_fields; i++)
		if (is_call_given(call, fields[i].parameter))
			return true;
	return false;
}
