/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h - the audit file: rows in the directory 'audit-directory', one file per day of the week, which begins anew
 * after a week. Several processes write to it, whole rows with one write at the file's end; whoever is first on a day
 * begins the file. What cannot be written is lost, is reported once (EVENT_AUDIT_FAILED), and disturbs nothing else. A
 * file that is as large as it may be (base/counter.h), or its disk as full, gets a last row of code 02 and is left
 * alone until there is room again, or midnight.
 *
 * Thread: any, after audit_open.
 */
#pragma once

#include <sys/types.h>
#include <time.h>

#include "base/error.h"
#include "rt/audit_row.h"

#define AUDIT_DIRECTORY_MAX 248 /* of its path, with the final NUL, as with Windows */

struct audit;

/* Write in @directory (copied) with the rights of the user @uid, which is this process's own or one that it may become.
 * Nothing is opened yet: what is wrong with the directory shows with the first row. */
struct audit *audit_open(const char *directory, uid_t uid);

/* Accepts NULL; returns NULL. */
struct audit *audit_close(struct audit *audit);

/* Add @row, which happens at the wall time @now. @is_more: another one follows at once, and this one may wait for it.
 * 0 (also for a row that is left out since the file is paused), or -E_ACCESS_DENIED with a sentence: it and those that
 * waited are lost, and the next row is tried anew. */
int audit_write(struct audit *audit, const struct audit_row *row, time_t now, bool is_more, struct error *reterr_error);

/* Write all events of this process that have a code, from now on; nothing if @directory is "". Call once at start. */
void audit_start(const char *directory, uid_t uid);

/* From now on a thread beside this one writes the rows, so that nobody waits for the disk: what it has not come to yet
 * is bounded, and beyond that is lost and counted. Call once at start, before events come from other threads. */
void audit_defer(void);

/* Write @row, which happens at the wall time @now, as an event's row is written. */
void audit_put(const struct audit_row *row, time_t now);

/* Name the enterprise that rows about ourselves are marked with ("": none is known). */
void audit_set_enterprise(const char *name);

/* No more events. Rows that wait are written, if that takes no longer than a moment. */
void audit_stop(void);
