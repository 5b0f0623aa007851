/* SPDX-License-Identifier: Apache-2.0 */
/* journal_segment.h - the files of the journal: DIR/leases.journal/segment-00 and so on. Private to the journal.
 *
 * A file with such a name is whole: all its octets were written and synced before it got the name, so that writing over
 * them needs no room on the disk and no change of the file system's own records.
 * Failures are negative numbers of errno.h. Thread: any, each with files of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/span.h"
#include "store/journal_frame.h"

#define JOURNAL_SEGMENTS_MAX 16

/* Embedded: the open directory. */
struct journal_directory {
	char *path; /* owned */
	int fd;     /* -1: there is none */
	dev_t device;
	ino_t inode;
};

/* Embedded: the part of a segment that is in memory. */
struct journal_window {
	uint8_t *octets; /* owned; JOURNAL_SEGMENT_SIZE of them */
	uint32_t step;   /* how much to read at once, if no more is asked for */
	uint32_t from, len;
};

/* Open the directory below @state_directory; a writer makes it if it is missing. 0, or the failure; then, too,
 * @ret_directory is to be closed, and a later journal_directory_renew may find it. */
int journal_directory_open(const char *state_directory, bool is_writing, struct journal_directory *ret_directory);

/* True if it still stands at its path. */
bool is_journal_directory_current(const struct journal_directory *directory);

/* Open what stands at its path now, if that is another one or it is not open. *@ret_is_new: files opened before
 * belong to another one. 0, or the failure. */
int journal_directory_renew(struct journal_directory *directory, bool *ret_is_new);

/* Close. */
void journal_directory_done(struct journal_directory *directory);

/* Open the segment @slot. *@ret_fd is to be closed. 0, -ENOENT or another failure. */
int journal_segment_open(const struct journal_directory *directory, unsigned slot, bool is_writing, int *ret_fd);

/* True if the file has its full length and no holes, as after journal_segment_make. */
bool is_journal_segment_whole(int fd);

/* Make the segment @slot anew, in the place of the file that may be there. *@ret_fd is to be closed. 0 or the
 * failure. */
int journal_segment_make(const struct journal_directory *directory, unsigned slot, int *ret_fd);

/* Read the header. 0; -ENODATA: it was not written since the segment was made; -EBADMSG: it is damaged, or the file cut
 * short, which no crash does; or another failure. */
int journal_segment_read_header(int fd, struct journal_header *ret_header);

/* Write all of @octets at @offset. 0 or the failure. */
int journal_segment_write(int fd, struct span octets, uint32_t offset);

/* The same, and make it durable. */
int journal_segment_write_durably(int fd, struct span octets, uint32_t offset);

/* Make an empty window that reads @step octets at once. */
void journal_window_init(struct journal_window *ret_window, uint32_t step);

/* Forget what was read, as of another file or an earlier time. */
void journal_window_reset(struct journal_window *window);

/* Borrow, until the next call, at least @len octets of the segment @fd at @offset; fewer if it ends before. What
 * cannot be read are zeros. */
struct span journal_window_at(struct journal_window *window, int fd, uint32_t offset, uint32_t len);

/* Free its memory. */
void journal_window_done(struct journal_window *window);
