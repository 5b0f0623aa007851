/* SPDX-License-Identifier: Apache-2.0 */
/* configuration.h - what serve knows from dir: the verdict, and the configuration as a snapshot.
 *
 * Both come from directory.mdb. The verdict is read at once when dir rings; a snapshot is built in a thread beside the
 * packet loop and taken over between two batches.
 * Thread: the loop's.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "model/snapshot.h"
#include "rt/loop.h"

struct configuration;

/* Called in the loop after a new snapshot was taken into force; the old one is gone. */
typedef void configuration_changed_f(void *context);

/* Follow directory.mdb in @state_directory for @server_name (both borrowed for good). There may be none yet. */
struct configuration *configuration_new(struct loop *loop, const char *state_directory, const char *server_name,
					configuration_changed_f *changed, void *context);
struct configuration *configuration_free(struct configuration *configuration);

/* True if the verdict lets us answer clients at @now. */
bool is_configuration_authorized(const struct configuration *configuration, const struct moment *now);

/* Borrow the snapshot in force until the next turn of the loop; NULL before the first. */
const struct snapshot *configuration_snapshot(const struct configuration *configuration);
