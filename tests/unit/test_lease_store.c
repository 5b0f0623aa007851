/* SPDX-License-Identifier: Apache-2.0 */
/* The lease store on real LMDB files: what a view promises, what a commit promises, what an opening refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/journal_frame.h"
#include "store/lease_store_priv.h"
#include "store/lease_table.h"
#include "store_fixture.h"

#define SERVER "dhcp1.example.com"
#define NOW 5000
#define LATER 9000

static const struct ip4_subnet scope = { { 0x0a4d0000 }, 16 };

static struct lease_store *open_store(void) {
	struct lease_store *store;
	struct error error;

	if (lease_store_open(fixture_directory, SERVER, &store, &error) < 0)
		fail_msg("%s", error.text);
	return store;
}

static struct lease_batch *begin(struct lease_store *store) {
	struct lease_batch *batch;

	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	return batch;
}

/* How batches ended. */
struct outcome {
	unsigned n_calls;
	int result;
	struct error error;
};

static void batch_done(void *context, int result, const struct error *error) {
	struct outcome *outcome = context;

	outcome->n_calls++;
	outcome->result = result;
	outcome->error = *error;
}

static int submit(struct lease_batch *batch) {
	struct outcome outcome = { 0 };

	lease_batch_submit(batch, batch_done, &outcome);
	assert_int_equal(outcome.n_calls, 1);
	return outcome.result;
}

static int view_put(struct lease_batch *batch, struct lease lease) {
	const struct lease_view *view = lease_batch_view(batch);

	return view->put(view->context, &lease);
}

static int view_get(struct lease_batch *batch, const char *address, struct lease *ret_lease) {
	const struct lease_view *view = lease_batch_view(batch);

	return view->get_by_address(view->context, fixture_ip4(address), ret_lease);
}

static int view_get_client(struct lease_batch *batch, unsigned client, struct lease *ret_lease) {
	const struct lease_view *view = lease_batch_view(batch);
	struct client_key key = fixture_client(client);

	return view->get_by_client(view->context, scope, &key, ret_lease);
}

static int view_get_reusable(struct lease_batch *batch, int64_t now, size_t skip, struct lease *ret_lease) {
	const struct lease_view *view = lease_batch_view(batch);

	return view->get_reusable(view->context, scope, now, skip, ret_lease);
}

static void assert_reusable(struct lease_batch *batch, size_t skip, const char *address) {
	struct lease lease;

	assert_int_equal(view_get_reusable(batch, NOW, skip, &lease), 0);
	assert_int_equal(lease.address.value, fixture_ip4(address).value);
}

static void assert_gap(struct lease_batch *batch, const char *from, const char *to, const char *expected) {
	const struct lease_view *view = lease_batch_view(batch);
	struct ip4 gap = { 0 };
	int r = view->get_gap(view->context, fixture_ip4(from), fixture_ip4(to), &gap);

	assert_int_equal(r, expected ? 0 : -E_NOT_FOUND);
	assert_int_equal(gap.value, expected ? fixture_ip4(expected).value : 0);
}

static int count_visit(void *context, const struct lease *lease) {
	(*(unsigned *)context)++;
	return 0;
}

static unsigned count_leases(struct lease_store *store) {
	unsigned count = 0;

	assert_int_equal(lease_store_visit(store, fixture_ip4("0.0.0.0"), fixture_ip4("255.255.255.255"), count_visit, &count),
			 0);
	return count;
}

static size_t count_bits(struct db_txn *txn) {
	struct db_cursor cursor;
	size_t count = 0;

	db_seek(txn, LEASE_TABLE_BLOCK, (struct span){ 0 }, &cursor);
	while (db_next(&cursor)) {
		struct lease_bits bits = lease_bits_decode(cursor.value);

		for (size_t i = 0; i < ARRAY_LEN(bits.words); i++)
			count += (size_t)__builtin_popcountll(bits.words[i]);
	}
	db_cursor_done(&cursor);
	return count;
}

