/* SPDX-License-Identifier: Apache-2.0 */
/* lease_reader.h - leases out of a file, one after the other and in little memory, however long it is.
 *
 * CSV: as lease_csv.h says. JSON: an array of objects, by itself or under "leases" as the first member of an object, which
 * is what "lease export" and "lease list --json" write; what stands behind the array is not looked at.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum lease_format { LEASE_FORMAT_CSV, LEASE_FORMAT_JSON };

/* The format called @name (NULL: not said), else the one in which the name of the file @path (may be NULL) ends, else
 * CSV. 0, or -E_INVALID_PARAMETER. */
int lease_format_choose(const char *name, const char *path, enum lease_format *ret_format, struct error *reterr_error);

struct lease_reader;

/* Open the file @path; "-" is standard input. 0, or -E_NOT_FOUND, -E_ACCESS_DENIED, -E_INVALID_PARAMETER with a
 * sentence. */
int lease_reader_open(const char *path, enum lease_format format, struct lease_reader **ret_reader,
		      struct error *reterr_error);

/* Read the next lease. *@ret_lease: a reference, to be given up; NULL at the end, or if this one is malformed, and then
 * *@ret_is_malformed says so and @reterr_error why, and the next one can be read.
 * 0; or -E_INVALID_PARAMETER: nothing can be made of the rest of the file. */
int lease_reader_next(struct lease_reader *reader, json_t **ret_lease, bool *ret_is_malformed,
		      struct error *reterr_error);

/* The line on which the last one began, from 1 on. */
size_t lease_reader_line(const struct lease_reader *reader);

/* How many octets were read, and how many there are; 0: nobody knows. */
uint64_t lease_reader_position(const struct lease_reader *reader);
uint64_t lease_reader_size(const struct lease_reader *reader);

/* Accepts NULL; returns NULL. */
struct lease_reader *lease_reader_close(struct lease_reader *reader);
