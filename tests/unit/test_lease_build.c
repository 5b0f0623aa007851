/* SPDX-License-Identifier: Apache-2.0 */
/* A lease store that is built beside another one: the old one stays until the new one is whole, and is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lease_build.h"
#include "store/lease_convert.h"
#include "store/lease_record.h"
#include "store/lease_store_priv.h"
#include "store/lease_table.h"
#include "store_fixture.h"

#define SERVER "dhcp1.example.com"
#define LATER 9000
#define MANY 70000u /* more than go into one transaction */

static struct lease_build *begin(void) {
	struct lease_build *build;
	struct error error;

	if (lease_build_begin(fixture_directory, SERVER, &build, &error) < 0)
		fail_msg("%s", error.text);
	return build;
}

static void put(struct lease_build *build, const char *address, unsigned client) {
	struct lease lease = fixture_lease(address, client, LATER);

	assert_int_equal(lease_build_put(build, &lease, NULL), 0);
}

static bool is_there(const char *name) {
	char path[FIXTURE_DIRECTORY_MAX + 64];

	snprintf(path, sizeof path, "%s/%s", fixture_directory, name);
	return access(path, F_OK) == 0;
}

/* Addresses and host names of all leases, one a line. */
struct listing {
	size_t len, count;
	char text[512];
};

static int list_lease(void *context, const struct lease *lease) {
	struct listing *listing = context;
	char address[IP4_TEXT_MAX];

	listing->count++;
	listing->len += (size_t)snprintf(listing->text + listing->len, sizeof listing->text - listing->len, "%s %s\n",
					 ip4_format(lease->address, address), lease->host_name);
	listing->len = listing->len < sizeof listing->text ? listing->len : sizeof listing->text - 1;
	return 0;
}

static struct listing list(void) {
	struct listing listing = { 0 };
	struct lease_store *store;
	struct error error;

