/* SPDX-License-Identifier: Apache-2.0 */
/* csv.h - records of comma-separated values (RFC 4180), read out of memory and written into it. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

#define CSV_FIELDS_MAX 32

/* Embedded: a text that grows. A zeroed one is empty; free() its octets, which end with no NUL. */
struct csv_text {
	char *octets;
	size_t len, capacity;
};

/* Embedded: one record. Its fields lie in the text that it was taken from. */
struct csv_record {
	struct span fields[CSV_FIELDS_MAX];
	size_t n_fields;
	size_t n_lines;    /* line ends in it, its own one included */
	const char *fault; /* why it is none: a static sentence; NULL: it is well-formed */
};

/* Take the first record of the @len octets at @text, in which quotes are undone in place. A line end may be LF or
 * CR LF. Returns how many octets it has, its line end included; 0 if it does not end there, unless @is_end says that
 * nothing follows. */
size_t csv_take(char *text, size_t len, bool is_end, struct csv_record *ret_record);

/* Add @field to a record; @is_first: of which there is nothing yet. It is quoted where it has to be. */
void csv_add_field(struct csv_text *text, bool is_first, struct span field);

/* End the record. */
void csv_end_record(struct csv_text *text);

/* Add octets as they are. */
void csv_add(struct csv_text *text, struct span octets);
