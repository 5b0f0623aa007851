/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/lease_csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define NUMBER_MAX 32

static const struct {
	const char *key;
	enum { MEMBER_TEXT, MEMBER_NUMBER } kind;
} members[] = {
#define LEASE_MEMBER(symbol, key, kind, description) { key, MEMBER_##kind },
#include "model/lease_member.def"
#undef LEASE_MEMBER
};

static_assert(ARRAY_LEN(members) <= CSV_FIELDS_MAX, "a record has room for all columns");

void lease_csv_add_header(struct csv_text *text) {
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		csv_add_field(text, i == 0, span_of_text(members[i].key));
	csv_end_record(text);
}

void lease_csv_add(struct csv_text *text, const json_t *lease) {
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		const json_t *value = json_object_get(lease, members[i].key);
		char number[NUMBER_MAX];

		snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		csv_add_field(text, i == 0,
			      json_is_integer(value)  ? span_of_text(number)
			      : json_is_string(value) ? span_of_text(json_string_value(value))
						      : span_of_text(""));
	}
	csv_end_record(text);
}

/* The row of the column called @name; one past the last if there is none. */
static size_t find_member(struct span name) {
	size_t i = 0;

	while (i < ARRAY_LEN(members) && !is_span_equal(name, span_of_text(members[i].key)))
		i++;
	return i;
}

static bool has_column(const struct lease_columns *columns, size_t member) {
	for (size_t i = 0; i < columns->n_columns; i++)
		if (columns->members[i] == member)
			return true;
	return false;
}

#define KNOWN_COLUMNS_MAX 256
#define SHOWN_MAX 24 /* octets of what may be anything */

static int fail_column(const struct span *field, bool is_known, struct error *reterr_error) {
	char known[KNOWN_COLUMNS_MAX] = "", shown[SHOWN_MAX + 1];
	struct text text;

	if (is_known)
		return error_set(reterr_error, E_INVALID_PARAMETER, "the first line names the column %.*s twice",
				 (int)field->len, (const char *)field->data);
	text_init(&text, shown, sizeof shown);
	text_add_escaped(&text, *field);
	text_init(&text, known, sizeof known);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		text_add(&text, "%s%s", i ? "," : "", members[i].key);
	return error_set(reterr_error, E_INVALID_PARAMETER,
			 "the first line must name the columns, and \"%s\" is none of %s; files of other servers must be brought "
			 "to that form first",
			 shown, known);
}

int lease_columns_read(const struct csv_record *record, struct lease_columns *ret_columns, struct error *reterr_error) {
	struct lease_columns columns = { .n_columns = 0 };

	if (record->fault)
		return error_set(reterr_error, E_INVALID_PARAMETER, "the first line must name the columns, but %s",
				 record->fault);
	for (size_t i = 0; i < record->n_fields; i++) {
		size_t member = find_member(record->fields[i]);

		if (member == ARRAY_LEN(members) || has_column(&columns, member))
			return fail_column(&record->fields[i], member < ARRAY_LEN(members), reterr_error);
		columns.members[columns.n_columns++] = member;
	}
	*ret_columns = columns;
	return 0;
}

static json_t *text_of(struct span field) {
	return json_stringn((const char *)field.data, field.len);
}

/* NULL for none. */
static json_t *number_of(struct span field) {
	char array[NUMBER_MAX];
	uint64_t number;

	if (field.len >= sizeof array)
		return NULL;
	memcpy(array, field.data, field.len);
	array[field.len] = '\0';
	return text_parse_u64(array, INT64_MAX, &number) < 0 ? NULL : json_integer((json_int_t)number);
}

static int read_field(json_t *lease, size_t member, struct span field, struct error *reterr_error) {
	bool is_number = members[member].kind == MEMBER_NUMBER;
	json_t *value;

	if (is_number && field.len == 0)
		return 0;
	value = is_number ? number_of(field) : text_of(field);
	if (!value)
		return error_set(reterr_error, E_INVALID_PARAMETER, "%s must be %s", members[member].key,
				 is_number ? "a whole number" : "text in UTF-8");
	json_object_set_new(lease, members[member].key, value);
	return 0;
}

int lease_csv_read(const struct lease_columns *columns, const struct csv_record *record, json_t **ret_lease,
		   struct error *reterr_error) {
	json_t *lease;
	int r = 0;

	if (record->fault)
		return error_set(reterr_error, E_INVALID_PARAMETER, "this is no record: %s", record->fault);
	if (record->n_fields != columns->n_columns)
		return error_set(reterr_error, E_INVALID_PARAMETER, "the line has %zu fields, the first one names %zu",
				 record->n_fields, columns->n_columns);
	lease = json_object();
	for (size_t i = 0; r == 0 && i < record->n_fields; i++)
		r = read_field(lease, columns->members[i], record->fields[i], reterr_error);
	if (r < 0)
		json_decref(lease);
	else
		*ret_lease = lease;
	return r;
}
