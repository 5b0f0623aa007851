/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_record.h"

#include "base/error.h"
#include "store/octets.h"

#define RECORD_VERSION 1
#define SCOPE_KEY_SIZE 5
#define EXPIRY_KEY_SIZE (SCOPE_KEY_SIZE + 8 + 4)

static bool is_lease_storable(const struct lease *lease) {
	return lease->state >= LEASE_ACTIVE && lease->state <= LEASE_DECLINED && lease->scope.prefix_length <= 32 &&
	       (lease->scope.network.value & ~ip4_mask(lease->scope.prefix_length)) == 0 &&
	       is_ip4_in_subnet(lease->address, lease->scope) && lease->client.len <= CLIENT_KEY_MAX &&
	       lease->hlen <= LEASE_HARDWARE_MAX && memchr(lease->host_name, '\0', sizeof lease->host_name);
}

size_t lease_record_encode(const struct lease *lease, uint8_t ret_octets[static LEASE_RECORD_MAX]) {
	struct octets_writer writer = { .data = ret_octets, .size = LEASE_RECORD_MAX };

	if (!is_lease_storable(lease))
		return 0;
	octets_write_u8(&writer, RECORD_VERSION);
	octets_write_u8(&writer, lease->state);
	octets_write_u8(&writer, lease->scope.prefix_length);
	octets_write_u64(&writer, (uint64_t)lease->start);
	octets_write_u64(&writer, (uint64_t)lease->changed);
	octets_write_u64(&writer, (uint64_t)lease->expiry);
	octets_write_u32(&writer, lease->relay.value);
	octets_write_u8(&writer, lease->htype);
	octets_write_u8(&writer, lease->hlen);
	octets_write(&writer, lease->chaddr, lease->hlen);
	octets_write_u16(&writer, lease->client.len);
	octets_write(&writer, lease->client.octets, lease->client.len);
	octets_write_text(&writer, lease->host_name);
	return writer.is_failed ? 0 : writer.len;
}

/* The length first, then as many octets, of which the field must have room for. */
static void read_array(struct octets_reader *reader, size_t len, size_t size, uint8_t *ret_octets) {
	struct span octets = octets_read(reader, len);

	if (octets.len > size)
		reader->is_failed = true;
	else if (octets.len)
		memcpy(ret_octets, octets.data, octets.len);
}

int lease_record_decode(struct ip4 address, struct span octets, struct lease *ret_lease) {
	struct octets_reader reader = { .data = octets.data, .len = octets.len };
	struct lease lease = { .address = address };

	if (octets_read_u8(&reader) != RECORD_VERSION)
		return -E_DHCP_JET_ERROR;
	lease.state = octets_read_u8(&reader);
	lease.scope.prefix_length = octets_read_u8(&reader);
	if (lease.scope.prefix_length > 32)
		return -E_DHCP_JET_ERROR;
	lease.scope.network.value = address.value & ip4_mask(lease.scope.prefix_length);
	lease.start = (int64_t)octets_read_u64(&reader);
	lease.changed = (int64_t)octets_read_u64(&reader);
	lease.expiry = (int64_t)octets_read_u64(&reader);
	lease.relay.value = octets_read_u32(&reader);
	lease.htype = octets_read_u8(&reader);
	lease.hlen = octets_read_u8(&reader);
	read_array(&reader, lease.hlen, sizeof lease.chaddr, lease.chaddr);
	lease.client.len = octets_read_u16(&reader);
	read_array(&reader, lease.client.len, sizeof lease.client.octets, lease.client.octets);
	octets_read_text(&reader, sizeof lease.host_name, lease.host_name);
	if (!is_octets_read_complete(&reader) || !is_lease_storable(&lease))
		return -E_DHCP_JET_ERROR;
	*ret_lease = lease;
	return 0;
}

/* Keys always fit: LEASE_KEY_MAX covers the longest, and their parts have lengths of their own. */
static void key_add(struct lease_key *key, const void *octets, size_t len) {
	assert(len <= sizeof key->octets - key->len);
	memcpy(key->octets + key->len, octets, len);
	key->len += len;
}

static void key_add_u32(struct lease_key *key, uint32_t value) {
	struct be32 wire = be32_from(value);

	key_add(key, wire.octets, sizeof wire.octets);
}

struct lease_key lease_key_address(struct ip4 address) {
	struct lease_key key = { 0 };

	key_add_u32(&key, address.value);
	return key;
}

int lease_key_address_decode(struct span key, struct ip4 *ret_address) {
	if (key.len != 4)
		return -E_DHCP_JET_ERROR;
	ret_address->value = be32_read(key.data);
	return 0;
}

struct lease_key lease_key_scope(struct ip4_subnet scope) {
	struct lease_key key = { 0 };

	key_add_u32(&key, scope.network.value);
	key_add(&key, &scope.prefix_length, 1);
	return key;
}

struct lease_key lease_key_client(struct ip4_subnet scope, const struct client_key *client) {
	struct lease_key key = lease_key_scope(scope);

	key_add(&key, client->octets, client->len <= CLIENT_KEY_MAX ? client->len : CLIENT_KEY_MAX);
	return key;
}

int64_t lease_last_in_force(const struct lease *lease) {
	return lease->state == LEASE_RELEASED && lease->changed < lease->expiry ? lease->changed : lease->expiry;
}

struct lease_key lease_key_expiry(const struct lease *lease) {
	/* With the sign turned round, times before the epoch sort before those after it. */
	uint64_t time = (uint64_t)lease_last_in_force(lease) ^ (uint64_t)1 << 63;
	struct lease_key key = lease_key_scope(lease->scope);

	key_add_u32(&key, (uint32_t)(time >> 32));
	key_add_u32(&key, (uint32_t)time);
	key_add_u32(&key, lease->address.value);
	return key;
}

int lease_key_expiry_decode(struct span key, struct ip4 *ret_address) {
	if (key.len != EXPIRY_KEY_SIZE)
		return -E_DHCP_JET_ERROR;
	ret_address->value = be32_read(key.data + EXPIRY_KEY_SIZE - 4);
	return 0;
}
