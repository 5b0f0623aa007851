/* SPDX-License-Identifier: Apache-2.0 */
/* backup_board.h - what the roles tell each other of backups, in memory that they share, so that nobody waits for the
 * backup directory but who works in it: api asks, the role backup answers, serve says how backups are to be made and
 * what a restore has done.
 *
 * Each part has one writer, and a reader gets it whole. It is as old as the daemon and outlasts every role.
 * Process: any that has attached. Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define BACKUP_NAME_MAX 48
#define BACKUP_GENERATIONS_MAX 128 /* that are shown */
#define BACKUP_REASON_MAX 160

/* Make the memory. Returns its descriptor, -1 with errno. */
int backup_board_create(void);

/* Map it for this process. With -1: private memory, for tests. */
void backup_board_attach(int fd);

/* How backups are to be made; all 0 while it is not known. Written by serve. Embedded. */
struct backup_plan {
	uint64_t interval_s; /* 0: only when asked for */
	uint64_t n_generations;
};
void backup_board_set_plan(const struct backup_plan *plan);
struct backup_plan backup_board_plan(void);

/* What api asks for. Embedded. */
enum backup_wish {
	BACKUP_WISH_NONE,
	BACKUP_WISH_LOOK,    /* look what generations there are */
	BACKUP_WISH_MAKE,    /* make one */
	BACKUP_WISH_RESTORE, /* make one, then prepare @name to be the leases from the next start of serve on */
};
struct backup_request {
	uint64_t number; /* ascending; 0: nothing was asked yet */
	enum backup_wish wish;
	unsigned uid; /* who asked */
	char name[BACKUP_NAME_MAX];
};

/* Ask. Returns the request's number; who waits looks for it in struct backup_state. While another request has not been
 * begun yet, a restore is refused with -E_DHCP_SERVER_NOT_REACHABLE, and others join: what is done for that one is done
 * for them. While the directory does not answer, all but a look is refused as backup_board_hang() says. Written by
 * api. */
int backup_board_ask(const struct backup_request *request, uint64_t *ret_number, struct error *reterr_error);
struct backup_request backup_board_request(void);

/* A file of the backup directory that is called like a generation. Embedded. */
struct backup_generation {
	char name[BACKUP_NAME_MAX];
	int64_t time; /* wall: of its leases; 0 if it is not valid */
	uint64_t n_leases, n_octets;
	char reason[BACKUP_REASON_MAX]; /* why it is not valid; "": it is */
	/* Which file it was when it was read. */
	dev_t device;
	ino_t inode;
	int64_t modified_ns, changed_ns;
	off_t size;
};

/* What was made and found. Embedded, but large. */
struct backup_state {
	uint64_t n_begun, n_done; /* requests up to these numbers */
	struct error failure;     /* of the last request that was done; code 0: none */
	int64_t looked_at;        /* wall: when the directory was looked through */
	int64_t busy_since;       /* wall; 0: nothing is being done */
	char before[BACKUP_NAME_MAX]; /* what was made of the leases before they were last given up for others; "": none */
	/* Of the last attempt to make a generation. */
	int64_t tried_at;
	struct error error; /* code 0: it succeeded, or there was none */
	/* Of the last one that succeeded in this life of the daemon. */
	int64_t made_at;
	uint64_t made_ms; /* how long it took */
	struct backup_generation made;
	size_t n_generations;
	struct backup_generation generations[BACKUP_GENERATIONS_MAX]; /* the newest first */
};
void backup_board_publish(const struct backup_state *state);
void backup_board_read(struct backup_state *ret_state);

/* That the backup directory does not answer while it is being worked in. Written by backup. Embedded. */
struct backup_hang {
	int64_t at;         /* wall: when that was noticed; 0: it does answer, as far as anybody knows */
	struct error error; /* code 0 likewise */
};
void backup_board_set_hang(const struct backup_hang *hang);
struct backup_hang backup_board_hang(void);

/* What the last restore in this life of the daemon did. Written by serve. Embedded. */
struct backup_restored {
	uint64_t count; /* how many there were; 0: none */
	int64_t at;     /* wall */
	char name[BACKUP_NAME_MAX];
	int64_t time; /* of the generation */
	uint64_t n_leases;
	uint64_t n_journal;     /* changes since, which the journal still had */
	int64_t doubtful_until; /* as lease_store_doubtful_until */
	struct error error;     /* code 0: it succeeded */
};
void backup_board_note_restore(const struct backup_restored *restored); /* counts by itself */
struct backup_restored backup_board_restored(void);