/* Every record has its index rows and no row is a stray one. */
static void assert_consistent(struct lease_store *store, size_t n_leases, size_t n_clients) {
	struct lease_store_stat stat;
	struct error error;
	struct db *db;
	struct db_txn txn;

	assert_int_equal(lease_store_stat(store, &stat), 0);
	assert_int_equal(stat.n_leases, n_leases);
	if (lease_store_checkpoint(store, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(lease_store_stat(store, &stat), 0);
	assert_int_equal(stat.n_leases, n_leases);
	assert_int_equal(stat.journal_frames, 0);
	assert_int_equal(db_open_reader(&lease_store_kind, fixture_directory, &db, NULL), 0);
	assert_int_equal(db_begin(db, false, &txn, NULL), 0);
	assert_int_equal(db_count(&txn, LEASE_TABLE_CLIENT), n_clients);
	assert_int_equal(db_count(&txn, LEASE_TABLE_EXPIRY), n_leases);
	assert_int_equal(db_count(&txn, LEASE_TABLE_ADDRESS), n_leases);
	assert_int_equal(count_bits(&txn), n_leases);
	db_abort(&txn);
	db_close(db);
}

static void test_put_is_seen_in_its_batch_and_after(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease lease;

	assert_int_equal(view_get(batch, "10.77.0.5", &lease), -E_NOT_FOUND);
	assert_false(is_lease_batch_dirty(batch));
	assert_int_equal(view_put(batch, fixture_lease("10.77.0.5", 1, LATER)), 0);
	assert_true(is_lease_batch_dirty(batch));
	assert_int_equal(view_get(batch, "10.77.0.5", &lease), 0);
	assert_int_equal(lease.expiry, LATER);
	assert_string_equal(lease.host_name, "host-1");
	assert_int_equal(view_get_client(batch, 1, &lease), 0);
	assert_int_equal(lease.address.value, fixture_ip4("10.77.0.5").value);
	assert_int_equal(view_get_client(batch, 2, &lease), -E_NOT_FOUND);
	assert_int_equal(submit(batch), 0);
	lease_store_close(store);

	store = open_store();
	batch = begin(store);
	assert_int_equal(view_get(batch, "10.77.0.5", &lease), 0);
	assert_int_equal(view_get_client(batch, 1, &lease), 0);
	lease_batch_abort(batch);
	assert_consistent(store, 1, 1);
	lease_store_close(store);
}

static void test_removed_records_leave_nothing(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	const struct lease_view *view = lease_batch_view(batch);
	struct lease lease;

	assert_int_equal(view->get_next(view->context, fixture_ip4("0.0.0.0"), &lease), -E_NOT_FOUND);
	assert_int_equal(view->remove(view->context, fixture_ip4("10.77.0.5")), -E_NOT_FOUND);
	assert_false(is_lease_batch_dirty(batch));
	for (unsigned i = 1; i < 4; i++)
		assert_int_equal(view_put(batch, fixture_lease(i == 1   ? "10.77.0.5"
							       : i == 2 ? "10.77.0.7"
									: "10.77.1.0",
							       i, LATER)),
				 0);
	assert_int_equal(view->get_next(view->context, fixture_ip4("10.77.0.6"), &lease), 0);
	assert_int_equal(lease.address.value, fixture_ip4("10.77.0.7").value);
	assert_int_equal(view->remove(view->context, fixture_ip4("10.77.0.7")), 0);
	assert_int_equal(view->get_next(view->context, fixture_ip4("10.77.0.6"), &lease), 0);
	assert_int_equal(lease.address.value, fixture_ip4("10.77.1.0").value);
	assert_int_equal(lease_batch_last_cleanup(batch), 0);
	lease_batch_note_cleanup(batch, NOW);
	assert_int_equal(lease_batch_last_cleanup(batch), NOW);
	assert_int_equal(submit(batch), 0);
	assert_consistent(store, 2, 2);
	lease_store_close(store);

	store = open_store();
	batch = begin(store);
	assert_int_equal(lease_batch_last_cleanup(batch), NOW);
	lease_batch_abort(batch);
	lease_store_close(store);
}

static void test_abort_changes_nothing(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);

	view_put(batch, fixture_lease("10.77.0.5", 1, LATER));
	lease_batch_abort(batch);
	assert_consistent(store, 0, 0);
	lease_store_close(store);
}

static void test_clean_batch_does_not_touch_the_disk(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease lease;

	fixture_break("fdatasync", 0);
	view_get(batch, "10.77.0.5", &lease);
	assert_int_equal(submit(batch), 0);
	lease_store_close(store);
}

static void test_client_moves(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease lease;

	view_put(batch, fixture_lease("10.77.0.5", 1, LATER));
	view_put(batch, fixture_lease("10.77.0.6", 2, LATER));
	/* To an address of nobody, then to the one of client 2, who then has none. */
	assert_int_equal(view_put(batch, fixture_lease("10.77.0.9", 1, LATER)), 0);
	assert_int_equal(view_get(batch, "10.77.0.5", &lease), -E_NOT_FOUND);
	assert_int_equal(view_put(batch, fixture_lease("10.77.0.6", 1, LATER)), 0);
	assert_int_equal(view_get(batch, "10.77.0.9", &lease), -E_NOT_FOUND);
	assert_int_equal(view_get_client(batch, 2, &lease), -E_NOT_FOUND);
	assert_int_equal(view_get_client(batch, 1, &lease), 0);
	assert_int_equal(lease.address.value, fixture_ip4("10.77.0.6").value);
	assert_int_equal(submit(batch), 0);
	assert_consistent(store, 1, 1);
	lease_store_close(store);
}

static void test_client_in_two_scopes_has_two_leases(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease other = fixture_lease("10.78.0.5", 1, LATER), lease;

	other.scope.network = fixture_ip4("10.78.0.0");
	view_put(batch, fixture_lease("10.77.0.5", 1, LATER));
	view_put(batch, other);
	assert_int_equal(view_get(batch, "10.77.0.5", &lease), 0);
	assert_int_equal(view_get_client(batch, 1, &lease), 0);
	assert_int_equal(lease.address.value, fixture_ip4("10.77.0.5").value);
	assert_int_equal(submit(batch), 0);
	assert_consistent(store, 2, 2);
	lease_store_close(store);
}

static void test_address_changes_scope(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease lease = fixture_lease("10.77.0.5", 1, LATER);

	view_put(batch, lease);
	lease.scope.prefix_length = 24;
	view_put(batch, lease);
	assert_int_equal(view_get_client(batch, 1, &lease), -E_NOT_FOUND); /* of the former scope */
	assert_int_equal(submit(batch), 0);
	assert_consistent(store, 1, 1);
	lease_store_close(store);
}

static void test_declined_address_has_no_client(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease lease;

	view_put(batch, fixture_lease("10.77.0.5", 1, LATER));
	view_put(batch, fixture_lease("10.77.0.5", 0, LATER));
	assert_int_equal(view_get_client(batch, 1, &lease), -E_NOT_FOUND);
	assert_int_equal(view_get_client(batch, 0, &lease), -E_NOT_FOUND);
	assert_int_equal(view_get(batch, "10.77.0.5", &lease), 0);
	assert_int_equal(lease.state, LEASE_DECLINED);
	assert_int_equal(submit(batch), 0);
	assert_consistent(store, 1, 0);
	lease_store_close(store);
}

static void test_gap(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);

	assert_gap(batch, "10.77.0.5", "10.77.0.9", "10.77.0.5");
	view_put(batch, fixture_lease("10.77.0.5", 1, LATER));
	view_put(batch, fixture_lease("10.77.0.6", 2, 1));
	view_put(batch, fixture_lease("10.77.0.8", 0, LATER));
	assert_gap(batch, "10.77.0.5", "10.77.0.9", "10.77.0.7");
	assert_gap(batch, "10.77.0.5", "10.77.0.6", NULL);
	assert_gap(batch, "10.77.0.4", "10.77.0.9", "10.77.0.4");
	assert_gap(batch, "10.77.0.8", "10.77.0.9", "10.77.0.9");
	assert_gap(batch, "10.77.0.8", "10.77.0.8", NULL);
	assert_gap(batch, "10.77.0.9", "10.77.0.9", "10.77.0.9");
	assert_gap(batch, "255.255.255.254", "255.255.255.255", "255.255.255.254");
	lease_batch_abort(batch);
	lease_store_close(store);
}

