/* SPDX-License-Identifier: Apache-2.0 */
/* import.h - one request to store leases: its rows are read here, and go to serve in orders of a size that packets
 * hardly notice, one after the other. A row that is refused keeps no other from being stored.
 *
 * Thread: the loop's.
 */
#pragma once

#include <jansson.h>

#include "api/asking.h"
#include "base/span.h"

#define IMPORT_ROWS_MAX 512

struct import;

/* Read @body, a JSON object with the members
 *     leases     an array of at most IMPORT_ROWS_MAX leases (api/lease_row.h)
 *     overwrite  true: other records give way to them (engine_import)
 * for the user with the number @uid, at the wall time @now. 0, or -E_INVALID_PARAMETER with a sentence about the whole;
 * what is wrong with a row, the answer says. */
int import_new(struct span body, unsigned uid, int64_t now, struct import **ret_import, struct error *reterr_error);

/* Ask serve. @done is called with @context when the last order is answered, perhaps before this returns. */
void import_run(struct import *import, struct asking *asking, void (*done)(void *context), void *context);

/* Say what became of it: {"stored", "kept": how many; "refused": [{"row": its place from 0, "code", "name", "message"}]}.
 * 0, and a reference for the caller; or the negative code of what ended it early, with a sentence. */
int import_json(const struct import *import, json_t **ret_object, struct error *reterr_error);

/* Accepts NULL; returns NULL. */
struct import *import_free(struct import *import);
