/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/view.h"

#include <stdio.h>
#include <string.h>

#include "app/ctl/output.h"
#include "app/ctl/page.h"
#include "base/macros.h"

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

const char *view_operation_at(size_t index) {
	return index < ARRAY_LEN(views) ? views[index].operation : NULL;
}

static const struct view *view_find(const struct lessor_operation *operation) {
	char name[64];

	snprintf(name, sizeof name, "%s%s%s", operation->noun, operation->verb[0] ? " " : "", operation->verb);
	for (size_t i = 0; i < ARRAY_LEN(views); i++)
		if (strcmp(views[i].operation, name) == 0)
			return &views[i];
	return NULL;
}

void view_show(const struct arguments *arguments, json_t *result) {
	const struct view *view = view_find(arguments->operation);

	if (!view)
		output_message(stdout, result, "done");
	else if (view->page)
		view->page(arguments, result);
	else if (!view->key)
		output_fields(stdout, result, view->columns, view->n_columns);
	else if (json_array_size(json_object_get(result, view->key)) == 0)
		output_message(stdout, result, view->empty);
	else
		output_table(stdout, json_object_get(result, view->key), view->columns, view->n_columns);
}
