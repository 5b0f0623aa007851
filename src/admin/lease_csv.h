/* SPDX-License-Identifier: Apache-2.0 */
/* lease_csv.h - leases as records of comma-separated values: a column for each row of model/lease_member.def, and a
 * first record with their names. Pure.
 *
 * What is added of a lease, read again, is equal, but that an absent value becomes none at all, or an empty text.
 */
#pragma once

#include <jansson.h>

#include "admin/csv.h"
#include "base/error.h"

/* Embedded: what the columns of a file are. */
struct lease_columns {
	size_t members[CSV_FIELDS_MAX]; /* rows of lease_member.def */
	size_t n_columns;
};

/* Add the first record; add one for @lease, an object. */
void lease_csv_add_header(struct csv_text *text);
void lease_csv_add(struct csv_text *text, const json_t *lease);

/* Understand the first record: any of the columns, in any order. 0, or -E_INVALID_PARAMETER with a sentence. */
int lease_columns_read(const struct csv_record *record, struct lease_columns *ret_columns, struct error *reterr_error);

/* Make the lease of a record; a reference, to be given up. 0, or -E_INVALID_PARAMETER with a sentence. */
int lease_csv_read(const struct lease_columns *columns, const struct csv_record *record, json_t **ret_lease,
		   struct error *reterr_error);
