/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/ear.h"

#include <linux/if_packet.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "wire/frame.h"
#include "wire/packet.h"

#define IP_OPTIONS_MAX 40

struct ear_slot {
	uint8_t octets[FRAME_HEADERS_SIZE + IP_OPTIONS_MAX + DHCP4_PACKET_MAX];
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct sockaddr_ll sender;
	struct iovec vector;
};

struct ear {
	int fd;
	struct mmsghdr headers[EAR_BATCH_MAX];
	struct ear_slot slots[EAR_BATCH_MAX];
	struct ear_packet packets[EAR_BATCH_MAX];
};

struct ear *ear_new(int fd) {
	struct ear *ear = mem_alloc(sizeof *ear);

	ear->fd = fd;
	return ear;
}

struct ear *ear_free(struct ear *ear) {
	free(ear);
	return NULL;
}

static void slot_prepare(struct ear_slot *slot, struct mmsghdr *header) {
	slot->vector = (struct iovec){ slot->octets, sizeof slot->octets };
	header->msg_hdr = (struct msghdr){
		.msg_name = &slot->sender,
		.msg_namelen = sizeof slot->sender,
		.msg_iov = &slot->vector,
		.msg_iovlen = 1,
		.msg_control = slot->control,
		.msg_controllen = sizeof slot->control,
	};
}

/* False for a packet that comes from this machine, or from a container on it, and got no checksum on its way. */
static bool is_checksum_known(struct msghdr *header) {
	for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
		struct tpacket_auxdata data;

		if (control->cmsg_level != SOL_PACKET || control->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&data, CMSG_DATA(control), sizeof data);
		return !(data.tp_status & TP_STATUS_CSUMNOTREADY);
	}
	return true;
}

static void take_sender(const struct sockaddr_ll *sender, struct ear_packet *packet) {
	packet->interface = (unsigned)sender->sll_ifindex;
	if (sender->sll_halen > EAR_HARDWARE_MAX) /* the kernel tells no more of it */
		return;
	packet->hlen = sender->sll_halen;
	memcpy(packet->hardware, sender->sll_addr, packet->hlen);
}

static bool slot_read(struct ear_slot *slot, struct mmsghdr *header, struct ear_packet *ret_packet) {
	struct ear_packet packet = { 0 };
	struct frame_addresses addresses;

	if (!frame_parse(span_of(slot->octets, header->msg_len), is_checksum_known(&header->msg_hdr), &addresses,
			 &packet.octets))
		return false;
	if (addresses.source_port != DHCP4_SERVER_PORT || addresses.destination_port != DHCP4_CLIENT_PORT)
		return false;
	packet.source = addresses.source;
	take_sender(&slot->sender, &packet);
	*ret_packet = packet;
	return true;
}

size_t ear_hear(struct ear *ear, const struct ear_packet **ret_packets) {
	size_t n_packets = 0;
	int received;

	for (size_t i = 0; i < EAR_BATCH_MAX; i++)
		slot_prepare(&ear->slots[i], &ear->headers[i]);
	received = recvmmsg(ear->fd, ear->headers, EAR_BATCH_MAX, MSG_DONTWAIT, NULL);
	for (int i = 0; i < received; i++)
		n_packets += slot_read(&ear->slots[i], &ear->headers[i], &ear->packets[n_packets]);
	*ret_packets = ear->packets;
	return n_packets;
}
