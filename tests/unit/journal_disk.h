/* SPDX-License-Identifier: Apache-2.0 */
/* journal_disk.h - a disk for the tests of the journal: it fails when told to, and knows what a loss of power may take.
 *
 * pwrite, fdatasync and fsync of the program go through it. What was written and not synced since is noted by sectors
 * of 512 octets; at a loss of power each is there or not, as chance will have it. So it is with what a failed sync was
 * to write, until it is written again: a later sync does not save it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DISK_DIRECTORY_MAX 64
extern char disk_directory[DISK_DIRECTORY_MAX];

enum disk_call { DISK_NOTHING, DISK_WRITE, DISK_SYNC };

/* For cmocka: a directory for the test, and its removal with all that is in it. */
int disk_setup(void **state);
int disk_teardown(void **state);

/* The next @call after @delay successful ones fails with @error_number, and @times - 1 more. */
void disk_break(enum disk_call call, unsigned delay, unsigned times, int error_number);

/* After @delay more writes and syncs the program counts as ended: the call in which that happens does a part of its
 * work, and all later ones fail and do nothing. */
void disk_end_after(unsigned delay);

/* True since then; a new life begins with disk_begin. */
bool is_disk_ended(void);
void disk_begin(void);

/* Lose power: what was not made durable is lost, in part. */
void disk_lose_power(void);

/* How many syncs succeeded so far. */
unsigned disk_sync_count(void);

/* A number below @limit, from a generator with a seed of its own. */
unsigned disk_random(unsigned limit);
void disk_seed(uint64_t seed);
