/* SPDX-License-Identifier: Apache-2.0 */
/* option.h - the dictionary of DHCPv4 options (options.def) and the translation of their values.
 *
 * A value has two forms: the octets on the wire, and text that a person types ("10.0.0.1,10.0.0.2").
 * Pure: no allocation, no state.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "base/text.h"

#define OPTION_CODE_MIN 1 /* 0 and 255 are padding and end */
#define OPTION_CODE_MAX 254
#define OPTION_VALUE_MAX 4096 /* octets of one value; longer than 255 goes out split, RFC 3396 */

/* How the octets of a value are to be read. A list has one or more items, separated by commas. */
enum option_type {
	OPTION_TYPE_FLAG,        /* one octet, 0 or 1: "true", "false" */
	OPTION_TYPE_U8,          /* decimal */
	OPTION_TYPE_U16,         /* decimal */
	OPTION_TYPE_U32,         /* decimal */
	OPTION_TYPE_U64,         /* decimal */
	OPTION_TYPE_S32,         /* decimal, may be negative */
	OPTION_TYPE_DURATION,    /* 32 bit seconds, "1h30m" or a number */
	OPTION_TYPE_IP4,         /* one address */
	OPTION_TYPE_IP4_LIST,
	OPTION_TYPE_IP4_PAIRS,   /* a list of "address/address", mask or router behind the slash */
	OPTION_TYPE_U8_LIST,
	OPTION_TYPE_U16_LIST,
	OPTION_TYPE_U32_LIST,
	OPTION_TYPE_U64_LIST,
	OPTION_TYPE_TEXT,        /* as it is, no escapes: UTF-8 without control characters; no NUL on the wire */
	OPTION_TYPE_DOMAIN_LIST, /* names, RFC 3397 encoding */
	OPTION_TYPE_ROUTES,      /* a list of "subnet/len via router", RFC 3442 */
	OPTION_TYPE_HEX,         /* hexadecimal pairs, optionally separated by ':' */
	OPTION_TYPE_COUNT
};

/* What people see of a type. Lifetime: static. */
struct option_type_info {
	const char *name;     /* as a definition has it: "ip4-list" */
	const char *expected; /* completes "is not ..." */
	const char *example;
};

enum option_flag {
	OPTION_FLAG_MANAGED = 1, /* the server fills it in itself; no administrator may set it */
};

/* One row of options.def. Lifetime: static. */
struct option_info {
	uint8_t code;
	const char *name; /* lower case with hyphens, as in the IANA registry */
	enum option_type type;
	unsigned flags;
	const char *reference; /* the RFC that defines it */
	const char *prose;     /* what it tells the client, one sentence */
};

/* Borrow the row of @code, or NULL. */
const struct option_info *option_info_get(uint8_t code);

/* Borrow the row whose name is @name (without regard to case), or NULL. */
const struct option_info *option_info_find(const char *name);

/* Borrow the row at position @index in ascending order of code; NULL past the end. */
const struct option_info *option_info_at(size_t index);

/* Borrow the row of @type. */
const struct option_type_info *option_type_get(enum option_type type);

/* The type whose name is @name (without regard to case). 0, or -E_INVALID_PARAMETER with the names there are. */
int option_type_find(const char *name, enum option_type *ret_type, struct error *reterr_error);

/* Read "NAME=VALUE" or "CODE=VALUE". A code without a row takes hexadecimal. At most @max octets go to @ret_octets.
 * 0; -E_DHCP_OPTION_NOT_PRESENT: no such name or code, with a "did you mean"; -E_DHCP_OPTION_TYPE_MISMATCH: the value
 * does not fit the type; -E_INVALID_PARAMETER: it is no assignment, or only the server itself sets this option. */
int option_assignment_parse(const char *text, size_t max, uint8_t *ret_code, uint8_t *ret_octets, size_t *ret_len,
			    struct error *reterr_error);

/* Read a value of @type from @text. 0 or -E_DHCP_OPTION_TYPE_MISMATCH with a sentence that says what is expected. */
int option_value_parse(enum option_type type, const char *text, size_t max, uint8_t *ret_octets, size_t *ret_len,
		       struct error *reterr_error);

/* Add the value @octets of option @code to @text in the form that option_assignment_parse reads. Octets that do not
 * fit the option's type are added as hexadecimal, for reading only; so are unprintable octets of a text, each
 * escaped as \xNN. */
void option_value_format(uint8_t code, struct span octets, struct text *text);

/* The same for a value of @type. */
void option_type_format(enum option_type type, struct span octets, struct text *text);

/* Borrow the name of @code; if it has no row, its decimal number written into @buffer. */
const char *option_name(uint8_t code, char buffer[static 4]);
