/* SPDX-License-Identifier: Apache-2.0 */
/* The local copy of the directory: versions of entries, what changes together, what is given up and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/directory_record.h"
#include "store/directory_store_priv.h"
#include "store_fixture.h"

#define SERVER "dhcp1.example.com"
#define BASE "dc=example,dc=com"

static struct arena *arena; /* of the running test */

static int setup(void **state) {
	arena = arena_new(0);
	return fixture_setup(state);
}

static int teardown(void **state) {
	arena = arena_free(arena);
	return fixture_teardown(state);
}

static struct directory_store *open_for(const char *server, const char *base) {
	struct directory_store *store;
	struct error error;

	if (directory_store_open(fixture_directory, server, base, &store, &error) < 0)
		fail_msg("%s", error.text);
	return store;
}

static struct directory_store *open_store(void) {
	return open_for(SERVER, BASE);
}

static struct directory_write *begin(struct directory_store *store) {
	struct directory_write *write;

	assert_int_equal(directory_write_begin(store, &write), 0);
	return write;
}

static void commit(struct directory_write *write) {
	struct error error;

	if (directory_write_commit(write, &error) < 0)
		fail_msg("%s", error.text);
}

static struct entry_uuid uuid_of(unsigned number) {
	struct entry_uuid uuid = { { 0 } };

	uuid.octets[0] = (uint8_t)(number >> 8);
	uuid.octets[ENTRY_UUID_SIZE - 1] = (uint8_t)number;
	return uuid;
}

static struct entry *make_entry(unsigned number, const char *text) {
	struct entry *entry = arena_new_of(arena, struct entry);

	entry->uuid = uuid_of(number);
	entry->dn = arena_format(arena, "cn=%u," BASE, number);
	entry->attributes = arena_new_of(arena, struct entry_attribute);
	entry->n_attributes = 1;
	entry->attributes[0].name = "description";
	entry->attributes[0].values = arena_new_of(arena, struct span);
	entry->attributes[0].values[0] = span_of_text(arena_dup_text(arena, text));
	entry->attributes[0].n_values = 1;
	return entry;
}

static uint64_t generation_of(struct directory_store *store) {
	uint64_t generation;

	assert_int_equal(directory_store_generation(store, &generation), 0);
	return generation;
}

static size_t read_accepted(struct directory_store *store, struct entry ***ret_entries) {
	uint64_t generation;
	size_t n;

	assert_int_equal(directory_store_accepted(store, arena, ret_entries, &n, &generation), 0);
	assert_int_equal(generation, generation_of(store));
	return n;
}

static size_t read_entries(struct directory_store *store, struct directory_entry **ret_entries) {
	size_t n;

	assert_int_equal(directory_store_entries(store, arena, ret_entries, &n), 0);
	return n;
}

static const char *cookie_of(struct directory_store *store, unsigned feed) {
	struct span cookie;

	assert_int_equal(directory_store_cookie(store, feed, arena, &cookie), 0);
	return cookie.len ? arena_dup(arena, cookie) : "";
}

static void test_entries_and_cookie_come_together(void **state) {
	struct directory_store *store = open_store();
	struct directory_write *write = begin(store);
	uint64_t generation = generation_of(store);
	struct entry **entries;

	directory_write_accepted(write, make_entry(2, "two"));
	directory_write_accepted(write, make_entry(1, "one"));
	directory_write_cookie(write, 0, span_of_text("rid=1"));
	assert_int_equal(read_accepted(store, &entries), 0); /* not before the commit */
	assert_string_equal(cookie_of(store, 0), "");
	commit(write);
	assert_int_equal(read_accepted(store, &entries), 2);
	assert_true(is_entry_equal(entries[0], make_entry(1, "one")));
	assert_true(is_entry_equal(entries[1], make_entry(2, "two")));
	assert_string_equal(cookie_of(store, 0), "rid=1");
	assert_string_equal(cookie_of(store, 1), "");
	assert_int_equal(generation_of(store), generation + 1);
	directory_store_close(store);

	store = open_store();
	assert_int_equal(read_accepted(store, &entries), 2);
	assert_string_equal(cookie_of(store, 0), "rid=1");
	assert_int_equal(generation_of(store), generation + 1);
	directory_store_close(store);
}

