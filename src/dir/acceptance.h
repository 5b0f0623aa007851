/* SPDX-License-Identifier: Apache-2.0 */
/* acceptance.h - which version of each entry is in force: the last good one.
 *
 * A batch of changes is judged as a whole by building the snapshot that would follow from it. An entry for which that
 * finds a fault keeps its last accepted version in force, and the new one waits in quarantine; later batches judge it
 * again, because what it was at odds with may have changed. Where two entries are at odds, the established one wins. A
 * value that has lost its meaning by a change of other entries is left out alone; a new version that brings one without
 * meaning waits in quarantine like any other that is at fault, if there is a version in force.
 * Pure but for the heap: nothing is stored or reported here (apply.h does). Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "dir/change.h"
#include "model/entry.h"
#include "model/schema.h"
#include "model/snapshot.h"
#include "store/directory_store.h"

struct acceptance;

/* What is to be done after a batch. Everything in it is borrowed until the next batch. */
struct acceptance_result {
	const struct entry **accepted; /* versions newly in force */
	size_t n_accepted;
	const struct entry **pending; /* versions newly in quarantine */
	size_t n_pending;
	struct entry_uuid *removed;
	size_t n_removed;
	struct findings findings;     /* all that hold now */
	/* those to be reported: new, or about a new version; the first one of each entry */
	struct findings quarantined;
	const struct entry **restored; /* entries that are good again, to be reported */
	size_t n_restored;
	bool is_changed; /* any of the above but @findings alone, or the findings, differ from before */
};

/* Embedded: what the entries in force say for this server. */
struct acceptance_view {
	struct settings settings;
	bool has_root, has_server;
	size_t n_entries, n_scopes, n_quarantined;
};

/* Nothing accepted yet, for the server @server_name (borrowed). acceptance_free accepts NULL and returns NULL. */
struct acceptance *acceptance_new(const char *server_name);
struct acceptance *acceptance_free(struct acceptance *acceptance);

/* Start from what is stored, in the place of all that was known; copied. Then give an empty batch to
 * acceptance_apply. */
void acceptance_load(struct acceptance *acceptance, const struct directory_entry *entries, size_t n_entries,
		     const struct findings *findings);

/* Judge @batch. */
void acceptance_apply(struct acceptance *acceptance, const struct change_batch *batch,
		      struct acceptance_result *ret_result);

/* Borrow what the last batch led to. */
const struct acceptance_view *acceptance_view(const struct acceptance *acceptance);
