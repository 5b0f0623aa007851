/* SPDX-License-Identifier: Apache-2.0 */
/* error.h - the error codes, and the sentence that travels with one.
 *
 * Every code is one row of errors.def: number, symbol, HTTP status, meaning, advice.
 * A function that can fail because of its input or of the world returns 0 or -E_...,
 * and where a person may have to read about it, fills a struct error for its caller.
 * Thread: any.
 */
#pragma once

#include <stddef.h>

#include "base/macros.h"

enum error_code {
	E_OK = 0,
#define ERROR_ROW(number, symbol, ...) E_##symbol = number,
#include "base/errors.def"
#undef ERROR_ROW
};

/* Embedded: a code (a positive enum error_code) and one sentence; callers keep it on the stack. */
struct error {
	int code;
	char text[512];
};

/* One row of errors.def. Lifetime: static. */
struct error_info {
	int code;
	int http_status;
	const char *name;    /* as printed, e.g. ERROR_DHCP_ROGUE_NOT_AUTHORIZED */
	const char *meaning; /* what the code says, in general */
	const char *advice;  /* what to do about it, in general */
	const char *trigger; /* what makes a program say it; "" if nothing does yet */
	const char *proof;   /* the test that sees it said, or "later: " and the work that it waits for */
};

/* Fill @reterr_error (may be NULL) with @code and a formatted sentence. Returns -@code, so that a caller can write
 * `return error_set(...)`. */
int error_set(struct error *reterr_error, enum error_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Put "prefix: " in front of the sentence of @error; for adding where it happened on the way up. Returns
 * -error->code. */
int error_prefix(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Borrow the row of @code, or NULL when the table has none. Accepts the code with either sign. */
const struct error_info *error_info_get(int code);

/* Borrow the printed name of @code; "ERROR_UNKNOWN" when the table has none. */
const char *error_name(int code);

/* Borrow the row at position @index, in ascending order of code; NULL past the end. */
const struct error_info *error_info_at(size_t index);
