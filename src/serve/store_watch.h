/* SPDX-License-Identifier: Apache-2.0 */
/* store_watch.h - what the state of the lease store and of the wall clock mean for clients: whether there is room for
 * new leases, whether some may be missing, whether leases end as time goes. Tells of each change, and lets the store
 * do what it has to beside the batches.
 *
 * Thread: the loop's.
 */
#pragma once

#include "base/clock.h"
#include "engine/cleanup.h"
#include "engine/engine.h"
#include "model/snapshot.h"
#include "rt/loop.h"
#include "store/lease_store.h"

struct store_watch;

/* Watch @store in @state_directory (both borrowed); the clock is compared with what the store and an earlier life know
 * of it. store_watch_free accepts NULL and returns NULL. */
struct store_watch *store_watch_new(struct loop *loop, const char *state_directory, struct lease_store *store);
struct store_watch *store_watch_free(struct store_watch *watch);

/* Take over from @snapshot how long leases can last. */
void store_watch_configure(struct store_watch *watch, const struct snapshot *snapshot);

/* Look at store and clock at @now: before each batch. */
void store_watch_look(struct store_watch *watch, const struct moment *now);

/* Fill what engine or cleanup want to know, as it was at the last look. @input->now is filled already; while the wall
 * clock stands behind, it is put to the time that leases go by. */
void store_watch_fill_input(const struct store_watch *watch, struct engine_input *input);
void store_watch_begin_cleanup(const struct store_watch *watch, int64_t since, int64_t memory,
			       struct cleanup *ret_cleanup);
