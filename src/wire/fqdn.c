/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/fqdn.h"

#include "base/cursor.h"

#define FLAG_ENCODED 0x04 /* the name is labels, RFC 4702 2.1 */
#define LABEL_MAX 63

static bool is_text(struct span octets) {
	for (size_t i = 0; i < octets.len; i++)
		if (octets.data[i] <= 0x20 || octets.data[i] > 0x7e)
			return false;
	return octets.len > 0;
}

/* A partial name lacks the root's label (RFC 4702 2.3.1). */
static bool labels_read(struct reader *reader, struct text *text) {
	while (!is_reader_at_end(reader)) {
		struct span label = reader_take(reader, reader_u8(reader));

		if (label.len == 0)
			break;
		if (label.len > LABEL_MAX || !is_text(label) || memchr(label.data, '.', label.len))
			return false;
		text_add(text, "%s%.*s", text->len ? "." : "", (int)label.len, (const char *)label.data);
	}
	return !reader->is_failed && text->len > 0;
}

static bool ascii_read(struct reader *reader, struct text *text) {
	struct span name = reader_take_rest(reader);

	if (name.len && name.data[name.len - 1] == '.')
		name.len--;
	if (!is_text(name))
		return false;
	text_add(text, "%.*s", (int)name.len, (const char *)name.data);
	return true;
}

bool fqdn_read(struct span octets, struct text *text) {
	struct reader reader = reader_of(octets);
	uint8_t flags = reader_u8(&reader);

	reader_take(&reader, 2); /* two response codes, deprecated */
	if (is_reader_at_end(&reader))
		return false;
	return (flags & FLAG_ENCODED ? labels_read(&reader, text) : ascii_read(&reader, text)) && !text->is_truncated;
}
