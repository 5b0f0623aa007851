/* SPDX-License-Identifier: Apache-2.0 */
/* Random frames, failures and ends of the program and of the power: what was committed is found, in its order, by
 * the next life and by whoever follows; nothing else is, but perhaps the last frame that was not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "journal_disk.h"
#include "store/journal.h"

#define SERVER "dhcp1.example.net"
#define LIVES 150
#define STEPS 60 /* of a life, if it does not end before */
#define FRAMES_MAX (LIVES * STEPS)

/* A frame as it was put, or as it was seen. */
struct record {
	uint64_t sequence, content;
};

struct list {
	size_t n;
	struct record records[FRAMES_MAX];
};

static struct list committed, seen, followed;
static uint64_t released;
static struct list uncertain; /* frames that failed since the last one that did not: one of them may turn up */
static struct journal_reader *reader;
static uint64_t reader_last;

static uint64_t mix(uint64_t content, struct ip4 address, struct span record) {
	content = (content ^ address.value) * 1099511628211u + record.len;
	for (size_t i = 0; i < record.len; i++)
		content = (content ^ record.data[i]) * 1099511628211u;
	return content;
}

static int see(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	struct list *list = context;

	if (list->n == 0 || list->records[list->n - 1].sequence != sequence) {
		assert_true(list->n == 0 || list->records[list->n - 1].sequence < sequence);
		assert_true(list->n < FRAMES_MAX);
		list->records[list->n++] = (struct record){ .sequence = sequence };
	}
	list->records[list->n - 1].content = mix(list->records[list->n - 1].content, address, record);
	return 0;
}

/* Where in @committed those begin that are not released. */
static size_t unreleased(uint64_t base) {
	size_t i = 0;

	while (i < committed.n && committed.records[i].sequence <= base)
		i++;
	return i;
}

static bool is_uncertain(uint64_t content) {
	for (size_t i = 0; i < uncertain.n; i++)
		if (uncertain.records[i].content == content)
			return true;
	return false;
}

static void check_list(const struct list *list, uint64_t base) {
	size_t from = unreleased(base), n = committed.n - from;

	assert_true(list->n == n || list->n == n + 1);
	for (size_t i = 0; i < n; i++)
		assert_true(list->records[i].content == committed.records[from + i].content);
	if (list->n == n + 1)
		assert_true(is_uncertain(list->records[n].content));
}

/* What was found counts from now on, under the number that it has now. */
static void adopt(const struct journal *journal) {
	size_t from = unreleased(released);

	for (size_t i = 0; i < seen.n; i++)
		committed.records[from + i] = seen.records[i];
	committed.n = from + seen.n;
	if (seen.n)
		committed.records[committed.n - 1].sequence = journal_stat(journal).last;
	uncertain.n = 0;
}

static struct journal *begin_life(void) {
	struct journal *journal;
	struct error error = { 0 };

	seen.n = 0;
	if (disk_random(8) == 0)
		disk_end_after(disk_random(6));
	if (journal_open(disk_directory, SERVER, released, see, &seen, &journal, &error) < 0) {
		assert_true(is_disk_ended());
		return NULL;
	}
	assert_int_equal(journal_stat(journal).n_gaps, 0);
	check_list(&seen, released);
	adopt(journal);
	return journal;
}

static size_t random_length(void) {
	static const size_t lengths[] = { 0, 60, 100, 512 };

	return lengths[disk_random(4)];
}

static void try_commit(struct journal *journal) {
	unsigned n_changes = disk_random(8) ? 1 + disk_random(20) : 1 + disk_random(2000);
	uint64_t content = 0, sequence;
	uint8_t octets[512];

	for (unsigned i = 0; i < n_changes; i++) {
		struct ip4 address = { disk_random(UINT32_MAX) };
		struct span record = span_of(octets, random_length());

		memset(octets, (int)disk_random(256), sizeof octets);
		journal_put(journal, address, record);
		content = mix(content, address, record);
	}
	if (journal_commit(journal, &sequence, NULL) < 0) {
		uncertain.records[uncertain.n++].content = content;
		return;
	}
	uncertain.n = 0;
	committed.records[committed.n++] = (struct record){ sequence, content };
}

static void follow(void) {
	int r = journal_follow(reader, reader_last, see, &followed, &reader_last);

	if (r == -E_NOT_FOUND) {
		followed.n = 0;
		reader_last = released;
		r = journal_follow(reader, reader_last, see, &followed, &reader_last);
	}
	assert_int_equal(r, 0);
}

/* A follower knows what it saw before; compare the newest of it. */
static void check_follower(void) {
	size_t n = committed.n - unreleased(released);
	static struct list tail;

	follow();
	tail.n = 0;
	for (size_t i = 0; i < followed.n; i++)
		if (followed.records[i].sequence > released)
			tail.records[tail.n++] = followed.records[i];
	/* An older snapshot may hide frames that were visited before a renumbering; a new one hides none. */
	assert_true(tail.n >= n || reader_last >= committed.records[committed.n - 1].sequence);
	if (tail.n >= n)
		check_list(&tail, released);
}

static void restart_follower(void) {
	journal_follow_close(reader);
	assert_int_equal(journal_follow_open(disk_directory, &reader, NULL), 0);
	followed.n = 0;
	reader_last = released;
}

static void release_some(struct journal *journal) {
	size_t from = unreleased(released);

	if (from < committed.n)
		released = committed.records[from + disk_random((unsigned)(committed.n - from))].sequence;
	journal_release(journal, released);
}

static void do_step(struct journal *journal) {
	switch (disk_random(10)) {
	case 0:
		journal_prepare(journal, NULL);
		break;
	case 1:
		release_some(journal);
		break;
	case 2:
		disk_break(disk_random(2) ? DISK_SYNC : DISK_WRITE, disk_random(4), 1, EIO);
		break;
	case 3:
		check_follower();
		break;
	default:
		try_commit(journal);
		break;
	}
}

static void live(void) {
	struct journal *journal = begin_life();

	disk_begin();
	if (journal && disk_random(4))
		disk_end_after(disk_random(STEPS));
	for (unsigned i = 0; journal && i < STEPS && !is_disk_ended(); i++)
		do_step(journal);
	disk_break(DISK_NOTHING, 0, 0, 0);
	journal_close(journal);
	if (disk_random(2)) {
		disk_lose_power();
		restart_follower();
	}
	disk_begin();
}

static void run_seed(uint64_t seed) {
	disk_seed(seed);
	committed.n = 0;
	released = uncertain.n = 0;
	assert_int_equal(journal_follow_open(disk_directory, &reader, NULL), 0);
	for (unsigned i = 0; i < LIVES; i++)
		live();
	reader = journal_follow_close(reader);
}

static void test_crashes(void **state) {
	const char *seed = getenv("JOURNAL_SEED"); /* for more of it by hand */

	run_seed(seed ? strtoull(seed, NULL, 0) : 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_crashes, disk_setup, disk_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
