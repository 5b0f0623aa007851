/* SPDX-License-Identifier: Apache-2.0 */
/* journal_walk.h - the frames of all segments in their order, for the start and for those that follow. Private to the
 * journal.
 *
 * A segment's frames count up to the one that its successor's header names as the durable one before it: what stands
 * behind that in the segment failed. Within that each frame names its predecessor, so that nothing can be missing
 * unnoticed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal_frame.h"
#include "store/journal_segment.h"

/* Embedded: a segment that has a header. */
struct journal_source {
	int fd; /* borrowed */
	unsigned slot;
	struct journal_header header;
};

/* Embedded: a walk. Set the first part; the second part is where it stands. */
struct journal_walk {
	struct journal_source sources[JOURNAL_SEGMENTS_MAX];
	size_t n_sources;
	struct journal_window window; /* owned */
	bool is_mending;              /* pass over what is missing and count it; else that ends the walk */
	journal_visit_f *visit;
	void *context;

	uint64_t last;    /* before: where to begin behind; then: the frame visited last */
	uint64_t highest; /* of the numbers that were met, in force or not */
	size_t at;        /* which source it is in */
	uint32_t offset;  /* behind the last frame there; 0: begin with the first */
	uint32_t length;  /* of the last frame that was visited, which ends there; 0: none was in this source */
	uint32_t place;   /* where the frame number last begins; 0: it is not in this source, or was not met */
	bool is_placed;   /* where it began is a frame that is in force */
	bool is_closed;   /* there is a closing frame, or what stands in the place of a failed one */
	bool is_cut;      /* and what was written behind it is not among the sources, though it was not released */
	uint64_t n_frames, n_octets;
	unsigned n_gaps;
};

/* Put the sources into the order of their numbers. */
void journal_walk_sort(struct journal_walk *walk);

/* Visit all frames behind walk->last. If walk->offset is not 0, that frame may stand there in source walk->at.
 * 0; what the visitor returned; -E_NOT_FOUND: something is missing, unless mending. */
int journal_walk_run(struct journal_walk *walk);

/* Which source the frame behind number @last is in, if it is in any; n_sources if that cannot be. */
size_t journal_walk_find(const struct journal_walk *walk, uint64_t last);
