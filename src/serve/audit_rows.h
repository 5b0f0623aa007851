/* SPDX-License-Identifier: Apache-2.0 */
/* audit_rows.h - which row of the audit file the answer to a client makes, or what happens to a lease otherwise.
 *
 * Rows are handed over to a thread (rt/audit.h): nothing here waits for a disk. Thread: the loop's.
 */
#pragma once

#include "engine/engine.h"
#include "model/snapshot.h"

/* Codes of rt/audit.def. */
enum audit_row_code {
	ROW_NONE = 0,
	ROW_ASSIGN = 10,
	ROW_RENEW = 11,
	ROW_RELEASE = 12,
	ROW_CONFLICT = 13,
	ROW_FULL = 14,
	ROW_DENIED = 15,
	ROW_DELETED = 16,
	ROW_EXPIRED = 17,
	ROW_BOOTP = 20,
	ROW_BOOTP_DYNAMIC = 21,
	ROW_BOOTP_FULL = 22,
	ROW_CLEANUP_BEGIN = 24,
	ROW_CLEANUP = 25,
};

/* Take over what @settings say of the audit file. */
void audit_rows_configure(const struct settings *settings);

/* Write the row, if there is one, of the packet @octets, which became @output at the wall time @now. */
void audit_rows_packet(struct span octets, const struct engine_output *output, int64_t now);

/* Write a row of @code about @lease. */
void audit_rows_lease(enum audit_row_code code, const struct lease *lease, int64_t now);

/* Write a row of @code with @description (NULL: the code's) about no lease. */
void audit_rows_note(enum audit_row_code code, const char *description, int64_t now);
