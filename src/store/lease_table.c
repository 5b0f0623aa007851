/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_table.h"

#include <errno.h>

#include "store/lease_record.h"

#define BITS_PER_OCTET 8
#define OCTETS_PER_WORD 8

void lease_bits_encode(const struct lease_bits *bits, uint8_t ret_octets[static LEASE_BLOCK_SIZE]) {
	for (size_t i = 0; i < LEASE_BLOCK_SIZE; i++)
		ret_octets[i] =
			(uint8_t)(bits->words[i / OCTETS_PER_WORD] >> i % OCTETS_PER_WORD * BITS_PER_OCTET);
}

struct lease_bits lease_bits_decode(struct span octets) {
	struct lease_bits bits = { 0 };

	for (size_t i = 0; octets.len == LEASE_BLOCK_SIZE && i < octets.len; i++)
		bits.words[i / OCTETS_PER_WORD] |= (uint64_t)octets.data[i] << i % OCTETS_PER_WORD * BITS_PER_OCTET;
	return bits;
}

static bool is_lease_key_equal(const struct lease_key *a, const struct lease_key *b) {
	return is_span_equal(lease_key_span(a), lease_key_span(b));
}

int lease_table_get_record(struct db_txn *txn, struct ip4 address, struct span *ret_record) {
	struct lease_key key = lease_key_address(address);

	return db_get(txn, LEASE_TABLE_ADDRESS, lease_key_span(&key), ret_record);
}

int lease_table_get_client(struct db_txn *txn, struct ip4_subnet scope, struct span client, struct ip4 *ret_address) {
	struct lease_key key = lease_key_client_octets(scope, client);
	struct span value;
	int r;

	r = db_get(txn, LEASE_TABLE_CLIENT, lease_key_span(&key), &value);
	if (r < 0)
		return r;
	return lease_key_address_decode(value, ret_address) < 0 ? -E_NOT_FOUND : 0;
}

struct lease_bits lease_table_get_block(struct db_txn *txn, struct ip4 address) {
	struct lease_key key = lease_key_block(address);
	struct span value = { 0 };

	if (db_get(txn, LEASE_TABLE_BLOCK, lease_key_span(&key), &value) < 0)
		return (struct lease_bits){ 0 };
	return lease_bits_decode(value);
}

struct lease_bits lease_table_survey_block(struct db_txn *txn, struct ip4 address) {
	struct lease_key first = lease_key_address((struct ip4){ address.value & ~255u });
	struct lease_bits bits = { 0 };
	struct db_cursor cursor;
	struct ip4 found;

	db_seek(txn, LEASE_TABLE_ADDRESS, lease_key_span(&first), &cursor);
	while (db_next(&cursor) && memcmp(cursor.key.data, first.octets, cursor.key.len < 3 ? cursor.key.len : 3) == 0)
		if (lease_key_address_decode(cursor.key, &found) == 0)
			lease_bits_set(&bits, found, true);
	db_cursor_done(&cursor);
	return bits;
}

int lease_table_get_by_address(struct db_txn *txn, struct ip4 address, struct lease *ret_lease) {
	struct span record;
	int r = lease_table_get_record(txn, address, &record);

	return r < 0 ? r : lease_record_decode(address, record, ret_lease);
}

static struct lease_key key_client_of(const struct lease *lease) {
	return lease_key_client(lease->scope, &lease->client);
}

/* The record that a client's row led to; a row without one, or with another's, is as good as none. */
static int get_of_client(struct db_txn *txn, struct ip4 address, const struct lease_key *wanted,
			 struct lease *ret_lease) {
	struct lease_key key;
	struct lease lease;

	if (lease_table_get_by_address(txn, address, &lease) < 0)
		return txn->rc ? -E_DHCP_JET_ERROR : -E_NOT_FOUND;
	key = key_client_of(&lease);
	if (!is_lease_key_equal(&key, wanted))
		return -E_NOT_FOUND;
	*ret_lease = lease;
	return 0;
}

int lease_table_get_by_client(struct db_txn *txn, struct ip4_subnet scope, const struct client_key *client,
			      struct lease *ret_lease) {
	struct lease_key key = lease_key_client(scope, client);
	struct ip4 address;
	int r;

	if (client->len == 0)
		return -E_NOT_FOUND;
	r = lease_table_get_client(txn, scope, span_of(client->octets, client->len), &address);
	return r < 0 ? r : get_of_client(txn, address, &key, ret_lease);
}

