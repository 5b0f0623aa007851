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

#define CONTROL_SIZE CMSG_SPACE(sizeof(struct in_pktinfo))

struct slot_in {
	uint8_t octets[DHCP4_PACKET_MAX + 1]; /* one more, so that too long a packet is seen as such */
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_SIZE];
	struct iovec vector;
};

/* A datagram for the kernel's own routing and ARP. */
struct slot_udp {
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_SIZE];
	struct sockaddr_in destination;
	struct iovec vector;
};

struct slot_link {
	struct sockaddr_ll destination;
	struct iovec vector;
	uint8_t frame[FRAME_HEADERS_SIZE + DHCP4_MESSAGE_MAX];
};

/* What waits to be sent by one of the two sockets. */
struct queue {
	int fd;
	size_t n_waiting;
	struct mmsghdr headers[PACKET_BATCH_MAX];
	const struct engine_output *outputs[PACKET_BATCH_MAX];
};

struct packet_io {
	int fd;
	size_t n_used; /* slots to be prepared for the next packets */
	struct mmsghdr headers[PACKET_BATCH_MAX];
	struct packet_in packets[PACKET_BATCH_MAX];
	struct queue udp, link;
	struct slot_udp slots_udp[PACKET_BATCH_MAX];
	struct slot_link slots_link[PACKET_BATCH_MAX];
	struct slot_in slots_in[PACKET_BATCH_MAX];
};

static void slot_in_prepare(struct slot_in *slot, struct mmsghdr *header) {
	slot->vector = (struct iovec){ slot->octets, sizeof slot->octets };
	header->msg_hdr = (struct msghdr){
		.msg_iov = &slot->vector,
		.msg_iovlen = 1,
		.msg_control = slot->control,
		.msg_controllen = sizeof slot->control,
	};
}

static void slot_udp_prepare(struct slot_udp *slot, struct mmsghdr *header) {
	struct msghdr *message = &header->msg_hdr;
	struct cmsghdr *first;

	*message = (struct msghdr){
		&slot->destination, sizeof slot->destination, &slot->vector, 1, slot->control, sizeof slot->control, 0
	};
	first = CMSG_FIRSTHDR(message);
	first->cmsg_level = IPPROTO_IP;
	first->cmsg_type = IP_PKTINFO;
	first->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
	slot->destination.sin_family = AF_INET;
}

static void slot_link_prepare(struct slot_link *slot, struct mmsghdr *header) {
	header->msg_hdr = (struct msghdr){ &slot->destination, sizeof slot->destination, &slot->vector, 1, NULL, 0, 0 };
	slot->destination.sll_family = AF_PACKET;
	slot->destination.sll_protocol = htons(ETHERTYPE_IP);
}

/* What is the same for all packets is written once. */
struct packet_io *packet_io_new(int udp_fd, int link_fd) {
	struct packet_io *io = mem_alloc(sizeof *io);

	io->fd = io->udp.fd = udp_fd;
	io->link.fd = link_fd;
	io->n_used = PACKET_BATCH_MAX;
	for (size_t i = 0; i < PACKET_BATCH_MAX; i++) {
		slot_udp_prepare(&io->slots_udp[i], &io->udp.headers[i]);
		slot_link_prepare(&io->slots_link[i], &io->link.headers[i]);
	}
	return io;
}

struct packet_io *packet_io_free(struct packet_io *io) {
	free(io);
	return NULL;
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

	for (size_t i = 0; i < io->n_used; i++)
		slot_in_prepare(&io->slots_in[i], &io->headers[i]);
	received = recvmmsg(io->fd, io->headers, PACKET_BATCH_MAX, MSG_DONTWAIT, NULL);
	for (int i = 0; i < received; i++) {
		io->packets[i] =
			(struct packet_in){ .octets = span_of(io->slots_in[i].octets, io->headers[i].msg_len) };
		packet_locate(&io->headers[i].msg_hdr, &io->packets[i]);
	}
	io->n_used = received > 0 ? (size_t)received : 0;
	*ret_packets = io->packets;
	return io->n_used;
}

