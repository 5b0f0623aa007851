/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_table.h"

#include <errno.h>

#include "store/lease_record.h"

static bool is_lease_key_equal(const struct lease_key *a, const struct lease_key *b) {
	return is_span_equal(lease_key_span(a), lease_key_span(b));
}

int lease_table_get_by_address(struct db_txn *txn, struct ip4 address, struct lease *ret_lease) {
	struct lease_key key = lease_key_address(address);
	struct span record;
	int r;

	r = db_get(txn, LEASE_TABLE_ADDRESS, lease_key_span(&key), &record);
	return r < 0 ? r : lease_record_decode(address, record, ret_lease);
}

/* The record that an index row led to; a row without one, or with another, is as good as none. */
static int get_indexed(struct db_txn *txn, struct ip4 address, const struct lease_key *wanted,
		       struct lease_key key_of(const struct lease *lease), struct lease *ret_lease) {
	struct lease lease;
	struct lease_key key;
	int r;

	r = lease_table_get_by_address(txn, address, &lease);
	if (r < 0)
		return txn->rc ? -E_DHCP_JET_ERROR : -E_NOT_FOUND;
	key = key_of(&lease);
	if (!is_lease_key_equal(&key, wanted))
		return -E_NOT_FOUND;
	*ret_lease = lease;
	return 0;
}

static struct lease_key key_client_of(const struct lease *lease) {
	return lease_key_client(lease->scope, &lease->client);
}

int lease_table_get_by_client(struct db_txn *txn, struct ip4_subnet scope, const struct client_key *client,
			      struct lease *ret_lease) {
	struct lease_key key = lease_key_client(scope, client);
	struct ip4 address;
	struct span value;
	int r;

	if (client->len == 0)
		return -E_NOT_FOUND;
	r = db_get(txn, LEASE_TABLE_CLIENT, lease_key_span(&key), &value);
	if (r < 0)
		return r;
	if (lease_key_address_decode(value, &address) < 0)
		return -E_NOT_FOUND;
	return get_indexed(txn, address, &key, key_client_of, ret_lease);
}

int lease_table_get_gap(struct db_txn *txn, struct ip4 from, struct ip4 to, struct ip4 *ret_address) {
	struct lease_key key = lease_key_address(from);
	uint64_t candidate = from.value;
	struct db_cursor cursor;
	struct ip4 taken;

	db_seek(txn, LEASE_TABLE_ADDRESS, lease_key_span(&key), &cursor);
	while (candidate <= to.value && db_next(&cursor) && lease_key_address_decode(cursor.key, &taken) == 0 &&
	       taken.value == candidate)
		candidate++;
	db_cursor_done(&cursor);
	if (txn->rc)
		return -E_DHCP_JET_ERROR;
	if (candidate > to.value)
		return -E_NOT_FOUND;
	ret_address->value = (uint32_t)candidate;
	return 0;
}

static bool is_within_scope(struct span key, const struct lease_key *scope) {
	return key.len >= scope->len && memcmp(key.data, scope->octets, scope->len) == 0;
}

/* Take the record that the cursor's row leads to. False where the row is a stray one. */
static bool take_indexed(struct db_cursor *cursor, struct lease *ret_lease) {
	struct lease_key key = { .len = cursor->key.len };
	struct ip4 address;

	if (lease_key_expiry_decode(cursor->key, &address) < 0)
		return false;
	memcpy(key.octets, cursor->key.data, key.len);
	return get_indexed(cursor->txn, address, &key, lease_key_expiry, ret_lease) == 0;
}

int lease_table_get_reusable(struct db_txn *txn, struct ip4_subnet scope, int64_t now, size_t skip,
			     struct lease *ret_lease) {
	struct lease_key prefix = lease_key_scope(scope);
	struct db_cursor cursor;
	struct lease lease;
	int r = -E_NOT_FOUND;

	db_seek(txn, LEASE_TABLE_EXPIRY, lease_key_span(&prefix), &cursor);
	while (r == -E_NOT_FOUND && db_next(&cursor) && is_within_scope(cursor.key, &prefix)) {
		if (!take_indexed(&cursor, &lease))
			continue;
		/* All that follow were, or will be, in force for even longer. */
		if (lease_last_in_force(&lease) > now)
			break;
		if (skip-- == 0)
			r = 0;
	}
	db_cursor_done(&cursor);
	if (txn->rc)
		return -E_DHCP_JET_ERROR;
	if (r == 0)
		*ret_lease = lease;
	return r;
}

static bool is_bootp_in_force(struct db_cursor *cursor) {
	struct lease lease;

	return cursor->value.len > 0 && take_indexed(cursor, &lease) && lease.is_bootp &&
	       lease.state == LEASE_ACTIVE && lease.expiry != LEASE_FOR_EVER;
}

int lease_table_count_bootp(struct db_txn *txn, struct ip4_subnet scope, int64_t now, size_t enough,
			    size_t *ret_count) {
	struct lease_key prefix = lease_key_scope(scope), from = lease_key_scope_after(scope, now);
	struct db_cursor cursor;
	size_t count = 0;

	db_seek(txn, LEASE_TABLE_EXPIRY, lease_key_span(&from), &cursor);
	while (count < enough && db_next(&cursor) && is_within_scope(cursor.key, &prefix))
		count += is_bootp_in_force(&cursor);
	db_cursor_done(&cursor);
	if (txn->rc)
		return -E_DHCP_JET_ERROR;
	*ret_count = count;
	return 0;
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
	return txn->rc ? -E_DHCP_JET_ERROR : 0;
}

int lease_table_get_next(struct db_txn *txn, struct ip4 from, struct lease *ret_lease) {
	struct lease_key key = lease_key_address(from);
	struct db_cursor cursor;
	struct ip4 address;
	int r = -E_NOT_FOUND;

	db_seek(txn, LEASE_TABLE_ADDRESS, lease_key_span(&key), &cursor);
	while (r != 0 && db_next(&cursor))
		if (lease_key_address_decode(cursor.key, &address) == 0)
			r = lease_record_decode(address, cursor.value, ret_lease);
	db_cursor_done(&cursor);
	if (txn->rc)
		return -E_DHCP_JET_ERROR;
	return r == 0 ? 0 : -E_NOT_FOUND;
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
	return txn->rc ? -E_DHCP_JET_ERROR : r == -E_NOT_FOUND ? r : 0;
}
