/* SPDX-License-Identifier: Apache-2.0 */
/* rogue.h - rogue detection: how DHCP servers ask each other whether a network belongs to a directory, and answer
 * ([MS-DHCPE] 2.2.2.4 and 2.2.2.5).
 *
 * Over DHCPv4 a DHCPINFORM asks and a DHCPACK answers, by sub-options of option 43: code, length, value; octets here
 * are that option's value. DHCPv6 says the same with the same codes in 16 bits (option 17, enterprise 311): it needs
 * functions like these, while enum rogue_answer and the name are of both. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define ROGUE_REQUEST_SIZE 2
#define ROGUE_ANSWER_SIZE 255    /* at most: option 43 is not split, as few would join it */
#define ROGUE_ENTERPRISE_MAX 256 /* any name that an answer can hold, and the final NUL */

/* What a server says of itself. */
enum rogue_answer {
	ROGUE_ANSWER_NONE,       /* nothing: it knows no rogue detection */
	ROGUE_ANSWER_STANDALONE, /* it serves without a directory, since it met none */
	ROGUE_ANSWER_DIRECTORY,  /* a directory has authorized it */
};

/* True if the value of a request's option 43 asks. Other sub-options may stand around it; a length that runs past the
 * end ends the reading. The span may be empty. */
bool has_rogue_request(struct span vendor_information);

/* Read the value of a reply's option 43, as tolerantly. Always writes a name to @ret_enterprise, of @size octets with
 * its NUL (> 0; ROGUE_ENTERPRISE_MAX cuts nothing): the enterprise of ROGUE_ANSWER_DIRECTORY, "" of the others. It is
 * safe to print: what does not belong into a host name is '?'. */
enum rogue_answer rogue_answer_parse(struct span vendor_information, size_t size, char *ret_enterprise);

/* True if @octet may stand in the name of an enterprise: it belongs into a host name. */
bool is_rogue_name_char(uint8_t octet);

/* Write the option 43 that asks. Returns its length. */
size_t rogue_request_write(uint8_t ret_octets[static ROGUE_REQUEST_SIZE]);

/* Write the option 43 that answers: @enterprise is the name of the directory that authorized us, "" without one. A
 * name for which there is no room is cut. Returns its length. */
size_t rogue_answer_write(const char *enterprise, uint8_t ret_octets[static ROGUE_ANSWER_SIZE]);