static void test_abort_changes_nothing(void **state) {
	struct directory_store *store = open_store();
	struct directory_write *write = begin(store);
	uint64_t generation = generation_of(store);
	struct entry **entries;

	directory_write_accepted(write, make_entry(1, "one"));
	directory_write_cookie(write, 0, span_of_text("rid=1"));
	directory_write_abort(write);
	assert_int_equal(read_accepted(store, &entries), 0);
	assert_string_equal(cookie_of(store, 0), "");
	assert_int_equal(generation_of(store), generation);
	directory_store_close(store);
}

static void test_failed_commit_changes_nothing(void **state) {
	static const char *const calls[] = { "pwrite", "fdatasync" };
	struct directory_store *store = open_store();
	struct entry **entries;
	struct error error;

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct directory_write *write = begin(store);

		directory_write_accepted(write, make_entry(1, "one"));
		directory_write_cookie(write, 0, span_of_text("rid=1"));
		fixture_break(calls[i], 0);
		assert_int_equal(directory_write_commit(write, &error), -E_DHCP_JET_ERROR);
		fixture_break("", 0);
		assert_int_equal(error.code, E_DHCP_JET_ERROR);
		assert_int_equal(read_accepted(store, &entries), 0);
		assert_string_equal(cookie_of(store, 0), "");
	}
	directory_store_close(store);
}

static void test_pending_beside_accepted(void **state) {
	struct directory_store *store = open_store();
	struct directory_write *write = begin(store);
	struct directory_entry *entries;
	struct entry **accepted;

	directory_write_accepted(write, make_entry(1, "good"));
	directory_write_accepted(write, make_entry(3, "good"));
	directory_write_pending(write, make_entry(1, "bad"));
	directory_write_pending(write, make_entry(2, "never good"));
	commit(write);
	assert_int_equal(read_accepted(store, &accepted), 2);
	assert_true(is_entry_equal(accepted[0], make_entry(1, "good")));
	assert_int_equal(read_entries(store, &entries), 3);
	assert_true(is_entry_equal(entries[0].accepted, make_entry(1, "good")));
	assert_true(is_entry_equal(entries[0].pending, make_entry(1, "bad")));
	assert_null(entries[1].accepted);
	assert_true(is_entry_equal(entries[1].pending, make_entry(2, "never good")));
	assert_true(is_entry_equal(entries[2].accepted, make_entry(3, "good")));
	assert_null(entries[2].pending);

	/* Mended: the version in quarantine is gone. */
	write = begin(store);
	directory_write_accepted(write, make_entry(1, "mended"));
	commit(write);
	assert_int_equal(read_entries(store, &entries), 3);
	assert_true(is_entry_equal(entries[0].accepted, make_entry(1, "mended")));
	assert_null(entries[0].pending);
	directory_store_close(store);
}

static void test_remove(void **state) {
	struct directory_store *store = open_store();
	struct directory_write *write = begin(store);
	struct entry_uuid one = uuid_of(1), unknown = uuid_of(77);
	struct directory_entry *entries;

	directory_write_accepted(write, make_entry(1, "good"));
	directory_write_pending(write, make_entry(1, "bad"));
	directory_write_accepted(write, make_entry(2, "good"));
	commit(write);
	write = begin(store);
	directory_write_remove(write, &one);
	directory_write_remove(write, &unknown);
	commit(write);
	assert_int_equal(read_entries(store, &entries), 1);
	assert_true(is_entry_equal(entries[0].accepted, make_entry(2, "good")));
	directory_store_close(store);
}

