/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of the journal. The input is the image of a segment, or its beginning; after a header that is none, a
 * frame with seed 0 is looked for in all of it. What is read, written again, is the same octets. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/wireint.h"
#include "store/journal_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int put(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	journal_draft_put(context, address, record);
	return 0;
}

static void check_frame(const struct journal_frame *frame, struct span octets, uint64_t seed) {
	struct journal_link link = { frame->sequence, frame->previous, seed };
	struct journal_draft draft = { 0 };
	struct span again;

	journal_frame_visit(frame, put, &draft);
	if (frame->n_changes) {
		again = journal_draft_seal(&draft, link);
		assert(again.len == frame->length);
	}
	assert(frame->length <= octets.len);
	journal_draft_done(&draft);
}

static void walk(struct span octets, uint64_t seed) {
	struct journal_frame frame;
	size_t at = 0;

	while (at < octets.len) {
		struct span rest = span_of(octets.data + at, octets.len - at);

		if (journal_frame_decode(rest, seed, &frame) == 0) {
			check_frame(&frame, rest, seed);
			at += frame.length;
		} else {
			at += JOURNAL_FRAME_ALIGN;
			if (at < octets.len)
				at += journal_frame_find(span_of(octets.data + at, octets.len - at), seed);
		}
	}
}

/* As the sealed frame of a program that is gone mad: checksums that are right, and any number and lengths of
 * changes. */
static void check_sealed(const uint8_t *data, size_t size) {
	struct journal_link link = { 1, 0, 0 };
	struct journal_draft draft = { 0 };
	struct journal_frame frame;
	struct span octets;

	if (size < 12 || size > UINT16_MAX)
		return;
	journal_draft_put(&draft, (struct ip4){ 0 }, (struct span){ 0 });
	memcpy(draft.octets + draft.len - 6, data + 6, 6);
	draft.n_changes = be32_read(data);
	draft.octets = mem_grow(draft.octets, &draft.capacity, draft.len + size, 1);
	memcpy(draft.octets + draft.len, data + 12, size - 12);
	draft.len += size - 12;
	octets = journal_draft_seal(&draft, link);
	if (journal_frame_decode(octets, link.seed, &frame) == 0)
		check_frame(&frame, octets, link.seed);
	journal_draft_done(&draft);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct journal_header header = { 0 };
	uint8_t again[JOURNAL_HEADER_SIZE];

	if (size > JOURNAL_SEGMENT_SIZE)
		return 0;
	check_sealed(data, size);
	if (journal_header_decode(span_of(data, size), &header) < 0) {
		walk(span_of(data, size), 0);
		return 0;
	}
	if (header.version == JOURNAL_VERSION)
		journal_header_encode(&header, again);
	walk(span_of(data + JOURNAL_HEADER_SIZE, size - JOURNAL_HEADER_SIZE), header.seed);
	return 0;
}
