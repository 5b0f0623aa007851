/* SPDX-License-Identifier: Apache-2.0 */
/* output.h - what lessorctl prints: JSON for programs, aligned tables and sentences for people.
 *
 * A command makes a JSON object first; with --json it is printed as it is, else the same object is shown by columns
 * that name its keys. So both always say the same.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum column_kind {
	COLUMN_TEXT,     /* a string; lists joined by ", "; null or absent: "-"; true and false: yes and no */
	COLUMN_NUMBER,   /* right-aligned */
	COLUMN_TIME,     /* seconds since the epoch, shown as local time */
	COLUMN_DURATION, /* seconds, shown as "1h30m" */
	COLUMN_STATE,    /* a word, coloured on a terminal */
};

/* One column of a table, or one line of a page. */
struct column {
	const char *title;
	const char *key;
	enum column_kind kind;
};

#define OUTPUT_COLUMNS_MAX 12

/* A table that is printed piece by piece. Embedded; a zeroed one has not been begun. */
struct output_table {
	int widths[OUTPUT_COLUMNS_MAX]; /* of the columns so far */
	size_t n_rows;
};

/* Print the objects of the array @items, one a line, under aligned titles. Characters that would move a terminal's
 * cursor are shown as '?'. */
void output_table(FILE *file, const json_t *items, const struct column *columns, size_t n_columns);

/* Go on with @table, which has these columns; the titles stand above its first row. A row that is wider than those
 * before makes room for what follows it. */
void output_rows(FILE *file, struct output_table *table, const json_t *items, const struct column *columns,
		 size_t n_columns);

/* Print "Title:  value" lines of @object; keys that are absent or null are left out. */
void output_fields(FILE *file, const json_t *object, const struct column *columns, size_t n_columns);

/* Print @value as a JSON document. */
void output_json(FILE *file, const json_t *value);

/* Write the value as a person reads it; free() it. */
char *output_cell(const json_t *value, enum column_kind kind);

/* @text in one line that does nothing to a terminal: with ? for control characters; free() it. */
char *output_line(const char *text);

/* Print findings ({"dn","attribute","code","name","reason"}), each in two lines. */
void output_findings(FILE *file, const json_t *findings);

/* Print the "message" of @result, or @otherwise where it has none; nothing if both are "". */
void output_message(FILE *file, const json_t *result, const char *otherwise);

/* A JSON string of @text; octets that are not UTF-8 are shown as \xNN. */
json_t *output_text(const char *text);
