/* SPDX-License-Identifier: Apache-2.0 */
/* heard.h - what serve knows of other DHCP servers (sightings.mdb), as dir reads it when HERITAGE_WAKE_HEARD rings.
 * Thread: one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/sighting.h"

struct heard;

/* A reader of the store in @state_directory (borrowed), which is opened when it is first read: serve may not have made
 * it yet. heard_free accepts NULL and returns NULL. */
struct heard *heard_new(const char *state_directory);
struct heard *heard_free(struct heard *heard);

/* Read all sightings, in ascending order of address, and the last round's result, into @arena. False if nothing is
 * stored or it cannot be read; a store that was replaced is opened anew. */
bool heard_read(struct heard *heard, struct arena *arena, struct sighting **ret_sightings, size_t *ret_n_sightings,
		struct detection *ret_detection);
