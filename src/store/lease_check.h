/* SPDX-License-Identifier: Apache-2.0 */
/* lease_check.h - whether the indexes in leases.mdb agree with the records: a walk through all rows in bounded steps,
 * each in a transaction of its own that only reads, beside the writer.
 *
 * Records and rows are written in one transaction, so what is in leases.mdb agrees with itself at any moment, whatever
 * the journal has that is newer. Thread: one per checker.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "model/inconsistency.h"
#include "model/lease.h"

#define LEASE_CHECK_STEP_MAX 2048 /* rows that are looked at in one step */
#define LEASE_CHECK_KEY_MAX 511   /* of LMDB */

struct lease_checker;
struct db_txn;

/* Open DIR/leases.mdb for reading. 0, -E_NOT_FOUND (not made yet) or -E_DHCP_DATABASE_INIT_FAILED. */
int lease_checker_open(const char *state_directory, struct lease_checker **ret_checker, struct error *reterr_error);

/* False if the file was removed or replaced since it was opened. */
bool is_lease_checker_current(const struct lease_checker *checker);

/* Close. Accepts NULL; returns NULL. */
struct lease_checker *lease_checker_close(struct lease_checker *checker);

enum lease_check_stage {
	LEASE_CHECK_RECORDS,
	LEASE_CHECK_CLIENTS,
	LEASE_CHECK_EXPIRIES,
	LEASE_CHECK_BLOCKS,
	LEASE_CHECK_STAGE_COUNT,
};

/* A walk. Embedded. */
struct lease_check {
	struct ip4_range range; /* of addresses, and of scopes' networks, that are looked at */
	enum lease_check_stage stage;
	size_t key_len; /* of the key from which it goes on; 0: the first one of the stage */
	uint8_t key[LEASE_CHECK_KEY_MAX];
	bool is_done;
	uint64_t n_rows; /* looked at */
};

/* Start a walk; go on with one that stood at @key (empty: at the beginning) of @stage. */
void lease_check_begin(struct lease_check *ret_check, struct ip4_range range);
void lease_check_resume(struct lease_check *ret_check, struct ip4_range range, enum lease_check_stage stage,
			struct span key);

/* Embedded: a row, or a missing one, that is not as it should be. */
struct lease_drift {
	enum inconsistency kind;  /* UNREADABLE, or one that making the indexes anew mends */
	struct ip4 address;       /* of the record that it is about, or that the row leads to; none: to none at all */
	struct client_key client; /* whose row it is, for the index by client; else nobody */
	struct span key;          /* of the row that is looked at; borrowed for the call */
};

typedef void lease_check_found_f(void *context, const struct lease_drift *drift);

/* Look at the next rows, and tell of each that is not as it should be. 0, or -E_DHCP_JET_ERROR: then some of the step
 * may have been told, and the walk stands where it stood. */
int lease_check_step(struct lease_checker *checker, struct lease_check *check, lease_check_found_f *found,
		     void *context);

/* The same within @txn of that file. Failures stick to it. */
void lease_check_step_in(struct db_txn *txn, struct lease_check *check, lease_check_found_f *found, void *context);
