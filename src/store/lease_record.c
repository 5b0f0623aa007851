/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_record.h"

#include "base/cursor.h"
#include "base/error.h"

#define VERSION_PLAIN 1   /* of a record without flags, as all were once */
#define VERSION_FLAGGED 2 /* a flags octet follows, which is not 0 */
#define FLAG_BOOTP 1
#define SCOPE_KEY_SIZE 5
#define EXPIRY_KEY_SIZE (SCOPE_KEY_SIZE + 8 + 4)

static bool is_lease_storable(const struct lease *lease) {
	return are_lease_times_possible(lease) && lease->state >= LEASE_ACTIVE && lease->state <= LEASE_DECLINED &&
	       lease->scope.prefix_length <= 32 &&
	       (lease->scope.network.value & ~ip4_mask(lease->scope.prefix_length)) == 0 &&
	       is_ip4_in_subnet(lease->address, lease->scope) && lease->client.len <= CLIENT_KEY_MAX &&
	       lease->hlen <= LEASE_HARDWARE_MAX && memchr(lease->host_name, '\0', sizeof lease->host_name);
}

size_t lease_record_encode(const struct lease *lease, uint8_t ret_octets[static LEASE_RECORD_MAX]) {
	struct writer writer = writer_of(ret_octets, LEASE_RECORD_MAX);

	if (!is_lease_storable(lease))
		return 0;
	writer_u8(&writer, lease->is_bootp ? VERSION_FLAGGED : VERSION_PLAIN);
	if (lease->is_bootp)
		writer_u8(&writer, FLAG_BOOTP);
	writer_u8(&writer, lease->state);
	writer_u8(&writer, lease->scope.prefix_length);
	writer_u64(&writer, (uint64_t)lease->start);
	writer_u64(&writer, (uint64_t)lease->changed);
	writer_u64(&writer, (uint64_t)lease->expiry);
	writer_u32(&writer, lease->relay.value);
	writer_u8(&writer, lease->htype);
	writer_u8(&writer, lease->hlen);
	writer_put(&writer, span_of(lease->chaddr, lease->hlen));
	writer_u16(&writer, lease->client.len);
	writer_put(&writer, span_of(lease->client.octets, lease->client.len));
	writer_text(&writer, lease->host_name);
	return writer.is_full ? 0 : writer.len;
}

/* The length first, then as many octets, of which the field must have room for. */
static void read_array(struct reader *reader, size_t len, size_t size, uint8_t *ret_octets) {
	struct span octets = reader_take(reader, len);

	if (octets.len > size)
		reader->is_failed = true;
	else if (octets.len)
		memcpy(ret_octets, octets.data, octets.len);
}

/* Version and flags. False for others than are written. */
static bool read_flags(struct reader *reader, struct lease *lease) {
	uint8_t version = reader_u8(reader);

	lease->is_bootp = version == VERSION_FLAGGED && reader_u8(reader) == FLAG_BOOTP;
	return version == VERSION_PLAIN || lease->is_bootp;
}

int lease_record_decode(struct ip4 address, struct span octets, struct lease *ret_lease) {
	struct reader reader = reader_of(octets);
	struct lease lease = { .address = address };

	if (!read_flags(&reader, &lease))
		return -E_DHCP_JET_ERROR;
	lease.state = reader_u8(&reader);
	lease.scope.prefix_length = reader_u8(&reader);
	if (lease.scope.prefix_length > 32)
		return -E_DHCP_JET_ERROR;
	lease.scope.network.value = address.value & ip4_mask(lease.scope.prefix_length);
	lease.start = (int64_t)reader_u64(&reader);
	lease.changed = (int64_t)reader_u64(&reader);
	lease.expiry = (int64_t)reader_u64(&reader);
	lease.relay.value = reader_u32(&reader);
	lease.htype = reader_u8(&reader);
	lease.hlen = reader_u8(&reader);
	read_array(&reader, lease.hlen, sizeof lease.chaddr, lease.chaddr);
	lease.client.len = reader_u16(&reader);
	read_array(&reader, lease.client.len, sizeof lease.client.octets, lease.client.octets);
	reader_text(&reader, sizeof lease.host_name, lease.host_name);
	if (!is_reader_complete(&reader) || !is_lease_storable(&lease))
		return -E_DHCP_JET_ERROR;
	*ret_lease = lease;
	return 0;
}

