/* SPDX-License-Identifier: Apache-2.0 */
/* The indexes of leases.mdb against its records: rows are damaged on purpose, in each table and in each way. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/counter.h"
#include "base/wireint.h"
#include "store/lease_check.h"
#include "store/lease_record.h"
#include "store/lease_reindex.h"
#include "store/lease_store_priv.h"
#include "store/lease_survey.h"
#include "store/lease_table.h"
#include "store_fixture.h"

#define SERVER "dhcp1.example.com"
#define LATER 9000
#define FOUND_MAX 64
#define ANY UINT64_MAX

static const struct ip4_range everything = { { 0 }, { UINT32_MAX } };

/* What a walk has found. */
struct found {
	size_t n;
	struct lease_drift items[FOUND_MAX];
};

static void note(void *context, const struct lease_drift *drift) {
	struct found *found = context;

	if (found->n < FOUND_MAX)
		found->items[found->n] = *drift;
	found->n++;
}

static void on_done(void *context, int result, const struct error *error) {
	assert_int_equal(result, 0);
}

/* Store @n leases of 10.77.0.1 and following to the clients with numbers from 1 on, the last of which is declined. */
static void fill(unsigned n) {
	struct lease_store *store;
	struct lease_batch *batch;
	struct error error;

	if (lease_store_open(fixture_directory, SERVER, &store, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	for (unsigned i = 1; i <= n; i++) {
		const struct lease_view *view = lease_batch_view(batch);
		struct lease lease = fixture_lease("10.77.0.0", i < n ? i : 0, LATER + i);

		lease.address.value += i;
		lease.is_bootp = i % 2;
		assert_int_equal(view->put(view->context, &lease), 0);
	}
	lease_batch_submit(batch, on_done, NULL);
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	lease_store_close(store);
}

/* Change a row behind the store's back; without @value, remove it. */
static void damage(unsigned table, struct span key, const char *value, size_t len) {
	struct db_txn txn;
	struct db *db;

	assert_int_equal(db_open(&lease_store_kind, fixture_directory, &db, NULL), 0);
	assert_int_equal(db_begin(db, true, &txn, NULL), 0);
	if (value)
		db_put(&txn, table, key, span_of(value, len));
	else
		db_delete(&txn, table, key);
	assert_int_equal(db_commit(&txn, NULL), 0);
	db_close(db);
}

static struct found walk(struct ip4_range range) {
	struct lease_checker *checker;
	struct found found = { 0 };
	struct lease_check check;

	assert_int_equal(lease_checker_open(fixture_directory, &checker, NULL), 0);
	lease_check_begin(&check, range);
	while (!check.is_done)
		assert_int_equal(lease_check_step(checker, &check, note, &found), 0);
	assert_true(is_lease_checker_current(checker));
	lease_checker_close(checker);
	return found;
}

/* Make the indexes of @db anew. Returns how many rows that changes. */
static uint64_t reindex(struct db *db) {
	atomic_bool is_cancelled = false;
	struct lease_reindex reindex;
	bool has_more = true;

	lease_reindex_begin(&reindex, &is_cancelled);
	while (has_more) {
		struct db_txn txn;

		assert_int_equal(db_begin_beside(db, true, &txn, NULL), 0);
		has_more = lease_reindex_part(&reindex, &txn);
		assert_int_equal(db_commit(&txn, NULL), 0);
	}
	return reindex.n_mended;
}

/* Make the indexes anew, by which @n rows change, and nothing is left but records that cannot be read. */
static void mend(uint64_t n, size_t n_left) {
	uint64_t n_mended;
	struct db *db;

	assert_int_equal(db_open(&lease_store_kind, fixture_directory, &db, NULL), 0);
	n_mended = reindex(db);
	db_close(db);
	assert_true(n == ANY || n_mended == n);
	assert_int_equal(walk(everything).n, n_left);
}

/* Exactly one thing is wrong, and can be mended. */
static void expect(enum inconsistency kind, const char *address) {
	struct found found = walk(everything);

	assert_int_equal(found.n, 1);
	assert_string_equal(inconsistency_info_get(found.items[0].kind)->word, inconsistency_info_get(kind)->word);
	assert_int_equal(found.items[0].address.value, fixture_ip4(address).value);
	mend(1, 0);
}

static struct lease third(void) {
	struct lease lease = fixture_lease("10.77.0.3", 3, LATER + 3);

	lease.is_bootp = true;
	return lease;
}

static void a_store_as_it_is_written_has_nothing_wrong(void **state) {
	fill(5000); /* more than one step */
	assert_int_equal(walk(everything).n, 0);
}

static void an_empty_store_has_nothing_wrong(void **state) {
	fill(0);
	assert_int_equal(walk(everything).n, 0);
}

static void a_store_that_is_not_there_is_not_found(void **state) {
	struct lease_checker *checker;

	assert_int_equal(lease_checker_open(fixture_directory, &checker, NULL), -E_NOT_FOUND);
}

static void a_record_that_cannot_be_read_is_found(void **state) {
	struct lease lease = third();
	struct lease_key key = lease_key_address(lease.address);
	struct found found;

	fill(5);
	damage(LEASE_TABLE_ADDRESS, lease_key_span(&key), "\1\2", 2);
	found = walk(everything);
	assert_int_equal(found.n, 3); /* and the two rows that lead to it */
	assert_int_equal(found.items[0].kind, INCONSISTENCY_UNREADABLE);
	assert_int_equal(found.items[0].address.value, lease.address.value);
	assert_int_equal(found.items[1].kind, INCONSISTENCY_CLIENT_WRONG);
	assert_int_equal(found.items[2].kind, INCONSISTENCY_EXPIRY_WRONG);
	mend(2, 1);
}

static void a_record_of_no_address_is_found(void **state) {
	fill(5);
	damage(LEASE_TABLE_ADDRESS, span_of_text("xyz"), "?", 1);
	expect(INCONSISTENCY_STRAY_RECORD, "0.0.0.0");
}

static void a_missing_row_of_a_client_is_found(void **state) {
	struct lease lease = third();
	struct lease_key key = lease_key_client(lease.scope, &lease.client);

	fill(5);
	damage(LEASE_TABLE_CLIENT, lease_key_span(&key), NULL, 0);
	expect(INCONSISTENCY_CLIENT_MISSING, "10.77.0.3");
}

static void a_row_of_a_client_that_leads_to_another_is_found(void **state) {
	struct lease lease = third();
	struct lease_key key = lease_key_client(lease.scope, &lease.client);
	struct be32 other = be32_from(lease.address.value + 1);
	struct found found;

	fill(5);
	damage(LEASE_TABLE_CLIENT, lease_key_span(&key), (const char *)other.octets, 4);
	found = walk(everything);
	assert_int_equal(found.n, 2);
	assert_int_equal(found.items[0].kind, INCONSISTENCY_CLIENT_MISSING);
	assert_int_equal(found.items[0].address.value, lease.address.value);
	assert_int_equal(found.items[1].kind, INCONSISTENCY_CLIENT_WRONG);
	assert_true(is_client_key_equal(&found.items[1].client, &lease.client));
	assert_int_equal(found.items[1].address.value, lease.address.value + 1);
	mend(2, 0);
}

static void a_row_of_a_client_that_leads_nowhere_is_found(void **state) {
	struct client_key stranger = fixture_client(77);
	struct lease_key key = lease_key_client(third().scope, &stranger);
	struct be32 nowhere = be32_from(0x0a4d0109);

	fill(5);
	damage(LEASE_TABLE_CLIENT, lease_key_span(&key), (const char *)nowhere.octets, 4);
	expect(INCONSISTENCY_CLIENT_WRONG, "10.77.1.9");
	damage(LEASE_TABLE_CLIENT, lease_key_span(&key), "abcde", 5);
	expect(INCONSISTENCY_CLIENT_WRONG, "0.0.0.0");
}

static void a_missing_row_of_a_time_is_found(void **state) {
	struct lease lease = third();
	struct lease_key key = lease_key_expiry(&lease);

	fill(5);
	damage(LEASE_TABLE_EXPIRY, lease_key_span(&key), NULL, 0);
	expect(INCONSISTENCY_EXPIRY_MISSING, "10.77.0.3");
}

static void a_row_of_another_time_is_found(void **state) {
	struct lease lease = third();
	struct lease_key key;

	lease.expiry++;
	key = lease_key_expiry(&lease);
	fill(5);
	damage(LEASE_TABLE_EXPIRY, lease_key_span(&key), "b", 1);
	expect(INCONSISTENCY_EXPIRY_WRONG, "10.77.0.3");
}

static void a_row_of_a_time_that_misnames_the_protocol_is_found(void **state) {
	struct lease lease = third();
	struct lease_key key = lease_key_expiry(&lease);

	fill(5);
	damage(LEASE_TABLE_EXPIRY, lease_key_span(&key), "", 0);
	expect(INCONSISTENCY_EXPIRY_WRONG, "10.77.0.3");
}

static void a_missing_bit_is_found(void **state) {
	struct lease_key key = lease_key_block(third().address);
	struct found found;

	fill(5); /* .1 to .5 */
	damage(LEASE_TABLE_BLOCK, lease_key_span(&key), "\x36\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
	expect(INCONSISTENCY_BLOCK_MISSING, "10.77.0.3");
	damage(LEASE_TABLE_BLOCK, lease_key_span(&key), NULL, 0);
	found = walk(everything);
	assert_int_equal(found.n, 5);
	mend(5, 0);
}

static void a_bit_of_no_record_is_found(void **state) {
	struct lease_key key = lease_key_block(third().address), empty = lease_key_block(fixture_ip4("10.78.0.0"));

	fill(5);
	damage(LEASE_TABLE_BLOCK, lease_key_span(&key), "\xbe\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
	expect(INCONSISTENCY_BLOCK_WRONG, "10.77.0.7");
	damage(LEASE_TABLE_BLOCK, lease_key_span(&empty), "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
	expect(INCONSISTENCY_BLOCK_WRONG, "10.78.0.0");
	damage(LEASE_TABLE_BLOCK, span_of_text("ab"), "?", 1);
	expect(INCONSISTENCY_BLOCK_WRONG, "0.0.0.0");
}

static void what_is_mended_beside_a_batch_stays_so(void **state) {
	struct lease_key key = lease_key_block(third().address);
	struct lease lease = fixture_lease("10.77.0.8", 8, LATER);
	const struct lease_view *view;
	struct lease_store *store;
	struct lease_batch *batch;

	fill(5);
	damage(LEASE_TABLE_BLOCK, lease_key_span(&key),
	       "\xbe\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
	assert_int_equal(lease_store_open(fixture_directory, SERVER, &store, NULL), 0);
	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	view = lease_batch_view(batch);
	assert_int_equal(view->put(view->context, &lease), 0);
	lease_batch_submit(batch, on_done, NULL);
	assert_int_equal(reindex(store->db), 1); /* behind the memory, which has read what was wrong */
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	lease_store_close(store);
	assert_int_equal(walk(everything).n, 0);
}

/* Tick until the indexes are mended, with a batch for each tick, in each of which the client with number @client moves
 * to another address, and so much time between that a checkpoint is due after each. */
static void mend_beside_batches(struct lease_store *store, unsigned client) {
	uint64_t before = counter_value(COUNTER_INDEXES_MENDED);
	struct lease lease = fixture_lease("10.77.128.0", client, LATER);
	uint64_t now_ms = 1;

	lease_store_reindex(store);
	while (counter_value(COUNTER_INDEXES_MENDED) == before) {
		const struct lease_view *view;
		struct lease_batch *batch;

		lease_store_tick(store, now_ms += 20000);
		assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
		view = lease_batch_view(batch);
		lease.address.value++;
		assert_int_equal(view->put(view->context, &lease), 0);
		lease_batch_submit(batch, on_done, NULL);
	}
	lease_store_tick(store, now_ms + 1);
}

/* Asked for while it is under way, it is done once more: what the second was asked for may have been passed already. */
static void mended_again_if_asked_again(void **state) {
	uint64_t before = counter_value(COUNTER_INDEXES_MENDED);
	struct lease_store *store;

	fill(5);
	assert_int_equal(lease_store_open(fixture_directory, SERVER, &store, NULL), 0);
	lease_store_reindex(store);
	lease_store_tick(store, 1);
	lease_store_reindex(store);
	for (uint64_t turn = 1; turn <= 10; turn++) {
		assert_int_equal(lease_store_checkpoint(store, NULL), 0); /* waits for what is under way */
		lease_store_tick(store, 1 + turn * 20000);
	}
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	lease_store_close(store);
	assert_int_equal(counter_value(COUNTER_INDEXES_MENDED), before + 2);
}

/* What has copied the bitmap before it was mended, and what copies from that, knows better soon. */
static void copies_of_what_is_mended_are_mended(void **state) {
	struct lease_key key = lease_key_block(third().address);
	struct lease lease = fixture_lease("10.77.0.8", 8, LATER);
	const struct lease_view *view;
	struct lease_store *store;
	struct lease_batch *batch;
	struct ip4 gap;

	fill(5);
	damage(LEASE_TABLE_BLOCK, lease_key_span(&key),
	       "\x36\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
	assert_int_equal(lease_store_open(fixture_directory, SERVER, &store, NULL), 0);
	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	view = lease_batch_view(batch);
	assert_int_equal(view->put(view->context, &lease), 0);
	assert_int_equal(view->get_gap(view->context, fixture_ip4("10.77.0.1"), lease.address, &gap), 0);
	assert_int_equal(gap.value, third().address.value);
	lease_batch_submit(batch, on_done, NULL);
	mend_beside_batches(store, 8);
	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	view = lease_batch_view(batch);
	lease.address.value++;
	assert_int_equal(view->put(view->context, &lease), 0);
	assert_int_equal(view->get_gap(view->context, fixture_ip4("10.77.0.1"), lease.address, &gap), 0);
	assert_int_equal(gap.value, fixture_ip4("10.77.0.6").value);
	lease_batch_submit(batch, on_done, NULL);
	lease_store_close(store);
}

/* Mending stops for whatever a batch has to write, and goes on where it was. */
static void batches_go_on_while_much_is_mended(void **state) {
	struct lease_store_stat stat;
	struct lease_store *store;
	struct db_txn txn;
	struct db *db;

	fill(20000);
	assert_int_equal(db_open(&lease_store_kind, fixture_directory, &db, NULL), 0);
	assert_int_equal(db_begin(db, true, &txn, NULL), 0);
	db_clear(&txn, LEASE_TABLE_CLIENT);
	db_clear(&txn, LEASE_TABLE_EXPIRY);
	assert_int_equal(db_commit(&txn, NULL), 0);
	db_close(db);
	assert_int_equal(lease_store_open(fixture_directory, SERVER, &store, NULL), 0);
	mend_beside_batches(store, 30000);
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	assert_int_equal(lease_store_stat(store, &stat), 0);
	assert_int_equal(stat.n_leases, 20001);
	lease_store_close(store);
	assert_int_equal(walk(everything).n, 0);
}

static void keys_of_any_length_are_looked_at_and_passed(void **state) {
	uint8_t key[LEASE_CHECK_KEY_MAX];

	memset(key, 0xff, sizeof key);
	fill(5000);
	damage(LEASE_TABLE_EXPIRY, span_of(key, sizeof key), "", 0);
	damage(LEASE_TABLE_EXPIRY, span_of(key, 1), "", 0);
	damage(LEASE_TABLE_CLIENT, span_of(key, sizeof key), "", 0);
	memset(key, 0, sizeof key);
	damage(LEASE_TABLE_CLIENT, span_of(key, 1), "", 0);
	assert_int_equal(walk(everything).n, 4);
	mend(4, 0);
}

static void a_table_that_is_lost_is_made_anew(void **state) {
	struct db_txn txn;
	struct db *db;

	fill(5000);
	assert_int_equal(db_open(&lease_store_kind, fixture_directory, &db, NULL), 0);
	assert_int_equal(db_begin(db, true, &txn, NULL), 0);
	db_clear(&txn, LEASE_TABLE_CLIENT);
	db_clear(&txn, LEASE_TABLE_EXPIRY);
	db_clear(&txn, LEASE_TABLE_BLOCK);
	assert_int_equal(db_commit(&txn, NULL), 0);
	db_close(db);
	mend(ANY, 0); /* a bitmap is mended as a whole */
}

static void a_range_leaves_the_rest_alone(void **state) {
	struct lease lease = third();
	struct lease_key key = lease_key_expiry(&lease);
	struct lease_key block = lease_key_block(lease.address), behind_it = lease_key_block(fixture_ip4("10.77.1.0"));
	const struct ip4_range within = { { 0x0a4d0180 },
					  { 0x0a4d01ff } }; /* of a block of which it begins in the middle */
	const char one_bit[32] = { 1 };
	const struct ip4_range with = { { 0x0a4d0000 }, { 0x0a4dffff } }, behind = { { 0x0a4e0000 }, { UINT32_MAX } },
			       before = { { 0 }, { 0x0a4cffff } };

	fill(5);
	damage(LEASE_TABLE_EXPIRY, lease_key_span(&key), NULL, 0);
	damage(LEASE_TABLE_BLOCK, lease_key_span(&block), NULL, 0);
	damage(LEASE_TABLE_BLOCK, lease_key_span(&behind_it), one_bit, sizeof one_bit);
	assert_int_equal(walk(with).n, 1 + 5 + 1);
	assert_int_equal(walk(within).n, 1);
	assert_int_equal(walk(before).n, 0);
	assert_int_equal(walk(behind).n, 0);
}

static struct lease_survey *survey_of(const char *directory, bool is_check) {
	struct lease_survey *survey = lease_survey_new(directory, is_check, LATER + 3);

	assert_non_null(survey);
	lease_survey_run(survey);
	return survey;
}

static void a_survey_counts_and_compares_all(void **state) {
	struct lease_survey *survey = survey_of(fixture_directory, true);
	const struct lease lease = third();
	struct lease_key key = lease_key_client(lease.scope, &lease.client);

	assert_int_equal(survey->error.code, E_NOT_FOUND);
	assert_false(is_lease_survey_sound(survey));
	lease_survey_free(survey);
	fill(10);
	survey = survey_of(fixture_directory, false);
	assert_int_equal(survey->n_records, 10);
	assert_int_equal(survey->n_in_force, 7);
	assert_int_equal(survey->n_rows, 0);
	assert_true(is_lease_survey_sound(survey));
	lease_survey_free(survey);
	damage(LEASE_TABLE_CLIENT, lease_key_span(&key), NULL, 0);
	survey = survey_of(fixture_directory, true);
	assert_int_equal(survey->n_found[INCONSISTENCY_CLIENT_MISSING], 1);
	assert_true(survey->n_rows >= 20);
	assert_false(survey->is_damaged);
	assert_false(is_lease_survey_sound(survey));
	lease_survey_free(survey);
}

static void a_survey_that_is_killed_says_so(void **state) {
	struct lease_survey *survey = lease_survey_new(fixture_directory, true, LATER);

	lease_survey_finish(survey, SIGKILL);
	assert_int_equal(survey->error.code, E_DHCP_JET_ERROR);
	assert_false(survey->is_damaged);
	lease_survey_finish(survey, SIGBUS);
	assert_true(survey->is_damaged);
	lease_survey_free(survey);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
	static const struct CMUnitTest tests[] = {
		TEST(a_store_as_it_is_written_has_nothing_wrong),
		TEST(an_empty_store_has_nothing_wrong),
		TEST(a_store_that_is_not_there_is_not_found),
		TEST(a_record_that_cannot_be_read_is_found),
		TEST(a_record_of_no_address_is_found),
		TEST(a_missing_row_of_a_client_is_found),
		TEST(a_row_of_a_client_that_leads_to_another_is_found),
		TEST(a_row_of_a_client_that_leads_nowhere_is_found),
		TEST(a_missing_row_of_a_time_is_found),
		TEST(a_row_of_another_time_is_found),
		TEST(a_row_of_a_time_that_misnames_the_protocol_is_found),
		TEST(a_missing_bit_is_found),
		TEST(a_bit_of_no_record_is_found),
		TEST(what_is_mended_beside_a_batch_stays_so),
		TEST(mended_again_if_asked_again),
		TEST(copies_of_what_is_mended_are_mended),
		TEST(batches_go_on_while_much_is_mended),
		TEST(keys_of_any_length_are_looked_at_and_passed),
		TEST(a_table_that_is_lost_is_made_anew),
		TEST(a_range_leaves_the_rest_alone),
		TEST(a_survey_counts_and_compares_all),
		TEST(a_survey_that_is_killed_says_so),
	};

	return cmocka_run_group_tests_name("lease_check", tests, NULL, NULL);
}
