/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder of lease records. The input is an address (4 octets) and a record. What is read, written again, is the
 * same octets; and its keys lead back to it. */
#include <assert.h>

#include "base/error.h"
#include "base/wireint.h"
#include "store/lease_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	uint8_t again[LEASE_RECORD_MAX];
	struct lease_key expiry;
	struct lease lease;
	struct ip4 address;

	if (size < 4)
		return 0;
	address.value = be32_read(data);
	if (lease_record_decode(address, span_of(data + 4, size - 4), &lease) < 0)
		return 0;
	assert(is_span_equal(span_of(again, lease_record_encode(&lease, again)), span_of(data + 4, size - 4)));
	expiry = lease_key_expiry(&lease);
	assert(lease_key_expiry_decode(lease_key_span(&expiry), &address) == 0);
	assert(is_ip4_equal(address, lease.address));
	assert(lease_key_client(lease.scope, &lease.client).len <= LEASE_KEY_MAX);
	return 0;
}
