/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/output.h"

#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

#define GAP 2 /* spaces between columns */

/* Words that say how something is. Others are printed plainly. */
static const struct {
	const char *word, *colour;
} state_colours[] = {
	{ "enabled", "32" },        { "active", "32" },         { "authorized", "32" }, { "cached", "33" },
	{ "disabled", "33" },       { "start", "33" },          { "expired", "33" },    { "released", "33" },
	{ "declined", "31" },       { "not-authorized", "31" }, { "invalid", "31" },    { "unreachable", "31" },
	{ "undetermined", "31" },   { "conflict", "31" },       { "checking", "33" },   { "standalone", "32" },
	{ "standalone-in-directory", "31" }, { "other-server", "31" }, { "unlisted", "31" }, { "foreign", "31" },
	{ "listed", "32" },
};

char *output_line(const char *text) {
	char *copy = mem_dup_text(text);

	text_hide_controls(copy);
	return copy;
}

static char *cell_list(const json_t *list) {
	char *joined = mem_dup_text("");
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		char *one = output_cell(item, COLUMN_TEXT);
		char *longer = mem_format("%s%s%s", joined, i ? ", " : "", one);

		free(one);
		free(joined);
		joined = longer;
	}
	if (joined[0])
		return joined;
	free(joined);
	return mem_dup_text("-");
}

static char *cell_integer(json_int_t number, enum column_kind kind) {
	time_t seconds = (time_t)number;
	char array[64];
	struct text text;
	struct tm local;

	if (kind == COLUMN_TIME && number == 0)
		return mem_dup_text("never");
	if (kind == COLUMN_TIME && localtime_r(&seconds, &local) && strftime(array, sizeof array, "%F %T", &local))
		return mem_dup_text(array);
	if (kind != COLUMN_DURATION || number < 0)
		return mem_format("%" JSON_INTEGER_FORMAT, number);
	text_init(&text, array, sizeof array);
	text_add_duration(&text, (uint64_t)number);
	return mem_dup_text(array);
}

char *output_cell(const json_t *value, enum column_kind kind) {
	if (!value)
		return mem_dup_text("-");
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_length(value) ? output_line(json_string_value(value)) : mem_dup_text("-");
	case JSON_INTEGER:
		return cell_integer(json_integer_value(value), kind);
	case JSON_REAL:
		return mem_format("%g", json_real_value(value));
	case JSON_TRUE:
		return mem_dup_text("yes");
	case JSON_FALSE:
		return mem_dup_text("no");
	case JSON_ARRAY:
		return cell_list(value);
	case JSON_OBJECT:
	case JSON_NULL:
		break;
	}
	return mem_dup_text("-");
}

/* How many columns of a terminal @text takes. */
static int text_width(const char *text) {
	wchar_t wide[512];
	size_t n = mbstowcs(wide, text, ARRAY_LEN(wide));
	int width = n < ARRAY_LEN(wide) ? wcswidth(wide, n) : -1;

	return width < 0 ? (int)strlen(text) : width;
}

static const char *state_colour(FILE *file, const char *word) {
	if (!isatty(fileno(file)) || getenv("NO_COLOR"))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(state_colours); i++)
		if (strcmp(state_colours[i].word, word) == 0)
			return state_colours[i].colour;
	return NULL;
}

static void print_word(FILE *file, const char *word, enum column_kind kind) {
	const char *colour = kind == COLUMN_STATE ? state_colour(file, word) : NULL;

	if (colour)
		fprintf(file, "\033[%sm%s\033[0m", colour, word);
	else
		fputs(word, file);
}

/* Print one cell; spaces behind it only when another follows. */
static void print_cell(FILE *file, const char *word, enum column_kind kind, int width, bool is_last) {
	int padding = width - text_width(word);

	if (kind == COLUMN_NUMBER)
		fprintf(file, "%*s", padding, "");
	print_word(file, word, kind);
	if (!is_last)
		fprintf(file, "%*s", (kind == COLUMN_NUMBER ? 0 : padding) + GAP, "");
}

