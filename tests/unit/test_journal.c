/* SPDX-License-Identifier: Apache-2.0 */
/* The journal as its writer and its followers see it, and a disk that fails. What survives a crash:
 * test_journal_crash.c. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "journal_disk.h"
#include "store/journal.h"
#include "store/journal_frame.h"
#include "store/journal_segment.h"

#define SERVER "dhcp1.example.net"
#define BIG 60000 /* octets of a record; 69 such frames fill a segment */
#define SEGMENT_FRAMES 69

/* What a walk saw: the frames' numbers, and of each its last change. */
struct seen {
	size_t n_changes, n_frames;
	uint64_t sequences[4096];
	struct ip4 addresses[4096];
	size_t lengths[4096];
};

static int see(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	struct seen *seen = context;

	seen->n_changes++;
	if (seen->n_frames == 0 || seen->sequences[seen->n_frames - 1] != sequence)
		seen->n_frames++;
	seen->sequences[seen->n_frames - 1] = sequence;
	seen->addresses[seen->n_frames - 1] = address;
	seen->lengths[seen->n_frames - 1] = record.len;
	return 0;
}

static struct journal *open_seeing(uint64_t applied, struct seen *seen) {
	struct error error = { 0 };
	struct journal *journal;
	int r;

	memset(seen, 0, sizeof *seen);
	r = journal_open(disk_directory, SERVER, applied, see, seen, &journal, &error);
	if (r < 0)
		fail_msg("%s", error.text);
	return journal;
}

static struct journal *open_new(void) {
	static struct seen seen;

	return open_seeing(0, &seen);
}

static void put(struct journal *journal, uint32_t address, size_t len) {
	static uint8_t record[UINT16_MAX];

	memset(record, (int)address, len);
	journal_put(journal, (struct ip4){ address }, span_of(record, len));
}

static uint64_t commit(struct journal *journal, uint32_t address, size_t len) {
	struct error error = { 0 };
	uint64_t sequence;

	put(journal, address, len);
	if (journal_commit(journal, &sequence, &error) < 0)
		fail_msg("%s", error.text);
	return sequence;
}

static int commit_failing(struct journal *journal, uint32_t address, struct error *ret_error) {
	uint64_t sequence;

	put(journal, address, 100);
	return journal_commit(journal, &sequence, ret_error);
}

static void fill_segments(struct journal *journal, unsigned n) {
	for (unsigned i = 0; i < n * SEGMENT_FRAMES; i++)
		commit(journal, i, BIG);
}

static char *segment_path(unsigned slot) {
	return mem_format("%s/" JOURNAL_DIRECTORY "/segment-%02u", disk_directory, slot);
}

static void overwrite(unsigned slot, off_t offset, const void *octets, size_t len) {
	char *path CLEANUP(cleanup_free) = segment_path(slot);
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, octets, len, offset), len);
	close(fd);
}

static void test_committed_is_found(void **state) {
	struct journal *journal = open_new();
	static struct seen seen;

	put(journal, 1, 100);
	put(journal, 2, 0);
	assert_false(is_journal_frame_empty(journal));
	assert_int_equal(commit(journal, 3, 77), 1);
	assert_true(is_journal_frame_empty(journal));
	put(journal, 9, 100);
	journal_drop(journal);
	assert_int_equal(commit(journal, 4, 0), 2);
	journal_close(journal);

	journal = open_seeing(0, &seen);
	assert_int_equal(seen.n_changes, 4);
	assert_int_equal(seen.n_frames, 2);
	assert_int_equal(seen.addresses[0].value, 3);
	assert_int_equal(seen.lengths[0], 77);
	assert_int_equal(seen.addresses[1].value, 4);
	assert_int_equal(seen.lengths[1], 0);
	assert_int_equal(commit(journal, 5, 10), 3);
	journal_close(journal);

	journal = open_seeing(2, &seen);
	assert_int_equal(seen.n_frames, 1);
	assert_int_equal(seen.sequences[0], 3);
	assert_int_equal(journal_stat(journal).n_gaps, 0);
	journal_close(journal);
}