static void test_generation_counts_changes_of_entries(void **state) {
	struct directory_store *store = open_store();
	struct entry_uuid unknown = uuid_of(77);
	struct directory_write *write = begin(store);
	struct verdict verdict;
	uint64_t generation;

	directory_write_accepted(write, make_entry(1, "one"));
	commit(write);
	generation = generation_of(store);
	/* The same again, and things that are not entries. */
	verdict_init(&verdict);
	write = begin(store);
	directory_write_accepted(write, make_entry(1, "one"));
	directory_write_remove(write, &unknown);
	directory_write_verdict(write, &verdict);
	directory_write_cookie(write, 0, span_of_text("rid=2"));
	commit(write);
	assert_int_equal(generation_of(store), generation);
	write = begin(store);
	directory_write_accepted(write, make_entry(1, "another"));
	commit(write);
	assert_int_equal(generation_of(store), generation + 1);
	directory_store_close(store);
}

static void test_findings(void **state) {
	const struct finding items[] = {
		{ uuid_of(2), "cn=2", "lessorRange", 20023, "the range ends before it starts", false, false },
		{ uuid_of(1), "cn=1", "", 20116, "two servers", true, false },
		{ uuid_of(2), "cn=2", "lessorState", 87, "say enabled or disabled", false, true },
	};
	const struct findings three = { items, 3 }, one = { items, 1 };
	struct directory_store *store = open_store();
	struct directory_write *write = begin(store);
	struct findings read;

	directory_write_findings(write, &three);
	commit(write);
	assert_int_equal(directory_store_findings(store, arena, &read), 0);
	assert_int_equal(read.n_items, 3);
	assert_string_equal(read.items[0].dn, "cn=1");
	assert_string_equal(read.items[0].attribute, "");
	assert_int_equal(read.items[0].code, 20116);
	assert_true(read.items[0].is_consequence);
	assert_false(read.items[1].is_consequence);
	assert_string_equal(read.items[1].attribute, "lessorRange");
	assert_false(read.items[0].is_value_only || read.items[1].is_value_only);
	assert_true(read.items[2].is_value_only && !read.items[2].is_consequence);
	assert_string_equal(read.items[2].attribute, "lessorState");
	assert_string_equal(read.items[2].reason, "say enabled or disabled");
	assert_memory_equal(read.items[2].uuid.octets, items[0].uuid.octets, ENTRY_UUID_SIZE);
	write = begin(store);
	directory_write_findings(write, &one);
	commit(write);
	assert_int_equal(directory_store_findings(store, arena, &read), 0);
	assert_int_equal(read.n_items, 1);
	directory_store_close(store);
}

static struct verdict full_verdict(void) {
	struct verdict verdict;

	memset(&verdict, 0, sizeof verdict);
	verdict.state = AUTHORITY_CACHED;
	verdict.code = 20040;
	verdict.checked_at = 1700000000;
	verdict.valid_until = 1700259200;
	verdict.valid_until_boot_ms = UINT64_MAX;
	memset(verdict.reason, 'r', sizeof verdict.reason - 1);
	memset(verdict.boot_id, 'b', sizeof verdict.boot_id - 1);
	return verdict;
}

static void assert_verdict_equal(const struct verdict *a, const struct verdict *b) {
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->code, b->code);
	assert_string_equal(a->reason, b->reason);
	assert_int_equal(a->checked_at, b->checked_at);
	assert_int_equal(a->valid_until, b->valid_until);
	assert_true(a->valid_until_boot_ms == b->valid_until_boot_ms);
	assert_string_equal(a->boot_id, b->boot_id);
}

static void test_verdict(void **state) {
	struct verdict verdict = full_verdict(), start, read;
	struct directory_store *store = open_store();
	struct directory_write *write;

	verdict_init(&start);
	assert_int_equal(directory_store_verdict(store, &read), 0);
	assert_verdict_equal(&read, &start);
	write = begin(store);
	directory_write_verdict(write, &verdict);
	commit(write);
	directory_store_close(store);
	store = open_store();
	assert_int_equal(directory_store_verdict(store, &read), 0);
	assert_verdict_equal(&read, &verdict);
	directory_store_close(store);
}

