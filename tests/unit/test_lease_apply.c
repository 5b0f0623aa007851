/* SPDX-License-Identifier: Apache-2.0 */
/* What a lease memory holds, written into the tables part by part: in the end it is all there, and nothing besides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "base/error.h"
#include "store/lease_apply.h"
#include "store/lease_store_priv.h"
#include "store/lease_table.h"
#include "store_fixture.h"

#define LATER 9000
#define N_LEASES 20000

static struct db *db;
static struct lease_memory *memory;

static int setup(void **state) {
	fixture_setup(state);
	memory = lease_memory_new(4711);
	return db_open(&lease_store_kind, fixture_directory, &db, NULL);
}

static int teardown(void **state) {
	memory = lease_memory_free(memory);
	db = db_close(db);
	return fixture_teardown(state);
}

/* As the layers do it: what is below is in the tables. */
static void need_block(struct db_txn *txn, struct ip4 address) {
	struct lease_bits bits = lease_table_get_block(txn, address);

	if (!lease_memory_block(memory, address))
		lease_memory_add_block(memory, address, &bits);
}

static void put(struct db_txn *txn, uint32_t number, unsigned client, int64_t expiry) {
	struct lease lease = fixture_lease("10.77.0.0", client, expiry);
	uint8_t octets[LEASE_RECORD_MAX];
	struct lease_glance glance;
	struct span record;

	lease.address.value += number;
	record = span_of(octets, lease_record_encode(&lease, octets));
	assert_int_equal(lease_record_glance(lease.address, record, &glance), 0);
	need_block(txn, lease.address);
	lease_memory_put(memory, lease.address, record, &glance);
}

static void drop(struct db_txn *txn, uint32_t number) {
	struct ip4 address = { fixture_ip4("10.77.0.0").value + number };

	need_block(txn, address);
	lease_memory_put(memory, address, (struct span){ 0 }, NULL);
}

/* Returns in how many parts. */
static unsigned apply_all(size_t n_pages_max) {
	static const atomic_bool never;
	struct lease_apply apply = { .memory = memory, .is_cancelled = &never, .n_pages_max = n_pages_max };
	unsigned n_parts = 0;
	bool has_more = true;
	struct db_txn txn;

	for (; has_more; n_parts++) {
		assert_int_equal(db_begin(db, true, &txn, NULL), 0);
		has_more = lease_apply_part(&apply, &txn);
		assert_int_equal(db_commit(&txn, NULL), 0);
	}
	lease_memory_clear(memory);
	return n_parts;
}

/* The lease of each address is that of the client that @client_of names, 0 for none, and no row says more. */
static void assert_all(unsigned client_of(uint32_t number)) {
	size_t n_leases = 0;
	struct db_txn txn;

	assert_int_equal(db_begin(db, false, &txn, NULL), 0);
	for (uint32_t i = 0; i < N_LEASES; i++) {
		struct lease expected = fixture_lease("10.77.0.0", client_of(i), LATER), lease;
		struct ip4 address = { expected.address.value + i };
		struct lease_bits bits = lease_table_get_block(&txn, address);
		int r = lease_table_get_by_client(&txn, expected.scope, &expected.client, &lease);

		assert_int_equal(r, client_of(i) ? 0 : -E_NOT_FOUND);
		assert_int_equal(has_lease_bit(&bits, address), r == 0);
		assert_true(r < 0 || is_ip4_equal(lease.address, address));
		n_leases += r == 0;
	}
	assert_int_equal(db_count(&txn, LEASE_TABLE_ADDRESS), n_leases);
	assert_int_equal(db_count(&txn, LEASE_TABLE_CLIENT), n_leases);
	assert_int_equal(db_count(&txn, LEASE_TABLE_EXPIRY), n_leases);
	db_abort(&txn);
}

static unsigned first_client(uint32_t number) {
	return number + 1;
}

/* Every fourth lease is gone, and the clients of the others have changed places, across blocks and parts. */
static unsigned second_client(uint32_t number) {
	return number % 4 == 0 ? 0 : N_LEASES - number;
}

static void test_parts(void **state) {
	struct db_txn txn;

	assert_int_equal(db_begin(db, false, &txn, NULL), 0);
	for (uint32_t i = 0; i < N_LEASES; i++)
		put(&txn, i, first_client(i), LATER + i);
	db_abort(&txn);
	assert_int_equal(apply_all(SIZE_MAX), 1);
	assert_all(first_client);

	assert_int_equal(db_begin(db, false, &txn, NULL), 0);
	for (uint32_t i = 0; i < N_LEASES; i++) {
		drop(&txn, i);
		if (second_client(i))
			put(&txn, i, second_client(i), LATER + 7 * i);
	}
	db_abort(&txn);
	assert_true(apply_all(100) > 3);
	assert_all(second_client);
}

static void test_cancelled(void **state) {
	static const atomic_bool always = true;
	struct lease_apply apply = { .memory = memory, .is_cancelled = &always, .n_pages_max = 100 };
	struct db_txn txn;

	assert_int_equal(db_begin(db, true, &txn, NULL), 0);
	put(&txn, 5, 1, LATER);
	lease_apply_part(&apply, &txn);
	assert_int_equal(txn.rc, ECANCELED);
	assert_int_equal(db_commit(&txn, NULL), -E_DHCP_JET_ERROR);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancelled, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