static void test_one_sync_per_frame(void **state) {
	struct journal *journal = open_new();
	unsigned before = disk_sync_count();

	for (unsigned i = 0; i < 10; i++)
		commit(journal, i, 100);
	assert_int_equal(disk_sync_count() - before, 10);
	journal_close(journal);
}

static void test_restarts_take_no_segments(void **state) {
	for (unsigned i = 0; i < 40; i++) {
		struct journal *journal = open_new();

		commit(journal, i, 100);
		assert_int_equal(journal_stat(journal).n_segments, 1);
		journal_close(journal);
	}
}

static void test_released_is_used_again(void **state) {
	struct journal *journal = open_new();
	static struct seen seen;
	uint64_t last = 0;

	assert_int_equal(journal_prepare(journal, NULL), 0);
	assert_false(journal_stat(journal).needs_prepare);
	for (unsigned i = 0; i < 20; i++) {
		fill_segments(journal, 1);
		last = journal_stat(journal).last;
		journal_release(journal, last - 1);
	}
	assert_true(journal_stat(journal).n_segments <= 4);
	journal_close(journal);
	journal = open_seeing(last - 1, &seen);
	assert_int_equal(seen.n_frames, 1);
	assert_int_equal(seen.sequences[0], last);
	assert_int_equal(journal_stat(journal).n_gaps, 0);
	journal_close(journal);
}

static void test_full_until_released(void **state) {
	struct journal *journal = open_new();
	static struct seen seen;
	struct error error;

	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++) {
		assert_int_equal(journal_prepare(journal, NULL), 0);
		fill_segments(journal, 1);
	}
	put(journal, 7, BIG);
	assert_int_equal(journal_commit(journal, &(uint64_t){ 0 }, &error), -E_DHCP_JET_ERROR);
	assert_non_null(strstr(error.text, "no segment free"));
	journal_close(journal);

	journal = open_seeing(0, &seen);
	assert_int_equal(seen.n_frames, JOURNAL_SEGMENTS_MAX * SEGMENT_FRAMES);
	put(journal, 7, BIG);
	assert_int_equal(journal_commit(journal, &(uint64_t){ 0 }, &error), -E_DHCP_JET_ERROR);
	journal_release(journal, SEGMENT_FRAMES);
	assert_int_equal(commit(journal, 7, BIG), JOURNAL_SEGMENTS_MAX * SEGMENT_FRAMES + 1);
	journal_close(journal);
}

static void test_too_large_batch(void **state) {
	struct journal *journal = open_new();
	struct error error;

	for (unsigned i = 0; i < 100; i++)
		put(journal, i, BIG);
	assert_int_equal(journal_commit(journal, &(uint64_t){ 0 }, &error), -E_DHCP_JET_ERROR);
	assert_int_equal(commit(journal, 1, 10), 1);
	journal_close(journal);
}

static void check_failed_frame(enum disk_call call) {
	struct journal *journal = open_new();
	static struct seen seen;
	struct error error;

	assert_int_equal(journal_prepare(journal, NULL), 0);
	assert_int_equal(commit(journal, 1, 100), 1);
	disk_break(call, 0, 1, EIO);
	assert_int_equal(commit_failing(journal, 2, &error), -E_DHCP_JET_ERROR);
	assert_non_null(strstr(error.text, strerror(EIO)));
	assert_int_equal(commit(journal, 3, 100), 3);
	assert_int_equal(journal_stat(journal).n_failures, 1);
	journal_close(journal);

	journal = open_seeing(0, &seen);
	assert_int_equal(journal_stat(journal).n_gaps, 0);
	assert_int_equal(seen.n_frames, 2);
	assert_int_equal(seen.sequences[1], 3);
	journal_close(journal);
}

static void test_failed_write_is_skipped(void **state) {
	check_failed_frame(DISK_WRITE);
}

