/* SPDX-License-Identifier: Apache-2.0 */
/* The store of other DHCP servers: what was written is read, nothing else is, and all of it changes together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "store/sighting_record.h"
#include "store/sighting_store_priv.h"
#include "store_fixture.h"

#define SERVER "dhcp1.example.com"

static struct arena *arena; /* of the running test */

static int setup(void **state) {
	arena = arena_new(0);
	return fixture_setup(state);
}

static int teardown(void **state) {
	arena = arena_free(arena);
	return fixture_teardown(state);
}

static struct sighting_store *open_for(const char *server) {
	struct sighting_store *store;
	struct error error;

	if (sighting_store_open(fixture_directory, server, &store, &error) < 0)
		fail_msg("%s", error.text);
	return store;
}

static struct sighting full_sighting(void) {
	struct sighting sighting = {
		.address = { 0x0a4d0003 },
		.via = { 0x0a4d0001 },
		.hlen = SIGHTING_HARDWARE_MAX,
		.state = SIGHTING_FOREIGN,
		.is_gone = true,
		.is_overheard = true,
		.answer = ROGUE_ANSWER_DIRECTORY,
		.offered = { 0x0a4d0063 },
		.first_seen = -5,
		.last_seen = INT64_MAX,
	};

	memset(sighting.hardware, 0xaa, SIGHTING_HARDWARE_MAX);
	memset(sighting.interface, 'i', sizeof sighting.interface - 1);
	memset(sighting.enterprise, 'e', sizeof sighting.enterprise - 1);
	return sighting;
}

static struct sighting small_sighting(uint32_t address) {
	return (struct sighting){ .address = { address }, .interface = "eth0", .state = SIGHTING_UNLISTED };
}

static struct detection full_detection(void) {
	struct detection detection = {
		.outcome = DETECTION_IMPOSSIBLE,
		.number = UINT64_MAX,
		.at = { 1700000000, 12345678901 },
		.by = { 0x0a4d0003 },
	};

	memset(detection.boot_id, 'b', sizeof detection.boot_id - 1);
	memset(detection.enterprise, 'e', sizeof detection.enterprise - 1);
	memset(detection.reason, 'r', sizeof detection.reason - 1);
	return detection;
}

/* The arrays are zero behind their texts, so that all octets can be compared but for padding. */
static void assert_sighting_equal(const struct sighting *a, const struct sighting *b) {
	assert_int_equal(a->address.value, b->address.value);
	assert_string_equal(a->interface, b->interface);
	assert_int_equal(a->via.value, b->via.value);
	assert_int_equal(a->hlen, b->hlen);
	assert_memory_equal(a->hardware, b->hardware, SIGHTING_HARDWARE_MAX);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->is_gone, b->is_gone);
	assert_int_equal(a->is_overheard, b->is_overheard);
	assert_int_equal(a->answer, b->answer);
	assert_string_equal(a->enterprise, b->enterprise);
	assert_int_equal(a->offered.value, b->offered.value);
	assert_int_equal(a->first_seen, b->first_seen);
	assert_int_equal(a->last_seen, b->last_seen);
}

static void assert_detection_equal(const struct detection *a, const struct detection *b) {
	assert_int_equal(a->outcome, b->outcome);
	assert_true(a->number == b->number);
	assert_int_equal(a->at.wall_s, b->at.wall_s);
	assert_true(a->at.boot_ms == b->at.boot_ms);
	assert_string_equal(a->boot_id, b->boot_id);
	assert_int_equal(a->by.value, b->by.value);
	assert_string_equal(a->enterprise, b->enterprise);
	assert_string_equal(a->reason, b->reason);
}

static void replace(struct sighting_store *store, const struct sighting *sightings, size_t n,
		    const struct detection *detection) {
	struct error error;

	if (sighting_store_replace(store, sightings, n, detection, &error) < 0)
		fail_msg("%s", error.text);
}