static void test_status(void **state) {
	struct directory_status status = { .uri = "ldap://a",
					   .is_connected = true,
					   .feed = "syncrepl",
					   .enterprise = "example.com",
					   .since = 1,
					   .next_attempt = 2,
					   .next_check = 4,
					   .synchronized_at = 3,
					   .code = 20037,
					   .reason = "why" };
	struct directory_store *store = open_store();
	struct directory_status read, zero = { 0 };
	struct directory_write *write;

	assert_int_equal(directory_store_status(store, &read), 0);
	assert_memory_equal(&read, &zero, sizeof read);
	write = begin(store);
	directory_write_status(write, &status);
	commit(write);
	assert_int_equal(directory_store_status(store, &read), 0);
	assert_string_equal(read.uri, "ldap://a");
	assert_true(read.is_connected);
	assert_string_equal(read.feed, "syncrepl");
	assert_string_equal(read.enterprise, "example.com");
	assert_int_equal(read.since, 1);
	assert_int_equal(read.next_attempt, 2);
	assert_int_equal(read.next_check, 4);
	assert_int_equal(read.synchronized_at, 3);
	assert_int_equal(read.code, 20037);
	assert_string_equal(read.reason, "why");
	directory_store_close(store);
}

/* The servers that are known to be listed, in @ret_servers; -1 if the list is not known. */
static int read_listing(struct directory_store *store, struct dhcp_server **ret_servers) {
	bool is_known;
	size_t n;

	assert_int_equal(directory_store_listing(store, arena, ret_servers, &n, &is_known), 0);
	return is_known ? (int)n : -1;
}

static void write_listing(struct directory_store *store, const struct dhcp_server *servers, size_t n_servers) {
	struct directory_write *write = begin(store);

	directory_write_listing(write, servers, n_servers);
	commit(write);
}

static const struct dhcp_server listed[] = {
	{ { 0x0a000001 }, "dhcp1.example.com", "dhcp1.example.com" },
	{ { 0 }, "", "dhcp2.example.com" },
	{ { 0x0a000003 }, "10.0.0.3", "" },
};

static void test_listing(void **state) {
	struct directory_store *store = open_store();
	uint64_t generation = generation_of(store);
	struct dhcp_server *read;

	assert_int_equal(read_listing(store, &read), -1);
	write_listing(store, NULL, 0);
	assert_int_equal(read_listing(store, &read), 0); /* nobody, which is not the same as nothing known */
	write_listing(store, listed, ARRAY_LEN(listed));
	directory_store_close(store);
	store = open_store();
	assert_int_equal(read_listing(store, &read), ARRAY_LEN(listed));
	for (size_t i = 0; i < ARRAY_LEN(listed); i++)
		assert_true(is_dhcp_server_equal(&read[i], &listed[i]));
	assert_int_equal(generation_of(store), generation); /* nobody rebuilds a snapshot because of it */
	directory_store_close(store);
	store = open_for(SERVER, "dc=other");
	assert_int_equal(read_listing(store, &read), -1);
	directory_store_close(store);
}

static void test_damaged_listing(void **state) {
	struct span octets = listing_record_encode(listed, ARRAY_LEN(listed), arena);
	struct directory_store *store = open_store();
	struct arena *narrow = arena_new(64);
	struct dhcp_server *read;
	struct db_txn txn;
	size_t n;

	for (size_t cut = 0; cut < octets.len; cut++)
		assert_int_equal(listing_record_decode(span_of(octets.data, cut), arena, &read, &n), -E_DHCP_JET_ERROR);
	assert_int_equal(listing_record_decode(octets, narrow, &read, &n), -E_NOT_ENOUGH_MEMORY);
	assert_null(listing_record_encode(listed, ARRAY_LEN(listed), narrow).data);
	arena_free(narrow);
	/* A number that the octets cannot hold. */
	assert_int_equal(listing_record_decode(span_of("\1\0\0\1\0", 5), arena, &read, &n), -E_DHCP_JET_ERROR);
	assert_int_equal(db_begin(store->db, true, &txn, NULL), 0);
	db_put(&txn, DIRECTORY_TABLE_META, key_listing, span_of_text("\2everybody"));
	assert_int_equal(db_commit(&txn, NULL), 0);
	assert_int_equal(read_listing(store, &read), -1);
	directory_store_close(store);
}

