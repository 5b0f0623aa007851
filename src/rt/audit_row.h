/* SPDX-License-Identifier: Apache-2.0 */
/* audit_row.h - how the audit file is written: names, header and rows of the Windows DHCP server's audit log, 19
 * columns as since its version of 2012 R2, so that programs which read that one read ours.
 *
 * Pure: time and facts come in, text comes out.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/ip4.h"
#include "base/span.h"
#include "base/text.h"

#define AUDIT_NAME_MAX 24 /* a file's name and the final NUL */
#define AUDIT_FIELD_MAX 255 /* octets of a field that are shown; more are cut off */
#define AUDIT_ROW_MAX 4096
#define AUDIT_HEADER_MAX 4096

/* Facts of one row. Borrowed; NULL and empty where there is nothing to say. More columns come with what fills them. */
struct audit_row {
	int code;           /* of audit.def */
	struct ip4 address; /* none: 0.0.0.0 */
	const char *host;   /* the Host Name column: with codes from 50 on the enterprise's name */
	const char *description;  /* instead of the code's */
	bool is_of_client;        /* it was a client's message that led to this */
	uint32_t transaction;     /* of that message */
	struct span hardware;     /* the client's */
	struct span vendor_class; /* option 60, 77 and 82, as they came */
	struct span user_class;
	struct span relay_information;
};

/* Write the name of the file for the day of @local ("DhcpSrvLog-Mon.log") into @ret_name. */
void audit_name(const struct tm *local, char ret_name[static AUDIT_NAME_MAX]);

/* Add what a file begins with. */
void audit_add_header(struct text *text);

/* Add the line of @row, which happened at @local. Whatever in a text could be taken for another column or line becomes
 * '_'. */
void audit_add_row(struct text *text, const struct audit_row *row, const struct tm *local);

/* Borrow what a row of @code says in its description; NULL if there is no such code. */
const char *audit_code_description(int code);