	if (lease_store_open(fixture_directory, SERVER, &store, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(lease_store_visit(store, (struct ip4){ 0 }, (struct ip4){ UINT32_MAX }, list_lease, &listing),
			 0);
	lease_store_close(store);
	return listing;
}

static void finish(struct lease_build *build, const char *expected_kept) {
	char *kept = NULL;
	struct error error;

	if (lease_build_finish(build, "leases.mdb.old", &kept, &error) < 0)
		fail_msg("%s", error.text);
	if (expected_kept)
		assert_non_null(strstr(kept, expected_kept));
	else
		assert_null(kept);
	free(kept);
}

static void build_one(const char *address, unsigned client, const char *expected_kept) {
	struct lease_build *build = begin();

	put(build, address, client);
	finish(build, expected_kept);
}

static void test_new_store_is_put_in_place(void **state) {
	struct lease_build *build = begin();

	put(build, "10.77.0.1", 1);
	put(build, "10.77.0.2", 2);
	put(build, "10.77.0.3", 1); /* which has moved */
	put(build, "10.77.0.4", 4);
	assert_int_equal(lease_build_remove(build, fixture_ip4("10.77.0.4"), NULL), 0);
	assert_int_equal(lease_build_remove(build, fixture_ip4("10.77.9.9"), NULL), 0);
	assert_int_equal(lease_build_count(build), 2);
	finish(build, NULL);
	assert_string_equal(list().text, "10.77.0.2 host-2\n10.77.0.3 host-1\n");
	assert_false(is_there("leases.mdb.new"));
	assert_false(is_there("leases.mdb.new-lock"));
}

static void test_old_store_is_kept(void **state) {
	build_one("10.77.0.1", 1, NULL);
	list(); /* leaves a lock file */
	build_one("10.77.0.2", 2, "/leases.mdb.old");
	assert_string_equal(list().text, "10.77.0.2 host-2\n");
	build_one("10.77.0.3", 3, "/leases.mdb.old-2");
	build_one("10.77.0.4", 4, "/leases.mdb.old-3");
	assert_string_equal(list().text, "10.77.0.4 host-4\n");
	assert_true(is_there("leases.mdb.old") && is_there("leases.mdb.old-2") && is_there("leases.mdb.old-3"));
}

static void test_dropped_build_changes_nothing(void **state) {
	struct lease_build *build;

	build_one("10.77.0.1", 1, NULL);
	build = begin();
	put(build, "10.77.0.2", 2);
	assert_null(lease_build_drop(build));
	assert_false(is_there("leases.mdb.new"));
	assert_string_equal(list().text, "10.77.0.1 host-1\n");
}

static void test_full_disk_leaves_the_old_store(void **state) {
	struct lease_build *build;
	struct error error = { 0 };

	build_one("10.77.0.1", 1, NULL);
	build = begin();
	put(build, "10.77.0.2", 2);
	fixture_break("pwrite", 0);
	assert_int_equal(lease_build_finish(build, "leases.mdb.old", NULL, &error), -E_DHCP_JET_ERROR);
	fixture_break("", 0);
	assert_non_null(strstr(error.text, "free some space"));
	assert_false(is_there("leases.mdb.new"));
	assert_false(is_there("leases.mdb.old"));
	assert_string_equal(list().text, "10.77.0.1 host-1\n");
}

/* An open reader sees that it reads a file of the past. */
static void test_reader_notices(void **state) {
	struct lease_store *reader;

	build_one("10.77.0.1", 1, NULL);
	assert_int_equal(lease_store_open_reader(fixture_directory, &reader, NULL), 0);
	assert_true(is_lease_store_current(reader));
	build_one("10.77.0.2", 2, "/leases.mdb.old");
	assert_false(is_lease_store_current(reader));
	lease_store_close(reader);
}

static void test_many(void **state) {
	struct lease_build *build = begin();

	for (unsigned i = 0; i < MANY; i++) {
		struct lease lease = fixture_lease("10.77.0.0", i + 1, LATER);

		lease.scope.prefix_length = 8;
		lease.scope.network.value &= 0xff000000;
		lease.address.value += i;
		assert_int_equal(lease_build_put(build, &lease, NULL), 0);
	}
	finish(build, NULL);
	assert_int_equal(list().count, MANY);
}

static const char *const old_tables[] = { "meta", "lease-by-address", NULL };

/* Begin to write a store of format 1, as far as a conversion reads it. */
static struct db *open_old_store(struct db_txn *ret_txn) {
	static struct db_kind kind;
	struct db *db;

	kind = lease_store_kind;
	kind.version = 1;
	kind.tables = old_tables;
	assert_int_equal(db_open(&kind, fixture_directory, &db, NULL), 0);
	assert_int_equal(db_begin(db, true, ret_txn, NULL), 0);
	return db;
}

static void make_old_store(unsigned n_leases) {
	uint8_t record[LEASE_RECORD_MAX];
	struct db_txn txn;
	struct db *db = open_old_store(&txn);

	assert_int_equal(db_claim(&txn, SERVER, NULL), 0);
	for (unsigned i = 0; i < n_leases; i++) {
		struct lease lease = fixture_lease("10.77.0.0", i + 1, LATER);
		struct lease_key key;

		lease.address.value += i;
		key = lease_key_address(lease.address);
		db_put(&txn, LEASE_TABLE_ADDRESS, lease_key_span(&key),
		       span_of(record, lease_record_encode(&lease, record)));
	}
	assert_int_equal(db_commit(&txn, NULL), 0);
	db_close(db);
}

static void spoil_old_record(struct ip4 address) {
	struct lease_key key = lease_key_address(address);
	struct db_txn txn;
	struct db *db = open_old_store(&txn);

	db_put(&txn, LEASE_TABLE_ADDRESS, lease_key_span(&key), span_of_text("no record"));
	assert_int_equal(db_commit(&txn, NULL), 0);
	db_close(db);
}

/* How often to be told, and what was told last. */
struct told {
	unsigned count, enough;
	uint64_t done;
};

static bool tell(void *context, uint64_t done, uint64_t total) {
	struct told *told = context;

	assert_true(done < total && (told->count == 0 || done > told->done));
	assert_int_equal(total, 5000);
	told->done = done;
	return ++told->count < told->enough;
}

static void test_conversion_tells_how_far_it_is_and_can_be_given_up(void **state) {
	struct told told = { .enough = 50 };
	struct lease_conversion conversion;
	struct error error;

	make_old_store(5000);
	assert_int_equal(lease_convert(fixture_directory, tell, &told, &conversion, &error), -E_CANCELLED);
	assert_int_equal(told.count, 50);
	assert_false(is_there("leases.mdb.new"));
	assert_false(is_there("leases.mdb.format-1"));
	told = (struct told){ .enough = 1000 };
	assert_int_equal(lease_convert(fixture_directory, tell, &told, &conversion, &error), 0);
	assert_in_range(told.count, 100, 200);
	assert_int_equal(conversion.n_leases, 5000);
	assert_int_equal(list().count, 5000);
}

/* Whose such an address is, nobody knows; it must not become free by the conversion. */
static void test_conversion_keeps_the_unreadable(void **state) {
	const struct ip4 address = fixture_ip4("10.77.0.1");
	struct lease_conversion conversion;
	struct lease_batch *batch;
	struct lease_store *store;
	struct lease lease;

	make_old_store(3);
	spoil_old_record(address);
	assert_int_equal(lease_convert(fixture_directory, NULL, NULL, &conversion, NULL), 0);
	assert_int_equal(conversion.n_leases, 2);
	assert_int_equal(conversion.n_unreadable, 1);
	assert_int_equal(lease_store_open(fixture_directory, SERVER, &store, NULL), 0);
	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	assert_int_equal(lease_batch_view(batch)->get_by_address(batch, address, &lease), -E_DHCP_JET_ERROR);
	lease_batch_abort(batch);
	lease_store_close(store);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_conversion_keeps_the_unreadable, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_new_store_is_put_in_place, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_old_store_is_kept, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_dropped_build_changes_nothing, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_full_disk_leaves_the_old_store, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_reader_notices, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_many, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_conversion_tells_how_far_it_is_and_can_be_given_up, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
