/* SPDX-License-Identifier: Apache-2.0 */
/* A failed write or sync tells nothing of what is on the disk now, and a later sync that succeeds proves nothing
 * either: the kernel reports a lost page once. So a segment in which one failed is left at once, and not taken again
 * before it was made anew. */
#include "store/journal.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/db_file.h"
#include "store/journal_frame.h"
#include "store/journal_segment.h"
#include "store/journal_walk.h"

#define SPARE_WANTED 3 /* segments; as much as leases.mdb takes at once may come twice more while it does */
#define NONE JOURNAL_SEGMENTS_MAX

enum slot_state {
	SLOT_MISSING,
	SLOT_SPARE,  /* can be taken into use at once */
	SLOT_HELD,   /* in use, or has frames that are not released */
	SLOT_FAILED, /* the same, and is to be made anew then */
	SLOT_BAD,    /* to be made anew before it can be used */
};

struct slot {
	enum slot_state state;
	int fd; /* -1: none */
	uint64_t last;
};

/* A segment that was left full; its closing frame is written once its successor has a frame. */
struct journal_leaving {
	unsigned slot; /* NONE */
	uint32_t offset;
	uint64_t seed;
};

struct journal {
	struct journal_directory directory;
	struct journal_draft draft;
	struct journal_header header; /* of the current segment */
	struct journal_leaving leaving;
	unsigned current; /* NONE */
	uint32_t offset;  /* where the next frame goes; 0: the segment's header too */
	uint64_t sequence, number;
	struct journal_stat stat;
	pthread_mutex_t mutex; /* of what follows, which journal_prepare also uses */
	struct slot slots[JOURNAL_SEGMENTS_MAX];
};

static void lock(const struct journal *journal) {
	pthread_mutex_lock((pthread_mutex_t *)&journal->mutex);
}

static void unlock(const struct journal *journal) {
	pthread_mutex_unlock((pthread_mutex_t *)&journal->mutex);
}

/* @r is a negative number of errno.h. */
static int io_error(const struct journal *journal, enum error_code code, int r, struct error *reterr_error) {
	return error_set(reterr_error, code, "%s: %s; %s", journal->directory.path, strerror(-r), db_file_advice(-r));
}

static unsigned find_slot(const struct journal *journal, enum slot_state state) {
	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++)
		if (journal->slots[i].state == state)
			return i;
	return NONE;
}

/* The one whose frames were released longest ago: should what it is taken for not come to the disk, the newer ones are
 * still there and say where the numbers ended. */
static unsigned find_spare(const struct journal *journal) {
	unsigned oldest = NONE;

	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++)
		if (journal->slots[i].state == SLOT_SPARE &&
		    (oldest == NONE || journal->slots[i].last < journal->slots[oldest].last))
			oldest = i;
	return oldest;
}

static unsigned count_slots(const struct journal *journal, enum slot_state state) {
	unsigned n = 0;

	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++)
		n += journal->slots[i].state == state;
	return n;
}

/* Which one is to be made, if any. Those that failed first: a bad file is of no use to anybody. */
static unsigned find_slot_to_make(const struct journal *journal) {
	unsigned slot = find_slot(journal, SLOT_BAD);

	if (count_slots(journal, SLOT_SPARE) >= SPARE_WANTED)
		return NONE;
	return slot == NONE ? find_slot(journal, SLOT_MISSING) : slot;
}

static void release_slots(struct journal *journal) {
	lock(journal);
	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++) {
		struct slot *slot = &journal->slots[i];

		if (i == journal->current || slot->last > journal->stat.released)
			continue;
		if (slot->state == SLOT_HELD)
			slot->state = SLOT_SPARE;
		else if (slot->state == SLOT_FAILED)
			slot->state = SLOT_BAD;
	}
	unlock(journal);
}

static void leave_segment(struct journal *journal, enum slot_state state) {
	struct slot *slot = &journal->slots[journal->current];

	lock(journal);
	slot->state = state;
	slot->last = journal->stat.last;
	unlock(journal);
	journal->current = NONE;
	release_slots(journal);
}

static uint64_t random_seed(const struct journal *journal) {
	uint64_t seed;
	struct moment now = clock_now();

	/* At boot there may be no random numbers yet; nobody is there then either who could guess this one. */
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
		seed = (now.boot_ms << 20 ^ (uint64_t)now.wall_s << 40 ^ (uint64_t)getpid()) + journal->number;
	return seed;
}