static size_t read_all(struct sighting_store *store, struct sighting **ret_sightings, struct detection *ret_detection) {
	size_t n;

	assert_int_equal(sighting_store_read(store, arena, ret_sightings, &n, ret_detection), 0);
	return n;
}

static void test_round_trip(void **state) {
	struct sighting sightings[] = { full_sighting(), small_sighting(1) }, *read;
	struct detection detection = full_detection(), read_detection;
	struct sighting_store *store = open_for(SERVER);

	assert_int_equal(read_all(store, &read, &read_detection), 0);
	assert_int_equal(read_detection.outcome, DETECTION_NONE);
	replace(store, sightings, 2, &detection);
	sighting_store_close(store);
	store = open_for("DHCP1.example.com");
	assert_int_equal(read_all(store, &read, &read_detection), 2);
	assert_sighting_equal(&read[0], &sightings[1]);
	assert_sighting_equal(&read[1], &sightings[0]);
	assert_detection_equal(&read_detection, &detection);
	sighting_store_close(store);
}

static void test_replace_leaves_nothing(void **state) {
	struct sighting sightings[] = { small_sighting(1), small_sighting(2), small_sighting(2) }, *read;
	struct detection detection = full_detection(), none = { 0 };
	struct sighting_store *store = open_for(SERVER);

	/* The same address on two networks is two servers. */
	sightings[1].interface[3] = '1';
	replace(store, sightings, 3, &detection);
	assert_int_equal(read_all(store, &read, &detection), 3);
	replace(store, sightings + 2, 1, &none);
	assert_int_equal(read_all(store, &read, &detection), 1);
	assert_int_equal(read[0].address.value, 2);
	assert_int_equal(detection.outcome, DETECTION_NONE);
	sighting_store_close(store);
}

static void test_as_many_as_there_may_be(void **state) {
	struct sighting *sightings = mem_alloc(SIGHTINGS_MAX * sizeof *sightings), *read;
	struct sighting_store *store = open_for(SERVER);
	struct detection detection = full_detection();

	for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
		sightings[i] = full_sighting();
		sightings[i].address.value += (uint32_t)i;
	}
	for (unsigned round = 0; round < 3; round++)
		replace(store, sightings, SIGHTINGS_MAX, &detection);
	assert_int_equal(read_all(store, &read, &detection), SIGHTINGS_MAX);
	sighting_store_close(store);
	free(sightings);
}

static void test_failed_replace_changes_nothing(void **state) {
	static const char *const calls[] = { "pwrite", "fdatasync" };
	struct sighting sightings[] = { small_sighting(1), small_sighting(2) }, *read;
	struct sighting_store *store = open_for(SERVER);
	struct detection detection = full_detection();
	struct error error;

	replace(store, sightings, 1, &detection);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		fixture_break(calls[i], 0);
		assert_int_equal(sighting_store_replace(store, sightings, 2, &detection, &error), -E_DHCP_JET_ERROR);
		fixture_break("", 0);
		assert_int_equal(error.code, E_DHCP_JET_ERROR);
		assert_int_equal(read_all(store, &read, &detection), 1);
	}
	replace(store, sightings, 2, &detection);
	sighting_store_close(store);
}

static void test_value_that_cannot_be_stored(void **state) {
	struct sighting_store *store = open_for(SERVER);
	struct sighting sighting = full_sighting();
	struct detection detection = full_detection();

	sighting.hlen = SIGHTING_HARDWARE_MAX + 1;
	assert_int_equal(sighting_store_replace(store, &sighting, 1, &detection, NULL), -E_DHCP_JET_ERROR);
	sighting = full_sighting();
	detection.reason[sizeof detection.reason - 1] = 'x';
	assert_int_equal(sighting_store_replace(store, &sighting, 1, &detection, NULL), -E_DHCP_JET_ERROR);
	sighting_store_close(store);
}

