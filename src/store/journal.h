/* SPDX-License-Identifier: Apache-2.0 */
/* journal.h - what makes a lease durable: batches of changed lease records as numbered frames in segments on disk.
 *
 * DIR/leases.journal holds up to 16 segments of 4 MiB, written out beforehand. A batch becomes one frame: one write and
 * one fdatasync. What stands in leases.mdb too is released, and its segments are used again. Formats, and what a crash
 * may leave behind: docs/lease-store.md.
 *
 * Frames have ascending numbers, each also that of its predecessor; a number that failed is skipped and never used
 * again. One process writes, after it took the state directory's lock; any number may follow with a journal_reader.
 * Thread: one per object, but for journal_prepare.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/ip4.h"
#include "base/span.h"

#define JOURNAL_DIRECTORY "leases.journal"

struct journal;        /* the writer */
struct journal_reader; /* in another process, or for another purpose */

/* Called for each change; an empty @record: there is none any more. @record is valid during the call. A negative return
 * ends the walk and is returned. */
typedef int journal_visit_f(void *context, uint64_t sequence, struct ip4 address, struct span record);

/* Embedded. */
struct journal_stat {
	uint64_t last;     /* number of the last durable frame, or what was applied at opening if that is more */
	uint64_t released; /* frames up to this number stand in leases.mdb */
	uint64_t n_frames_written, n_octets_written; /* since it was opened, those found at opening included */
	uint64_t n_syncs, n_failures;                /* of frames, since it was opened */
	uint64_t n_octets_held;                      /* in segments that wait for their release */
	uint64_t n_octets_free;                      /* in the current segment and the spare ones */
	unsigned n_segments;                         /* files that there are */
	unsigned n_spare;                            /* of them, those that can be taken into use at once */
	unsigned n_gaps;    /* found at opening: something is lost that may have been acknowledged */
	bool needs_prepare; /* there is something for journal_prepare to do */
};

/* Open the journal as its only writer, make what is missing, and call @visit for every change of the frames after
 * number @applied, in order. Where frames are missing that must have been there, says so in an event and goes on
 * with the next. 0, what @visit returned, or -E_DHCP_DATABASE_INIT_FAILED with a sentence: cannot be read or
 * written, another server's, a newer format, no room for a single segment. */
int journal_open(const char *state_directory, const char *server_name, uint64_t applied, journal_visit_f *visit,
		 void *context, struct journal **ret_journal, struct error *reterr_error);

/* Add a change to the frame under construction; an empty @record: remove. The record's octets are copied. */
void journal_put(struct journal *journal, struct ip4 address, struct span record);

/* True if nothing was put since the last commit or drop. */
bool is_journal_frame_empty(const struct journal *journal);

/* Forget the frame under construction. */
void journal_drop(struct journal *journal);

/* Make the frame under construction, which must not be empty, durable. 0; or -E_DHCP_JET_ERROR with a sentence, the
 * frame is gone, its number is skipped and the next one goes into another segment. After a crash a failed frame may
 * turn out to be there all the same, if no later one was made durable. */
int journal_commit(struct journal *journal, uint64_t *ret_sequence, struct error *reterr_error);

/* Frames up to @sequence stand durably in leases.mdb: segments without later ones may be used again. */
void journal_release(struct journal *journal, uint64_t sequence);

/* Make sure that there are spare segments: make missing ones, and anew those that failed. Writes and syncs some MiB, so
 * any one thread at a time may call it beside all other functions but journal_close. 0, or -E_DHCP_JET_ERROR with a
 * sentence: the journal goes on with what there is. */
int journal_prepare(struct journal *journal, struct error *reterr_error);

/* How it stands. */
struct journal_stat journal_stat(const struct journal *journal);

/* False if its files were removed or replaced while it is open: what is written now will not be found again. */
bool is_journal_current(const struct journal *journal);

/* Close; the frame under construction is forgotten, nothing needs to be written. Accepts NULL; returns NULL. */
struct journal *journal_close(struct journal *journal);

/* Open for following, beside a writer or without one. A journal that is not there yet is empty, and found once it is
 * there. 0, or -E_DHCP_DATABASE_INIT_FAILED with a sentence. */
int journal_follow_open(const char *state_directory, struct journal_reader **ret_reader, struct error *reterr_error);

/* Call @visit for every change of the frames after number @after, in order; cheap when it goes on where the last
 * call ended. *@ret_last: the last frame seen, or @after. 0; what @visit returned; -E_NOT_FOUND: the next frame
 * cannot be found any more (its segment is used again), or what was seen earlier proved a failed one: forget
 * everything, take a newer snapshot of leases.mdb and begin behind it. What was visited before a failure is to be
 * forgotten, too. If it fails with the newest snapshot, the journal is damaged or cannot be read, until the next
 * release. */
int journal_follow(struct journal_reader *reader, uint64_t after, journal_visit_f *visit, void *context,
		   uint64_t *ret_last);

/* True if journal_follow has failed because the journal ends before the frame that it was to begin behind, as it may
 * when a segment was made anew: beside the newest snapshot of leases.mdb, nothing is missed. */
bool is_journal_behind(const struct journal_reader *reader);

/* How many segments there were at the last journal_follow, and how many octets they take on the disk. */
unsigned journal_reader_size(const struct journal_reader *reader, uint64_t *ret_octets);

/* Close. Accepts NULL; returns NULL. */
struct journal_reader *journal_follow_close(struct journal_reader *reader);