static void test_gap_at_the_end_of_all_addresses(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease lease = fixture_lease("255.255.255.255", 1, LATER);

	lease.scope = (struct ip4_subnet){ { 0 }, 0 };
	assert_int_equal(view_put(batch, lease), 0);
	assert_gap(batch, "255.255.255.255", "255.255.255.255", NULL);
	lease_batch_abort(batch);
	lease_store_close(store);
}

static void test_reusable_order(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease released = fixture_lease("10.77.0.3", 3, LATER), elsewhere = fixture_lease("10.78.0.1", 9, 1), lease;

	released.state = LEASE_RELEASED;
	released.changed = 300;
	elsewhere.scope.network = fixture_ip4("10.78.0.0");
	view_put(batch, elsewhere);
	view_put(batch, fixture_lease("10.77.0.1", 1, 400));
	view_put(batch, fixture_lease("10.77.0.2", 2, 200));
	view_put(batch, released);
	view_put(batch, fixture_lease("10.77.0.4", 4, LATER)); /* in force */
	view_put(batch, fixture_lease("10.77.0.5", 0, LATER)); /* declined, in force */
	view_put(batch, fixture_lease("10.77.0.6", 0, 100));   /* declined long ago */
	view_put(batch, fixture_lease("10.77.0.7", 7, NOW));   /* ends just now */
	assert_reusable(batch, 0, "10.77.0.6");
	assert_reusable(batch, 1, "10.77.0.2");
	assert_reusable(batch, 2, "10.77.0.3");
	assert_reusable(batch, 3, "10.77.0.1");
	assert_reusable(batch, 4, "10.77.0.7");
	assert_int_equal(view_get_reusable(batch, NOW, 5, &lease), -E_NOT_FOUND);
	/* A renewed one is reusable no more. */
	view_put(batch, fixture_lease("10.77.0.2", 2, LATER));
	assert_reusable(batch, 1, "10.77.0.3");
	/* Nor does it count for who has begun to ask. */
	assert_reusable(batch, 0, "10.77.0.6");
	view_put(batch, fixture_lease("10.77.0.6", 6, LATER));
	assert_reusable(batch, 1, "10.77.0.1");
	assert_int_equal(view_get_reusable(batch, LATER, 6, &lease), 0);
	assert_int_equal(submit(batch), 0);
	lease_store_close(store);
}

