/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_lease.h"

#include <string.h>

#define LEASE_TIME 86400
#define ETHERNET 1
#define ETHERNET_LEN 6

struct lease sample_lease(struct ip4 address, struct ip4_subnet scope, int64_t now, uint32_t number) {
	struct lease lease = { .address = address,
			       .scope = scope,
			       .state = LEASE_ACTIVE,
			       .start = now,
			       .changed = now,
			       .expiry = now + LEASE_TIME,
			       .htype = ETHERNET,
			       .hlen = ETHERNET_LEN };

	lease.chaddr[0] = 6;
	for (unsigned i = 0; i < 4; i++)
		lease.chaddr[2 + i] = (uint8_t)(number >> (24 - 8 * i));
	lease.client.octets[0] = CLIENT_KEY_HARDWARE;
	lease.client.octets[1] = ETHERNET;
	memcpy(lease.client.octets + 2, lease.chaddr, ETHERNET_LEN);
	lease.client.len = 2 + ETHERNET_LEN;
	return lease;
}