static void put_raw(struct sighting_store *store, unsigned table, const char *key, struct span value) {
	struct db *db;
	struct db_txn txn;

	sighting_store_close(store);
	assert_int_equal(db_open(&sighting_store_kind, fixture_directory, &db, NULL), 0);
	assert_int_equal(db_begin(db, true, &txn, NULL), 0);
	db_put(&txn, table, span_of_text(key), value);
	assert_int_equal(db_commit(&txn, NULL), 0);
	db_close(db);
}

static void test_damaged_records_are_passed_over(void **state) {
	struct sighting sightings[] = { small_sighting(1), small_sighting(2) }, *read;
	struct detection detection = full_detection();
	struct sighting_store *store = open_for(SERVER);

	replace(store, sightings, 2, &detection);
	put_raw(store, SIGHTING_TABLE_SIGHTING, "any key", span_of_text("no sighting"));
	store = open_for(SERVER);
	put_raw(store, SIGHTING_TABLE_META, "detection", span_of_text("no detection"));
	store = open_for(SERVER);
	assert_int_equal(read_all(store, &read, &detection), 2);
	assert_int_equal(detection.outcome, DETECTION_NONE);
	sighting_store_close(store);
}

static void test_store_of_another_server_is_emptied(void **state) {
	struct sighting sighting = small_sighting(1), *read;
	struct detection detection = full_detection();
	struct sighting_store *store = open_for(SERVER);

	replace(store, &sighting, 1, &detection);
	sighting_store_close(store);
	for (unsigned i = 0; i < 2; i++) {
		store = open_for("dhcp2.example.com");
		assert_int_equal(read_all(store, &read, &detection), i);
		if (i == 0)
			assert_int_equal(detection.outcome, DETECTION_NONE);
		replace(store, &sighting, 1, &detection);
		sighting_store_close(store);
	}
}

static void test_damaged_file_is_set_aside(void **state) {
	struct sighting sighting = small_sighting(1), *read;
	struct detection detection = full_detection();
	struct sighting_store *store = open_for(SERVER);
	char path[FIXTURE_DIRECTORY_MAX + 32];

	replace(store, &sighting, 1, &detection);
	sighting_store_close(store);
	snprintf(path, sizeof path, "%s/sightings.mdb", fixture_directory);
	assert_int_equal(truncate(path, 5000), 0);
	store = open_for(SERVER);
	assert_int_equal(read_all(store, &read, &detection), 0);
	replace(store, &sighting, 1, &detection);
	sighting_store_close(store);
}

static void test_reader(void **state) {
	struct sighting sighting = small_sighting(1), *read;
	struct detection detection = full_detection();
	struct sighting_store *store, *reader;
	char path[FIXTURE_DIRECTORY_MAX + 32];

	assert_int_equal(sighting_store_open_reader(fixture_directory, &reader, NULL), -E_NOT_FOUND);
	store = open_for(SERVER);
	assert_int_equal(sighting_store_open_reader(fixture_directory, &reader, NULL), 0);
	replace(store, &sighting, 1, &detection);
	assert_int_equal(read_all(reader, &read, &detection), 1);
	assert_true(is_sighting_store_current(reader));
	snprintf(path, sizeof path, "%s/sightings.mdb", fixture_directory);
	unlink(path);
	assert_false(is_sighting_store_current(reader));
	assert_false(is_sighting_store_current(store));
	sighting_store_close(reader);
	sighting_store_close(store);
}

static void test_limited_arena(void **state) {
	struct sighting sighting = small_sighting(1), *read;
	struct sighting_store *store = open_for(SERVER);
	struct detection detection = full_detection();
	struct arena *small = arena_new(64);
	size_t n;

	replace(store, &sighting, 1, &detection);
	assert_int_equal(sighting_store_read(store, small, &read, &n, &detection), -E_NOT_ENOUGH_MEMORY);
	arena_free(small);
	sighting_store_close(store);
}

