/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#define SOCKET_BUFFER (16 << 20)
#define ETHERNET_LEN 14
#define IP_LEN 20
#define UDP_LEN 8
#define FRAME_HEAD (ETHERNET_LEN + IP_LEN + UDP_LEN)
#define FRAME_MAX (FRAME_HEAD + MESSAGE_MAX)

union control {
	char octets[CMSG_SPACE(sizeof(struct in_pktinfo))];
	struct cmsghdr align;
};

struct link {
	int fd;
	size_t head; /* octets in front of each message */
	unsigned n_out;
	struct sockaddr_in server;
	struct mmsghdr out[BATCH], in[BATCH];
	struct iovec out_iov[BATCH], in_iov[BATCH];
	union control control[BATCH];
	uint8_t out_octets[BATCH][FRAME_MAX], in_octets[BATCH][FRAME_MAX];
};

static void enlarge(int fd, int option) {
	int size = SOCKET_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size)) < 0)
		err(1, "socket buffer");
}

static struct link *link_new(int fd, size_t head) {
	struct link *link = calloc(1, sizeof(*link));

	if (fd < 0)
		err(1, "socket");
	if (!link)
		err(1, "memory");
	enlarge(fd, SO_RCVBUFFORCE);
	enlarge(fd, SO_SNDBUFFORCE);
	link->fd = fd;
	link->head = head;
	for (unsigned i = 0; i < BATCH; i++) {
		link->in_iov[i] = (struct iovec){ link->in_octets[i], FRAME_MAX };
		link->in[i].msg_hdr = (struct msghdr){ .msg_iov = &link->in_iov[i], .msg_iovlen = 1 };
		link->out_iov[i].iov_base = link->out_octets[i];
		link->out[i].msg_hdr = (struct msghdr){ .msg_iov = &link->out_iov[i], .msg_iovlen = 1 };
	}
	return link;
}

static void prepare_control(struct link *link, unsigned i) {
	struct msghdr *header = &link->out[i].msg_hdr;
	struct cmsghdr *control;

	header->msg_name = &link->server;
	header->msg_namelen = sizeof(link->server);
	header->msg_control = &link->control[i];
	header->msg_controllen = sizeof(link->control[i]);
	control = CMSG_FIRSTHDR(header);
	control->cmsg_level = IPPROTO_IP;
	control->cmsg_type = IP_PKTINFO;
	control->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
}

struct link *link_open_udp(uint32_t server, uint16_t port) {
	struct link *link = link_new(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), 0);
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };

	link->server = (struct sockaddr_in){ .sin_family = AF_INET,
					     .sin_port = htons(SERVER_PORT),
					     .sin_addr.s_addr = htonl(server) };
	if (bind(link->fd, (struct sockaddr *)&any, sizeof(any)) < 0)
		err(1, "port %u", port);
	for (unsigned i = 0; i < BATCH; i++)
		prepare_control(link, i);
	return link;
}

/* Lets nothing through but UDP to the port of clients. */
static void filter(int fd) {
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 36), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLIENT_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, FRAME_MAX),   BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };
	int yes = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) < 0)
		err(1, "packet filter");
}

struct link *link_open_frames(const char *device) {
	struct link *link = link_new(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), FRAME_HEAD);
	struct sockaddr_ll where = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	filter(link->fd);
	where.sll_ifindex = (int)if_nametoindex(device);
	if (bind(link->fd, (struct sockaddr *)&where, sizeof(where)) < 0)
		err(1, "%s", device);
	return link;
}

struct link *link_close(struct link *link) {
	if (link)
		close(link->fd);
	free(link);
	return NULL;
}

static uint32_t sum(const uint8_t *octets, size_t len, uint32_t total) {
	for (size_t i = 0; i + 1 < len; i += 2)
		total += (uint32_t)octets[i] << 8 | octets[i + 1];
	return len % 2 ? total + ((uint32_t)octets[len - 1] << 8) : total;
}

static uint16_t fold(uint32_t total) {
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/* Ethernet, IPv4 and UDP before the @len octets of a message from a client without an address to everybody. */
static void write_head(uint8_t *frame, const uint8_t chaddr[HARDWARE_LEN], size_t len) {
	uint8_t *ip = frame + ETHERNET_LEN, *udp = ip + IP_LEN;
	uint16_t checksum;

	memset(frame, 0, FRAME_HEAD);
	memset(frame, 0xff, HARDWARE_LEN);
	memcpy(frame + HARDWARE_LEN, chaddr, HARDWARE_LEN);
	store_be16(frame + 12, ETH_P_IP);
	ip[0] = 0x45;
	store_be16(ip + 2, (uint16_t)(IP_LEN + UDP_LEN + len));
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	store_be32(ip + 16, INADDR_BROADCAST);
	store_be16(ip + 10, fold(sum(ip, IP_LEN, 0)));
	store_be16(udp, CLIENT_PORT);
	store_be16(udp + 2, SERVER_PORT);
	store_be16(udp + 4, (uint16_t)(UDP_LEN + len));
	checksum = fold(sum(udp, UDP_LEN + len, sum(ip + 12, 8, (uint32_t)(IPPROTO_UDP + UDP_LEN + len))));
	store_be16(udp + 6, checksum ? checksum : 0xffff);
}

static void set_source(struct link *link, unsigned i, uint32_t source) {
	struct in_pktinfo where = { .ipi_spec_dst.s_addr = htonl(source) };

	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&link->out[i].msg_hdr)), &where, sizeof(where));
}

void link_put(struct link *link, const struct message *message, uint32_t source) {
	unsigned i = link->n_out;
	uint8_t *octets = link->out_octets[i];
	size_t len = message_write(message, octets + link->head);

	if (link->head > 0)
		write_head(octets, message->chaddr, len);
	else
		set_source(link, i, source);
	link->out_iov[i].iov_len = link->head + len;
	link->n_out++;
	if (link->n_out == BATCH)
		link_flush(link);
}

void link_flush(struct link *link) {
	unsigned n_sent = 0;

	while (n_sent < link->n_out) {
		int n = sendmmsg(link->fd, link->out + n_sent, link->n_out - n_sent, 0);
		if (n < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
			err(1, "send");
		n_sent += n < 0 ? 0 : (unsigned)n;
	}
	link->n_out = 0;
}

static void wait_for_input(int fd, uint64_t wait_ns) {
	struct pollfd poll = { .fd = fd, .events = POLLIN };
	struct timespec limit = { (time_t)(wait_ns / 1000000000), (long)(wait_ns % 1000000000) };

	ppoll(&poll, 1, &limit, NULL);
}

int link_receive(struct link *link, uint64_t wait_ns) {
	int n = recvmmsg(link->fd, link->in, BATCH, MSG_DONTWAIT, NULL);

	if (n < 0 && wait_ns > 0) {
		wait_for_input(link->fd, wait_ns);
		n = recvmmsg(link->fd, link->in, BATCH, MSG_DONTWAIT, NULL);
	}
	return n < 0 ? 0 : n;
}

const uint8_t *link_message(const struct link *link, int i, size_t *ret_len) {
	size_t len = link->in[i].msg_len;

	*ret_len = len > link->head ? len - link->head : 0;
	return link->in_octets[i] + link->head;
}