static void test_record_of_an_older_program(void **state) {
	struct directory_status status = { .uri = "ldap://a" }, read, zero = { 0 };
	struct directory_store *store = open_store();
	uint8_t octets[DIRECTORY_RECORD_MAX];
	size_t len = status_record_encode(&status, octets);
	struct db_txn txn;

	octets[0] = 1;
	assert_int_equal(db_begin(store->db, true, &txn, NULL), 0);
	db_put(&txn, DIRECTORY_TABLE_META, key_status, span_of(octets, len));
	assert_int_equal(db_commit(&txn, NULL), 0);
	assert_int_equal(directory_store_status(store, &read), 0);
	assert_memory_equal(&read, &zero, sizeof read);
	directory_store_close(store);
}

static void test_damaged_records(void **state) {
	struct verdict verdict = full_verdict(), read;
	struct finding finding = { uuid_of(1), "cn=1", "a", 1, "r", true, false }, read_finding;
	struct directory_status status = { .uri = "ldap://a" }, read_status;
	uint8_t octets[DIRECTORY_RECORD_MAX];
	size_t len = verdict_record_encode(&verdict, octets);

	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(verdict_record_decode(span_of(octets, cut), &read), -E_DHCP_JET_ERROR);
	octets[1] = AUTHORITY_STATE_COUNT;
	assert_int_equal(verdict_record_decode(span_of(octets, len), &read), -E_DHCP_JET_ERROR);
	octets[1] = AUTHORITY_AUTHORIZED;
	assert_int_equal(verdict_record_decode(span_of(octets, len), &read), 0);
	octets[0]++;
	assert_int_equal(verdict_record_decode(span_of(octets, len), &read), -E_DHCP_JET_ERROR);
	len = status_record_encode(&status, octets);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(status_record_decode(span_of(octets, cut), &read_status), -E_DHCP_JET_ERROR);
	len = finding_record_encode(&finding, octets);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(finding_record_decode(span_of(octets, cut), arena, &read_finding), -E_DHCP_JET_ERROR);
}

static void test_damaged_verdict_says_start(void **state) {
	struct directory_store *store = open_store();
	struct verdict read;
	struct db_txn txn;

	assert_int_equal(db_begin(store->db, true, &txn, NULL), 0);
	db_put(&txn, DIRECTORY_TABLE_META, key_verdict, span_of_text("\1\1authorized, honestly"));
	assert_int_equal(db_commit(&txn, NULL), 0);
	assert_int_equal(directory_store_verdict(store, &read), 0);
	assert_int_equal(read.state, AUTHORITY_START);
	directory_store_close(store);
}

static void fill(struct directory_store *store) {
	struct directory_write *write = begin(store);
	struct verdict verdict = full_verdict();

	directory_write_accepted(write, make_entry(1, "one"));
	directory_write_pending(write, make_entry(2, "two"));
	for (unsigned feed = 0; feed < 3; feed++)
		directory_write_cookie(write, feed, span_of_text("rid=1"));
	directory_write_verdict(write, &verdict);
	commit(write);
}

static void assert_emptied(struct directory_store *store, uint64_t former_generation) {
	struct directory_entry *entries;
	struct verdict verdict;

	assert_int_equal(read_entries(store, &entries), 0);
	for (unsigned feed = 0; feed < 3; feed++)
		assert_string_equal(cookie_of(store, feed), "");
	assert_int_equal(directory_store_verdict(store, &verdict), 0);
	assert_int_equal(verdict.state, AUTHORITY_START);
	assert_true(generation_of(store) > former_generation);
}

static void test_copy_of_another_tree_is_emptied(void **state) {
	struct directory_store *store = open_store();
	struct directory_entry *entries;
	uint64_t generation;

	fill(store);
	generation = generation_of(store);
	directory_store_close(store);
	store = open_for(SERVER, "dc=example,dc=org");
	assert_emptied(store, generation);
	fill(store);
	directory_store_close(store);
	/* The same name in other letters is the same. */
	store = open_for(SERVER, "DC=Example, DC=org");
	assert_int_equal(read_entries(store, &entries), 2);
	directory_store_close(store);
}

