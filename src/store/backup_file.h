/* SPDX-License-Identifier: Apache-2.0 */
/* backup_file.h - all leases as one file, a generation of the backup: written and read from its start to its end, never
 * held in memory whole. Pure: octets come from and go to functions of the caller's.
 *
 * What the file is and how long stands at its end, with a hash over all before it. So a file that was cut anywhere,
 * that is only half copied, that was put together of two versions, or of which a bit was changed, is no backup; there
 * is nothing between whole and invalid. The format: docs/backup.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/span.h"
#include "store/lease_store.h"

#define BACKUP_FORMAT 1u
#define BACKUP_SERVER_MAX 256

/* Embedded: what a backup says of itself. */
struct backup_info {
	int64_t time;          /* wall: what it holds is how the leases were then */
	uint64_t sequence;     /* of the last frame of the journal that is in it; 0: there was no journal */
	int64_t last_cleanup;  /* as in struct lease_store_stat */
	char server[BACKUP_SERVER_MAX]; /* whose leases they are; printable once it was read */
	uint64_t n_leases, n_octets;    /* of the file. Found out by writing and by reading */
};

/* Takes octets. 0, or -1 with errno. */
typedef int backup_sink_f(void *context, struct span octets);

struct backup_writer;

/* Begin a backup: time, sequence, last_cleanup and server of @info count. What is written goes to @sink in pieces. */
struct backup_writer *backup_writer_new(const struct backup_info *info, backup_sink_f *sink, void *context);

/* Add a lease, of a higher address than all before it. 0; -1 with errno, of the sink, or EINVAL: it cannot be stored,
 * or is out of order. After a failure only backup_writer_free makes sense. */
int backup_write_lease(struct backup_writer *writer, const struct lease *lease);

/* Write the end. 0 with both numbers of @ret_info, or -1 with errno. */
int backup_write_end(struct backup_writer *writer, struct backup_info *ret_info);

/* Accepts NULL; returns NULL. */
struct backup_writer *backup_writer_free(struct backup_writer *writer);

/* Gives octets, as read(2) does: how many, 0 at the end, -1 with errno. */
typedef ssize_t backup_source_f(void *context, uint8_t *octets, size_t size);

/* Embedded: where a backup comes from and goes to. */
struct backup_reading {
	backup_source_f *source;
	lease_visit_f *visit; /* NULL: only see whether it is valid. Else called for each lease, in ascending order */
	void *source_context, *visit_context;
};

/* Read a backup to its end. What was visited counts only if this returns 0: before the end nothing is known to be
 * valid. 0; what @visit returned; -E_DHCP_JET_ERROR with a sentence that begins with what is wrong: "it is cut short ...". */
int backup_read(const struct backup_reading *reading, struct backup_info *ret_info, struct error *reterr_error);
