/* SPDX-License-Identifier: Apache-2.0 */
/* replies.h - what other DHCP servers send, for tests. */
#pragma once

#include "wire/packet.h"

/* Embedded. What is zero stays out. */
struct reply {
	enum dhcp4_message_type type; /* DHCP4_BOOTP: no option 53 */
	uint32_t xid;
	struct ip4 server_id, offered, giaddr;
	const char *enterprise; /* the answer to rogue detection's question: NULL none, "" without a directory */
};

/* Write @reply. Borrows @ret_octets. */
struct span reply_write(const struct reply *reply, uint8_t ret_octets[static DHCP4_MESSAGE_DEFAULT]);