int lease_record_glance(struct ip4 address, struct span octets, struct lease_glance *ret_glance) {
	struct reader reader = reader_of(octets);
	struct lease lease = { .address = address };
	struct lease_glance glance;

	if (!read_flags(&reader, &lease))
		return -E_DHCP_JET_ERROR;
	glance.is_bootp = lease.is_bootp;
	glance.state = lease.state = reader_u8(&reader);
	glance.scope.prefix_length = reader_u8(&reader);
	if (glance.scope.prefix_length > 32)
		return -E_DHCP_JET_ERROR;
	glance.scope.network.value = address.value & ip4_mask(glance.scope.prefix_length);
	reader_take(&reader, 8);
	glance.changed = lease.changed = (int64_t)reader_u64(&reader);
	glance.expiry = lease.expiry = (int64_t)reader_u64(&reader);
	glance.last_in_force = lease_last_in_force(&lease);
	reader_take(&reader, 5); /* relay, htype */
	reader_take(&reader, reader_u8(&reader));
	glance.client = reader_take(&reader, reader_u16(&reader));
	glance.client_at = reader.at - glance.client.len;
	if (reader.is_failed || glance.client.len > CLIENT_KEY_MAX)
		return -E_DHCP_JET_ERROR;
	*ret_glance = glance;
	return 0;
}

/* Keys always fit: LEASE_KEY_MAX covers the longest, and their parts have lengths of their own. */
static void key_add(struct lease_key *key, const void *octets, size_t len) {
	assert(len <= sizeof key->octets - key->len);
	memcpy(key->octets + key->len, octets, len);
	key->len += len;
}

/* An empty key: its octets are not cleared, as most are never used. */
static void key_begin(struct lease_key *key) {
	key->len = 0;
}

static void key_add_u32(struct lease_key *key, uint32_t value) {
	struct be32 wire = be32_from(value);

	key_add(key, wire.octets, sizeof wire.octets);
}

struct lease_key lease_key_address(struct ip4 address) {
	struct lease_key key;

	key_begin(&key);
	key_add_u32(&key, address.value);
	return key;
}

int lease_key_address_decode(struct span key, struct ip4 *ret_address) {
	if (key.len != 4)
		return -E_DHCP_JET_ERROR;
	ret_address->value = be32_read(key.data);
	return 0;
}

static void key_begin_scope(struct lease_key *key, struct ip4_subnet scope) {
	key_begin(key);
	key_add_u32(key, scope.network.value);
	key_add(key, &scope.prefix_length, 1);
}

struct lease_key lease_key_scope(struct ip4_subnet scope) {
	struct lease_key key;

	key_begin_scope(&key, scope);
	return key;
}

struct lease_key lease_key_client_octets(struct ip4_subnet scope, struct span client) {
	struct lease_key key;

	key_begin_scope(&key, scope);
	key_add(&key, client.data, client.len <= CLIENT_KEY_MAX ? client.len : CLIENT_KEY_MAX);
	return key;
}

struct lease_key lease_key_client(struct ip4_subnet scope, const struct client_key *client) {
	return lease_key_client_octets(scope, span_of(client->octets, client->len));
}

/* With the sign turned round, times before the epoch sort before those after it. */
static void key_add_time(struct lease_key *key, int64_t time) {
	uint64_t sortable = (uint64_t)time ^ (uint64_t)1 << 63;

	key_add_u32(key, (uint32_t)(sortable >> 32));
	key_add_u32(key, (uint32_t)sortable);
}

struct lease_key lease_key_expiry_at(struct ip4_subnet scope, int64_t last_in_force, struct ip4 address) {
	struct lease_key key;

	key_begin_scope(&key, scope);
	key_add_time(&key, last_in_force);
	key_add_u32(&key, address.value);
	return key;
}

struct lease_key lease_key_expiry(const struct lease *lease) {
	return lease_key_expiry_at(lease->scope, lease_last_in_force(lease), lease->address);
}

struct lease_key lease_key_scope_after(struct ip4_subnet scope, int64_t now) {
	return lease_key_expiry_at(scope, now, (struct ip4){ UINT32_MAX });
}

int lease_key_expiry_decode(struct span key, struct ip4 *ret_address) {
	if (key.len != EXPIRY_KEY_SIZE)
		return -E_DHCP_JET_ERROR;
	ret_address->value = be32_read(key.data + EXPIRY_KEY_SIZE - 4);
	return 0;
}

int64_t lease_key_expiry_time(struct span key) {
	struct reader reader = reader_of(key);

	reader_take(&reader, SCOPE_KEY_SIZE);
	return (int64_t)(reader_u64(&reader) ^ (uint64_t)1 << 63);
}

struct lease_key lease_key_block(struct ip4 address) {
	struct lease_key key = lease_key_address(address);

	key.len--;
	return key;
}
