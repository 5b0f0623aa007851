/* SPDX-License-Identifier: Apache-2.0 */
/* generation.h - the files of the backup directory: how they are called, which there are, and reading one.
 *
 * The directory is open to the world: any program may put there, change, lock or remove what it likes, under any name.
 * Only what is called like a generation is looked at, only a regular file, and it counts only if it is valid.
 * Thread: any. May block as long as the file system does.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/backup_file.h"

#define GENERATION_NAME_MAX 48

/* Embedded: "leases-20261121T204510Z.backup", or with "-2" and so on before the dot. */
struct generation_name {
	char text[GENERATION_NAME_MAX];
};

/* The name of a generation of the wall time @time; the @again-th of that second, from 1. */
struct generation_name generation_name_of(int64_t time, unsigned again);

/* Which one of its second the next generation of @time is to be: behind all that @directory has of it. */
unsigned generation_again(int directory, int64_t time);

/* True if a generation can be called so. Pure. */
bool is_generation_name(const char *name);

/* Read the names in the directory @directory, the newest first, by what they say; behind all others those of a time
 * that is yet to come by the wall time @now: a clock that was wrong once has made them. At most @max. Their number, or
 * -1 with errno. */
ssize_t generation_list(int directory, int64_t now, size_t max, struct generation_name ret_names[]);

/* Open the file @name in @directory for reading. Its descriptor, or -E_NOT_FOUND or -E_DHCP_JET_ERROR with a
 * sentence. */
int generation_open(int directory, const char *name, struct error *reterr_error);

/* Count in *@place, from now on, all octets that this process reads and writes of generations: whoever sees the number
 * stand still, in memory that is shared, knows that a disk hangs. NULL: nowhere. */
void generation_count_octets(_Atomic uint64_t *place);

/* For struct backup_reading: read from the descriptor that the context points to. For a writer: write to it. */
ssize_t generation_source(void *context, uint8_t *octets, size_t size);
int generation_sink(void *context, struct span octets);

/* What a generation is read for. Embedded. */
struct generation_use {
	const char *server_name; /* one of another server is refused */
	lease_visit_f *visit;    /* as in struct backup_reading */
	void *context;
};

/* Read the generation @name as backup_read does. 0, what was returned by the visit, -E_NOT_FOUND or -E_DHCP_JET_ERROR
 * with a sentence. */
int generation_read(int directory, const char *name, const struct generation_use *use, struct backup_info *ret_info,
		    struct error *reterr_error);

/* The same of the open file @fd, from where it stands. */
int generation_read_fd(int fd, const struct generation_use *use, struct backup_info *ret_info,
		       struct error *reterr_error);
