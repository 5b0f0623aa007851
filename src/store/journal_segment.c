/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define DIRECTORY_MODE 0700
#define FILE_MODE 0600
#define NAME_SIZE 24
#define NEW_SUFFIX ".new"
#define READ_UNIT 4096u /* what a disk loses at once */
#define STAT_UNIT 512   /* of st_blocks */

static void segment_name(unsigned slot, const char *suffix, char ret_name[static NAME_SIZE]) {
	snprintf(ret_name, NAME_SIZE, "segment-%02u%s", slot, suffix);
}

static int sync_path(const char *path) {
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int make_directory(const char *state_directory, const char *path) {
	if (mkdir(path, DIRECTORY_MODE) < 0)
		return errno == EEXIST ? 0 : -errno;
	return sync_path(state_directory);
}

int journal_directory_renew(struct journal_directory *directory, bool *ret_is_new) {
	struct stat info;
	int fd;

	*ret_is_new = false;
	if (directory->fd >= 0 && is_journal_directory_current(directory))
		return 0;
	fd = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &info) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	if (directory->fd >= 0)
		close(directory->fd);
	directory->fd = fd;
	directory->device = info.st_dev;
	directory->inode = info.st_ino;
	*ret_is_new = true;
	return 0;
}

int journal_directory_open(const char *state_directory, bool is_writing, struct journal_directory *ret_directory) {
	struct journal_directory directory = { .fd = -1 };
	bool is_new;
	int r = 0;

	directory.path = mem_format("%s/" JOURNAL_DIRECTORY, state_directory);
	if (is_writing)
		r = make_directory(state_directory, directory.path);
	if (r == 0)
		r = journal_directory_renew(&directory, &is_new);
	*ret_directory = directory;
	return r;
}

bool is_journal_directory_current(const struct journal_directory *directory) {
	struct stat info;

	return stat(directory->path, &info) == 0 && info.st_dev == directory->device && info.st_ino == directory->inode;
}

void journal_directory_done(struct journal_directory *directory) {
	if (directory->fd >= 0)
		close(directory->fd);
	directory->fd = -1;
	free(TAKE_POINTER(directory->path));
}

int journal_segment_open(const struct journal_directory *directory, unsigned slot, bool is_writing, int *ret_fd) {
	char name[NAME_SIZE];
	int fd;

	segment_name(slot, "", name);
	fd = openat(directory->fd, name, (is_writing ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

bool is_journal_segment_whole(int fd) {
	struct stat info;

	return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size == JOURNAL_SEGMENT_SIZE &&
	       info.st_blocks * STAT_UNIT >= JOURNAL_SEGMENT_SIZE;
}

static int write_zeros(int fd) {
	static const uint8_t zeros[64 << 10];
	int r = 0;

	for (uint32_t at = 0; r == 0 && at < JOURNAL_SEGMENT_SIZE; at += sizeof zeros)
		r = journal_segment_write(fd, span_of(zeros, sizeof zeros), at);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

int journal_segment_make(const struct journal_directory *directory, unsigned slot, int *ret_fd) {
	char name[NAME_SIZE], name_new[NAME_SIZE];
	int fd, r;

	segment_name(slot, "", name);
	segment_name(slot, NEW_SUFFIX, name_new);
	unlinkat(directory->fd, name_new, 0);
	fd = openat(directory->fd, name_new, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return -errno;
	r = write_zeros(fd);
	if (r == 0 && (renameat(directory->fd, name_new, directory->fd, name) < 0 || fsync(directory->fd) < 0))
		r = -errno;
	if (r < 0) {
		unlinkat(directory->fd, name_new, 0);
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int journal_segment_read_header(int fd, struct journal_header *ret_header) {
	uint8_t octets[JOURNAL_HEADER_SIZE];
	ssize_t n;

	do
		n = pread(fd, octets, sizeof octets, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (journal_header_decode(span_of(octets, (size_t)n), ret_header) == 0)
		return 0;
	return n == sizeof octets && octets[0] == 0 && memcmp(octets, octets + 1, sizeof octets - 1) == 0 ? -ENODATA
													  : -EBADMSG;
}

int journal_segment_write(int fd, struct span octets, uint32_t offset) {
	size_t done = 0;

	while (done < octets.len) {
		ssize_t n = pwrite(fd, octets.data + done, octets.len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

int journal_segment_write_durably(int fd, struct span octets, uint32_t offset) {
	int r = journal_segment_write(fd, octets, offset);

	if (r == 0 && fdatasync(fd) < 0)
		r = -errno;
	return r;
}

void journal_window_init(struct journal_window *ret_window, uint32_t step) {
	*ret_window = (struct journal_window){ .octets = mem_alloc(JOURNAL_SEGMENT_SIZE), .step = step };
}

void journal_window_reset(struct journal_window *window) {
	window->len = 0;
}

/* Read until @len octets are there, or the file ends. Returns how many are there. */
static uint32_t read_range(int fd, uint8_t *octets, uint32_t len, uint32_t offset, bool *ret_is_failed) {
	uint32_t done = 0;
	ssize_t n = 1;

	while (done < len && n > 0) {
		n = pread(fd, octets + done, len - done, (off_t)offset + done);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			done += (uint32_t)n;
	}
	*ret_is_failed = n < 0;
	return done;
}

/* Where a part of the disk cannot be read, the rest of it perhaps can. */
static uint32_t read_around(int fd, uint8_t *octets, uint32_t len, uint32_t offset) {
	uint32_t done = 0;

	while (done < len) {
		uint32_t rest = READ_UNIT - (offset + done) % READ_UNIT, part = rest < len - done ? rest : len - done;
		bool is_failed;
		uint32_t n = read_range(fd, octets + done, part, offset + done, &is_failed);

		if (n < part && !is_failed)
			return done + n;
		if (n < part)
			memset(octets + done, 0, part);
		done += part;
	}
	return done;
}

static void window_fill(struct journal_window *window, int fd, uint32_t offset, uint32_t len) {
	bool is_failed;

	window->from = offset;
	window->len = read_range(fd, window->octets, len, offset, &is_failed);
	if (is_failed)
		window->len = read_around(fd, window->octets, len, offset);
}

struct span journal_window_at(struct journal_window *window, int fd, uint32_t offset, uint32_t len) {
	uint32_t rest = offset < JOURNAL_SEGMENT_SIZE ? JOURNAL_SEGMENT_SIZE - offset : 0;
	uint32_t end = offset + (len < rest ? len : rest);

	if (offset < window->from || end > window->from + window->len) {
		uint32_t step = len > window->step ? len : window->step;

		window_fill(window, fd, offset, step < rest ? step : rest);
	}
	if (offset >= window->from + window->len)
		return (struct span){ 0 };
	return span_of(window->octets + (offset - window->from), window->from + window->len - offset);
}

void journal_window_done(struct journal_window *window) {
	free(TAKE_POINTER(window->octets));
}
