/* SPDX-License-Identifier: Apache-2.0 */
/* lease_record.h - a lease as octets: the value stored under its address, and the keys by which it is found. Pure.
 *
 * A record says nothing that is not in the lease: what was read, written again, is the same octets.
 */
#pragma once

#include "base/span.h"
#include "model/lease.h"

#define LEASE_RECORD_MAX 512
#define LEASE_KEY_MAX 272

/* Embedded: a key under construction. */
struct lease_key {
	size_t len;
	uint8_t octets[LEASE_KEY_MAX];
};

static inline struct span lease_key_span(const struct lease_key *key) {
	return span_of(key->octets, key->len);
}

/* Write @lease without its address into @ret_octets. Returns the length; 0 for a lease that lease_record_decode would
 * not take (host bits in the scope, an address outside of it, an unknown state, a length beyond its field, a time that
 * cannot be). */
size_t lease_record_encode(const struct lease *lease, uint8_t ret_octets[static LEASE_RECORD_MAX]);

/* Read the record of @address. 0, or -E_DHCP_JET_ERROR for octets that lease_record_encode does not write. */
int lease_record_decode(struct ip4 address, struct span octets, struct lease *ret_lease);

/* Embedded: what finding a record takes, without its copy. Borrows from the record's octets. */
struct lease_glance {
	struct ip4_subnet scope;
	enum lease_state state;
	int64_t changed;
	int64_t expiry;
	int64_t last_in_force; /* lease_last_in_force */
	struct span client;    /* its key's octets; empty: nobody */
	size_t client_at;      /* where in the record they stand */
	bool is_bootp;
};

/* Look at the record of @address. 0, or -E_DHCP_JET_ERROR for octets that are no record; not everything that
 * lease_record_decode refuses is seen. */
int lease_record_glance(struct ip4 address, struct span octets, struct lease_glance *ret_glance);

/* Key of the record itself. */
struct lease_key lease_key_address(struct ip4 address);

/* Read that key. 0 or -E_DHCP_JET_ERROR. */
int lease_key_address_decode(struct span key, struct ip4 *ret_address);

/* Key of a client in a scope. */
struct lease_key lease_key_client(struct ip4_subnet scope, const struct client_key *client);

/* The same, of a client key's octets. */
struct lease_key lease_key_client_octets(struct ip4_subnet scope, struct span client);

/* Key by which the records of a scope are in the order in which their addresses were last in force. */
struct lease_key lease_key_expiry(const struct lease *lease);

/* The same, of what it is made of. */
struct lease_key lease_key_expiry_at(struct ip4_subnet scope, int64_t last_in_force, struct ip4 address);

/* What all those keys of @scope begin with. */
struct lease_key lease_key_scope(struct ip4_subnet scope);

/* Where, in that order, the records of @scope begin that are in force after @now. */
struct lease_key lease_key_scope_after(struct ip4_subnet scope, int64_t now);

/* Read the address from an expiry key. 0, or -E_DHCP_JET_ERROR. */
int lease_key_expiry_decode(struct span key, struct ip4 *ret_address);

/* Read from such a key, which has been decoded, when the address was last in force. */
int64_t lease_key_expiry_time(struct span key);

/* Key of the 256 addresses that @address is one of. */
struct lease_key lease_key_block(struct ip4 address);
