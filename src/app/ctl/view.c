/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ctl/output.h"
#include "app/ctl/page.h"
#include "base/macros.h"
#include "base/mem.h"

/* One row of view.def: a table has a key, fields have columns only. */
struct view {
	const char *operation, *key, *empty;
	const struct column *columns;
	size_t n_columns;
	page_f *page;
};

/* clang-format off */
#define TEXT(title, key) { title, key, COLUMN_TEXT }
#define NUMBER(title, key) { title, key, COLUMN_NUMBER }
#define TIME(title, key) { title, key, COLUMN_TIME }
#define DURATION(title, key) { title, key, COLUMN_DURATION }
#define STATE(title, key) { title, key, COLUMN_STATE }
/* clang-format on */
#define COLUMNS(...)                                                                                                   \
	.columns = (const struct column[]){ __VA_ARGS__ },                                                             \
	.n_columns = ARRAY_LEN(((const struct column[]){ __VA_ARGS__ }))

static const struct view views[] = {
#define TABLE(name, array, nothing, ...) { .operation = name, .key = array, .empty = nothing, COLUMNS(__VA_ARGS__) },
#define FIELDS(name, ...) { .operation = name, COLUMNS(__VA_ARGS__) },
#define PAGE(name, function) { .operation = name, .page = function },
#include "app/ctl/view.def"
};

static const struct view wide_columns[] = {
#define WIDE(name, ...) { .operation = name, COLUMNS(__VA_ARGS__) },
#include "app/ctl/view.def"
};

const char *view_operation_at(size_t index) {
	return index < ARRAY_LEN(views) ? views[index].operation : NULL;
}

static const struct view *view_find(const struct view *rows, size_t n_rows, const char *operation) {
	for (size_t i = 0; i < n_rows; i++)
		if (strcmp(rows[i].operation, operation) == 0)
			return &rows[i];
	return NULL;
}

/* The columns of @view, and those of its row of wide ones behind them. */
static void show_wide(const struct view *view, struct output_table *table, const json_t *items) {
	const struct view *wide = view_find(wide_columns, ARRAY_LEN(wide_columns), view->operation);
	size_t n_wide = wide ? wide->n_columns : 0, n = view->n_columns;
	struct column *columns = mem_alloc((n + n_wide) * sizeof *columns);

	memcpy(columns, view->columns, n * sizeof *columns);
	if (n_wide)
		memcpy(columns + n, wide->columns, n_wide * sizeof *columns);
	output_rows(stdout, table, items, columns, n + n_wide);
	free(columns);
}

static void show_rows(const struct view *view, bool is_wide, struct output_table *table, const json_t *items) {
	if (is_wide)
		show_wide(view, table, items);
	else
		output_rows(stdout, table, items, view->columns, view->n_columns);
}

/* What more there is to say stands behind the table. */
static void show_table(const struct view *view, bool is_wide, const json_t *result) {
	struct output_table table = { .n_rows = 0 };

	show_rows(view, is_wide, &table, json_object_get(result, view->key));
	output_message(stdout, result, "");
}

static const struct view *view_of(const struct arguments *arguments) {
	const struct lessor_operation *operation = arguments->operation;
	char name[64];

	snprintf(name, sizeof name, "%s%s%s", operation->noun, operation->verb[0] ? " " : "", operation->verb);
	return view_find(views, ARRAY_LEN(views), name);
}

void view_show_rows(const struct arguments *arguments, struct output_table *table, const json_t *items) {
	const struct view *view = view_of(arguments);

	if (view && view->key)
		show_rows(view, is_output_wide(arguments), table, items);
}

void view_show(const struct arguments *arguments, json_t *result) {
	const struct view *view = view_of(arguments);

	if (!view)
		output_message(stdout, result, "done");
	else if (view->page)
		view->page(arguments, result);
	else if (!view->key)
		output_fields(stdout, result, view->columns, view->n_columns);
	else if (json_array_size(json_object_get(result, view->key)) == 0)
		output_message(stdout, result, view->empty);
	else
		show_table(view, is_output_wide(arguments), result);
}
