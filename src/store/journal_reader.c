/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing keeps the writer from using a segment again while it is read. What was read of it then has another seed, or a
 * number that does not follow, and is found missing. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/journal.h"
#include "store/journal_segment.h"
#include "store/journal_walk.h"

#define READ_STEP ((uint32_t)64 << 10)
#define STAT_UNIT 512 /* of st_blocks */

struct journal_reader {
	struct journal_directory directory;
	int fds[JOURNAL_SEGMENTS_MAX]; /* -1: none */
	struct journal_walk walk;
	uint64_t seed; /* of the segment in which the last call ended; numbers may begin anew */
	bool is_behind;
};

static void close_slot(struct journal_reader *reader, unsigned slot) {
	if (reader->fds[slot] >= 0)
		close(reader->fds[slot]);
	reader->fds[slot] = -1;
}

static void close_slots(struct journal_reader *reader) {
	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++)
		close_slot(reader, i);
}

int journal_follow_open(const char *state_directory, struct journal_reader **ret_reader, struct error *reterr_error) {
	struct journal_reader *reader = mem_alloc(sizeof *reader);
	int r = journal_directory_open(state_directory, false, &reader->directory);

	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++)
		reader->fds[i] = -1;
	journal_window_init(&reader->walk.window, READ_STEP);
	if (r == 0 || r == -ENOENT) {
		*ret_reader = reader;
		return 0;
	}
	error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED, "%s: %s; make it readable for this user",
		  reader->directory.path, strerror(-r));
	journal_follow_close(reader);
	return -E_DHCP_DATABASE_INIT_FAILED;
}

/* Its name may have come to mean another file. */
static void renew_slot(struct journal_reader *reader, unsigned slot) {
	struct stat info;

	if (reader->fds[slot] >= 0 && (fstat(reader->fds[slot], &info) < 0 || info.st_nlink == 0))
		close_slot(reader, slot);
	if (reader->fds[slot] < 0)
		journal_segment_open(&reader->directory, slot, false, &reader->fds[slot]);
}

/* What has no header, or one of another version, has no frames either; what is missed for that is found missing. */
static void find_sources(struct journal_reader *reader) {
	struct journal_walk *walk = &reader->walk;

	walk->n_sources = 0;
	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++) {
		struct journal_source source = { .slot = i };

		renew_slot(reader, i);
		source.fd = reader->fds[i];
		if (source.fd >= 0 && journal_segment_read_header(source.fd, &source.header) == 0 &&
		    source.header.version == JOURNAL_VERSION)
			walk->sources[walk->n_sources++] = source;
	}
	journal_walk_sort(walk);
}

/* Go on with the frame with which the last call ended, if it ended at @after: it may have been withdrawn since. */
static void find_place(struct journal_reader *reader, uint64_t after) {
	struct journal_walk *walk = &reader->walk;
	uint32_t place = walk->last == after ? walk->place : 0;

	walk->offset = walk->place = 0;
	walk->highest = 0;
	for (size_t i = 0; place && i < walk->n_sources; i++) {
		if (walk->sources[i].header.seed != reader->seed)
			continue;
		walk->at = i;
		walk->offset = place;
	}
	walk->is_closed = false;
	walk->last = after;
	journal_window_reset(&walk->window);
}

static int follow(struct journal_reader *reader, uint64_t after) {
	struct journal_walk *walk = &reader->walk;
	bool is_new;
	int r = journal_directory_renew(&reader->directory, &is_new);

	if (r < 0 && r != -ENOENT)
		return -E_NOT_FOUND;
	if (r < 0 || is_new)
		close_slots(reader);
	walk->n_sources = 0;
	if (r == 0)
		find_sources(reader);
	find_place(reader, after);
	r = journal_walk_run(walk);
	reader->seed = walk->n_sources ? walk->sources[walk->at].header.seed : 0;
	return r;
}

int journal_follow(struct journal_reader *reader, uint64_t after, journal_visit_f *visit, void *context,
		   uint64_t *ret_last) {
	int r;

	reader->walk.visit = visit;
	reader->walk.context = context;
	r = follow(reader, after);
	reader->is_behind = r == -E_NOT_FOUND && reader->walk.highest <= after;
	if (r < 0)
		reader->walk.place = 0;
	else
		*ret_last = reader->walk.last;
	return r;
}

bool is_journal_behind(const struct journal_reader *reader) {
	return reader->is_behind;
}

unsigned journal_reader_size(const struct journal_reader *reader, uint64_t *ret_octets) {
	unsigned n_segments = 0;
	struct stat info;

	*ret_octets = 0;
	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++)
		if (reader->fds[i] >= 0 && fstat(reader->fds[i], &info) == 0) {
			n_segments++;
			*ret_octets += (uint64_t)info.st_blocks * STAT_UNIT;
		}
	return n_segments;
}

struct journal_reader *journal_follow_close(struct journal_reader *reader) {
	if (!reader)
		return NULL;
	close_slots(reader);
	journal_directory_done(&reader->directory);
	journal_window_done(&reader->walk.window);
	free(reader);
	return NULL;
}
