/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/csv.h"

#include <string.h>

#include "base/mem.h"

/* Where a reader is within a record. */
enum place {
	PLACE_FIELD,  /* at the beginning of a field */
	PLACE_PLAIN,  /* in one without quotes */
	PLACE_QUOTED, /* in one within quotes */
	PLACE_QUOTE,  /* behind a quote in it: the last one, or the first of two */
};

/* A record being read: quotes are undone by moving what stands behind them. */
struct taking {
	char *text;
	size_t to;    /* where the next octet of the field goes */
	size_t start; /* of the field */
	struct csv_record *record;
};

static void end_field(struct taking *taking) {
	struct csv_record *record = taking->record;

	if (record->n_fields == CSV_FIELDS_MAX)
		record->fault = "it has too many fields";
	else
		record->fields[record->n_fields++] =
			span_of((const uint8_t *)taking->text + taking->start, taking->to - taking->start);
	taking->start = taking->to;
}

static enum place take_octet(struct taking *taking, enum place place, char octet) {
	if (octet == '"' && place == PLACE_FIELD)
		return PLACE_QUOTED;
	if (octet == '"' && place == PLACE_QUOTED)
		return PLACE_QUOTE;
	if (octet == ',' && place != PLACE_QUOTED) {
		end_field(taking);
		return PLACE_FIELD;
	}
	if (octet == '\0' || (octet == '"' && place == PLACE_PLAIN) || (octet != '"' && place == PLACE_QUOTE))
		taking->record->fault = "it has a quote or a NUL where none may stand";
	taking->text[taking->to++] = octet;
	return place == PLACE_QUOTE ? PLACE_QUOTED : place == PLACE_FIELD ? PLACE_PLAIN : place;
}

/* How many octets the line end at @at has; 0: there is none. */
static size_t line_end_at(const char *text, size_t len, size_t at) {
	if (text[at] == '\n')
		return 1;
	return text[at] == '\r' && at + 1 < len && text[at + 1] == '\n' ? 2 : 0;
}

/* Where the record ends, without changing anything; @len if it does not. */
static size_t find_end(const char *text, size_t len) {
	enum place place = PLACE_FIELD;
	size_t at = 0;

	for (; at < len && (place == PLACE_QUOTED || !line_end_at(text, len, at)); at++)
		if (text[at] == '"')
			place = place == PLACE_PLAIN    ? PLACE_PLAIN
				: place == PLACE_QUOTED ? PLACE_QUOTE
							: PLACE_QUOTED;
		else if (place != PLACE_QUOTED)
			place = text[at] == ',' ? PLACE_FIELD : PLACE_PLAIN;
	return at;
}

size_t csv_take(char *text, size_t len, bool is_end, struct csv_record *ret_record) {
	size_t end = find_end(text, len), line_end = end < len ? line_end_at(text, len, end) : 0;
	struct taking taking = { .text = text, .record = ret_record };
	enum place place = PLACE_FIELD;

	if (len == 0 || (line_end == 0 && !is_end))
		return 0;
	*ret_record = (struct csv_record){ .n_lines = line_end > 0 };
	for (size_t i = 0; i < end; i++) {
		ret_record->n_lines += text[i] == '\n';
		place = take_octet(&taking, place, text[i]);
	}
	end_field(&taking);
	if (place == PLACE_QUOTED)
		ret_record->fault = "its last quotes are not closed";
	return end + line_end;
}

void csv_add(struct csv_text *text, struct span octets) {
	if (octets.len == 0)
		return;
	text->octets = mem_grow(text->octets, &text->capacity, text->len + octets.len, 1);
	memcpy(text->octets + text->len, octets.data, octets.len);
	text->len += octets.len;
}

static void add_quoted(struct csv_text *text, struct span field) {
	csv_add(text, span_of_text("\""));
	for (size_t i = 0; i < field.len; i++) {
		if (field.data[i] == '"')
			csv_add(text, span_of_text("\""));
		csv_add(text, span_of(field.data + i, 1));
	}
	csv_add(text, span_of_text("\""));
}

static bool is_quoting_needed(struct span field) {
	for (size_t i = 0; i < field.len; i++)
		if (field.data[i] == '"' || field.data[i] == ',' || field.data[i] == '\n' || field.data[i] == '\r')
			return true;
	return false;
}

void csv_add_field(struct csv_text *text, bool is_first, struct span field) {
	if (!is_first)
		csv_add(text, span_of_text(","));
	if (is_quoting_needed(field))
		add_quoted(text, field);
	else
		csv_add(text, field);
}

void csv_end_record(struct csv_text *text) {
	csv_add(text, span_of_text("\r\n"));
}
