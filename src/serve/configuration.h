/* SPDX-License-Identifier: Apache-2.0 */
/* configuration.h - what serve knows from dir: the verdict, the directory's name and list of servers, and the
 * configuration as a snapshot.
 *
 * All come from directory.mdb. The verdict and the list are read at once when dir rings; a snapshot is built in a
 * thread beside the packet loop and taken over between two batches.
 * Thread: the loop's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/dhcpservers.h"
#include "model/snapshot.h"
#include "model/verdict.h"
#include "rt/loop.h"

struct configuration;

/* Called in the loop after something was read, and @has_new_snapshot: after a new snapshot was taken into force. What
 * was borrowed before goes behind the call. */
typedef void configuration_changed_f(void *context, bool has_new_snapshot);

/* Follow directory.mdb in @state_directory for @server_name (both borrowed for good), from configuration_start on.
 * There may be none yet. */
struct configuration *configuration_new(struct loop *loop, const char *state_directory, const char *server_name,
					configuration_changed_f *changed, void *context);
struct configuration *configuration_free(struct configuration *configuration);

/* Read for the first time. From here on there may be a second thread. */
void configuration_start(struct configuration *configuration);

/* True if the verdict is of this life of the daemon and lets us answer clients at @now. */
bool is_configuration_authorized(const struct configuration *configuration, const struct moment *now);

/* Borrow the verdict as it was read last. */
const struct verdict *configuration_verdict(const struct configuration *configuration);

/* Borrow the directory's name on the wire (model/sighting.h); "" as long as there is none. */
const char *configuration_enterprise(const struct configuration *configuration);

/* Borrow the servers that the directory lists. False, and nothing is lent, if they are not known. */
bool configuration_listing(const struct configuration *configuration, const struct dhcp_server **ret_servers,
			   size_t *ret_n_servers);

/* A setting of this server; before the first snapshot what it is where nobody has set it. */
uint64_t configuration_setting(const struct configuration *configuration, enum setting setting);

/* Borrow the snapshot in force until the next turn of the loop; NULL before the first. */
const struct snapshot *configuration_snapshot(const struct configuration *configuration);
