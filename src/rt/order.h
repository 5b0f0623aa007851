/* SPDX-License-Identifier: Apache-2.0 */
/* order.h - a channel on which one role asks another: a pair of sockets that keep messages apart (SOCK_SEQPACKET).
 *
 * Nobody waits: what cannot be sent at once is refused, and who asks sets a limit, after which nobody begins with the
 * question any more. The channel outlives the processes at its ends; a question waits for the next life of the role
 * that is asked, an answer to an earlier life of the one that asks is known by its number.
 * How long what is carried may be, who receives it says.
 * Thread: one per end.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Embedded: what stands before the payload. */
struct order_head {
	uint32_t magic, version;
	uint64_t number;   /* of the question, and in its answer */
	uint64_t until_ms; /* since boot: do not begin with it later */
};

/* Make a channel: the end that asks, and the end that is asked; non-blocking, closed at exec. 0 or -errno. */
int order_channel_open(int *ret_ask, int *ret_take);

/* Send @payload of @size octets. 0, or -E_DHCP_SERVER_NOT_REACHABLE if there is no room. */
int order_send(int fd, uint64_t number, uint64_t until_ms, const void *payload, size_t size);

/* Receive the next message, which may carry at most @max octets, into @ret_payload: *@ret_size octets. 0; -E_NOT_FOUND
 * if there is none; -E_INVALID_PARAMETER for one that is longer or of another version, which is gone. */
int order_receive(int fd, struct order_head *ret_head, void *ret_payload, size_t max, size_t *ret_size);
