/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

#define SECTOR 512
#define NEVER UINT32_MAX

/* What a sector held when it was last durable. */
struct sector {
	ino_t inode;
	off_t offset;
	bool is_unsure; /* a sync of it failed */
	uint8_t durable[SECTOR];
};

char disk_directory[DISK_DIRECTORY_MAX];

static struct sector *sectors;
static size_t n_sectors, sectors_capacity;
static enum disk_call broken_call;
static unsigned broken_delay, broken_times;
static int broken_error;
static unsigned end_delay = NEVER, n_syncs;
static bool is_ended;
static uint64_t random_state;

void disk_seed(uint64_t seed) {
	random_state = seed;
}

/* A linear congruential generator does for this; its upper half is the better one. */
unsigned disk_random(unsigned limit) {
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((random_state >> 33) % limit);
}

int disk_setup(void **state) {
	snprintf(disk_directory, sizeof disk_directory, "journal-test-XXXXXX");
	n_sectors = 0;
	disk_begin();
	disk_break(DISK_NOTHING, 0, 0, 0);
	return mkdtemp(disk_directory) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
	return remove(path);
}

int disk_teardown(void **state) {
	disk_begin();
	return nftw(disk_directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void disk_break(enum disk_call call, unsigned delay, unsigned times, int error_number) {
	broken_call = call;
	broken_delay = delay;
	broken_times = times;
	broken_error = error_number;
}

void disk_end_after(unsigned delay) {
	end_delay = delay;
}

bool is_disk_ended(void) {
	return is_ended;
}

void disk_begin(void) {
	is_ended = false;
	end_delay = NEVER;
}

unsigned disk_sync_count(void) {
	return n_syncs;
}

static bool is_broken(enum disk_call call) {
	if (broken_call != call || broken_times == 0 || (broken_delay && broken_delay--))
		return false;
	broken_times--;
	errno = broken_error;
	return true;
}

/* True in the call in which the program ends. */
static bool is_ending(void) {
	if (end_delay == NEVER || end_delay--)
		return false;
	end_delay = NEVER;
	is_ended = true;
	return true;
}

static struct sector *find_sector(ino_t inode, off_t offset) {
	for (size_t i = 0; i < n_sectors; i++)
		if (sectors[i].inode == inode && sectors[i].offset == offset)
			return &sectors[i];
	return NULL;
}

static void note_sector(int fd, ino_t inode, off_t offset) {
	struct sector *sector = find_sector(inode, offset);

	if (sector) {
		sector->is_unsure = false;
		return;
	}
	sectors = mem_grow(sectors, &sectors_capacity, n_sectors + 1, sizeof sectors[0]);
	sector = &sectors[n_sectors];
	*sector = (struct sector){ .inode = inode, .offset = offset };
	/* What is behind the file's end is of no interest: it was not whole yet. */
	if (pread(fd, sector->durable, SECTOR, offset) == SECTOR)
		n_sectors++;
}

/* A new file may have the number of one that was removed. */
static void forget_file(ino_t inode) {
	size_t n_kept = 0;

	for (size_t i = 0; i < n_sectors; i++)
		if (sectors[i].inode != inode)
			sectors[n_kept++] = sectors[i];
	n_sectors = n_kept;
}

static void note_write(int fd, size_t size, off_t offset) {
	struct stat info;

	if (fstat(fd, &info) < 0)
		return;
	if (info.st_size == 0)
		forget_file(info.st_ino);
	if (offset >= info.st_size)
		return;
	for (off_t at = offset - offset % SECTOR; at < offset + (off_t)size; at += SECTOR)
		note_sector(fd, info.st_ino, at);
}

static void note_sync(int fd, bool is_done) {
	struct stat info;
	size_t n_kept = 0;

	if (fstat(fd, &info) < 0)
		return;
	for (size_t i = 0; i < n_sectors; i++) {
		if (sectors[i].inode == info.st_ino && !is_done)
			sectors[i].is_unsure = true;
		if (sectors[i].inode != info.st_ino || sectors[i].is_unsure)
			sectors[n_kept++] = sectors[i];
	}
	n_sectors = n_kept;
}

static int restore_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
	int fd = S_ISREG(info->st_mode) ? open(path, O_WRONLY | O_CLOEXEC) : -1;

	for (size_t i = 0; fd >= 0 && i < n_sectors; i++)
		if (sectors[i].inode == info->st_ino && disk_random(2))
			syscall(SYS_pwrite64, fd, sectors[i].durable, SECTOR, sectors[i].offset);
	if (fd >= 0)
		close(fd);
	return 0;
}

void disk_lose_power(void) {
	nftw(disk_directory, restore_one, 8, FTW_PHYS);
	n_sectors = 0;
}

/* A write that was cut short ends with a whole sector. */
static size_t whole_sectors(size_t size, off_t offset) {
	size_t behind = (size_t)(offset + (off_t)size) % SECTOR;

	return size > behind ? size - behind : 0;
}

/* The program's own symbols are found before those of the C library. */
#pragma GCC visibility push(default)

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
	errno = EIO;
	if (!is_ended && is_ending())
		size = whole_sectors(disk_random((unsigned)size + 1), offset);
	else if (is_ended || is_broken(DISK_WRITE))
		return -1;
	note_write(fd, size, offset);
	return syscall(SYS_pwrite64, fd, data, size, offset);
}

static int sync_file(int fd) {
	errno = EIO;
	if (is_ended || is_ending())
		return -1;
	if (is_broken(DISK_SYNC)) {
		note_sync(fd, false);
		return -1;
	}
	n_syncs++;
	note_sync(fd, true);
	return 0;
}

int fdatasync(int fd) {
	return sync_file(fd);
}

int fsync(int fd) {
	return sync_file(fd);
}
#pragma GCC visibility pop