static int enter_segment(struct journal *journal, struct error *reterr_error) {
	unsigned slot;

	lock(journal);
	slot = find_spare(journal);
	if (slot != NONE)
		journal->slots[slot].state = SLOT_HELD;
	unlock(journal);
	if (slot == NONE)
		return error_set(
			reterr_error, E_DHCP_JET_ERROR,
			"%s has no segment free: leases.mdb does not take its leases, or there is no room to make one; look at the disk and at the log",
			journal->directory.path);
	if (slot == journal->leaving.slot)
		journal->leaving.slot = NONE;
	journal->current = slot;
	journal->offset = 0;
	journal->number++;
	return 0;
}

static void describe_segment(struct journal *journal, uint64_t first) {
	journal->header.version = JOURNAL_VERSION;
	journal->header.number = journal->number;
	journal->header.seed = random_seed(journal);
	journal->header.first = first;
	journal->header.previous = journal->stat.last;
}

/* Nobody waits for this to be durable: it only tells, later, a successor that was lost from one that never was. */
static void close_left_segment(struct journal *journal) {
	struct journal_leaving *leaving = &journal->leaving;
	uint8_t octets[JOURNAL_FRAME_HEADER];

	if (leaving->slot == NONE)
		return;
	journal_closing_encode(
		(struct journal_link){ journal->header.previous, journal->header.previous, leaving->seed }, octets);
	journal_segment_write(journal->slots[leaving->slot].fd, span_of(octets, sizeof octets), leaving->offset);
	leaving->slot = NONE;
}

/* Make sure that there is a segment with room for @length octets, which fit into an empty one. */
static int find_room(struct journal *journal, size_t length, struct error *reterr_error) {
	if (journal->current != NONE && journal->offset + length + JOURNAL_FRAME_HEADER > JOURNAL_SEGMENT_SIZE) {
		journal->leaving = (struct journal_leaving){ journal->current, journal->offset, journal->header.seed };
		leave_segment(journal, SLOT_HELD);
	}
	return journal->current == NONE ? enter_segment(journal, reterr_error) : 0;
}

/* Write the frame under construction as number @sequence. */
static int write_frame(struct journal *journal, uint64_t sequence) {
	struct span frame;
	uint32_t offset = journal->offset;
	int r;

	if (offset == 0)
		describe_segment(journal, sequence);
	frame = journal_draft_seal(&journal->draft,
				   (struct journal_link){ sequence, journal->stat.last, journal->header.seed });
	if (offset == 0) {
		journal_header_encode(&journal->header, journal->draft.octets);
		frame = span_of(journal->draft.octets, JOURNAL_HEADER_SIZE + frame.len);
	}
	journal->stat.n_syncs++;
	r = journal_segment_write_durably(journal->slots[journal->current].fd, frame, offset);
	if (r < 0)
		return r;
	journal->offset = offset + (uint32_t)frame.len;
	journal->stat.n_frames_written++;
	journal->stat.n_octets_written += frame.len;
	journal->stat.last = sequence;
	close_left_segment(journal);
	return 0;
}

/* What may stand in the place of the frame under construction is none: who follows must not go by it, and its number
 * stays used. Whether this comes to the disk matters as little as whether the frame did. */
static void withdraw_frame(struct journal *journal) {
	uint8_t octets[JOURNAL_HEADER_SIZE + JOURNAL_FRAME_HEADER];
	uint32_t from = journal->offset ? JOURNAL_HEADER_SIZE : 0;

	journal_header_encode(&journal->header, octets);
	journal_closing_encode(
		(struct journal_link){ journal->sequence, journal->stat.last, journal->header.seed },
		octets + JOURNAL_HEADER_SIZE);
	journal_segment_write(journal->slots[journal->current].fd, span_of(octets + from, sizeof octets - from),
			      journal->offset);
}

/* @is_promised: its changes were acknowledged already. */
static int commit_draft(struct journal *journal, bool is_promised, struct error *reterr_error) {
	size_t length = journal->draft.len - JOURNAL_HEADER_SIZE + JOURNAL_FRAME_ALIGN;
	int r;

	assert(journal->draft.n_changes > 0);
	if (length > JOURNAL_FRAME_MAX)
		return error_set(reterr_error, E_DHCP_JET_ERROR,
				 "%u changes of leases are too many at once; ask for fewer", journal->draft.n_changes);
	r = find_room(journal, length, reterr_error);
	if (r < 0)
		return r;
	r = write_frame(journal, ++journal->sequence);
	if (r == 0)
		return 0;
	if (!is_promised)
		withdraw_frame(journal);
	leave_segment(journal, SLOT_FAILED);
	return io_error(journal, E_DHCP_JET_ERROR, r, reterr_error);
}

