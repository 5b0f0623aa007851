/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/order.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define ORDER_MAGIC 0x4c53524fu /* "LSRO" */
#define ORDER_VERSION 2u

int order_channel_open(int *ret_ask, int *ret_take) {
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	*ret_ask = ends[0];
	*ret_take = ends[1];
	return 0;
}

int order_send(int fd, uint64_t number, uint64_t until_ms, const void *payload, size_t size) {
	struct order_head head = { ORDER_MAGIC, ORDER_VERSION, number, until_ms };
	struct iovec parts[] = { { &head, sizeof head }, { (void *)payload, size } };
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -E_DHCP_SERVER_NOT_REACHABLE : 0;
}

int order_receive(int fd, struct order_head *ret_head, void *ret_payload, size_t max, size_t *ret_size) {
	struct order_head head;
	struct iovec parts[] = { { &head, sizeof head }, { ret_payload, max } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t len = recvmsg(fd, &message, MSG_DONTWAIT);

	if (len <= 0)
		return -E_NOT_FOUND;
	if ((size_t)len < sizeof head || message.msg_flags & MSG_TRUNC || head.magic != ORDER_MAGIC ||
	    head.version != ORDER_VERSION)
		return -E_INVALID_PARAMETER;
	*ret_head = head;
	*ret_size = (size_t)len - sizeof head;
	return 0;
}
