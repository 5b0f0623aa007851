/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/tlv.h"

#define LENGTH_WIDTH_MAX 4

static struct span span_behind(struct span octets, size_t count) {
	return span_of(octets.data + count, octets.len - count);
}

/* Take the length field off @octets; true if that many octets follow. */
static bool take_length(struct span *octets, size_t *ret_length) {
	size_t length, width;

	if (octets->len < 1)
		return false;
	length = octets->data[0];
	*octets = span_behind(*octets, 1);
	if (length >= 0x80) {
		width = length & 0x7f;
		if (width == 0 || width > LENGTH_WIDTH_MAX || width > octets->len)
			return false;
		length = 0;
		for (size_t i = 0; i < width; i++)
			length = length << 8 | octets->data[i];
		*octets = span_behind(*octets, width);
	}
	*ret_length = length;
	return length <= octets->len;
}

bool tlv_take(struct span *octets, struct tlv *ret_element) {
	struct tlv element;
	size_t length;

	if (octets->len < 2)
		return false;
	element.tag = octets->data[0];
	*octets = span_behind(*octets, 1);
	if (!take_length(octets, &length))
		return false;
	element.value = span_of(octets->data, length);
	*octets = span_behind(*octets, length);
	*ret_element = element;
	return true;
}

bool tlv_take_tagged(struct span *octets, uint8_t tag, struct span *ret_value) {
	struct tlv element;

	if (!tlv_take(octets, &element) || element.tag != tag)
		return false;
	*ret_value = element.value;
	return true;
}

bool tlv_take_optional(struct span *octets, uint8_t tag, struct span *ret_value) {
	struct span ahead = *octets;

	if (!tlv_take_tagged(&ahead, tag, ret_value))
		return false;
	*octets = ahead;
	return true;
}

bool tlv_skip(struct span *octets, unsigned count) {
	struct tlv element;

	while (count-- > 0)
		if (!tlv_take(octets, &element))
			return false;
	return true;
}
