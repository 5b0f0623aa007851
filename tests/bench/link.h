/* SPDX-License-Identifier: Apache-2.0 */
/* link.h - how the generator's messages travel, many with each system call: from a port of UDP with any source
 * address, as a relay or a client that has an address sends them, or as frames of clients that have none.
 *
 * A link is an object with one owner, used by one thread. What fails here is the set-up of the benchmark: the program
 * ends with a message.
 */
#pragma once

#include <stdint.h>

#include "message.h"

struct link;

/* Messages to @server's port 67 from @port; each with the source address that link_put names. */
struct link *link_open_udp(uint32_t server, uint16_t port);

/* Broadcast frames on @device from their clients' hardware addresses; answers are read off the link. */
struct link *link_open_frames(const char *device);

/* Close. Accepts NULL; returns NULL. */
struct link *link_close(struct link *link);

/* Queue a message. It leaves with others, at the latest with link_flush. */
void link_put(struct link *link, const struct message *message, uint32_t source);
void link_flush(struct link *link);

/* Take what has arrived, waiting for it for at most @wait_ns (0: not at all). Returns how many messages there are;
 * each can be read with link_message until the next call. */
int link_receive(struct link *link, uint64_t wait_ns);

/* The octets of message @i; not at all if it was too short to be one. */
const uint8_t *link_message(const struct link *link, int i, size_t *ret_len);