static int commit(struct journal *journal, bool is_promised, struct error *reterr_error) {
	int r = commit_draft(journal, is_promised, reterr_error);

	journal_draft_reset(&journal->draft);
	if (r < 0)
		journal->stat.n_failures++;
	return r;
}

int journal_commit(struct journal *journal, uint64_t *ret_sequence, struct error *reterr_error) {
	int r = commit(journal, false, reterr_error);

	if (r == 0)
		*ret_sequence = journal->stat.last;
	return r;
}

void journal_put(struct journal *journal, struct ip4 address, struct span record) {
	journal_draft_put(&journal->draft, address, record);
}

bool is_journal_frame_empty(const struct journal *journal) {
	return journal->draft.n_changes == 0;
}

void journal_drop(struct journal *journal) {
	journal_draft_reset(&journal->draft);
}

void journal_release(struct journal *journal, uint64_t sequence) {
	if (sequence <= journal->stat.released)
		return;
	journal->stat.released = sequence;
	release_slots(journal);
}

/* Make the segment @slot, which no other function uses meanwhile. */
static int make_slot(struct journal *journal, unsigned slot) {
	int fd, r = journal_segment_make(&journal->directory, slot, &fd);

	if (r < 0)
		return r;
	lock(journal);
	if (journal->slots[slot].fd >= 0)
		close(journal->slots[slot].fd);
	journal->slots[slot] = (struct slot){ .state = SLOT_SPARE, .fd = fd };
	unlock(journal);
	return 0;
}

static unsigned next_slot_to_make(struct journal *journal) {
	unsigned slot;

	lock(journal);
	slot = find_slot_to_make(journal);
	unlock(journal);
	return slot;
}

int journal_prepare(struct journal *journal, struct error *reterr_error) {
	unsigned slot;
	int r = 0;

	while (r == 0 && (slot = next_slot_to_make(journal)) != NONE)
		r = make_slot(journal, slot);
	return r < 0 ? io_error(journal, E_DHCP_JET_ERROR, r, reterr_error) : 0;
}

struct journal_stat journal_stat(const struct journal *journal) {
	struct journal_stat stat = journal->stat;

	lock(journal);
	stat.n_spare = count_slots(journal, SLOT_SPARE);
	stat.n_segments = JOURNAL_SEGMENTS_MAX - count_slots(journal, SLOT_MISSING);
	stat.needs_prepare = find_slot_to_make(journal) != NONE;
	stat.n_octets_free = (uint64_t)JOURNAL_SEGMENT_SIZE * stat.n_spare +
			     (journal->current == NONE ? 0 : JOURNAL_SEGMENT_SIZE - journal->offset);
	stat.n_octets_held =
		(uint64_t)JOURNAL_SEGMENT_SIZE * (count_slots(journal, SLOT_HELD) + count_slots(journal, SLOT_FAILED));
	unlock(journal);
	return stat;
}

bool is_journal_current(const struct journal *journal) {
	struct stat info;

	if (!is_journal_directory_current(&journal->directory))
		return false;
	return journal->current == NONE ||
	       (fstat(journal->slots[journal->current].fd, &info) == 0 && info.st_nlink > 0 &&
		info.st_size >= JOURNAL_SEGMENT_SIZE);
}

struct journal *journal_close(struct journal *journal) {
	if (!journal)
		return NULL;
	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++)
		if (journal->slots[i].fd >= 0)
			close(journal->slots[i].fd);
	journal_directory_done(&journal->directory);
	journal_draft_done(&journal->draft);
	pthread_mutex_destroy(&journal->mutex);
	free(journal);
	return NULL;
}

/* Opening. */

static int open_slot(struct journal *journal, unsigned i) {
	struct slot *slot = &journal->slots[i];
	int r = journal_segment_open(&journal->directory, i, true, &slot->fd);

	if (r == -ENOENT || r == -ELOOP)
		return 0;
	if (r == 0)
		slot->state = is_journal_segment_whole(slot->fd) ? SLOT_SPARE : SLOT_BAD;
	return r;
}

