/* SPDX-License-Identifier: Apache-2.0 */
/* lease_store_priv.h - what the files of the lease store share, and opening one in another way than the daemon
 * does, for its tests. */
#pragma once

#include "store/db.h"
#include "store/lease_store.h"

/* What the store says of itself, in the table meta: numbers of eight octets, the highest first. */
#define LEASE_META_CLEANUP "cleanup"   /* when ended leases were cleared away last (wall) */
#define LEASE_META_JOURNAL "journal"   /* up to which frame of the journal its changes stand in the tables */
#define LEASE_META_DOUBTFUL "doubtful" /* until when (wall) clients that it does not know may be using addresses */

/* The daemon's kind of file; tests copy it and change its size or version. */
extern const struct db_kind lease_store_kind;

/* As lease_store_open, with a file of @kind, which outlives the store. */
int lease_store_open_kind(const struct db_kind *kind, const char *state_directory, const char *server_name,
			  struct lease_store **ret_store, struct error *reterr_error);
