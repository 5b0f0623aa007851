/* SPDX-License-Identifier: Apache-2.0 */
/* restore.h - opening the lease store at a start: as it is, or, if it is damaged or an administrator has asked for it,
 * from a generation of the backup.
 *
 * A damaged store is set aside, never removed. What it loses in comparison with the generation the journal may still
 * have. Clients that got addresses which the restored store does not know of are protected until doubtful_until.
 * The caller holds the state directory's lock and has no second thread. All takes as long as reading and writing the
 * leases does; a store that is sound is opened at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/generation.h"
#include "store/lease_store.h"

/* In the state directory: a store that was made of a generation to take the present one's place at the next start. */
#define RESTORE_FILE "leases.mdb.restore"

/* Called now and then with how many octets of a generation are read. */
typedef void restore_progress_f(uint64_t done, uint64_t total);

/* Where things are. Borrowed. Embedded. */
struct restore_place {
	const char *state_directory;
	const char *backup_directory;
	const char *server_name;
	int64_t now;     /* wall */
	bool is_suspect; /* look through the whole store before it is used */
	restore_progress_f *progress; /* NULL: nobody wants to know */
};

/* What happened. Embedded. */
struct restore_report {
	bool is_tried;              /* there was a reason to restore */
	bool is_restored;
	struct generation_name name; /* "" of one that was prepared */
	int64_t time;               /* wall: of its leases */
	uint64_t n_leases;          /* that the store has now */
	uint64_t n_journal;         /* changes after the generation, taken from the journal */
	bool has_gap;               /* changes after the generation are known to be lost */
	int64_t doubtful_until;     /* wall */
	struct error error;         /* why nothing was restored, though it was tried */
};

/* Prepare the generation that is open as @fd, of place->server_name, to take the place of the store at its next
 * opening. Somebody may be using the store meanwhile. 0, or -E_DHCP_JET_ERROR or -E_DHCP_DATABASE_INIT_FAILED with a
 * sentence; what was prepared before is as it was. */
int restore_prepare(const struct restore_place *place, int fd, struct error *reterr_error);

/* Take that back, or what was left of it in the middle. */
void restore_forget(const char *state_directory);

/* Open the store, after restoring it if need be; tells of that in events. One that is gone is restored if its journal
 * shows that it had more, as far as there is a backup. 0, or as lease_store_open: then a sentence also says why no
 * backup could take the store's place. *@ret_report is filled in any case. */
int restore_store_open(const struct restore_place *place, struct lease_store **ret_store,
		       struct restore_report *ret_report, struct error *reterr_error);