static void put_bootp(struct lease_batch *batch, const char *address, unsigned client, int64_t expiry) {
	struct lease lease = fixture_lease(address, client, expiry);

	lease.is_bootp = true;
	assert_int_equal(view_put(batch, lease), 0);
}

static size_t count_bootp(struct lease_batch *batch, int64_t now, size_t enough) {
	const struct lease_view *view = lease_batch_view(batch);
	size_t count;

	assert_int_equal(view->count_bootp(view->context, scope, now, enough, &count), 0);
	return count;
}

static void test_bootp_clients_are_counted(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);

	assert_int_equal(count_bootp(batch, NOW, 10), 0);
	view_put(batch, fixture_lease("10.77.0.1", 1, LATER)); /* speaks DHCP */
	put_bootp(batch, "10.77.0.2", 2, LATER);
	put_bootp(batch, "10.77.0.3", 3, LATER + 1);
	put_bootp(batch, "10.77.0.4", 4, NOW);            /* has just ended */
	put_bootp(batch, "10.77.0.5", 5, LEASE_FOR_EVER); /* has a reservation */
	assert_int_equal(count_bootp(batch, NOW, 10), 2);
	assert_int_equal(count_bootp(batch, NOW, 1), 1);
	assert_int_equal(count_bootp(batch, NOW - 1, 10), 3);
	assert_int_equal(count_bootp(batch, LATER, 10), 1);
	/* The same client with the other protocol, until the same time. */
	view_put(batch, fixture_lease("10.77.0.2", 2, LATER));
	put_bootp(batch, "10.77.0.1", 1, LATER);
	put_bootp(batch, "10.77.0.6", 6, LATER);
	assert_int_equal(count_bootp(batch, NOW, 10), 3);
	assert_int_equal(submit(batch), 0);
	assert_consistent(store, 6, 6);
	lease_store_close(store);
}

static void test_put_of_nonsense_fails_the_batch(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	struct lease lease = fixture_lease("10.77.0.5", 1, LATER);

	view_put(batch, fixture_lease("10.77.0.6", 2, LATER));
	lease.scope.prefix_length = 40;
	assert_int_equal(view_put(batch, lease), -E_DHCP_JET_ERROR);
	assert_int_equal(view_get(batch, "10.77.0.6", &lease), -E_DHCP_JET_ERROR);
	assert_int_equal(submit(batch), -E_DHCP_JET_ERROR);
	assert_consistent(store, 0, 0);
	lease_store_close(store);
}

static void expect_failure(struct lease_store *store, const char *call, unsigned delay) {
	struct lease_batch *batch = begin(store);
	struct outcome outcome = { 0 };

	assert_int_equal(view_put(batch, fixture_lease("10.77.0.6", 2, LATER)), 0);
	fixture_break(call, delay);
	lease_batch_submit(batch, batch_done, &outcome);
	fixture_break("", 0);
	assert_int_equal(outcome.n_calls, 1);
	assert_int_equal(outcome.result, -E_DHCP_JET_ERROR);
	assert_int_equal(outcome.error.code, E_DHCP_JET_ERROR);
	print_message("%s %u: %s\n", call, delay, outcome.error.text);
	/* Nothing was kept of it, and the next batch is as good as ever. */
	assert_consistent(store, 1, 1);
	batch = begin(store);
	assert_int_equal(view_put(batch, fixture_lease("10.77.0.5", 1, LATER + delay)), 0);
	assert_int_equal(submit(batch), 0);
}

static void test_disk_fails(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);

	view_put(batch, fixture_lease("10.77.0.5", 1, LATER));
	assert_int_equal(submit(batch), 0);
	expect_failure(store, "pwrite", 0);
	expect_failure(store, "fdatasync", 0);
	lease_store_close(store);
	store = open_store();
	assert_consistent(store, 1, 1);
	lease_store_close(store);
}

static void put_many(struct lease_store *store, unsigned first, unsigned n) {
	struct lease_batch *batch = begin(store);

	for (unsigned i = first; i < first + n; i++) {
		struct lease lease = fixture_lease("10.77.0.0", i, LATER);

		lease.address.value += i;
		assert_int_equal(view_put(batch, lease), 0);
	}
	assert_int_equal(submit(batch), 0);
}

