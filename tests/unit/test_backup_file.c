/* SPDX-License-Identifier: Apache-2.0 */
/* A backup file: what was written is read, and nothing else is taken for a backup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "base/mem.h"
#include "store/backup_file.h"
#include "store_fixture.h"

#define LATER 9000
#define FEW 5u
#define MANY 20000u /* many times what fits into a buffer */

/* A file in memory. */
struct memory {
	uint8_t *octets;
	size_t len, capacity;
	size_t at, piece; /* where reading is, and how much it gives at most */
	size_t limit;     /* room for writing; 0: any */
	bool is_broken;   /* reading fails at the end */
};

static int sink(void *context, struct span octets) {
	struct memory *memory = context;

	if (memory->limit && memory->len + octets.len > memory->limit) {
		errno = ENOSPC;
		return -1;
	}
	memory->octets = mem_grow(memory->octets, &memory->capacity, memory->len + octets.len + 1, 1);
	memcpy(memory->octets + memory->len, octets.data, octets.len);
	memory->len += octets.len;
	return 0;
}

static ssize_t source(void *context, uint8_t *octets, size_t size) {
	struct memory *memory = context;
	size_t len = memory->len - memory->at;

	if (len == 0 && memory->is_broken) {
		errno = EIO;
		return -1;
	}
	len = len < size ? len : size;
	if (memory->piece && len > memory->piece)
		len = memory->piece;
	memcpy(octets, memory->octets + memory->at, len);
	memory->at += len;
	return (ssize_t)len;
}

static struct lease lease_at(unsigned i) {
	struct lease lease = fixture_lease("10.77.0.0", i + 1, LATER + i);

	lease.address.value += i;
	lease.is_bootp = i % 3 == 0;
	return lease;
}

static const struct backup_info info = {
	.time = 1234567, .sequence = 99, .last_cleanup = 55, .server = "dhcp1.example.com"
};

static int write_leases(unsigned n, struct memory *memory, struct backup_info *ret_info) {
	struct backup_writer *writer = backup_writer_new(&info, sink, memory);
	int r = 0;

	for (unsigned i = 0; r == 0 && i < n; i++) {
		struct lease lease = lease_at(i);

		r = backup_write_lease(writer, &lease);
	}
	if (r == 0)
		r = backup_write_end(writer, ret_info);
	backup_writer_free(writer);
	return r;
}

static int expect_next(void *context, const struct lease *lease) {
	unsigned *count = context;
	struct lease expected = lease_at((*count)++);

	assert_memory_equal(lease, &expected, sizeof expected);
	return 0;
}

static int read_back(struct memory *memory, struct backup_info *ret_info, struct error *reterr_error) {
	const struct backup_reading reading = { .source = source, .source_context = memory };

	memory->at = 0;
	return backup_read(&reading, ret_info, reterr_error);
}

static void check_round_trip(unsigned n, size_t piece) {
	struct memory memory = { .piece = piece };
	struct backup_info written = info, read = { 0 };
	unsigned count = 0;
	const struct backup_reading reading = { source, expect_next, &memory, &count };

	assert_int_equal(write_leases(n, &memory, &written), 0);
	assert_int_equal(backup_read(&reading, &read, NULL), 0);
	assert_int_equal(count, n);
	assert_int_equal(read.n_leases, n);
	assert_int_equal(read.n_octets, memory.len);
	assert_int_equal(written.n_octets, memory.len);
	assert_int_equal(read.time, info.time);
	assert_int_equal(read.sequence, info.sequence);
	assert_int_equal(read.last_cleanup, info.last_cleanup);
	assert_string_equal(read.server, info.server);
	free(memory.octets);
}

static void test_what_was_written_is_read(void **state) {
	check_round_trip(0, 0);
	check_round_trip(FEW, 0);
	check_round_trip(FEW, 1);
	check_round_trip(MANY, 0);
	check_round_trip(MANY, 4099);
}

static void expect_invalid(struct memory *memory, const char *reason) {
	struct backup_info read;
	struct error error = { 0 };

	assert_int_equal(read_back(memory, &read, &error), -E_DHCP_JET_ERROR);
	if (!strstr(error.text, reason))
		fail_msg("\"%s\" instead of \"%s\"", error.text, reason);
}

static struct memory small_file(void) {
	struct memory memory = { 0 };
	struct backup_info written = info;

