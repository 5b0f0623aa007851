/* SPDX-License-Identifier: Apache-2.0 */
/* sighting_file.h - keeps what a watch knows in sightings.mdb (store/sighting_store.h), for dir, api and serve's next
 * life.
 *
 * A store that fails is reported once and tried again; serving clients does not depend on it.
 * Thread: the loop's.
 */
#pragma once

#include "engine/watch.h"
#include "rt/config.h"
#include "rt/loop.h"

struct sighting_file;

/* Keep what @watch knows in @config's state directory (both borrowed until the end), and let it remember what an
 * earlier life has stored. Never fails. */
struct sighting_file *sighting_file_new(struct loop *loop, const struct config *config, struct watch *watch);

/* The end; what was not stored yet is, if that is possible. Accepts NULL; returns NULL. */
struct sighting_file *sighting_file_free(struct sighting_file *file);

/* The watch knows other things than before: store them, now or within a second, and tell dir. */
void sighting_file_changed(struct sighting_file *file);
