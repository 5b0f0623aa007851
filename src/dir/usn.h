/* SPDX-License-Identifier: Apache-2.0 */
/* usn.h - following a directory that numbers its changes (Active Directory, Samba): what is to be read next.
 *
 * Every domain controller numbers the changes that it takes in. Its rootDSE tells the highest number so far, each entry
 * that of its own last change. While the highest number stands still nothing is read; when it moves, the entries that
 * changed since are. This tells nothing about entries that are gone (the tombstones are shown to few), nor about those
 * below one that was renamed or moved: they keep their numbers. So a sweep reads identity and name of all entries, and
 * what it shows and the changes do not explain makes us read everything. In a busy domain the number moves all the
 * time, for other things; sweeps take a tenth of the time at most.
 * The numbers are one server's own, and go back when it is restored: they are not kept beyond a connection.
 * Pure but for the heap. Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/entry.h"

enum usn_step {
	USN_CHECK,   /* read the highest number */
	USN_WHOLE,   /* read all entries */
	USN_CHANGES, /* read the entries whose number is usn_first or higher */
	USN_SWEEP,   /* read identity and name of all entries */
	USN_REST,    /* nothing, until the next round */
};

/* An entry as it was last seen. */
struct usn_name {
	struct entry_uuid uuid;
	uint64_t hash; /* of its DN */
};

/* Embedded. */
struct usn {
	enum usn_step step;
	bool is_read;            /* everything was read */
	bool is_sweep_owed;      /* something changed since the last sweep */
	uint64_t known, checked; /* the highest number whose changes are known; of this round */
	uint64_t sweep_began_ms, sweep_due_ms;
	struct usn_name *names;  /* in order of identity */
	size_t n_names, capacity;
};

/* Nothing known yet, and the end. */
void usn_init(struct usn *ret_usn);
void usn_done(struct usn *usn);

/* Forget everything: the next round reads all. */
void usn_forget(struct usn *usn);

/* Begin a round; its first step is USN_CHECK. Each of the functions below takes what a step brought at @now_ms, on the
 * clock that cannot jump, and returns the next step. */
enum usn_step usn_begin(struct usn *usn);

/* USN_CHECK: the highest number. */
enum usn_step usn_take_highest(struct usn *usn, uint64_t highest, uint64_t now_ms);

/* USN_WHOLE, USN_CHANGES, USN_SWEEP: the entries. */
enum usn_step usn_take_entries(struct usn *usn, const struct entry *const *entries, size_t n_entries, uint64_t now_ms);

/* The least number of a change that is not known yet. */
uint64_t usn_first(const struct usn *usn);