static void put_udp(struct packet_io *io, unsigned interface, const struct engine_output *output) {
	struct slot_udp *slot = &io->slots_udp[io->udp.n_waiting];
	struct in_pktinfo info = {
		/* A relay or a renewing client may be reached by another interface than its packet came in on. */
		.ipi_ifindex = output->path == REPLY_BROADCAST ? (int)interface : 0,
		.ipi_spec_dst.s_addr = htonl(output->source.value),
	};

	memcpy(CMSG_DATA((struct cmsghdr *)slot->control), &info, sizeof info);
	slot->destination.sin_port = htons(output->port);
	slot->destination.sin_addr.s_addr = htonl(output->destination.value);
	slot->vector = (struct iovec){ (void *)output->octets, output->len };
	io->udp.outputs[io->udp.n_waiting++] = output;
}

/* False if there is no room for @packet in a frame. */
static bool slot_link_fill(struct slot_link *slot, unsigned interface, const struct packet_out *packet) {
	size_t len = frame_build(&packet->addresses, packet->octets, slot->frame, sizeof slot->frame);
	struct span hardware = packet->hardware;

	if (hardware.len > sizeof slot->destination.sll_addr)
		hardware.len = sizeof slot->destination.sll_addr;
	slot->destination.sll_ifindex = (int)interface;
	slot->destination.sll_halen = (unsigned char)hardware.len;
	if (hardware.len)
		memcpy(slot->destination.sll_addr, hardware.data, hardware.len);
	slot->vector = (struct iovec){ slot->frame, len };
	return len;
}

int packet_io_send_frame(struct packet_io *io, unsigned interface, const struct packet_out *packet) {
	struct slot_link slot;
	struct mmsghdr header;

	slot_link_prepare(&slot, &header);
	if (!slot_link_fill(&slot, interface, packet))
		return -EMSGSIZE;
	return sendmsg(io->link.fd, &header.msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Straight to the client's hardware address: it has no address yet and would not answer ARP (RFC 2131 4.1). A reply
 * always has room in a frame. */
static void put_link(struct packet_io *io, unsigned interface, const struct engine_output *output) {
	const struct packet_out packet = {
		.addresses = { output->source, output->destination, DHCP4_SERVER_PORT, output->port },
		.octets = span_of(output->octets, output->len),
		.hardware = span_of(output->chaddr, output->hlen),
	};

	slot_link_fill(&io->slots_link[io->link.n_waiting], interface, &packet);
	io->link.outputs[io->link.n_waiting++] = output;
}

void packet_io_put(struct packet_io *io, unsigned interface, const struct engine_output *output) {
	assert(io->udp.n_waiting < PACKET_BATCH_MAX && io->link.n_waiting < PACKET_BATCH_MAX);
	if (output->path == REPLY_LINK)
		put_link(io, interface, output);
	else
		put_udp(io, interface, output);
}

/* The kernel stops before the first one that it does not take; that one is left out. */
static void queue_send(struct queue *queue, packet_sent_f *sent) {
	size_t done = 0;

	while (done < queue->n_waiting) {
		int r = sendmmsg(queue->fd, queue->headers + done, (unsigned)(queue->n_waiting - done),
				 MSG_DONTWAIT | MSG_NOSIGNAL);
		size_t n_sent = r > 0 ? (size_t)r : 0;

		for (size_t i = 0; i < n_sent; i++)
			sent(queue->outputs[done + i], true);
		done += n_sent;
		if (r <= 0)
			sent(queue->outputs[done++], false);
	}
	queue->n_waiting = 0;
}

void packet_io_send(struct packet_io *io, packet_sent_f *sent) {
	queue_send(&io->udp, sent);
	queue_send(&io->link, sent);
}
