/* SPDX-License-Identifier: Apache-2.0 */
/* fqdn.h - the client's domain name in option 81 (RFC 4702). Pure. */
#pragma once

#include <stdbool.h>

#include "base/span.h"
#include "base/text.h"

#define FQDN_TEXT_MAX 256

/* Add the name that the value @octets of option 81 holds to @text: with dots, without the final one. It stands there as
 * labels or, deprecated, as ASCII; it may be partial. False, with some of it added, if there is none. */
bool fqdn_read(struct span octets, struct text *text);
