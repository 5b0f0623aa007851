/* SPDX-License-Identifier: Apache-2.0 */
/* quote_priv.h - an untrusted value as it may stand in a sentence: printable, and never longer than people read. */
#pragma once

#include "base/text.h"

#define QUOTE_MAX 96

/* Write the beginning of @value into @buffer and return it. */
static inline const char *quote(struct span value, char buffer[static QUOTE_MAX]) {
	struct text text;

	text_init(&text, buffer, QUOTE_MAX);
	text_add_escaped(&text, value);
	return buffer;
}
