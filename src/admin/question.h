/* SPDX-License-Identifier: Apache-2.0 */
/* question.h - the client of whom "explain" is asked: its message, made from what a person says of it, or read from a
 * file. */
#pragma once

#include "admin/call.h"
#include "base/ip4.h"
#include "base/span.h"

/* Embedded. */
struct question {
	struct span octets;  /* the message, in the call's arena */
	struct ip4 link;     /* an address of the server's on the client's link; none if a relay brings the message */
	uint8_t link_length; /* of that address's prefix, 32 if it was given without */
};

/* Make the message that the call's parameters describe ("hardware", "client-id", "type", "relay", "address",
 * "option"), or read the file "packet". 0; -E_INVALID_PARAMETER; -E_DHCP_INVALID_DHCP_MESSAGE: the file holds none;
 * -E_NOT_FOUND: it cannot be read. */
int question_read(struct call *call, struct question *ret_question, struct error *reterr_error);
