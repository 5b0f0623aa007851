/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

#include "base/error.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct span octets, char *ret_text) {
	for (size_t at = 0; at < octets.len; at += 3) {
		size_t n = octets.len - at < 3 ? octets.len - at : 3;
		uint32_t bits = (uint32_t)octets.data[at] << 16;

		if (n > 1)
			bits |= (uint32_t)octets.data[at + 1] << 8;
		if (n > 2)
			bits |= octets.data[at + 2];
		for (unsigned i = 0; i < 4; i++)
			*ret_text++ = i <= n ? digits[bits >> (18 - 6 * i) & 63] : '=';
	}
	*ret_text = '\0';
}

static int digit_value(char letter) {
	const char *place = letter ? strchr(digits, letter) : NULL;

	return place ? (int)(place - digits) : -1;
}

int base64_decode(char *text, size_t len, struct span *ret_octets) {
	size_t n_padding = 0, n_octets = 0;
	uint32_t bits = 0;

	while (n_padding < 2 && n_padding < len && text[len - 1 - n_padding] == '=')
		n_padding++;
	if (len % 4)
		return -E_INVALID_PARAMETER;
	for (size_t i = 0; i < len - n_padding; i++) {
		int value = digit_value(text[i]);

		if (value < 0)
			return -E_INVALID_PARAMETER;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4)
			text[n_octets++] = (char)(bits >> (6 - 2 * (i % 4)));
	}
	*ret_octets = span_of(text, n_octets);
	return 0;
}