/* Whatever becomes of leases.mdb, batches go on, and what they made is there. */
static void expect_no_checkpoint(struct lease_store *store, const char *call, unsigned delay, unsigned n_leases) {
	struct lease_store *reader;
	struct error error;

	put_many(store, n_leases, 1);
	fixture_break(call, delay);
	assert_int_equal(lease_store_checkpoint(store, &error), -E_DHCP_JET_ERROR);
	fixture_break("", 0);
	print_message("%s %u: %s\n", call, delay, error.text);
	put_many(store, n_leases + 1, 1);
	assert_int_equal(count_leases(store), n_leases + 1);
	assert_int_equal(lease_store_open_reader(fixture_directory, &reader, NULL), 0);
	assert_int_equal(count_leases(reader), n_leases + 1);
	lease_store_close(reader);
}

/* What could not be read is not taken for nothing. */
static void test_failed_reading_leaves_nothing(void **state) {
	struct lease_store *store = open_store();
	struct lease_store_stat stat;
	struct lease_batch *batch = begin(store);

	view_put(batch, fixture_lease("10.77.0.5", 1, LATER));
	assert_int_equal(submit(batch), 0);
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);

	batch = begin(store);
	db_fail(&store->snapshot, EIO);
	assert_int_equal(view_put(batch, fixture_lease("10.77.0.9", 2, LATER)), -E_DHCP_JET_ERROR);
	assert_int_equal(submit(batch), -E_DHCP_JET_ERROR);

	batch = begin(store);
	assert_gap(batch, "10.77.0.5", "10.77.0.20", "10.77.0.6");
	view_put(batch, fixture_lease("10.77.0.5", 1, LATER + 1));
	assert_int_equal(submit(batch), 0);
	assert_int_equal(lease_store_stat(store, &stat), 0);
	assert_int_equal(stat.n_leases, 1);
	lease_store_close(store);
}

/* Octets of a segment that somebody else has written over. */
static void damage_journal(off_t offset) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/" JOURNAL_DIRECTORY "/segment-00", fixture_directory);
	int fd = open(path, O_WRONLY);

	assert_int_equal(pwrite(fd, "xxxxxxxx", 8, offset), 8);
	close(fd);
}

/* Clients may hold what was lost: that is said once, and known from then on. */
static void test_lost_frame_is_doubt(void **state) {
	struct lease_store *store = open_store();

	assert_false(is_lease_store_doubt_open(store));
	put_many(store, 1, 1);
	put_many(store, 2, 1);
	lease_store_close(store);
	damage_journal(JOURNAL_HEADER_SIZE + JOURNAL_FRAME_HEADER);

	store = open_store();
	assert_int_equal(count_leases(store), 1);
	assert_true(is_lease_store_doubt_open(store));
	assert_int_equal(lease_store_doubtful_until(store), 0);
	lease_store_doubt(store, LATER);
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	lease_store_close(store);

	store = open_store();
	assert_false(is_lease_store_doubt_open(store));
	assert_int_equal(lease_store_doubtful_until(store), LATER);
	lease_store_close(store);
}

static void test_checkpoint_fails(void **state) {
	static const struct {
		const char *call;
		unsigned delay;
	} faults[] = { { "pwrite", 0 }, { "pwrite", 1 }, { "fdatasync", 0 }, { "meta", 0 } };
	struct lease_store *store = open_store();
	struct lease_store_stat stat;

	put_many(store, 1, 1);
	for (unsigned i = 0; i < ARRAY_LEN(faults); i++) {
		expect_no_checkpoint(store, faults[i].call, faults[i].delay, 2 + 2 * i);
		if (i % 2) /* else the next one writes what this one could not */
			assert_consistent(store, 3 + 2 * i, 3 + 2 * i);
	}
	assert_int_equal(lease_store_stat(store, &stat), 0);
	assert_int_equal(stat.n_checkpoints_failed, ARRAY_LEN(faults));
	lease_store_close(store);
	store = open_store();
	assert_consistent(store, 9, 9);
	lease_store_close(store);
}

/* Where no second segment can be made, batches that come faster than the checkpoint wait for it; none fails. */
static void test_burst_waits_for_room(void **state) {
	struct lease_store *store = open_store();

	fixture_break("fsync", 0);
	lease_store_tick(store, 1);
	for (unsigned n = 0; n < 24000; n += 300) {
		struct lease_batch *batch = begin(store);

		for (unsigned i = 1; i <= 300; i++) {
			struct lease lease = fixture_lease("10.77.0.0", n + i, LATER);

			lease.address.value += n + i;
			lease.client.len = CLIENT_KEY_MAX;
			view_put(batch, lease);
		}
		assert_int_equal(submit(batch), 0);
	}
	lease_store_close(store);
}

static void test_map_grows(void **state) {
	struct db_kind kind = lease_store_kind;
	struct lease_store_stat stat;
	struct lease_store *store;

	kind.map_size = 256 * 1024;
	assert_int_equal(lease_store_open_kind(&kind, fixture_directory, SERVER, &store, NULL), 0);
	put_many(store, 1, 1);
	assert_consistent(store, 1, 1);
	put_many(store, 2, 5000);
	assert_consistent(store, 5001, 5001);
	assert_int_equal(lease_store_stat(store, &stat), 0);
	assert_true(stat.map_size > kind.map_size);
	assert_int_equal(stat.n_checkpoints_failed, 0);
	lease_store_close(store);
}

