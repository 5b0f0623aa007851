/* SPDX-License-Identifier: Apache-2.0 */
/* octets.h - writing and reading stored records field by field, big-endian, with errors that stick: check once at the
 * end.
 *
 * Pure. Reading never leaves the span that it was given, whatever its octets are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"
#include "base/wireint.h"

/* Embedded: a record under construction in the caller's array. */
struct octets_writer {
	uint8_t *data;
	size_t size;
	size_t len;
	bool is_failed; /* something did not fit */
};

/* Embedded: a record being read. */
struct octets_reader {
	const uint8_t *data;
	size_t len; /* left */
	bool is_failed; /* something was not there; everything read since is zero or empty */
};

static inline void octets_write(struct octets_writer *writer, const void *data, size_t len) {
	if (writer->is_failed || len > writer->size - writer->len) {
		writer->is_failed = true;
		return;
	}
	if (len)
		memcpy(writer->data + writer->len, data, len);
	writer->len += len;
}

static inline void octets_write_u8(struct octets_writer *writer, unsigned value) {
	uint8_t octet = (uint8_t)value;

	writer->is_failed |= value > UINT8_MAX;
	octets_write(writer, &octet, 1);
}

static inline void octets_write_u16(struct octets_writer *writer, size_t value) {
	struct be16 wire = be16_from((uint16_t)value);

	writer->is_failed |= value > UINT16_MAX;
	octets_write(writer, wire.octets, sizeof wire.octets);
}

static inline void octets_write_u32(struct octets_writer *writer, uint32_t value) {
	struct be32 wire = be32_from(value);

	octets_write(writer, wire.octets, sizeof wire.octets);
}

static inline void octets_write_u64(struct octets_writer *writer, uint64_t value) {
	octets_write_u32(writer, (uint32_t)(value >> 32));
	octets_write_u32(writer, (uint32_t)value);
}

/* A text of at most 65,535 octets, its length first. */
static inline void octets_write_text(struct octets_writer *writer, const char *text) {
	size_t len = strlen(text);

	octets_write_u16(writer, len);
	octets_write(writer, text, len);
}

/* Borrow the next @len octets; an empty span once anything was missing. */
static inline struct span octets_read(struct octets_reader *reader, size_t len) {
	struct span taken = { reader->data, len };

	if (reader->is_failed || len > reader->len) {
		reader->is_failed = true;
		return (struct span){ NULL, 0 };
	}
	if (len)
		reader->data += len;
	reader->len -= len;
	return taken;
}

static inline uint8_t octets_read_u8(struct octets_reader *reader) {
	struct span taken = octets_read(reader, 1);

	return taken.len ? taken.data[0] : 0;
}

static inline uint16_t octets_read_u16(struct octets_reader *reader) {
	struct span taken = octets_read(reader, 2);

	return taken.len ? be16_read(taken.data) : 0;
}

static inline uint32_t octets_read_u32(struct octets_reader *reader) {
	struct span taken = octets_read(reader, 4);

	return taken.len ? be32_read(taken.data) : 0;
}

static inline uint64_t octets_read_u64(struct octets_reader *reader) {
	uint64_t high = octets_read_u32(reader);

	return high << 32 | octets_read_u32(reader);
}

/* Read a text into @ret_text of @size octets. Fails if it does not fit or has a NUL inside. */
static inline void octets_read_text(struct octets_reader *reader, size_t size, char *ret_text) {
	struct span text = octets_read(reader, octets_read_u16(reader));

	ret_text[0] = '\0';
	if (text.len >= size || (text.len && memchr(text.data, '\0', text.len))) {
		reader->is_failed = true;
		return;
	}
	if (text.len)
		memcpy(ret_text, text.data, text.len);
	ret_text[text.len] = '\0';
}

/* True if everything asked for was there and nothing is left. */
static inline bool is_octets_read_complete(const struct octets_reader *reader) {
	return !reader->is_failed && reader->len == 0;
}