static void test_failed_sync_is_skipped(void **state) {
	check_failed_frame(DISK_SYNC);
}

static void test_failed_segment_is_made_anew(void **state) {
	struct journal *journal = open_new();
	char *path CLEANUP(cleanup_free) = segment_path(0);
	struct stat before, after;
	struct error error;

	assert_int_equal(journal_prepare(journal, NULL), 0);
	commit(journal, 1, 100);
	disk_break(DISK_SYNC, 0, 1, EIO);
	commit_failing(journal, 2, &error);
	commit(journal, 3, 100);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(journal_prepare(journal, NULL), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	journal_release(journal, 1);
	while (journal_stat(journal).n_spare >= 3) {
		fill_segments(journal, 1);
	}
	assert_int_equal(journal_prepare(journal, NULL), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	journal_close(journal);
}

static void test_no_room_for_more_segments(void **state) {
	struct journal *journal = open_new();
	struct error error;

	disk_break(DISK_WRITE, 3, 1, ENOSPC);
	assert_int_equal(journal_prepare(journal, &error), -E_DHCP_JET_ERROR);
	assert_non_null(strstr(error.text, "free some space"));
	assert_int_equal(journal_stat(journal).n_segments, 1);
	assert_true(journal_stat(journal).needs_prepare);
	assert_int_equal(commit(journal, 1, 100), 1);
	journal_close(journal);
}

static void test_no_room_at_all(void **state) {
	struct journal *journal;
	struct error error;

	disk_break(DISK_WRITE, 3, 1, ENOSPC);
	assert_int_equal(journal_open(disk_directory, SERVER, 0, see, NULL, &journal, &error),
			 -E_DHCP_DATABASE_INIT_FAILED);
	assert_non_null(strstr(error.text, "free some space"));
}

static void test_other_server(void **state) {
	struct journal *journal = open_new();
	struct error error;

	commit(journal, 1, 100);
	journal_close(journal);
	assert_int_equal(journal_open(disk_directory, "other.example.net", 0, see, NULL, &journal, &error),
			 -E_DHCP_DATABASE_INIT_FAILED);
	assert_non_null(strstr(error.text, SERVER));
	assert_non_null(strstr(error.text, "other.example.net"));
	assert_int_equal(journal_open(disk_directory, "DHCP1.example.net", 1, see, NULL, &journal, &error), 0);
	journal_close(journal);
}

static void test_newer_format(void **state) {
	struct journal_header header = { .version = JOURNAL_VERSION + 1, .number = 1 };
	struct journal *journal = open_new();
	uint8_t octets[JOURNAL_HEADER_SIZE];
	struct error error;

	journal_close(journal);
	journal_header_encode(&header, octets);
	overwrite(0, 0, octets, sizeof octets);
	assert_int_equal(journal_open(disk_directory, SERVER, 0, see, NULL, &journal, &error),
			 -E_DHCP_DATABASE_INIT_FAILED);
	assert_non_null(strstr(error.text, "format 2"));
}

static void test_not_a_directory(void **state) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/" JOURNAL_DIRECTORY, disk_directory);
	struct journal *journal;
	struct error error;

	close(open(path, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(journal_open(disk_directory, SERVER, 0, see, NULL, &journal, &error),
			 -E_DHCP_DATABASE_INIT_FAILED);
	assert_non_null(strstr(error.text, path));
}

static void test_current(void **state) {
	struct journal *journal = open_new();
	char *path CLEANUP(cleanup_free) = segment_path(0);
	char *directory CLEANUP(cleanup_free) = mem_format("%s/" JOURNAL_DIRECTORY, disk_directory);
	char *elsewhere CLEANUP(cleanup_free) = mem_format("%s/elsewhere", disk_directory);

	commit(journal, 1, 100);
	assert_true(is_journal_current(journal));
	assert_int_equal(rename(directory, elsewhere), 0);
	assert_false(is_journal_current(journal));
	assert_int_equal(rename(elsewhere, directory), 0);
	assert_true(is_journal_current(journal));
	assert_int_equal(unlink(path), 0);
	assert_false(is_journal_current(journal));
	commit(journal, 2, 100);
	journal_close(journal);
}

/* Frame 2 of three is damaged: the others are found, and that something is lost. */
static void test_damage_in_the_middle(void **state) {
	struct journal *journal = open_new();
	static struct seen seen;
	uint32_t frame = JOURNAL_FRAME_HEADER + 6 + 114; /* a multiple of 8 */

	for (uint32_t i = 1; i <= 3; i++)
		commit(journal, i, 114);
	journal_close(journal);
	overwrite(0, JOURNAL_HEADER_SIZE + frame + 60, "damage", 6);
	journal = open_seeing(0, &seen);
	assert_int_equal(journal_stat(journal).n_gaps, 1);
	assert_int_equal(seen.n_frames, 2);
	assert_int_equal(seen.sequences[1], 3);
	assert_int_equal(commit(journal, 4, 100), 4);
	journal_close(journal);
	/* The number that was released says that there is nothing to miss. */
	journal = open_seeing(2, &seen);
	assert_int_equal(journal_stat(journal).n_gaps, 0);
	assert_int_equal(seen.n_frames, 2);
	journal_close(journal);
}

static void lose_segment(unsigned slot) {
	char *path CLEANUP(cleanup_free) = segment_path(slot);

	assert_int_equal(unlink(path), 0);
}

static void check_lost_segment(unsigned slot, size_t n_left) {
	struct journal *journal = open_new();
	static struct seen seen;

	assert_int_equal(journal_prepare(journal, NULL), 0);
	fill_segments(journal, 2);
	commit(journal, 1, BIG);
	journal_close(journal);
	lose_segment(slot);
	journal = open_seeing(0, &seen);
	assert_int_equal(journal_stat(journal).n_gaps, 1);
	assert_int_equal(seen.n_frames, n_left);
	assert_true(commit(journal, 2, 10) >= 2 * SEGMENT_FRAMES + 1);
	journal_close(journal);
}

static void test_first_segment_lost(void **state) {
	check_lost_segment(0, SEGMENT_FRAMES + 1);
}

static void test_middle_segment_lost(void **state) {
	check_lost_segment(1, SEGMENT_FRAMES + 1);
}

static void test_last_segment_lost(void **state) {
	check_lost_segment(2, 2 * SEGMENT_FRAMES);
}

static void test_all_lost(void **state) {
	static struct seen seen;
	struct journal *journal = open_seeing(12, &seen);

	assert_int_equal(journal_stat(journal).n_gaps, 1);
	assert_int_equal(commit(journal, 1, 10), 13);
	journal_close(journal);
}

static void test_torn_end_is_no_gap(void **state) {
	struct journal *journal = open_new();
	static const uint8_t zeros[50];
	static struct seen seen;

	for (uint32_t i = 1; i <= 3; i++)
		commit(journal, i, 114);
	journal_close(journal);
	overwrite(0, JOURNAL_HEADER_SIZE + 2 * (JOURNAL_FRAME_HEADER + 6 + 114) + 60, zeros, sizeof zeros);
	journal = open_seeing(0, &seen);
	assert_int_equal(journal_stat(journal).n_gaps, 0);
	assert_int_equal(seen.n_frames, 2);
	assert_int_equal(commit(journal, 7, 100), 3);
	journal_close(journal);
}

/* Where the last frame cannot be written a second time, it is repeated elsewhere. */
static void test_last_frame_is_confirmed(void **state) {
	struct journal *journal = open_new();
	static struct seen seen;

	assert_int_equal(journal_prepare(journal, NULL), 0);
	commit(journal, 1, 100);
	commit(journal, 2, 100);
	journal_close(journal);
	disk_break(DISK_SYNC, 0, 1, EIO);
	journal = open_seeing(0, &seen);
	assert_int_equal(journal_stat(journal).last, 3);
	journal_close(journal);
	lose_segment(0);
	journal = open_seeing(1, &seen);
	assert_int_equal(seen.n_frames, 1);
	assert_int_equal(seen.addresses[0].value, 2);
	assert_int_equal(journal_stat(journal).n_gaps, 0);
	journal_close(journal);
}

static void test_follow(void **state) {
	struct journal_reader *reader;
	struct journal *journal;
	static struct seen seen;
	uint64_t last = 0;

	assert_int_equal(journal_follow_open(disk_directory, &reader, NULL), 0);
	assert_int_equal(journal_follow(reader, 0, see, &seen, &last), 0);
	journal = open_new();
	assert_int_equal(journal_prepare(journal, NULL), 0);
	for (unsigned i = 1; i <= 3 * SEGMENT_FRAMES; i++) {
		commit(journal, i, BIG);
		assert_int_equal(journal_follow(reader, last, see, &seen, &last), 0);
		assert_int_equal(last, i);
		assert_int_equal(seen.n_frames, i);
	}
	seen.n_frames = 0;
	assert_int_equal(journal_follow(reader, 5, see, &seen, &last), 0);
	assert_int_equal(seen.n_frames, 3 * SEGMENT_FRAMES - 5);
	journal_follow_close(reader);
	journal_close(journal);
}

static void test_follower_left_behind(void **state) {
	struct journal *journal = open_new();
	struct journal_reader *reader;
	static struct seen seen;
	uint64_t last = 0;

	assert_int_equal(journal_prepare(journal, NULL), 0);
	commit(journal, 1, BIG);
	assert_int_equal(journal_follow_open(disk_directory, &reader, NULL), 0);
	assert_int_equal(journal_follow(reader, 0, see, &seen, &last), 0);
	for (unsigned i = 0; i < 6; i++) {
		fill_segments(journal, 1);
		journal_release(journal, journal_stat(journal).last);
	}
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), -E_NOT_FOUND);
	last = journal_stat(journal).released;
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), 0);
	commit(journal, 3, 10);
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), 0);
	assert_int_equal(last, journal_stat(journal).last);
	journal_follow_close(reader);
	journal_close(journal);
}

