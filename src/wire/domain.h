/* SPDX-License-Identifier: Apache-2.0 */
/* domain.h - domain names as labels on the wire (RFC 1035 3.1) and with dots between them. Private to the layer.
 * Pure. */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "base/cursor.h"

/* Write the name @text ("example.com", a final dot is allowed) uncompressed. False, with some of it written, if it
 * is not a name: labels of 1..63 letters, digits, '-' and '_', 255 octets in all. The root alone is not a name
 * here. */
bool domain_parse(const char *text, struct writer *writer);

/* Read a name and add it to @text without final dot. Pointers (RFC 1035 4.1.4) count from the start of the reader's
 * octets and are followed only backwards, so that no loop is possible. False, with some of it added, if what stands
 * there is not a name that domain_parse would take. */
bool domain_format(struct reader *reader, struct text *text);