/* Note whether @address has a record. */
static void mark(struct db_txn *txn, struct ip4 address, bool exists) {
	struct lease_bits bits = lease_table_get_block(txn, address);
	struct lease_key key = lease_key_block(address);
	uint8_t octets[LEASE_BLOCK_SIZE];

	if (has_lease_bit(&bits, address) == exists)
		return;
	lease_bits_set(&bits, address, exists);
	lease_bits_encode(&bits, octets);
	if (is_lease_bits_empty(&bits))
		db_delete(txn, LEASE_TABLE_BLOCK, lease_key_span(&key));
	else
		db_put(txn, LEASE_TABLE_BLOCK, lease_key_span(&key), span_of(octets, sizeof octets));
}

/* Remove the client's index row, unless it has meanwhile come to lead elsewhere. */
static void delete_client_key(struct db_txn *txn, const struct lease_key *key, struct ip4 address) {
	struct span value;
	struct ip4 owner;

	if (db_get(txn, LEASE_TABLE_CLIENT, lease_key_span(key), &value) == 0 &&
	    lease_key_address_decode(value, &owner) == 0 && is_ip4_equal(owner, address))
		db_delete(txn, LEASE_TABLE_CLIENT, lease_key_span(key));
}

/* Remove what the record of the same address left in the indexes and @lease will not need. */
static void forget_predecessor(struct db_txn *txn, const struct lease *lease) {
	struct lease_key old_client, old_expiry, client = key_client_of(lease), expiry = lease_key_expiry(lease);
	struct lease old;

	if (lease_table_get_by_address(txn, lease->address, &old) < 0)
		return;
	old_client = key_client_of(&old);
	old_expiry = lease_key_expiry(&old);
	if (old.client.len && !is_lease_key_equal(&old_client, &client))
		delete_client_key(txn, &old_client, old.address);
	if (!is_lease_key_equal(&old_expiry, &expiry))
		db_delete(txn, LEASE_TABLE_EXPIRY, lease_key_span(&old_expiry));
}

/* Remove the client's record of another address in the same scope. */
static void forget_other_address(struct db_txn *txn, const struct lease *lease) {
	struct lease_key address_key, expiry_key;
	struct lease other;

	if (lease_table_get_by_client(txn, lease->scope, &lease->client, &other) < 0 ||
	    is_ip4_equal(other.address, lease->address))
		return;
	address_key = lease_key_address(other.address);
	expiry_key = lease_key_expiry(&other);
	db_delete(txn, LEASE_TABLE_ADDRESS, lease_key_span(&address_key));
	db_delete(txn, LEASE_TABLE_EXPIRY, lease_key_span(&expiry_key));
	mark(txn, other.address, false);
}

/* Writing dirties pages on their way to the disk: leave alone what is there already. */
static void put_if_new(struct db_txn *txn, unsigned table, const struct lease_key *key, struct span value) {
	struct span stored;

	if (db_get(txn, table, lease_key_span(key), &stored) < 0 || !is_span_equal(stored, value))
		db_put(txn, table, lease_key_span(key), value);
}

int lease_table_put(struct db_txn *txn, const struct lease *lease) {
	struct lease_key address = lease_key_address(lease->address), client = key_client_of(lease);
	struct lease_key expiry = lease_key_expiry(lease);
	uint8_t record[LEASE_RECORD_MAX];
	size_t len = lease_record_encode(lease, record);

	if (len == 0)
		db_fail(txn, EINVAL);
	forget_predecessor(txn, lease);
	forget_other_address(txn, lease);
	db_put(txn, LEASE_TABLE_ADDRESS, lease_key_span(&address), span_of(record, len));
	put_if_new(txn, LEASE_TABLE_EXPIRY, &expiry, span_of("b", lease->is_bootp ? 1 : 0));
	if (lease->client.len)
		put_if_new(txn, LEASE_TABLE_CLIENT, &client, lease_key_span(&address));
	mark(txn, lease->address, true);
	return txn->rc ? -E_DHCP_JET_ERROR : 0;
}

/* A record that cannot be read leaves its index rows behind: stray ones, which lead nowhere. */
int lease_table_remove(struct db_txn *txn, struct ip4 address) {
	struct lease_key key = lease_key_address(address), client, expiry;
	struct lease lease;
	int r = lease_table_get_by_address(txn, address, &lease);

	if (r == 0) {
		client = key_client_of(&lease);
		expiry = lease_key_expiry(&lease);
		delete_client_key(txn, &client, address);
		db_delete(txn, LEASE_TABLE_EXPIRY, lease_key_span(&expiry));
	}
	if (r != -E_NOT_FOUND)
		db_delete(txn, LEASE_TABLE_ADDRESS, lease_key_span(&key));
	mark(txn, address, false);
	return txn->rc ? -E_DHCP_JET_ERROR : r == -E_NOT_FOUND ? r : 0;
}

void lease_table_keep(struct db_txn *txn, struct ip4 address, struct span octets) {
	struct lease_key key = lease_key_address(address);

	db_put(txn, LEASE_TABLE_ADDRESS, lease_key_span(&key), octets);
	mark(txn, address, true);
}