/* Withdraw the only frame of segment 0 behind the first, which has 100 octets. */
static void withdraw_by_hand(uint64_t sequence) {
	uint32_t first = (JOURNAL_FRAME_HEADER + 6 + 100 + JOURNAL_FRAME_ALIGN - 1) / JOURNAL_FRAME_ALIGN *
			 JOURNAL_FRAME_ALIGN;
	char *path CLEANUP(cleanup_free) = segment_path(0);
	uint8_t octets[JOURNAL_FRAME_HEADER];
	struct journal_header header;
	int fd = open(path, O_RDONLY);

	assert_int_equal(journal_segment_read_header(fd, &header), 0);
	close(fd);
	journal_closing_encode((struct journal_link){ sequence, sequence - 1, header.seed }, octets);
	overwrite(0, JOURNAL_HEADER_SIZE + first, octets, sizeof octets);
}

/* Who came between the write and the sync that failed finds out; and the number is not used for another frame. */
static void test_withdrawn_under_follower(void **state) {
	struct journal *journal = open_new();
	struct journal_reader *reader;
	static struct seen seen;
	uint64_t last = 0;

	commit(journal, 1, 100);
	commit(journal, 2, 100);
	assert_int_equal(journal_follow_open(disk_directory, &reader, NULL), 0);
	assert_int_equal(journal_follow(reader, 0, see, &seen, &last), 0);
	assert_int_equal(last, 2);
	withdraw_by_hand(2);
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), -E_NOT_FOUND);
	assert_int_equal(journal_follow(reader, 0, see, &seen, &last), 0);
	assert_int_equal(last, 1);
	journal_close(journal);
	journal = open_seeing(0, &seen);
	assert_int_equal(seen.n_frames, 1);
	assert_int_equal(journal_stat(journal).n_gaps, 0);
	assert_int_equal(commit(journal, 3, 100), 3);
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), 0);
	assert_int_equal(last, 3);
	journal_follow_close(reader);
	journal_close(journal);
}