static void assert_open_fails(const char *server, int code, const char *words) {
	struct lease_store *store;
	struct error error;

	assert_int_equal(lease_store_open(fixture_directory, server, &store, &error), -code);
	assert_int_equal(error.code, code);
	if (!strstr(error.text, words))
		fail_msg("\"%s\" is not in: %s", words, error.text);
}

static void test_other_server(void **state) {
	struct lease_store *store;

	lease_store_close(open_store());
	assert_open_fails("dhcp2.example.com", E_DHCP_DATABASE_INIT_FAILED, "dhcp1.example.com");
	assert_open_fails("dhcp2.example.com", E_DHCP_DATABASE_INIT_FAILED, "dhcp2.example.com");
	assert_open_fails("dhcp1.example.co", E_DHCP_DATABASE_INIT_FAILED, "dhcp1.example.com");
	assert_int_equal(lease_store_open(fixture_directory, "DHCP1.Example.COM", &store, NULL), 0);
	lease_store_close(store);
}

static void test_other_formats(void **state) {
	struct db_kind kind = lease_store_kind;
	struct lease_store *store;

	kind.version++;
	assert_int_equal(lease_store_open_kind(&kind, fixture_directory, SERVER, &store, NULL), 0);
	lease_store_close(store);
	assert_open_fails(SERVER, E_DHCP_DATABASE_INIT_FAILED, "newer");
	fixture_teardown(state);
	fixture_setup(state);
	kind.version = 1;
	assert_int_equal(lease_store_open_kind(&kind, fixture_directory, SERVER, &store, NULL), 0);
	lease_store_close(store);
	assert_open_fails(SERVER, E_DHCP_JET_CONV_REQUIRED, "older");
	fixture_teardown(state);
	fixture_setup(state);
	kind.version = kind.oldest = 0;
	assert_int_equal(lease_store_open_kind(&kind, fixture_directory, SERVER, &store, NULL), 0);
	lease_store_close(store);
	assert_open_fails(SERVER, E_DHCP_JET97_CONV_REQUIRED, "none before 1");
	fixture_teardown(state);
	fixture_setup(state);
	kind = lease_store_kind;
	kind.magic++;
	assert_int_equal(lease_store_open_kind(&kind, fixture_directory, SERVER, &store, NULL), 0);
	lease_store_close(store);
	assert_open_fails(SERVER, E_DHCP_DATABASE_INIT_FAILED, "is not a lease store");
}

static void write_file(const char *text, size_t size) {
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/leases.mdb", fixture_directory);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	close(fd);
}

static void test_not_a_store(void **state) {
	write_file("These are no leases.", 20000);
	assert_open_fails(SERVER, E_DHCP_DATABASE_INIT_FAILED, "leases.mdb");
	fixture_teardown(state);
	snprintf(fixture_directory, sizeof(fixture_directory), "store-test-none");
	assert_open_fails(SERVER, E_DHCP_DATABASE_INIT_FAILED, "No such file or directory");
	fixture_setup(state);
}

static void damage_file(off_t cut, off_t junk_from, size_t junk) {
	static const char octets[4096] = "junk";
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/leases.mdb", fixture_directory);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	for (size_t i = 0; i < junk; i++)
		assert_int_equal(syscall(SYS_pwrite64, fd, octets, sizeof octets, junk_from + (off_t)i * 4096), 4096);
	if (cut)
		assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) - cut), 0);
	close(fd);
}

static void fill_store(unsigned n_leases) {
	struct lease_store *store = open_store();

	for (unsigned i = 0; i < n_leases;) {
		struct lease_batch *batch = begin(store);

		for (unsigned end = i + 500; i < end; i++) {
			struct lease lease = fixture_lease("10.77.0.0", i + 1, LATER);

			lease.address.value += i;
			view_put(batch, lease);
		}
		assert_int_equal(submit(batch), 0);
	}
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	lease_store_close(store);
}

/* A start looks at little; the walk sees everything. */
static void test_damaged_file(void **state) {
	static const struct {
		off_t cut, junk_from;
		size_t junk;
		bool is_seen_at_once;
	} damages[] = {
		{ 8192, 0, 0, true },
		{ 400000, 0, 0, true },
		{ 0, 8192, 200, true },
		{ 0, 409600, 60, false },
	};
	struct error error;

	assert_int_equal(lease_store_walk(fixture_directory, NULL), -E_NOT_FOUND);
	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		fill_store(5000);
		assert_int_equal(lease_store_walk(fixture_directory, NULL), 0);
		damage_file(damages[i].cut, damages[i].junk_from, damages[i].junk);
		if (damages[i].is_seen_at_once)
			assert_open_fails(SERVER, E_DHCP_DATABASE_INIT_FAILED, "damaged");
		assert_int_equal(lease_store_walk(fixture_directory, &error), -E_DHCP_DATABASE_INIT_FAILED);
		assert_non_null(strstr(error.text, "damaged"));
		fixture_teardown(state);
		fixture_setup(state);
	}
}

