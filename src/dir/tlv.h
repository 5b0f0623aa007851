/* SPDX-License-Identifier: Apache-2.0 */
/* tlv.h - a cursor over BER (X.690) with one-octet tags and definite lengths: what LDAP's controls and X.509 are made
 * of. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum { /* universal tags */
	TLV_BOOLEAN = 0x01,
	TLV_OCTETS = 0x04,
	TLV_OID = 0x06,
	TLV_ENUMERATED = 0x0a,
	TLV_UTC_TIME = 0x17,
	TLV_GENERAL_TIME = 0x18,
	TLV_SEQUENCE = 0x30,
	TLV_SET = 0x31,
};

/* One element. Embedded; @value is borrowed from what it was taken off. */
struct tlv {
	uint8_t tag;
	struct span value;
};

/* Take the next element off @octets. False at the end, or if what follows is not one; @octets is then of no use. */
bool tlv_take(struct span *octets, struct tlv *ret_element);

/* Take the next element, which must have the tag @tag. False if it has not. */
bool tlv_take_tagged(struct span *octets, uint8_t tag, struct span *ret_value);

/* Take the next element only if it has the tag @tag; false, with @octets as it was, if it has another or there is
 * none. */
bool tlv_take_optional(struct span *octets, uint8_t tag, struct span *ret_value);

/* Skip @count elements. */
bool tlv_skip(struct span *octets, unsigned count);
