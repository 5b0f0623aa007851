/* SPDX-License-Identifier: Apache-2.0 */
/* lease_table.h - the tables of leases.mdb and their rows within one transaction. Private to the lease store.
 *
 * LEASE_TABLE_ADDRESS  address -> record; the truth
 * LEASE_TABLE_CLIENT   scope, client -> address
 * LEASE_TABLE_EXPIRY   scope, time last in force, address -> nothing, or one octet: its client speaks BOOTP
 * LEASE_TABLE_BLOCK    address / 256 -> 32 octets: the bit 1 << address % 8 of octet address % 256 / 8 says that there
 *                      is a record; no row where there is none
 *
 * The indexes by client and by expiry are hints that every reading checks against the record, so that a stray row does
 * no harm. Failures stick to the transaction.
 */
#pragma once

#include "model/lease.h"
#include "store/db.h"
#include "store/lease_memory.h"

enum {
	LEASE_TABLE_META = DB_TABLE_META,
	LEASE_TABLE_ADDRESS,
	LEASE_TABLE_CLIENT,
	LEASE_TABLE_EXPIRY,
	LEASE_TABLE_BLOCK,
	LEASE_TABLE_COUNT
};

#define LEASE_BLOCK_SIZE 32

/* As octets, and back; octets of another length are an empty block. */
void lease_bits_encode(const struct lease_bits *bits, uint8_t ret_octets[static LEASE_BLOCK_SIZE]);
struct lease_bits lease_bits_decode(struct span octets);

/* Borrow the record of @address. 0, -E_NOT_FOUND or -E_DHCP_JET_ERROR. */
int lease_table_get_record(struct db_txn *txn, struct ip4 address, struct span *ret_record);

/* The address that the row of @client in @scope leads to. 0, -E_NOT_FOUND or -E_DHCP_JET_ERROR. */
int lease_table_get_client(struct db_txn *txn, struct ip4_subnet scope, struct span client, struct ip4 *ret_address);

/* Which of the 256 addresses around @address have a record. Empty after a failure. */
struct lease_bits lease_table_get_block(struct db_txn *txn, struct ip4 address);

/* The same by what records there are, whatever the table says. */
struct lease_bits lease_table_survey_block(struct db_txn *txn, struct ip4 address);

/* Functions of struct lease_view (model/lease.h), on @txn. */
int lease_table_get_by_address(struct db_txn *txn, struct ip4 address, struct lease *ret_lease);
int lease_table_get_by_client(struct db_txn *txn, struct ip4_subnet scope, const struct client_key *client,
			      struct lease *ret_lease);
int lease_table_put(struct db_txn *txn, const struct lease *lease);
int lease_table_remove(struct db_txn *txn, struct ip4 address);

/* Store the octets of a record that nobody can read: whose the address is, is not known, but that it is somebody's. */
void lease_table_keep(struct db_txn *txn, struct ip4 address, struct span octets);
