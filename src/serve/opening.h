/* SPDX-License-Identifier: Apache-2.0 */
/* opening.h - how serve comes by its lease store, and what it tells the role backup. */
#pragma once

#include "base/error.h"
#include "model/snapshot.h"
#include "rt/config.h"
#include "store/lease_store.h"

/* Open the lease store, after restoring it if that was asked for or it is damaged (store/restore.h). Call before there
 * is a second thread. 0, or as lease_store_open. */
int opening_store(const struct config *config, struct lease_store **ret_store, struct error *reterr_error);

/* Tell the role backup what the directory says of backups. */
void opening_plan_backups(const struct settings *settings);
