/* SPDX-License-Identifier: Apache-2.0 */
/* journal_frame.h - the octets of the journal: headers of segments, and frames. Private to the journal.
 *
 * Numbers are big-endian; a frame's length is a multiple of 8.
 *
 *   header of a segment, JOURNAL_HEADER_SIZE octets
 *     u64 XXH3 of all that follows   u32 magic   u32 version   u64 number   u64 seed
 *     u64 first: number of its first frame       u64 previous: number of the durable frame before it
 *     u16 length, name of the server   zeros
 *   frame
 *     u64 XXH3 of all that follows, with the segment's seed   u32 magic
 *     u32 lower half of the XXH3 of the next 24 octets, with the seed
 *     u64 sequence   u64 previous   u32 length of the whole   u32 number of changes; 0: the closing frame
 *     changes: u32 address   u16 length   record (none: removed)   zeros
 *
 * The closing frame is the last one of a segment that another one has taken over from; sequence and previous are its
 * last frame's number. The same with the numbers of a frame that failed stands in the place of that one.
 * The seed is chosen anew each time a segment is taken into use, so nothing of its earlier life, and nothing that a
 * client put into its records, can pass for a frame.
 * Decoding is pure. Lifetime: what is decoded borrows from the octets.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "store/journal.h"

#define JOURNAL_SEGMENT_SIZE ((uint32_t)4 << 20)
#define JOURNAL_HEADER_SIZE 512u
#define JOURNAL_VERSION 1u
#define JOURNAL_SERVER_MAX 256
#define JOURNAL_FRAME_HEADER 40u
#define JOURNAL_FRAME_ALIGN 8u
/* The longest frame; behind it there is always room for the closing one. */
#define JOURNAL_FRAME_MAX (JOURNAL_SEGMENT_SIZE - JOURNAL_HEADER_SIZE - JOURNAL_FRAME_HEADER)

/* Embedded. */
struct journal_header {
	uint32_t version; /* if it is not JOURNAL_VERSION, nothing else is known */
	uint64_t number, seed, first, previous;
	char server[JOURNAL_SERVER_MAX];
};

/* Embedded. */
struct journal_frame {
	uint64_t sequence, previous;
	uint32_t length, n_changes;
	struct span changes;
};

/* Embedded: a frame under construction, with room before it for a segment's header. Zeroed: empty. */
struct journal_draft {
	uint8_t *octets; /* owned */
	size_t len, capacity;
	uint32_t n_changes;
};

/* What places a frame. Embedded. */
struct journal_link {
	uint64_t sequence, previous, seed;
};

/* Write @header. */
void journal_header_encode(const struct journal_header *header, uint8_t ret_octets[static JOURNAL_HEADER_SIZE]);

/* Read a header. 0, or -E_NOT_FOUND: these are no header's octets. */
int journal_header_decode(struct span octets, struct journal_header *ret_header);

/* Length of the frame that @octets begin with, as far as its first JOURNAL_FRAME_HEADER octets can tell; 0: none begins
 * here. */
uint32_t journal_frame_length(struct span octets, uint64_t seed);

/* Where in @octets the first aligned header of a frame is that could be in force; the end of them if there is none. */
uint32_t journal_frame_find(struct span octets, uint64_t seed);

/* Read the frame that @octets begin with. 0, or -E_NOT_FOUND: none begins here, or not all of it is there. */
int journal_frame_decode(struct span octets, uint64_t seed, struct journal_frame *ret_frame);

/* Visit the changes of a decoded frame. 0, or what @visit returned. */
int journal_frame_visit(const struct journal_frame *frame, journal_visit_f *visit, void *context);

/* Write a closing frame, or what stands in the place of a failed one. */
void journal_closing_encode(struct journal_link link, uint8_t ret_octets[static JOURNAL_FRAME_HEADER]);

/* Add a change. */
void journal_draft_put(struct journal_draft *draft, struct ip4 address, struct span record);

/* Complete the frame and borrow it until the next change. There are JOURNAL_HEADER_SIZE octets of the draft before
 * it. */
struct span journal_draft_seal(struct journal_draft *draft, struct journal_link link);

/* Empty it, and keep its memory unless that is large. */
void journal_draft_reset(struct journal_draft *draft);

/* Free what it owns. */
void journal_draft_done(struct journal_draft *draft);