static void test_reader_before_the_writer(void **state) {
	struct lease_store *store, *reader;

	assert_int_equal(lease_store_open_reader(fixture_directory, &reader, NULL), -E_NOT_FOUND);
	write_file("", 0);
	assert_int_equal(lease_store_open_reader(fixture_directory, &reader, NULL), -E_NOT_FOUND);
	store = open_store();
	assert_int_equal(lease_store_open_reader(fixture_directory, &reader, NULL), 0);
	lease_store_close(reader);
	lease_store_close(store);
}

static void test_files_are_private(void **state) {
	struct lease_store *store = open_store();
	struct stat file;
	char path[128];

	snprintf(path, sizeof path, "%s/leases.mdb", fixture_directory);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	snprintf(path, sizeof path, "%s/leases.mdb-lock", fixture_directory);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	lease_store_close(store);
}

/* Another process reads while this one writes: it sees whole commits, and what it was killed in does no harm. */
static void read_until_told(int go_on) {
	struct lease_store *reader;
	unsigned last = 0;
	char octet;

	if (lease_store_open_reader(fixture_directory, &reader, NULL) < 0)
		_exit(2);
	while (read(go_on, &octet, 1) < 0) {
		unsigned count = count_leases(reader);

		if (count % 10 || count < last)
			_exit(3);
		last = count;
	}
	last = count_leases(reader);
	lease_store_close(reader);
	_exit(last == 1000 ? 0 : 4);
}