static int check_header(const struct journal *journal, const struct journal_header *header,
			struct error *reterr_error) {
	if (header->version != JOURNAL_VERSION)
		return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED,
				 "%s has format %u, and this program knows %u; use the program that wrote it",
				 journal->directory.path, header->version, JOURNAL_VERSION);
	if (is_text_equal_nocase(header->server, journal->header.server))
		return 0;
	return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED,
			 "%s belongs to the server %s, and this one is %s; give each its own state directory",
			 journal->directory.path, header->server, journal->header.server);
}

static int add_source(struct journal *journal, unsigned i, struct journal_walk *walk, struct error *reterr_error) {
	struct journal_source source = { .fd = journal->slots[i].fd, .slot = i };
	int r = journal_segment_read_header(source.fd, &source.header);

	if (r == -ENODATA)
		return 0;
	if (r < 0) {
		/* Nothing can be said of its frames; that some are missing may show, or not. */
		journal->slots[i].state = SLOT_BAD;
		walk->n_gaps++;
		return 0;
	}
	r = check_header(journal, &source.header, reterr_error);
	if (r == 0)
		walk->sources[walk->n_sources++] = source;
	return r;
}

static int open_slots(struct journal *journal, struct journal_walk *walk, struct error *reterr_error) {
	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++) {
		int r = open_slot(journal, i);

		if (r < 0)
			return io_error(journal, E_DHCP_DATABASE_INIT_FAILED, r, reterr_error);
		if (journal->slots[i].state != SLOT_MISSING)
			r = add_source(journal, i, walk, reterr_error);
		if (r < 0)
			return r;
	}
	journal_walk_sort(walk);
	return 0;
}

/* Those with frames that are not released are held. */
static void hold_sources(struct journal *journal, const struct journal_walk *walk) {
	for (size_t i = 0; i < walk->n_sources; i++) {
		const struct journal_source *source = &walk->sources[i];
		struct slot *slot = &journal->slots[source->slot];

		slot->last = i + 1 < walk->n_sources ? walk->sources[i + 1].header.previous : walk->last;
		if (slot->last > journal->stat.released)
			slot->state = slot->state == SLOT_SPARE ? SLOT_HELD : SLOT_FAILED;
		journal->number = source->header.number;
	}
}

/* A segment that failed may have been made anew after its release, so that less is there than leases.mdb has; but
 * there is always something. */
static bool is_end_missing(const struct journal *journal, const struct journal_walk *walk) {
	return walk->is_cut || (journal->stat.released && count_slots(journal, SLOT_MISSING) == JOURNAL_SEGMENTS_MAX);
}

static void report_gaps(struct journal *journal, struct journal_walk *walk) {
	if (is_end_missing(journal, walk))
		walk->n_gaps++;
	journal->stat.n_gaps = walk->n_gaps;
	if (walk->n_gaps)
		event_emit(EVENT_STORE_JOURNAL_DAMAGED,
			   "%s: frames are missing in %u place%s; %llu after number %llu were read",
			   journal->directory.path, walk->n_gaps, walk->n_gaps == 1 ? "" : "s",
			   (unsigned long long)walk->n_frames, (unsigned long long)journal->stat.released);
}

/* The writer may have ended between its write and its sync, or after a failed sync, and the frame stand in the system's
 * memory alone, with the header if it is the first. What was before it was durable before it was written. */
static int confirm_last_frame(struct journal_walk *walk) {
	const struct journal_source *source = &walk->sources[walk->at];
	uint32_t offset = walk->offset - walk->length;
	uint8_t header[JOURNAL_HEADER_SIZE];
	struct span octets;
	int r = 0;

	journal_header_encode(&source->header, header);
	if (offset == JOURNAL_HEADER_SIZE)
		r = journal_segment_write(source->fd, span_of(header, sizeof header), 0);
	octets = journal_window_at(&walk->window, source->fd, offset, walk->length);
	return r < 0 ? r : journal_segment_write_durably(source->fd, span_of(octets.data, walk->length), offset);
}

static int copy_change(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	journal_put(context, address, record);
	return 0;
}

