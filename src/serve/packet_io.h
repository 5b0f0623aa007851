/* SPDX-License-Identifier: Apache-2.0 */
/* packet_io.h - packets in and replies out: the UDP socket on port 67 and the sender of link-layer frames.
 *
 * Thread: one.  Memory: a batch's storage is reused; what it holds is good until the next receive.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip4.h"
#include "base/span.h"
#include "engine/engine.h"
#include "wire/frame.h"

#define PACKET_BATCH_MAX 256

/* One packet as it came in. Lives in the batch's storage. */
struct packet_in {
	struct span octets;
	unsigned interface;    /* index */
	struct ip4 unicast_to; /* our address that it was sent to; none if it was broadcast */
};

struct packet_io;

/* Use the descriptors @udp_fd (bound, IP_PKTINFO) and @link_fd (AF_PACKET, SOCK_DGRAM), which stay the caller's. */
struct packet_io *packet_io_new(int udp_fd, int link_fd);
struct packet_io *packet_io_free(struct packet_io *io);

/* Receive what is there, at most PACKET_BATCH_MAX packets. Returns their number; 0 if there is none. */
size_t packet_io_receive(struct packet_io *io, const struct packet_in **ret_packets);

/* A datagram to be sent past the kernel's routing and ARP. Borrowed for the call. */
struct packet_out {
	struct frame_addresses addresses;
	struct span octets;   /* the UDP payload */
	struct span hardware; /* whom the frame is for; cut to what the kernel takes */
};

/* Send @packet as a frame out of the interface with index @interface. 0, or -errno. */
int packet_io_send_frame(struct packet_io *io, unsigned interface, const struct packet_out *packet);

/* Let the reply in @output, which is borrowed, wait for packet_io_send; it goes out of the interface with index
 * @interface. PACKET_BATCH_MAX have room. */
void packet_io_put(struct packet_io *io, unsigned interface, const struct engine_output *output);

/* Called for each reply: whether the kernel took it. */
typedef void packet_sent_f(const struct engine_output *output, bool is_sent);

/* Send what waits, with as few calls as can be. */
void packet_io_send(struct packet_io *io, packet_sent_f *sent);
