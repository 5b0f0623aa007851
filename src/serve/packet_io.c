/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/packet_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

struct packet_slot {
	uint8_t octets[DHCP4_PACKET_MAX + 1]; /* one more, so that too long a packet is seen as such */
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	struct sockaddr_in source;
	struct iovec vector;
};

struct packet_io {
	int udp_fd, link_fd;
	struct mmsghdr headers[PACKET_BATCH_MAX];
	struct packet_slot slots[PACKET_BATCH_MAX];
	struct packet_in packets[PACKET_BATCH_MAX];
};

struct packet_io *packet_io_new(int udp_fd, int link_fd) {
	struct packet_io *io = mem_alloc(sizeof *io);

	io->udp_fd = udp_fd;
	io->link_fd = link_fd;
	return io;
}

struct packet_io *packet_io_free(struct packet_io *io) {
	free(io);
	return NULL;
}

static void slot_prepare(struct packet_slot *slot, struct mmsghdr *header) {
	slot->vector = (struct iovec){ slot->octets, sizeof slot->octets };
	header->msg_hdr = (struct msghdr){
		.msg_name = &slot->source,
		.msg_namelen = sizeof slot->source,
		.msg_iov = &slot->vector,
		.msg_iovlen = 1,
		.msg_control = slot->control,
		.msg_controllen = sizeof slot->control,
	};
}

/* Where the packet came in. A limited broadcast has a local address too (ipi_spec_dst), but was not sent to it. */
static void packet_locate(struct msghdr *header, struct packet_in *packet) {
	for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
		struct in_pktinfo info;

		if (control->cmsg_level != IPPROTO_IP || control->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(control), sizeof info);
		packet->interface = (unsigned)info.ipi_ifindex;
		if (info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr)
			packet->unicast_to.value = ntohl(info.ipi_addr.s_addr);
	}
}

size_t packet_io_receive(struct packet_io *io, const struct packet_in **ret_packets) {
	int received;

	for (size_t i = 0; i < PACKET_BATCH_MAX; i++)
		slot_prepare(&io->slots[i], &io->headers[i]);
	received = recvmmsg(io->udp_fd, io->headers, PACKET_BATCH_MAX, MSG_DONTWAIT, NULL);
	for (int i = 0; i < received; i++) {
		io->packets[i] = (struct packet_in){ .octets = span_of(io->slots[i].octets, io->headers[i].msg_len) };
		packet_locate(&io->headers[i].msg_hdr, &io->packets[i]);
	}
	*ret_packets = io->packets;
	return received > 0 ? (size_t)received : 0;
}

static int send_message(int fd, const struct msghdr *header) {
	return sendmsg(fd, header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* By the kernel's own routing and ARP, from the address that the client or relay knows. */
static int send_udp(struct packet_io *io, unsigned interface, const struct engine_output *output) {
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))] = { 0 };
	struct sockaddr_in destination = {
		.sin_family = AF_INET,
		.sin_port = htons(output->port),
		.sin_addr.s_addr = htonl(output->destination.value),
	};
	struct in_pktinfo info = {
		/* A relay or a renewing client may be reached by another interface than its packet came in on. */
		.ipi_ifindex = output->path == REPLY_BROADCAST ? (int)interface : 0,
		.ipi_spec_dst.s_addr = htonl(output->source.value),
	};
	struct iovec vector = { (void *)output->octets, output->len };
	struct msghdr header = { &destination, sizeof destination, &vector, 1, control, sizeof control, 0 };
	struct cmsghdr *first = CMSG_FIRSTHDR(&header);

	first->cmsg_level = IPPROTO_IP;
	first->cmsg_type = IP_PKTINFO;
	first->cmsg_len = CMSG_LEN(sizeof info);
	memcpy(CMSG_DATA(first), &info, sizeof info);
	return send_message(io->udp_fd, &header);
}

int packet_io_send_frame(struct packet_io *io, unsigned interface, const struct packet_out *packet) {
	uint8_t frame[FRAME_HEADERS_SIZE + DHCP4_MESSAGE_MAX];
	size_t len = frame_build(&packet->addresses, packet->octets, frame, sizeof frame);
	struct span hardware = packet->hardware;
	struct sockaddr_ll destination = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_IP),
		.sll_ifindex = (int)interface,
	};
	struct iovec vector = { frame, len };
	struct msghdr header = { &destination, sizeof destination, &vector, 1, NULL, 0, 0 };

	if (hardware.len > sizeof destination.sll_addr)
		hardware.len = sizeof destination.sll_addr;
	destination.sll_halen = (unsigned char)hardware.len;
	if (hardware.len)
		memcpy(destination.sll_addr, hardware.data, hardware.len);
	return len ? send_message(io->link_fd, &header) : -EMSGSIZE;
}

/* Straight to the client's hardware address: it has no address yet and would not answer ARP (RFC 2131 4.1). */
static int send_link(struct packet_io *io, unsigned interface, const struct engine_output *output) {
	const struct packet_out packet = {
		.addresses = { output->source, output->destination, DHCP4_SERVER_PORT, output->port },
		.octets = span_of(output->octets, output->len),
		.hardware = span_of(output->chaddr, output->hlen),
	};

	return packet_io_send_frame(io, interface, &packet);
}

int packet_io_send(struct packet_io *io, unsigned interface, const struct engine_output *output) {
	return output->path == REPLY_LINK ? send_link(io, interface, output) : send_udp(io, interface, output);
}
