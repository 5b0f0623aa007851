/* SPDX-License-Identifier: Apache-2.0 */
/* lease.h - a lease record, and the view of all leases through which the engine reads and changes them.
 *
 * A struct lease is a value: no pointers, safe to keep. Times are seconds since the epoch.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip4.h"
#include "base/span.h"

#define CLIENT_KEY_MAX 256
#define LEASE_HOST_NAME_MAX 64
#define LEASE_HARDWARE_MAX 16

enum client_key_kind {
	CLIENT_KEY_HARDWARE = 0,   /* followed by htype and the hardware address */
	CLIENT_KEY_IDENTIFIER = 1, /* followed by the value of option 61 */
};

/* Embedded: who a client is (RFC 2131 4.2): its client identifier, else its hardware type and address. */
struct client_key {
	uint16_t len; /* 0: nobody (a declined address) */
	uint8_t octets[CLIENT_KEY_MAX]; /* the kind, then the identity */
};

enum lease_state {
	LEASE_ACTIVE = 1,   /* bound until its expiry; past it, kept so that the client finds its address again */
	LEASE_RELEASED = 2, /* given back; kept for the same reason */
	LEASE_DECLINED = 3, /* in use by somebody unknown: given to nobody until its expiry */
};

#define LEASE_FOR_EVER INT64_MAX /* the expiry of a lease without end */
#define LEASE_TIME_LIMIT ((int64_t)1 << 60) /* no time is so far from the epoch: sums of some are none too large */

/* Embedded. */
struct lease {
	struct ip4 address;
	struct ip4_subnet scope;
	enum lease_state state;
	int64_t start;   /* when this client was first given the address */
	int64_t changed; /* last renewal, release or decline */
	int64_t expiry;  /* LEASE_FOR_EVER: of a BOOTP client with a reservation */
	struct client_key client;
	uint8_t htype, hlen;
	uint8_t chaddr[LEASE_HARDWARE_MAX];
	char host_name[LEASE_HOST_NAME_MAX]; /* what the client calls itself; untrusted, printable ASCII only */
	struct ip4 relay;  /* giaddr it was granted through; none if direct */
	bool is_bootp;     /* its client speaks BOOTP */
};

static inline bool is_lease_time(int64_t time) {
	return time > -LEASE_TIME_LIMIT && time < LEASE_TIME_LIMIT;
}

/* True if all its times can be reckoned with. */
static inline bool are_lease_times_possible(const struct lease *lease) {
	return is_lease_time(lease->start) && is_lease_time(lease->changed) &&
	       (is_lease_time(lease->expiry) || lease->expiry == LEASE_FOR_EVER);
}

/* True if nobody else may be given the address at @now. */
static inline bool is_lease_in_force(const struct lease *lease, int64_t now) {
	return lease->state != LEASE_RELEASED && lease->expiry > now;
}

/* When the address was, or will be, last in force. */
static inline int64_t lease_last_in_force(const struct lease *lease) {
	return lease->state == LEASE_RELEASED && lease->changed < lease->expiry ? lease->changed : lease->expiry;
}

/* True if both keys name the same client; nobody is never the same. */
bool is_client_key_equal(const struct client_key *a, const struct client_key *b);

/* What the engine asks of the leases. The functions see all changes made through the same view.
 * Each returns 0 and fills *ret_, or -E_NOT_FOUND, or -E_DHCP_JET_ERROR: then nothing may be promised to the client at
 * hand. After a failed put, or a failure of the store as a whole, the batch cannot become durable either. */
struct lease_view {
	void *context;
	int (*get_by_address)(void *context, struct ip4 address, struct lease *ret_lease);
	int (*get_by_client)(void *context, struct ip4_subnet scope, const struct client_key *client,
			     struct lease *ret_lease);
	/* The lowest address >= @from and <= @to that has no record at all. */
	int (*get_gap)(void *context, struct ip4 from, struct ip4 to, struct ip4 *ret_address);
	/* Records of @scope that are not in force at @now, the longest unused first: the @skip-th of them. */
	int (*get_reusable)(void *context, struct ip4_subnet scope, int64_t now, size_t skip, struct lease *ret_lease);
	/* How many leases of BOOTP clients in @scope that have an end are in force at @now, counted up to @enough. */
	int (*count_bootp)(void *context, struct ip4_subnet scope, int64_t now, size_t enough, size_t *ret_count);
	/* Store @lease, replacing any record of its address and its client's record of another address in the same
	 * scope. */
	int (*put)(void *context, const struct lease *lease);
	/* The record with the lowest address >= @from, of any scope. One that cannot be read is passed over. */
	int (*get_next)(void *context, struct ip4 from, struct lease *ret_lease);
	/* Forget the record of @address. */
	int (*remove)(void *context, struct ip4 address);
};
