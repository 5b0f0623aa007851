/* SPDX-License-Identifier: Apache-2.0 */
/* lease_table.h - the tables of leases.mdb and their rows within one transaction. Private to the lease store.
 *
 * LEASE_TABLE_ADDRESS  address -> record; the truth
 * LEASE_TABLE_CLIENT   scope, client -> address
 * LEASE_TABLE_EXPIRY   scope, time last in force, address -> nothing, or one octet: its client speaks BOOTP
 *
 * The two indexes are hints that every reading checks against the record, so that a stray row does no harm.
 */
#pragma once

#include "model/lease.h"
#include "store/db.h"

enum {
	LEASE_TABLE_META = DB_TABLE_META,
	LEASE_TABLE_ADDRESS,
	LEASE_TABLE_CLIENT,
	LEASE_TABLE_EXPIRY,
	LEASE_TABLE_COUNT
};

/* The functions of struct lease_view (model/lease.h), on @txn. */
int lease_table_get_by_address(struct db_txn *txn, struct ip4 address, struct lease *ret_lease);
int lease_table_get_by_client(struct db_txn *txn, struct ip4_subnet scope, const struct client_key *client,
			      struct lease *ret_lease);
int lease_table_get_gap(struct db_txn *txn, struct ip4 from, struct ip4 to, struct ip4 *ret_address);
/* A record that was released at a time after @now (the clock was set back) counts from that time on. */
int lease_table_get_reusable(struct db_txn *txn, struct ip4_subnet scope, int64_t now, size_t skip,
			     struct lease *ret_lease);
int lease_table_count_bootp(struct db_txn *txn, struct ip4_subnet scope, int64_t now, size_t enough, size_t *ret_count);
int lease_table_put(struct db_txn *txn, const struct lease *lease);
int lease_table_get_next(struct db_txn *txn, struct ip4 from, struct lease *ret_lease);
int lease_table_remove(struct db_txn *txn, struct ip4 address);
