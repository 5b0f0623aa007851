/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.h - bounded reading and writing of octets with an error that sticks, to be looked at once at the end.
 *
 * After a failure a reader yields zeros and empty spans and a writer takes nothing more. Numbers
 * are big-endian. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"
#include "base/wireint.h"

/* Embedded: a place in borrowed octets. */
struct reader {
	struct span octets;
	size_t at; /* <= octets.len */
	bool is_failed;
};

/* Embedded: octets under construction over the caller's array. */
struct writer {
	uint8_t *octets;
	size_t size, len; /* len <= size */
	bool is_full;     /* something did not fit */
};

static inline struct reader reader_of(struct span octets) {
	return (struct reader){ .octets = octets };
}

static inline struct writer writer_of(uint8_t *octets, size_t size) {
	return (struct writer){ .octets = octets, .size = size };
}

static inline bool is_reader_at_end(const struct reader *reader) {
	return reader->is_failed || reader->at == reader->octets.len;
}

/* The next @len octets; empty, without data, when there are fewer. */
static inline struct span reader_take(struct reader *reader, size_t len) {
	if (reader->is_failed || len > reader->octets.len - reader->at) {
		reader->is_failed = true;
		return (struct span){ 0 };
	}
	reader->at += len;
	return span_of(reader->octets.data + reader->at - len, len);
}

static inline struct span reader_take_rest(struct reader *reader) {
	return reader_take(reader, reader->octets.len - reader->at);
}

static inline uint8_t reader_u8(struct reader *reader) {
	struct span octets = reader_take(reader, 1);

	return octets.len ? octets.data[0] : 0;
}

static inline uint16_t reader_u16(struct reader *reader) {
	struct span octets = reader_take(reader, 2);

	return octets.len ? be16_read(octets.data) : 0;
}

static inline uint32_t reader_u32(struct reader *reader) {
	struct span octets = reader_take(reader, 4);

	return octets.len ? be32_read(octets.data) : 0;
}

static inline void writer_put(struct writer *writer, struct span octets) {
	if (writer->is_full || octets.len > writer->size - writer->len) {
		writer->is_full = true;
		return;
	}
	if (octets.len)
		memcpy(writer->octets + writer->len, octets.data, octets.len);
	writer->len += octets.len;
}

static inline void writer_u8(struct writer *writer, uint8_t value) {
	writer_put(writer, span_of(&value, 1));
}

static inline void writer_u16(struct writer *writer, uint16_t value) {
	struct be16 wire = be16_from(value);

	writer_put(writer, span_of(wire.octets, sizeof wire.octets));
}

static inline void writer_u32(struct writer *writer, uint32_t value) {
	struct be32 wire = be32_from(value);

	writer_put(writer, span_of(wire.octets, sizeof wire.octets));
}

static inline uint64_t reader_u64(struct reader *reader) {
	uint64_t high = reader_u32(reader);

	return high << 32 | reader_u32(reader);
}

static inline void writer_u64(struct writer *writer, uint64_t value) {
	writer_u32(writer, (uint32_t)(value >> 32));
	writer_u32(writer, (uint32_t)value);
}

/* A text of at most 65,535 octets, its length in front. */
static inline void writer_text(struct writer *writer, const char *text) {
	size_t len = strlen(text);

	if (len > UINT16_MAX) {
		writer->is_full = true;
		return;
	}
	writer_u16(writer, (uint16_t)len);
	writer_put(writer, span_of(text, len));
}

/* Read such a text into @ret_text of @size octets. Fails if it does not fit or has a NUL inside. */
static inline void reader_text(struct reader *reader, size_t size, char *ret_text) {
	struct span text = reader_take(reader, reader_u16(reader));

	ret_text[0] = '\0';
	if (text.len >= size || (text.len && memchr(text.data, '\0', text.len))) {
		reader->is_failed = true;
		return;
	}
	if (text.len)
		memcpy(ret_text, text.data, text.len);
	ret_text[text.len] = '\0';
}

/* True if everything that was read was there and nothing is left. */
static inline bool is_reader_complete(const struct reader *reader) {
	return !reader->is_failed && reader->at == reader->octets.len;
}
