/* SPDX-License-Identifier: Apache-2.0 */
/* disk.h - what disk.so, a library for LD_PRELOAD in tests only, writes down and obeys.
 *
 * LESSOR_TEST_DISK_DIR    what lies below this directory is watched; the path must be without links
 * LESSOR_TEST_DISK_LOG    a file of records, one after the other: each change of a file below the directory, each
 *                         sync of one, and each DHCP reply that leaves, in the order in which all processes made them
 * LESSOR_TEST_DISK_FAULTS a file of FAULTS_MAX times struct fault, mapped by all processes; what is written into it is
 *                         obeyed
 *
 * tests/functional/disk.py is the other side. Numbers are the machine's own. Nothing here is installed.
 */
#pragma once

#include <stdint.h>

#define DISK_MAGIC 0x4b53444cu

/* A call that takes effect on a file is told twice: before it, with what it will do, and by DISK_END of the same thread
 * after it. Between the two it may or may not have had effect. Names are told once, after the fact. */
enum disk_kind {
	DISK_OPEN = 1, /* a file was opened for writing: path, inode */
	DISK_WRITE,    /* path, inode, offset, then the octets */
	DISK_ZEROS,    /* the same, with @amount zeros that are not spelled out */
	DISK_TRUNCATE, /* path, inode; @amount: the new size */
	DISK_ALLOCATE, /* path, inode, offset, @amount octets; @flags: fallocate's mode */
	DISK_SYNC,     /* path, inode: of a file or a directory */
	DISK_END,      /* @amount: what the call returned */
	DISK_RENAME,   /* path, then the new path */
	DISK_UNLINK,   /* path */
	DISK_MKDIR,    /* path */
	DISK_REPLY,    /* the BOOTP message, before it is sent; @amount: seconds since the epoch */
	DISK_LINK,     /* path, then a further one of the same file */
	DISK_UNKNOWN,  /* something that a replay would not understand: its name */
};

#define DISK_DURABLE 1u /* @flags of a write: the file is open with O_DSYNC, so that it is on the disk when it ends */

/* Embedded: the head of a record. A path of @path_len and @data_len octets follow. */
struct disk_record {
	uint32_t magic;
	uint32_t kind;
	uint32_t thread;
	uint32_t flags;
	uint64_t inode;
	int64_t offset;
	int64_t amount;
	uint32_t path_len;
	uint32_t data_len;
};

enum fault_call {
	FAULT_WRITE = 1,
	FAULT_SYNC = 2,
	FAULT_OPEN = 4,  /* for writing */
	FAULT_SIZE = 8,  /* ftruncate, fallocate */
	FAULT_NAME = 16, /* rename, link, unlink, mkdir */
	FAULT_LOOK = 32, /* open for reading, of files and directories */
};

enum fault_action {
	FAULT_FAIL,  /* with @error, without effect */
	FAULT_TEAR,  /* of a write: half of it is done, then it fails with @error */
	FAULT_SHORT, /* of a write: half of it is done, and it says so */
	FAULT_HANG,  /* until the order is taken back */
	FAULT_KILL,  /* the process, before the call */
	FAULT_KILL_AFTER,
};

#define FAULTS_MAX 32

/* Embedded: one order. */
struct fault {
	uint32_t calls; /* enum fault_call, several at once; 0: no order. Set last, cleared first */
	uint32_t action;
	int32_t error;
	int32_t skip;      /* this many calls are let through first */
	int32_t count;     /* then this many are hit; -1: all */
	uint32_t hits;     /* how many were */
	char pattern[104]; /* of file names below the directory, as fnmatch understands it */
};
