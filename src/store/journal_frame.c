/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_frame.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/cursor.h"
#include "base/mem.h"

#define HEADER_MAGIC 0x4c534a53u /* "LSJS" */
#define FRAME_MAGIC 0x4c534a46u  /* "LSJF" */
#define CHECKED_FROM 8           /* where the octets begin that the first eight tell the checksum of */
#define PLACED_FROM 16           /* where those begin that the short checksum is of */
#define DRAFT_KEEP_MAX ((size_t)256 << 10)

static uint64_t checksum(struct span octets, uint64_t seed) {
	return XXH3_64bits_withSeed(octets.data, octets.len, seed);
}

static struct span span_between(const uint8_t *octets, size_t from, size_t to) {
	return span_of(octets + from, to - from);
}

static void put_u64(uint8_t *octets, uint64_t value) {
	be32_write(octets, (uint32_t)(value >> 32));
	be32_write(octets + 4, (uint32_t)value);
}

void journal_header_encode(const struct journal_header *header, uint8_t ret_octets[static JOURNAL_HEADER_SIZE]) {
	struct writer writer = writer_of(ret_octets, JOURNAL_HEADER_SIZE);

	memset(ret_octets, 0, JOURNAL_HEADER_SIZE);
	writer_u64(&writer, 0);
	writer_u32(&writer, HEADER_MAGIC);
	writer_u32(&writer, header->version);
	writer_u64(&writer, header->number);
	writer_u64(&writer, header->seed);
	writer_u64(&writer, header->first);
	writer_u64(&writer, header->previous);
	writer_text(&writer, header->server);
	assert(!writer.is_full);
	put_u64(ret_octets, checksum(span_between(ret_octets, CHECKED_FROM, JOURNAL_HEADER_SIZE), 0));
}

int journal_header_decode(struct span octets, struct journal_header *ret_header) {
	struct reader reader = reader_of(octets);
	struct journal_header header = { 0 };

	if (octets.len < JOURNAL_HEADER_SIZE ||
	    reader_u64(&reader) != checksum(span_between(octets.data, CHECKED_FROM, JOURNAL_HEADER_SIZE), 0) ||
	    reader_u32(&reader) != HEADER_MAGIC)
		return -E_NOT_FOUND;
	header.version = reader_u32(&reader);
	if (header.version == JOURNAL_VERSION) {
		header.number = reader_u64(&reader);
		header.seed = reader_u64(&reader);
		header.first = reader_u64(&reader);
		header.previous = reader_u64(&reader);
		reader_text(&reader, sizeof header.server, header.server);
	}
	if (reader.is_failed)
		return -E_NOT_FOUND;
	*ret_header = header;
	return 0;
}

static bool is_length_possible(uint32_t length) {
	return length >= JOURNAL_FRAME_HEADER && length <= JOURNAL_FRAME_MAX && length % JOURNAL_FRAME_ALIGN == 0;
}

/* Read what stands before the changes. False if it is not what was written with @seed. */
static bool read_frame_header(struct span octets, uint64_t seed, struct journal_frame *ret_frame) {
	struct reader reader = reader_of(octets);

	if (octets.len < JOURNAL_FRAME_HEADER)
		return false;
	reader_u64(&reader);
	if (reader_u32(&reader) != FRAME_MAGIC ||
	    reader_u32(&reader) !=
		    (uint32_t)checksum(span_between(octets.data, PLACED_FROM, JOURNAL_FRAME_HEADER), seed))
		return false;
	ret_frame->sequence = reader_u64(&reader);
	ret_frame->previous = reader_u64(&reader);
	ret_frame->length = reader_u32(&reader);
	ret_frame->n_changes = reader_u32(&reader);
	return is_length_possible(ret_frame->length);
}

uint32_t journal_frame_length(struct span octets, uint64_t seed) {
	struct journal_frame frame;

	return read_frame_header(octets, seed, &frame) ? frame.length : 0;
}

uint32_t journal_frame_find(struct span octets, uint64_t seed) {
	uint32_t at = 0;

	for (; at + JOURNAL_FRAME_HEADER <= octets.len; at += JOURNAL_FRAME_ALIGN)
		if (be32_read(octets.data + at + CHECKED_FROM) == FRAME_MAGIC &&
		    journal_frame_length(span_of(octets.data + at, octets.len - at), seed))
			return at;
	return (uint32_t)octets.len;
}

static struct span read_change(struct reader *reader, struct ip4 *ret_address) {
	ret_address->value = reader_u32(reader);
	return reader_take(reader, reader_u16(reader));
}

