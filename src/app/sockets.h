/* SPDX-License-Identifier: Apache-2.0 */
/* sockets.h - the sockets of the daemon, as the supervisor opens them. Each returns a descriptor or -E_... with a
 * sentence. */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/* Bound to port 67 of all addresses; tells the interface of each packet (IP_PKTINFO). -E_DHCP_NETWORK_INIT_FAILED. */
int sockets_open_udp(struct error *reterr_error);

/* For sending frames on any interface; receives nothing. -E_DHCP_NETWORK_INIT_FAILED. */
int sockets_open_link(struct error *reterr_error);

/* Receives, with the IP header in front, what other DHCP servers on our links say to clients; nothing that this host
 * sends itself. -E_DHCP_NETWORK_INIT_FAILED. */
int sockets_open_ear(struct error *reterr_error);

/* Sends ICMP, and receives, with the IP header in front, the echo replies that this host gets.
 * -E_DHCP_NETWORK_INIT_FAILED. */
int sockets_open_ping(struct error *reterr_error);

/* Listening on @path, for root and the group @gid. The name that a killed daemon left is taken over; one on which
 * somebody answers is not. -E_DHCP_RPC_INIT_FAILED. */
int sockets_open_api(const char *path, gid_t gid, struct error *reterr_error);
