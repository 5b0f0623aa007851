/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader beside the writer sees of the lease store, when all is well with the journal and when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "store/journal_segment.h"
#include "store/lease_store.h"
#include "store_fixture.h"

#define SERVER "dhcp1.example.com"
#define LATER 9000
#define MANY 8192 /* leases, which take more than half of a segment */
#define HOLE_SIZE (1 << 19)

static struct lease_store *open_store(void) {
	struct lease_store *store;
	struct error error;

	if (lease_store_open(fixture_directory, SERVER, &store, &error) < 0)
		fail_msg("%s", error.text);
	return store;
}

static struct lease_store *open_reader(void) {
	struct lease_store *reader;

	assert_int_equal(lease_store_open_reader(fixture_directory, &reader, NULL), 0);
	return reader;
}

static void note_result(void *context, int result, const struct error *error) {
	*(int *)context = result;
}

/* Have the client with number @client lease 10.77.0.@client. */
static int lease_to(struct lease_store *store, unsigned client) {
	struct lease lease = fixture_lease("10.77.0.0", client, LATER);
	const struct lease_view *view;
	struct lease_batch *batch;
	int result = 1;

	lease.address.value += client;
	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	view = lease_batch_view(batch);
	assert_int_equal(view->put(view->context, &lease), 0);
	lease_batch_submit(batch, note_result, &result);
	return result;
}

/* Have as many clients lease 10.77.1.0 and on. */
static void lease_to_many(struct lease_store *store, int64_t expiry) {
	const struct lease_view *view;
	struct lease_batch *batch;
	int result = 1;

	assert_int_equal(lease_batch_begin(store, &batch, NULL), 0);
	view = lease_batch_view(batch);
	for (unsigned i = 0; i < MANY; i++) {
		struct lease lease = fixture_lease("10.77.1.0", i + 256, expiry);

		lease.address.value += i;
		lease.client.len = CLIENT_KEY_MAX;
		assert_int_equal(view->put(view->context, &lease), 0);
	}
	lease_batch_submit(batch, note_result, &result);
	assert_int_equal(result, 0);
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
}

static int count_one(void *context, const struct lease *lease) {
	(*(unsigned *)context)++;
	return 0;
}

static void assert_leases(struct lease_store *reader, unsigned n) {
	const struct ip4 first = { 0 }, last = { UINT32_MAX };
	unsigned count = 0;

	assert_int_equal(lease_store_visit(reader, first, last, count_one, &count), 0);
	assert_int_equal(count, n);
}

static int open_segment(unsigned slot) {
	char path[128];

	snprintf(path, sizeof path, "%s/" JOURNAL_DIRECTORY "/segment-%02u", fixture_directory, slot);
	return open(path, O_RDWR);
}

/* Give back some of what each segment takes on the disk, as who copies files may do. */
static void make_holes(void) {
	for (unsigned slot = 0; slot < JOURNAL_SEGMENTS_MAX; slot++) {
		int fd = open_segment(slot);

		if (fd < 0)
			continue;
		assert_int_equal(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
					   JOURNAL_SEGMENT_SIZE - HOLE_SIZE, HOLE_SIZE), 0);
		close(fd);
	}
}

/* The one that was taken into use last. */
static unsigned last_segment(void) {
	struct journal_header last = { 0 }, header;
	unsigned last_slot = 0;

	for (unsigned slot = 0; slot < JOURNAL_SEGMENTS_MAX; slot++) {
		int fd = open_segment(slot);

		if (fd >= 0 && journal_segment_read_header(fd, &header) == 0 && header.number > last.number) {
			last = header;
			last_slot = slot;
		}
		close(fd);
	}
	return last_slot;
}

/* Whoever reads knows what the journal takes on the disk, and what is kept for the growth of leases.mdb. */
static void test_space(void **state) {
	struct lease_store *store = open_store(), *reader;
	struct lease_store_stat written, read;

	assert_int_equal(lease_to(store, 1), 0);
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	reader = open_reader();
	assert_int_equal(lease_store_stat(store, &written), 0);
	assert_int_equal(lease_store_stat(reader, &read), 0);
	assert_true(written.journal_segments > 1);
	assert_int_equal(read.journal_segments, written.journal_segments);
	assert_true(read.journal_bytes >= (uint64_t)JOURNAL_SEGMENT_SIZE * read.journal_segments);
	assert_true(read.n_bytes_reserved <= read.n_bytes_on_disk);
	lease_store_close(reader);
	lease_store_close(store);
}

/* What could not be made durable is not shown, also before anything else is; nor if it was the first of its segment. */
static void test_failed_sync(void **state) {
	struct lease_store *store = open_store(), *reader;

	fixture_break("fdatasync", 0);
	assert_int_equal(lease_to(store, 1), -E_DHCP_JET_ERROR);
	reader = open_reader();
	assert_leases(reader, 0);
	fixture_break("", 0);
	assert_int_equal(lease_store_checkpoint(store, NULL), 0);
	assert_int_equal(lease_to(store, 2), 0);
	assert_leases(reader, 1);
	fixture_break("fdatasync", 0);
	assert_int_equal(lease_to(store, 3), -E_DHCP_JET_ERROR);
	assert_leases(reader, 1);
	lease_store_close(store);
	fixture_break("", 0);
	assert_leases(reader, 1);
	lease_store_close(reader);
	store = open_store();
	reader = open_reader();
	assert_leases(reader, 1);
	assert_int_equal(lease_to(store, 4), 0);
	assert_leases(reader, 2);
	lease_store_close(reader);
	lease_store_close(store);
}

/* A segment with a hole is made anew, though it be the last one; until the next frame the journal then ends before the
 * number that leases.mdb has. Nothing is missing for that. */
static void test_last_segment_made_anew(void **state) {
	struct lease_store *store = open_store(), *reader;

	for (unsigned i = 0; i < 2 || last_segment() != 0; i++)
		lease_to_many(store, LATER + i);
	lease_store_close(store);
	make_holes();
	store = open_store();
	reader = open_reader();
	assert_leases(reader, MANY);
	assert_int_equal(lease_to(store, 1), 0);
	assert_leases(reader, MANY + 1);
	lease_store_close(reader);
	lease_store_close(store);
}

int main(void) {
	const struct CMUnitTest tests[] = {
#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		READER_TEST(test_space),
		READER_TEST(test_failed_sync),
		READER_TEST(test_last_segment_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