/* What was written and not synced is not seen. */
static void test_follower_of_failed_frame(void **state) {
	struct journal *journal = open_new();
	struct journal_reader *reader;
	static struct seen seen;
	struct error error;
	uint64_t last = 0;

	assert_int_equal(journal_prepare(journal, NULL), 0);
	commit(journal, 1, 100);
	disk_break(DISK_SYNC, 0, 1, EIO);
	assert_true(commit_failing(journal, 2, &error) < 0);
	assert_int_equal(journal_follow_open(disk_directory, &reader, NULL), 0);
	assert_int_equal(journal_follow(reader, 0, see, &seen, &last), 0);
	assert_int_equal(last, 1);
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), 0);
	commit(journal, 3, 100);
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), 0);
	assert_int_equal(last, 3);
	assert_int_equal(seen.n_frames, 2);
	journal_follow_close(reader);
	journal_close(journal);
}

static void test_journal_replaced_under_follower(void **state) {
	char *directory CLEANUP(cleanup_free) = mem_format("%s/" JOURNAL_DIRECTORY, disk_directory);
	char *elsewhere CLEANUP(cleanup_free) = mem_format("%s/elsewhere", disk_directory);
	struct journal *journal = open_new();
	struct journal_reader *reader;
	static struct seen seen;
	uint64_t last = 0;

	commit(journal, 1, 100);
	assert_int_equal(journal_follow_open(disk_directory, &reader, NULL), 0);
	assert_int_equal(journal_follow(reader, 0, see, &seen, &last), 0);
	journal_close(journal);
	assert_int_equal(rename(directory, elsewhere), 0);
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), 0);
	journal = open_seeing(1, &seen);
	assert_int_equal(commit(journal, 5, 100), 2);
	assert_int_equal(journal_follow(reader, last, see, &seen, &last), 0);
	assert_int_equal(last, 2);
	journal_follow_close(reader);
	journal_close(journal);
}