/* A checksum that is right proves what was written, not that it made sense. */
static bool are_changes_sound(const struct journal_frame *frame) {
	struct reader reader = reader_of(frame->changes);
	struct ip4 address;

	for (uint32_t i = 0; i < frame->n_changes && !reader.is_failed; i++)
		read_change(&reader, &address);
	return !reader.is_failed && reader.octets.len - reader.at < JOURNAL_FRAME_ALIGN;
}

int journal_frame_decode(struct span octets, uint64_t seed, struct journal_frame *ret_frame) {
	struct journal_frame frame;
	struct reader reader = reader_of(octets);

	if (!read_frame_header(octets, seed, &frame) || frame.length > octets.len ||
	    reader_u64(&reader) != checksum(span_between(octets.data, CHECKED_FROM, frame.length), seed))
		return -E_NOT_FOUND;
	frame.changes = span_between(octets.data, JOURNAL_FRAME_HEADER, frame.length);
	if (!are_changes_sound(&frame))
		return -E_NOT_FOUND;
	*ret_frame = frame;
	return 0;
}

int journal_frame_visit(const struct journal_frame *frame, journal_visit_f *visit, void *context) {
	struct reader reader = reader_of(frame->changes);
	struct ip4 address;
	int r = 0;

	for (uint32_t i = 0; i < frame->n_changes && r >= 0; i++) {
		struct span record = read_change(&reader, &address);

		r = visit(context, frame->sequence, address, record);
	}
	return r < 0 ? r : 0;
}

/* Fill in what stands before the changes of the frame in @octets. */
static void seal(uint8_t *octets, struct journal_link link, uint32_t length, uint32_t n_changes) {
	struct writer writer = writer_of(octets, JOURNAL_FRAME_HEADER);

	writer_u64(&writer, 0);
	writer_u32(&writer, FRAME_MAGIC);
	writer_u32(&writer, 0);
	writer_u64(&writer, link.sequence);
	writer_u64(&writer, link.previous);
	writer_u32(&writer, length);
	writer_u32(&writer, n_changes);
	be32_write(octets + PLACED_FROM - 4,
		   (uint32_t)checksum(span_between(octets, PLACED_FROM, JOURNAL_FRAME_HEADER), link.seed));
	put_u64(octets, checksum(span_between(octets, CHECKED_FROM, length), link.seed));
}

void journal_closing_encode(struct journal_link link, uint8_t ret_octets[static JOURNAL_FRAME_HEADER]) {
	seal(ret_octets, link, JOURNAL_FRAME_HEADER, 0);
}

static uint8_t *draft_extend(struct journal_draft *draft, size_t len) {
	draft->octets = mem_grow(draft->octets, &draft->capacity, draft->len + len, 1);
	draft->len += len;
	return draft->octets + draft->len - len;
}

void journal_draft_put(struct journal_draft *draft, struct ip4 address, struct span record) {
	uint8_t *place;

	assert(record.len <= UINT16_MAX && draft->n_changes < UINT32_MAX);
	if (draft->len == 0)
		draft_extend(draft, JOURNAL_HEADER_SIZE + JOURNAL_FRAME_HEADER);
	place = draft_extend(draft, sizeof(struct be32) + sizeof(struct be16) + record.len);
	be32_write(place, address.value);
	be16_write(place + 4, (uint16_t)record.len);
	if (record.len)
		memcpy(place + 6, record.data, record.len);
	draft->n_changes++;
}

struct span journal_draft_seal(struct journal_draft *draft, struct journal_link link) {
	size_t padding = (JOURNAL_FRAME_ALIGN - draft->len % JOURNAL_FRAME_ALIGN) % JOURNAL_FRAME_ALIGN;
	uint32_t length;

	memset(draft_extend(draft, padding), 0, padding);
	length = (uint32_t)(draft->len - JOURNAL_HEADER_SIZE);
	seal(draft->octets + JOURNAL_HEADER_SIZE, link, length, draft->n_changes);
	return span_of(draft->octets + JOURNAL_HEADER_SIZE, length);
}

void journal_draft_reset(struct journal_draft *draft) {
	if (draft->capacity > DRAFT_KEEP_MAX)
		journal_draft_done(draft);
	draft->len = 0;
	draft->n_changes = 0;
}

void journal_draft_done(struct journal_draft *draft) {
	free(draft->octets);
	*draft = (struct journal_draft){ 0 };
}