static void test_reader_while_writing(void **state) {
	struct lease_store *store = open_store();
	int pipe_fds[2], status;
	pid_t child;

	lease_store_close(store);
	assert_int_equal(pipe2(pipe_fds, O_NONBLOCK), 0);
	child = fork();
	if (child == 0) {
		close(pipe_fds[1]);
		read_until_told(pipe_fds[0]);
	}
	store = open_store();
	for (unsigned i = 0; i < 100; i++) {
		struct lease_batch *batch = begin(store);

		for (unsigned j = 0; j < 10; j++) {
			struct lease lease = fixture_lease("10.77.0.1", 1 + i * 10 + j, LATER);

			lease.address.value += i * 10 + j;
			view_put(batch, lease);
		}
		assert_int_equal(submit(batch), 0);
	}
	assert_int_equal(count_leases(store), 1000);
	close(pipe_fds[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(pipe_fds[0]);
	lease_store_close(store);
}

/* What is acknowledged to a pipe before kill -9 is there afterwards. */
static void write_until_killed(int acknowledged) {
	struct lease_store *store = open_store();

	for (unsigned i = 1;; i++) {
		struct lease_batch *batch = begin(store);
		struct lease lease = fixture_lease("10.77.0.0", i, LATER);

		lease.address.value += i;
		view_put(batch, lease);
		if (submit(batch) < 0 || write(acknowledged, &i, sizeof i) != sizeof i)
			_exit(1);
	}
}

static void test_killed_writer(void **state) {
	unsigned last = 0, acknowledged;
	struct lease_store *store;
	int pipe_fds[2];
	pid_t child;

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	child = fork();
	if (child == 0)
		write_until_killed(pipe_fds[1]);
	close(pipe_fds[1]);
	while (last < 200 && read(pipe_fds[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged)
		last = acknowledged;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	while (read(pipe_fds[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged)
		last = acknowledged;
	close(pipe_fds[0]);
	store = open_store();
	assert_true(count_leases(store) >= last);
	assert_true(count_leases(store) <= last + 1);
	lease_store_close(store);
}

struct visit_state {
	uint32_t last;
	unsigned count;
	unsigned stop_at;
};

static int visit_in_order(void *context, const struct lease *lease) {
	struct visit_state *visit = context;

	assert_true(lease->address.value > visit->last);
	visit->last = lease->address.value;
	return ++visit->count == visit->stop_at ? -E_NOT_ENOUGH_MEMORY : 0;
}

static void test_visit(void **state) {
	struct ip4 from = fixture_ip4("10.77.0.0"), to = fixture_ip4("10.77.255.255");
	struct visit_state all = { 0 }, some = { .stop_at = 7 }, part = { 0 };
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);

	for (unsigned i = 0; i < 10000; i++) {
		/* A step without a common factor with the count visits each address once, in no order. */
		struct lease lease = fixture_lease("10.77.0.0", i + 1, LATER);

		lease.address.value += i * 7919 % 10000;
		assert_int_equal(view_put(batch, lease), 0);
	}
	assert_int_equal(submit(batch), 0);
	assert_int_equal(lease_store_visit(store, from, to, visit_in_order, &all), 0);
	assert_int_equal(all.count, 10000);
	assert_int_equal(lease_store_visit(store, from, to, visit_in_order, &some), -E_NOT_ENOUGH_MEMORY);
	assert_int_equal(some.count, 7);
	from = fixture_ip4("10.77.1.0");
	to = fixture_ip4("10.77.1.255");
	assert_int_equal(lease_store_visit(store, from, to, visit_in_order, &part), 0);
	assert_int_equal(part.count, 256);
	assert_consistent(store, 10000, 10000);
	lease_store_close(store);
}

static void test_damaged_record_hides_no_other(void **state) {
	struct lease_store *store = open_store();
	struct lease_batch *batch = begin(store);
	static const uint8_t address[] = { 10, 77, 0, 2 };
	struct lease lease;
	struct db_txn txn;
	struct db *db;

	view_put(batch, fixture_lease("10.77.0.1", 1, 100));
	view_put(batch, fixture_lease("10.77.0.2", 2, 50));
	view_put(batch, fixture_lease("10.77.0.3", 3, 200));
	assert_int_equal(submit(batch), 0);
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	lease_store_close(store);
	assert_int_equal(db_open(&lease_store_kind, fixture_directory, &db, NULL), 0);
	assert_int_equal(db_begin(db, true, &txn, NULL), 0);
	db_put(&txn, LEASE_TABLE_ADDRESS, span_of(address, 4), span_of("junk", 4));
	assert_int_equal(db_commit(&txn, NULL), 0);
	db_close(db);

	store = open_store();
	assert_int_equal(count_leases(store), 2);
	batch = begin(store);
	assert_int_equal(view_get(batch, "10.77.0.2", &lease), -E_DHCP_JET_ERROR);
	assert_int_equal(view_get_client(batch, 2, &lease), -E_NOT_FOUND);
	assert_reusable(batch, 0, "10.77.0.1");
	assert_reusable(batch, 1, "10.77.0.3");
	/* Its client gets a new record all the same, and the address too. */
	assert_int_equal(view_put(batch, fixture_lease("10.77.0.2", 4, LATER)), 0);
	assert_int_equal(view_put(batch, fixture_lease("10.77.0.5", 2, LATER)), 0);
	assert_int_equal(submit(batch), 0);
	assert_int_equal(count_leases(store), 4);
	lease_store_close(store);
}

static void test_two_objects_share_a_file(void **state) {
	struct lease_store *store = open_store(), *reader, *other;
	struct lease_batch *batch;

	assert_int_equal(lease_store_open_reader(fixture_directory, &reader, NULL), 0);
	assert_int_equal(lease_store_open(fixture_directory, SERVER, &other, NULL), -E_DHCP_DATABASE_INIT_FAILED);
	batch = begin(store);
	view_put(batch, fixture_lease("10.77.0.1", 1, LATER));
	assert_int_equal(count_leases(reader), 0);
	assert_int_equal(submit(batch), 0);
	assert_int_equal(count_leases(reader), 1);
	lease_store_close(store);
	assert_int_equal(count_leases(reader), 1);
	lease_store_close(reader);
}

int main(void) {
	const struct CMUnitTest tests[] = {
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		STORE_TEST(test_put_is_seen_in_its_batch_and_after),
		STORE_TEST(test_abort_changes_nothing),
		STORE_TEST(test_removed_records_leave_nothing),
		STORE_TEST(test_clean_batch_does_not_touch_the_disk),
		STORE_TEST(test_client_moves),
		STORE_TEST(test_client_in_two_scopes_has_two_leases),
		STORE_TEST(test_address_changes_scope),
		STORE_TEST(test_declined_address_has_no_client),
		STORE_TEST(test_gap),
		STORE_TEST(test_gap_at_the_end_of_all_addresses),
		STORE_TEST(test_reusable_order),
		STORE_TEST(test_bootp_clients_are_counted),
		STORE_TEST(test_put_of_nonsense_fails_the_batch),
		STORE_TEST(test_disk_fails),
		STORE_TEST(test_failed_reading_leaves_nothing),
		STORE_TEST(test_lost_frame_is_doubt),
		STORE_TEST(test_checkpoint_fails),
		STORE_TEST(test_burst_waits_for_room),
		STORE_TEST(test_map_grows),
		STORE_TEST(test_other_server),
		STORE_TEST(test_other_formats),
		STORE_TEST(test_not_a_store),
		STORE_TEST(test_damaged_file),
		STORE_TEST(test_reader_before_the_writer),
		STORE_TEST(test_files_are_private),
		STORE_TEST(test_reader_while_writing),
		STORE_TEST(test_killed_writer),
		STORE_TEST(test_visit),
		STORE_TEST(test_damaged_record_hides_no_other),
		STORE_TEST(test_two_objects_share_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