static int refuse(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	return -E_INVALID_PARAMETER;
}

static void test_visitor_ends_it(void **state) {
	struct journal *journal = open_new();
	struct journal_reader *reader;
	uint64_t last = 0;

	commit(journal, 1, 100);
	assert_int_equal(journal_follow_open(disk_directory, &reader, NULL), 0);
	assert_int_equal(journal_follow(reader, 0, refuse, NULL, &last), -E_INVALID_PARAMETER);
	assert_int_equal(last, 0);
	journal_follow_close(reader);
	journal_close(journal);
	assert_int_equal(journal_open(disk_directory, SERVER, 0, refuse, NULL, &journal, NULL), -E_INVALID_PARAMETER);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, disk_setup, disk_teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(test_committed_is_found),
		TEST(test_one_sync_per_frame),
		TEST(test_restarts_take_no_segments),
		TEST(test_released_is_used_again),
		TEST(test_full_until_released),
		TEST(test_too_large_batch),
		TEST(test_failed_write_is_skipped),
		TEST(test_failed_sync_is_skipped),
		TEST(test_failed_segment_is_made_anew),
		TEST(test_no_room_for_more_segments),
		TEST(test_no_room_at_all),
		TEST(test_other_server),
		TEST(test_newer_format),
		TEST(test_not_a_directory),
		TEST(test_current),
		TEST(test_damage_in_the_middle),
		TEST(test_first_segment_lost),
		TEST(test_middle_segment_lost),
		TEST(test_last_segment_lost),
		TEST(test_all_lost),
		TEST(test_torn_end_is_no_gap),
		TEST(test_last_frame_is_confirmed),
		TEST(test_follow),
		TEST(test_follower_left_behind),
		TEST(test_withdrawn_under_follower),
		TEST(test_follower_of_failed_frame),
		TEST(test_journal_replaced_under_follower),
		TEST(test_visitor_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
