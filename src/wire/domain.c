/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/domain.h"

#define LABEL_MAX 63
#define NAME_MAX_OCTETS 255 /* with the length octets and the root's */
#define POINTER_MARK 0xc0u  /* in the length octet; the other 14 bits are the place */

static bool is_label_octet(uint8_t octet) {
	uint8_t lower = octet | 0x20;

	return (octet >= '0' && octet <= '9') || (lower >= 'a' && lower <= 'z') || octet == '-' || octet == '_';
}

static bool is_label(struct span label) {
	if (label.len == 0 || label.len > LABEL_MAX)
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!is_label_octet(label.data[i]))
			return false;
	return true;
}

bool domain_parse(const char *text, struct writer *writer) {
	size_t total = 1;

	do {
		struct span label = span_of(text, strcspn(text, "."));

		total += label.len + 1;
		if (!is_label(label) || total > NAME_MAX_OCTETS)
			return false;
		writer_u8(writer, (uint8_t)label.len);
		writer_put(writer, label);
		text += label.len;
		text += *text == '.';
	} while (*text);
	writer_u8(writer, 0);
	return true;
}

/* Go to where the pointer that starts with @high leads. It must lie before @limit, the start of the run of labels
 * that it ends; each jump lowers the limit. */
static bool follow_pointer(struct reader *reader, uint8_t high, size_t *limit) {
	size_t place = (size_t)(high & ~POINTER_MARK) << 8 | reader_u8(reader);

	if (reader->is_failed || place >= *limit)
		return false;
	reader->at = place;
	*limit = place;
	return true;
}

/* Add the labels up to the root's. @ret_end: where the name ends in the order of the octets. */
static bool format_labels(struct reader *reader, struct text *text, size_t *ret_end) {
	size_t limit = reader->at, end = 0, total = 1;

	for (;;) {
		uint8_t length = reader_u8(reader);
		struct span label;

		if ((length & POINTER_MARK) == POINTER_MARK) {
			end = end ? end : reader->at + 1;
			if (!follow_pointer(reader, length, &limit))
				return false;
			continue;
		}
		if (length == 0)
			break;
		label = reader_take(reader, length);
		total += label.len + 1;
		if (!is_label(label) || total > NAME_MAX_OCTETS)
			return false;
		text_add(text, "%s%.*s", total > label.len + 2 ? "." : "", (int)label.len, (const char *)label.data);
	}
	*ret_end = end ? end : reader->at;
	return !reader->is_failed && total > 1;
}

bool domain_format(struct reader *reader, struct text *text) {
	size_t end;

	if (!format_labels(reader, text, &end))
		return false;
	reader->at = end;
	return true;
}
