/* SPDX-License-Identifier: Apache-2.0 */
/* cleaner.h - clears away ended leases at an interval (engine/cleanup.h): in small batches between those of packets,
 * with rows in the audit file.
 *
 * Thread: the loop's.
 */
#pragma once

#include "model/snapshot.h"
#include "rt/loop.h"
#include "serve/store_watch.h"
#include "store/lease_store.h"

struct cleaner;

/* What it needs of serve. Borrowed for good. Embedded. */
struct cleaner_parts {
	struct loop *loop;
	struct lease_store *store;
	const struct store_watch *watch;
	bool (*is_store_usable)(void *context);                   /* else nothing may be stored any more */
	void (*failed)(void *context, const struct error *error); /* the store did */
	void *context;
};

/* A cleaner that does nothing before it is configured. cleaner_free accepts NULL and returns NULL. */
struct cleaner *cleaner_new(const struct cleaner_parts *parts);
struct cleaner *cleaner_free(struct cleaner *cleaner);

/* Go by @settings. The first time, and when they differ from before, it begins soon, if it is due at all or its memory
 * has become shorter; then at their interval. */
void cleaner_configure(struct cleaner *cleaner, const struct settings *settings);