static void test_copy_of_another_server_is_left_alone(void **state) {
	struct directory_store *store = open_store();
	struct directory_entry *entries;
	struct error error;

	fill(store);
	directory_store_close(store);
	assert_int_equal(directory_store_open(fixture_directory, "dhcp2.example.com", BASE, &store, &error),
			 -E_DHCP_DATABASE_INIT_FAILED);
	assert_int_equal(error.code, E_DHCP_DATABASE_INIT_FAILED);
	assert_non_null(strstr(error.text, SERVER));
	store = open_store();
	assert_int_equal(read_entries(store, &entries), 2);
	directory_store_close(store);
}

static void test_damaged_copy_is_emptied(void **state) {
	struct directory_store *store = open_store();
	struct entry_uuid uuid = uuid_of(1);
	uint64_t generation;
	struct db_txn txn;

	fill(store);
	generation = generation_of(store);
	assert_int_equal(db_begin(store->db, true, &txn, NULL), 0);
	db_put(&txn, DIRECTORY_TABLE_PENDING, span_of(uuid.octets, sizeof uuid.octets), span_of_text("no entry"));
	assert_int_equal(db_commit(&txn, NULL), 0);
	directory_store_close(store);
	store = open_store();
	assert_emptied(store, generation);
	directory_store_close(store);
}

static void test_newer_format_is_refused(void **state) {
	struct db_kind kind = directory_store_kind;
	struct directory_store *store;
	struct error error;

	kind.version++;
	assert_int_equal(directory_store_open_kind(&kind, fixture_directory, SERVER, BASE, &store, NULL), 0);
	directory_store_close(store);
	assert_int_equal(directory_store_open(fixture_directory, SERVER, BASE, &store, &error),
			 -E_DHCP_REGISTRY_INIT_FAILED);
	assert_non_null(strstr(error.text, "newer"));
}

static void test_reader_before_the_writer(void **state) {
	struct directory_store *store, *reader;
	struct entry **entries;

	assert_int_equal(directory_store_open_reader(fixture_directory, &reader, NULL), -E_NOT_FOUND);
	store = open_store();
	assert_int_equal(directory_store_open_reader(fixture_directory, &reader, NULL), 0);
	fill(store);
	assert_int_equal(read_accepted(reader, &entries), 1);
	directory_store_close(store);
	assert_int_equal(read_accepted(reader, &entries), 1);
	directory_store_close(reader);
}

static void test_limited_arena(void **state) {
	struct directory_store *store = open_store();
	struct directory_entry *entries;
	struct arena *small = arena_new(64);
	size_t n;

	fill(store);
	assert_int_not_equal(directory_store_entries(store, small, &entries, &n), 0);
	arena_free(small);
	directory_store_close(store);
}

int main(void) {
	const struct CMUnitTest tests[] = {
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		STORE_TEST(test_entries_and_cookie_come_together),
		STORE_TEST(test_abort_changes_nothing),
		STORE_TEST(test_failed_commit_changes_nothing),
		STORE_TEST(test_pending_beside_accepted),
		STORE_TEST(test_remove),
		STORE_TEST(test_generation_counts_changes_of_entries),
		STORE_TEST(test_findings),
		STORE_TEST(test_verdict),
		STORE_TEST(test_status),
		STORE_TEST(test_listing),
		STORE_TEST(test_damaged_listing),
		STORE_TEST(test_record_of_an_older_program),
		STORE_TEST(test_damaged_records),
		STORE_TEST(test_damaged_verdict_says_start),
		STORE_TEST(test_copy_of_another_tree_is_emptied),
		STORE_TEST(test_copy_of_another_server_is_left_alone),
		STORE_TEST(test_damaged_copy_is_emptied),
		STORE_TEST(test_newer_format_is_refused),
		STORE_TEST(test_reader_before_the_writer),
		STORE_TEST(test_limited_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
