/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - how a person sees the results of operations: the rows of view.def. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "app/ctl/arguments.h"
#include "app/ctl/output.h"

/* Print @result of the operation in @arguments on standard output, as its row says, else by its "message". */
void view_show(const struct arguments *arguments, json_t *result);

/* Print @items, a part of the table of the operation in @arguments; @table is what has been printed of it. Not for
 * JSON. */
void view_show_rows(const struct arguments *arguments, struct output_table *table, const json_t *items);

/* Borrow the name of the operation of the row at @index; NULL past the end. */
const char *view_operation_at(size_t index);
