/* SPDX-License-Identifier: Apache-2.0 */
/* audit_queue.h - rows that a thread of its own writes, so that nobody who has one waits for a disk.
 *
 * Thread: any.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "rt/audit_row.h"

#define AUDIT_QUEUE_MAX 4096

struct audit_queue;

/* Writes a row; called in the queue's thread, one at a time. @is_more: another one follows at once. */
typedef void audit_queue_f(void *context, const struct audit_row *row, time_t now, bool is_more);

/* Start the thread. NULL if that cannot be done. */
struct audit_queue *audit_queue_new(audit_queue_f *write, void *context);

/* Hand in a copy of @row (its texts cut to AUDIT_FIELD_MAX). False if AUDIT_QUEUE_MAX rows wait already: it is lost. */
bool audit_queue_put(struct audit_queue *queue, const struct audit_row *row, time_t now);

/* Wait until all rows are written, but not long, and end the thread. False if it hangs in a write: then it is left
 * behind, with the queue and all that @write uses, and the process must end without the libraries' own clean-up. */
bool audit_queue_end(struct audit_queue *queue);
