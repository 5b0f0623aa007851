/* SPDX-License-Identifier: Apache-2.0 */
/* copy.h - the local copy of the configuration: changes are judged, stored in one write with the cookie they came with,
 * and reported. Thread: the loop's. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "dir/acceptance.h"
#include "dir/change.h"
#include "dir/record.h"

struct copy;

/* The copy in the store of @record (borrowed), for the server @server_name; judged anew, since this program may see
 * more or less in it than the one that stored it. 0, or a failure of the store. */
int copy_open(struct record *record, const char *server_name, struct copy **ret_copy, struct error *reterr_error);
struct copy *copy_close(struct copy *copy);

/* Take over @batch. False if it could not be stored: the copy is then what it was, and everything must be read
 * again. */
bool copy_take(struct copy *copy, const struct change_batch *batch);

/* The stored cookie, into @arena. */
struct span copy_cookie(struct copy *copy, struct arena *arena);

/* Borrow what the entries in force say for this server. */
const struct acceptance_view *copy_view(const struct copy *copy);
