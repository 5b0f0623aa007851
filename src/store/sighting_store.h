/* SPDX-License-Identifier: Apache-2.0 */
/* sighting_store.h - sightings.mdb: the other DHCP servers that serve has met, and the last round of rogue detection.
 *
 * serve is its only writer; dir and api read. All of it changes in one transaction. It may be deleted at any time: it
 * is made anew, and who is on the network is met again.
 * Thread: one per store object.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/sighting.h"

struct sighting_store;

/* Open or create DIR/sightings.mdb as its only writer (serve). One of another server, or a damaged one, is emptied.
 * 0 or -E_DHCP_JET_ERROR with a sentence. */
int sighting_store_open(const char *state_directory, const char *server_name, struct sighting_store **ret_store,
			struct error *reterr_error);

/* Open for reading. 0, -E_NOT_FOUND (not made yet) or -E_DHCP_JET_ERROR. */
int sighting_store_open_reader(const char *state_directory, struct sighting_store **ret_store,
			       struct error *reterr_error);

/* False if the file was removed or replaced since it was opened. */
bool is_sighting_store_current(const struct sighting_store *store);

/* Close. Accepts NULL; returns NULL. */
struct sighting_store *sighting_store_close(struct sighting_store *store);

/* Replace everything by @sightings (at most SIGHTINGS_MAX) and @detection. 0 or -E_DHCP_JET_ERROR with a sentence;
 * nothing has changed then. */
int sighting_store_replace(struct sighting_store *store, const struct sighting *sightings, size_t n_sightings,
			   const struct detection *detection, struct error *reterr_error);

/* Read everything: the sightings, in ascending order of address and interface, into @arena. @ret_detection says NONE if
 * there is none. A record that cannot be read is passed over. 0, -E_DHCP_JET_ERROR, or -E_NOT_ENOUGH_MEMORY at the
 * arena's limit. */
int sighting_store_read(struct sighting_store *store, struct arena *arena, struct sighting **ret_sightings,
			size_t *ret_n_sightings, struct detection *ret_detection);
