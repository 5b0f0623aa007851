/* SPDX-License-Identifier: Apache-2.0 */
/* lease_store_priv.h - opening a lease store in another way than the daemon does, for its tests. */
#pragma once

#include "store/db.h"
#include "store/lease_store.h"

/* The daemon's kind of file; tests copy it and change its size or version. */
extern const struct db_kind lease_store_kind;

/* As lease_store_open, with a file of @kind, which outlives the store. */
int lease_store_open_kind(const struct db_kind *kind, const char *state_directory, const char *server_name,
			  struct lease_store **ret_store, struct error *reterr_error);