/* One is enough to begin with, and making it takes a moment. Without one, what is held may be released soon. */
static int make_first_slot(struct journal *journal, struct error *reterr_error) {
	unsigned slot = find_slot_to_make(journal);
	int r = 0;

	if (journal->current != NONE || find_slot(journal, SLOT_SPARE) != NONE || slot == NONE)
		return 0;
	r = make_slot(journal, slot);
	if (r == 0 || find_slot(journal, SLOT_HELD) != NONE)
		return 0;
	return io_error(journal, E_DHCP_DATABASE_INIT_FAILED, r, reterr_error);
}

/* Write the last frame once more, in another segment, in the place of the one that could not be confirmed. */
static int repeat_last_frame(struct journal *journal, struct journal_walk *walk, struct error *reterr_error) {
	const struct journal_source *source = &walk->sources[walk->at];
	uint32_t offset = walk->offset - walk->length;
	struct journal_frame frame;
	int r;

	r = journal_frame_decode(journal_window_at(&walk->window, source->fd, offset, walk->length),
				 source->header.seed, &frame);
	assert(r == 0);
	journal_frame_visit(&frame, copy_change, journal);
	journal->stat.last = frame.previous;
	r = make_first_slot(journal, reterr_error);
	return r < 0 ? r : commit(journal, true, reterr_error);
}

/* Go on behind the last frame, if it is the last one of the last segment. */
static int continue_last_segment(struct journal *journal, struct journal_walk *walk, struct error *reterr_error) {
	const struct journal_source *source = &walk->sources[walk->at];
	struct slot *slot = &journal->slots[source->slot];

	if (walk->n_sources == 0 || walk->length == 0 || slot->state != SLOT_HELD)
		return 0;
	if (confirm_last_frame(walk) < 0) {
		slot->state = SLOT_FAILED;
		return repeat_last_frame(journal, walk, reterr_error);
	}
	if (walk->is_closed || walk->n_gaps)
		return 0;
	journal->current = source->slot;
	journal->header = source->header;
	journal->offset = walk->offset;
	return 0;
}

static int begin_where_it_ended(struct journal *journal, struct journal_walk *walk, struct error *reterr_error) {
	int r;

	report_gaps(journal, walk);
	hold_sources(journal, walk);
	journal->stat.last = walk->last;
	journal->stat.n_frames_written = walk->n_frames;
	journal->stat.n_octets_written = walk->n_octets;
	journal->sequence = walk->highest > walk->last ? walk->highest : walk->last;
	r = continue_last_segment(journal, walk, reterr_error);
	return r < 0 ? r : make_first_slot(journal, reterr_error);
}

static int open_all(struct journal *journal, struct journal_walk *walk, const char *state_directory,
		    struct error *reterr_error) {
	int r = journal_directory_open(state_directory, true, &journal->directory);

	if (r < 0)
		return io_error(journal, E_DHCP_DATABASE_INIT_FAILED, r, reterr_error);
	r = open_slots(journal, walk, reterr_error);
	if (r == 0)
		r = journal_walk_run(walk);
	return r < 0 ? r : begin_where_it_ended(journal, walk, reterr_error);
}

static struct journal *journal_new(const char *server_name, uint64_t applied) {
	struct journal *journal = mem_alloc(sizeof *journal);

	assert(strlen(server_name) < JOURNAL_SERVER_MAX);
	snprintf(journal->header.server, sizeof journal->header.server, "%s", server_name);
	journal->directory.fd = -1;
	journal->current = journal->leaving.slot = NONE;
	journal->stat.released = applied;
	for (unsigned i = 0; i < JOURNAL_SEGMENTS_MAX; i++)
		journal->slots[i].fd = -1;
	pthread_mutex_init(&journal->mutex, NULL);
	return journal;
}

/* shape: 7 parameters, of which two pairs belong together: what to visit and with what, and the two results */
int journal_open(const char *state_directory, const char *server_name, uint64_t applied, journal_visit_f *visit,
		 void *context, struct journal **ret_journal, struct error *reterr_error) {
	struct journal *journal = journal_new(server_name, applied);
	struct journal_walk walk = { .is_mending = true, .visit = visit, .context = context, .last = applied };
	int r;

	journal_window_init(&walk.window, JOURNAL_SEGMENT_SIZE);
	r = open_all(journal, &walk, state_directory, reterr_error);
	journal_window_done(&walk.window);
	if (r < 0)
		journal_close(journal);
	else
		*ret_journal = journal;
	return r;
}
