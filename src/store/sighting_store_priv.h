/* SPDX-License-Identifier: Apache-2.0 */
/* sighting_store_priv.h - the tables of sightings.mdb. Private to the sighting store and its tests.
 *
 * SIGHTING_TABLE_META      "format", "server", "detection"
 * SIGHTING_TABLE_SIGHTING  address, interface -> sighting
 */
#pragma once

#include "store/db.h"
#include "store/sighting_store.h"

enum { SIGHTING_TABLE_META = DB_TABLE_META, SIGHTING_TABLE_SIGHTING, SIGHTING_TABLE_COUNT };

static const struct span key_detection = { (const uint8_t *)"detection", 9 };

extern const struct db_kind sighting_store_kind;
