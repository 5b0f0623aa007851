/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - how a person sees the results of operations: the rows of view.def. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "app/ctl/arguments.h"

/* Print @result of the operation in @arguments on standard output, as its row says, else by its "message". */
void view_show(const struct arguments *arguments, json_t *result);

/* Borrow the name of the operation of the row at @index; NULL past the end. */
const char *view_operation_at(size_t index);