static void widen(int *width, int needed) {
	if (needed > *width)
		*width = needed;
}

static void measure(struct output_table *table, const json_t *items, const struct column *columns, size_t n_columns) {
	const json_t *item;
	size_t row;

	for (size_t i = 0; i < n_columns; i++)
		widen(&table->widths[i], text_width(columns[i].title));
	json_array_foreach(items, row, item) {
		for (size_t i = 0; i < n_columns; i++) {
			char *cell = output_cell(json_object_get(item, columns[i].key), columns[i].kind);

			widen(&table->widths[i], text_width(cell));
			free(cell);
		}
	}
}

static void print_titles(FILE *file, const struct output_table *table, const struct column *columns, size_t n_columns) {
	for (size_t i = 0; i < n_columns; i++)
		print_cell(file, columns[i].title, columns[i].kind == COLUMN_NUMBER ? COLUMN_NUMBER : COLUMN_TEXT,
			   table->widths[i], i + 1 == n_columns);
	fputc('\n', file);
}

void output_rows(FILE *file, struct output_table *table, const json_t *items, const struct column *columns,
		 size_t n_columns) {
	const json_t *item;
	size_t row;

	assert(n_columns <= OUTPUT_COLUMNS_MAX);
	measure(table, items, columns, n_columns);
	if (table->n_rows == 0)
		print_titles(file, table, columns, n_columns);
	json_array_foreach(items, row, item) {
		for (size_t i = 0; i < n_columns; i++) {
			char *cell = output_cell(json_object_get(item, columns[i].key), columns[i].kind);

			print_cell(file, cell, columns[i].kind, table->widths[i], i + 1 == n_columns);
			free(cell);
		}
		fputc('\n', file);
		table->n_rows++;
	}
}

void output_table(FILE *file, const json_t *items, const struct column *columns, size_t n_columns) {
	struct output_table table = { .n_rows = 0 };

	output_rows(file, &table, items, columns, n_columns);
}

void output_fields(FILE *file, const json_t *object, const struct column *columns, size_t n_columns) {
	int width = 0;

	for (size_t i = 0; i < n_columns; i++)
		if (text_width(columns[i].title) > width)
			width = text_width(columns[i].title);
	for (size_t i = 0; i < n_columns; i++) {
		const json_t *value = json_object_get(object, columns[i].key);
		char *cell;

		if (!value || json_is_null(value))
			continue;
		cell = output_cell(value, columns[i].kind);
		fprintf(file, "%s:%*s", columns[i].title, width - text_width(columns[i].title) + GAP, "");
		print_word(file, cell, columns[i].kind);
		fputc('\n', file);
		free(cell);
	}
}

void output_json(FILE *file, const json_t *value) {
	json_dumpf(value, file, JSON_INDENT(2));
	fputc('\n', file);
}

void output_findings(FILE *file, const json_t *findings) {
	const json_t *item;
	size_t i;

	json_array_foreach(findings, i, item) {
		const char *attribute = json_string_value(json_object_get(item, "attribute"));

		fprintf(file, "mistake in %s%s%s\n  %s (%lld): %s\n", json_string_value(json_object_get(item, "dn")),
			attribute && attribute[0] ? ", " : "", attribute ? attribute : "",
			json_string_value(json_object_get(item, "name")),
			(long long)json_integer_value(json_object_get(item, "code")),
			json_string_value(json_object_get(item, "reason")));
	}
}

void output_message(FILE *file, const json_t *result, const char *otherwise) {
	CLEANUP(cleanup_free) char *message = NULL;
	const char *text = json_string_value(json_object_get(result, "message"));

	message = output_line(text ? text : otherwise);
	if (message[0])
		fprintf(file, "%s\n", message);
}

json_t *output_text(const char *text) {
	json_t *string = json_string(text);
	char escaped[1024];
	struct text safe;

	if (string)
		return string;
	text_init(&safe, escaped, sizeof escaped);
	text_add_escaped(&safe, span_of_text(text));
	return json_string(escaped);
}