	assert_int_equal(write_leases(FEW, &memory, &written), 0);
	return memory;
}

static void test_cut_anywhere(void **state) {
	struct memory memory = small_file();
	size_t whole = memory.len;

	for (memory.len = 0; memory.len < whole; memory.len++)
		expect_invalid(&memory, memory.len < 8 ? "it is no backup of leases" : "it is cut short");
	free(memory.octets);
}

static void test_every_octet_counts(void **state) {
	struct memory memory = small_file();

	for (size_t i = 0; i < memory.len; i++) {
		memory.octets[i] ^= 1 << i % 8;
		expect_invalid(&memory, "it ");
		memory.octets[i] ^= 1 << i % 8;
	}
	free(memory.octets);
}

/* As a replicator leaves it that copies pages: the first ones of the new version, the rest of the old one. */
static void test_mixed_of_two(void **state) {
	struct memory old = small_file(), new = { 0 };
	struct backup_info written = info;
	struct backup_writer *writer = backup_writer_new(&info, sink, &new);

	for (unsigned i = 0; i < FEW; i++) {
		struct lease lease = lease_at(i);

		lease.expiry++;
		assert_int_equal(backup_write_lease(writer, &lease), 0);
	}
	assert_int_equal(backup_write_end(writer, &written), 0);
	backup_writer_free(writer);
	assert_int_equal(old.len, new.len);
	for (size_t i = 1; i < old.len; i++) {
		struct memory mixed = { .len = old.len };

		mixed.octets = mem_alloc(old.len);
		memcpy(mixed.octets, new.octets, i);
		memcpy(mixed.octets + i, old.octets + i, old.len - i);
		if (memcmp(mixed.octets, old.octets, old.len) != 0 && memcmp(mixed.octets, new.octets, new.len) != 0)
			expect_invalid(&mixed, "it was changed after it was written");
		free(mixed.octets);
	}
	free(old.octets);
	free(new.octets);
}

static void test_something_behind_the_end(void **state) {
	struct memory memory = small_file();

	memory.octets[memory.len++] = 0;
	expect_invalid(&memory, "something stands behind its end");
	free(memory.octets);
}

static void test_newer_format(void **state) {
	struct memory memory = small_file();

	memory.octets[11] = BACKUP_FORMAT + 1;
	expect_invalid(&memory, "newer format");
	free(memory.octets);
}

static void test_times_that_cannot_be(void **state) {
	struct backup_writer *writer;
	struct backup_info far = info;
	struct memory memory = { 0 };

	far.time = INT64_MIN;
	writer = backup_writer_new(&far, sink, &memory);
	assert_int_equal(backup_write_end(writer, &far), 0);
	backup_writer_free(writer);
	expect_invalid(&memory, "it was changed");
	free(memory.octets);
}

static void test_disk_fails(void **state) {
	struct memory memory = small_file();
	struct memory full = { .limit = 100 };
	struct backup_info written = info;

	memory.len -= 10;
	memory.is_broken = true;
	expect_invalid(&memory, "it cannot be read");
	free(memory.octets);
	errno = 0;
	assert_int_equal(write_leases(MANY, &full, &written), -1);
	assert_int_equal(errno, ENOSPC);
	free(full.octets);
}

static void test_order_of_leases(void **state) {
	struct memory memory = { 0 };
	struct backup_writer *writer = backup_writer_new(&info, sink, &memory);
	struct lease lease = lease_at(1), bad = lease_at(2);

	assert_int_equal(backup_write_lease(writer, &lease), 0);
	assert_int_equal(backup_write_lease(writer, &lease), -1);
	lease = lease_at(0);
	assert_int_equal(backup_write_lease(writer, &lease), -1);
	bad.scope.prefix_length = 40;
	assert_int_equal(backup_write_lease(writer, &bad), -1);
	assert_int_equal(errno, EINVAL);
	backup_writer_free(writer);
	free(memory.octets);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_written_is_read), cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_every_octet_counts),       cmocka_unit_test(test_mixed_of_two),
		cmocka_unit_test(test_something_behind_the_end), cmocka_unit_test(test_newer_format),
		cmocka_unit_test(test_times_that_cannot_be),
		cmocka_unit_test(test_disk_fails),               cmocka_unit_test(test_order_of_leases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