static void test_layout(void **state) {
	/* Stores of earlier versions have exactly these octets: they may only change with the version. */
	static const uint8_t expected_sighting[] = {
		1, 10, 0, 0, 3, 10, 0, 0, 1,                       /* version, address, via */
		2, 2,  1, 10, 0, 0, 9,                             /* state, flags, answer, offered */
		0, 0,  0, 0,  0, 0, 0, 16, 0,   0,   0, 0, 0, 0, 0, 17, /* first, last */
		2, 0xaa, 0xbb, 0, 2, 'e', '0', 0, 1, 'x'           /* hardware, interface, enterprise */
	};
	static const uint8_t expected_detection[] = {
		1, 2, 0, 0, 0, 0, 0, 0, 0, 7,                     /* version, outcome, number */
		0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 17, /* at */
		10, 0, 0, 3, 0, 1, 'b', 0, 1, 'x', 0, 1, 'r'      /* by, boot, enterprise, reason */
	};
	struct sighting sighting = { .address = { 0x0a000003 }, .via = { 0x0a000001 }, .state = SIGHTING_UNLISTED,
				     .is_overheard = true, .answer = ROGUE_ANSWER_STANDALONE,
				     .offered = { 0x0a000009 }, .first_seen = 16, .last_seen = 17, .hlen = 2,
				     .hardware = { 0xaa, 0xbb }, .interface = "e0", .enterprise = "x" };
	struct detection detection = { .outcome = DETECTION_DIRECTORY_MET, .number = 7, .at = { 16, 17 },
				       .boot_id = "b", .by = { 0x0a000003 }, .enterprise = "x", .reason = "r" };
	uint8_t octets[SIGHTING_RECORD_MAX];

	assert_int_equal(sighting_record_encode(&sighting, octets), sizeof expected_sighting);
	assert_memory_equal(octets, expected_sighting, sizeof expected_sighting);
	assert_int_equal(detection_record_encode(&detection, octets), sizeof expected_detection);
	assert_memory_equal(octets, expected_detection, sizeof expected_detection);
}

static void test_damaged_octets(void **state) {
	struct sighting sighting = full_sighting(), read;
	struct detection detection = full_detection(), read_detection;
	uint8_t octets[SIGHTING_RECORD_MAX + 1];
	size_t len = sighting_record_encode(&sighting, octets);

	assert_true(len > 0);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(sighting_record_decode(span_of(octets, cut), &read), -E_DHCP_JET_ERROR);
	octets[len] = 0;
	assert_int_equal(sighting_record_decode(span_of(octets, len + 1), &read), -E_DHCP_JET_ERROR);
	for (size_t place = 9; place <= 11; place++) { /* state, flags, answer */
		uint8_t good = octets[place];

		octets[place] = 0x80;
		assert_int_equal(sighting_record_decode(span_of(octets, len), &read), -E_DHCP_JET_ERROR);
		octets[place] = good;
	}
	len = detection_record_encode(&detection, octets);
	assert_true(len > 0);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(detection_record_decode(span_of(octets, cut), &read_detection), -E_DHCP_JET_ERROR);
	octets[1] = DETECTION_OUTCOME_COUNT;
	assert_int_equal(detection_record_decode(span_of(octets, len), &read_detection), -E_DHCP_JET_ERROR);
}

int main(void) {
	const struct CMUnitTest tests[] = {
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		STORE_TEST(test_round_trip),
		STORE_TEST(test_replace_leaves_nothing),
		STORE_TEST(test_as_many_as_there_may_be),
		STORE_TEST(test_failed_replace_changes_nothing),
		STORE_TEST(test_value_that_cannot_be_stored),
		STORE_TEST(test_damaged_records_are_passed_over),
		STORE_TEST(test_store_of_another_server_is_emptied),
		STORE_TEST(test_damaged_file_is_set_aside),
		STORE_TEST(test_reader),
		STORE_TEST(test_limited_arena),
		STORE_TEST(test_layout),
		STORE_TEST(test_damaged_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
