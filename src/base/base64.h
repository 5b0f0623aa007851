/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h - octets as text (RFC 4648 4), with padding and without line ends. Pure. */
#pragma once

#include <stddef.h>

#include "base/span.h"

/* Room for the text of @len octets and a NUL. */
#define BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)

/* Write @octets as text, with a NUL behind it, into @ret_text, which has BASE64_SIZE(octets.len) characters of room. */
void base64_encode(struct span octets, char *ret_text);

/* Decode @len characters of @text in their place: what comes out is shorter, and *@ret_octets borrows it. 0, or
 * -E_INVALID_PARAMETER; then @text is spoilt. */
int base64_decode(char *text, size_t len, struct span *ret_octets);
