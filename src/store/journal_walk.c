/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_walk.h"

#include <stdlib.h>

static int compare_sources(const void *a, const void *b) {
	uint64_t left = ((const struct journal_source *)a)->header.number;
	uint64_t right = ((const struct journal_source *)b)->header.number;

	return (left > right) - (left < right);
}

void journal_walk_sort(struct journal_walk *walk) {
	qsort(walk->sources, walk->n_sources, sizeof walk->sources[0], compare_sources);
}

size_t journal_walk_find(const struct journal_walk *walk, uint64_t last) {
	for (size_t i = walk->n_sources; i > 0; i--)
		if (walk->sources[i - 1].header.previous <= last)
			return i - 1;
	return walk->n_sources;
}

/* The last number that counts in the source. */
static uint64_t limit_of(const struct journal_walk *walk) {
	return walk->at + 1 < walk->n_sources ? walk->sources[walk->at + 1].header.previous : UINT64_MAX;
}

/* Frames between walk->last and @next are missing. */
static int pass_gap(struct journal_walk *walk, uint64_t next) {
	if (!walk->is_mending)
		return -E_NOT_FOUND;
	walk->n_gaps++;
	walk->last = next;
	return 0;
}

static bool decode_at(struct journal_walk *walk, uint32_t offset, struct journal_frame *ret_frame) {
	const struct journal_source *source = &walk->sources[walk->at];
	struct span octets = journal_window_at(&walk->window, source->fd, offset, JOURNAL_FRAME_HEADER);
	uint32_t length = journal_frame_length(octets, source->header.seed);

	if (!length)
		return false;
	octets = journal_window_at(&walk->window, source->fd, offset, length);
	return journal_frame_decode(octets, source->header.seed, ret_frame) == 0;
}

/* A frame that counts may stand behind damaged ones. */
static bool find_frame(struct journal_walk *walk, struct journal_frame *ret_frame) {
	const struct journal_source *source = &walk->sources[walk->at];
	uint32_t offset = walk->offset;

	for (;;) {
		struct span rest;

		offset += JOURNAL_FRAME_ALIGN;
		rest = journal_window_at(&walk->window, source->fd, offset, JOURNAL_SEGMENT_SIZE);
		offset += journal_frame_find(rest, source->header.seed);
		if (offset + JOURNAL_FRAME_HEADER > JOURNAL_SEGMENT_SIZE || rest.len < JOURNAL_FRAME_HEADER)
			return false;
		if (decode_at(walk, offset, ret_frame) && ret_frame->sequence > walk->last) {
			walk->offset = offset;
			return true;
		}
	}
}

static bool next_frame(struct journal_walk *walk, struct journal_frame *ret_frame) {
	return decode_at(walk, walk->offset, ret_frame) || (walk->is_mending && find_frame(walk, ret_frame));
}

static int take_frame(struct journal_walk *walk, const struct journal_frame *frame) {
	int r = 0;

	if (frame->sequence == walk->last) {
		walk->is_placed = true;
		walk->place = walk->offset;
	}
	if (frame->sequence <= walk->last)
		return 0;
	if (frame->previous != walk->last)
		r = pass_gap(walk, frame->previous);
	if (r == 0)
		r = journal_frame_visit(frame, walk->visit, walk->context);
	if (r < 0)
		return r;
	walk->is_placed = true;
	walk->last = frame->sequence;
	walk->place = walk->offset;
	walk->length = frame->length;
	walk->n_frames++;
	walk->n_octets += frame->length;
	return 0;
}

/* A closing frame has the number of the last one before it; what stands in the place of a failed one, that one's. */
static bool is_withdrawn(const struct journal_frame *frame) {
	return frame->n_changes == 0 && frame->sequence != frame->previous;
}

static int walk_source(struct journal_walk *walk) {
	uint64_t limit = limit_of(walk);
	struct journal_frame frame;
	int r = 0;

	while (r == 0 && next_frame(walk, &frame)) {
		if (walk->highest < frame.sequence)
			walk->highest = frame.sequence;
		if (frame.sequence > limit)
			break;
		walk->is_closed = frame.n_changes == 0;
		walk->is_cut = walk->is_closed && !is_withdrawn(&frame) && frame.sequence >= walk->last;
		if (walk->is_closed)
			break;
		r = take_frame(walk, &frame);
		walk->offset += frame.length;
	}
	if (r == 0 && limit != UINT64_MAX && walk->last < limit)
		r = pass_gap(walk, limit);
	if (r == 0 && !walk->is_placed && !walk->is_mending)
		r = -E_NOT_FOUND;
	return r;
}

static void enter_source(struct journal_walk *walk, size_t at) {
	const struct journal_header *header = &walk->sources[at].header;

	walk->at = at;
	walk->offset = JOURNAL_HEADER_SIZE;
	walk->place = walk->length = 0;
	walk->is_closed = walk->is_cut = false;
	journal_window_reset(&walk->window);
	if (walk->highest < header->first)
		walk->highest = header->first;
	if (walk->last == header->previous)
		walk->is_placed = true;
}

int journal_walk_run(struct journal_walk *walk) {
	size_t at = journal_walk_find(walk, walk->last);
	int r = 0;

	if (walk->n_sources == 0)
		return 0;
	if (at == walk->n_sources) {
		at = 0;
		r = pass_gap(walk, walk->sources[0].header.previous);
	}
	walk->is_placed = false;
	if (!walk->offset || at != walk->at)
		enter_source(walk, at);
	while (r == 0) {
		r = walk_source(walk);
		if (r < 0 || walk->at + 1 == walk->n_sources)
			return r;
		enter_source(walk, walk->at + 1);
	}
	return r;
}
