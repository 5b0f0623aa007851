/* SPDX-License-Identifier: Apache-2.0 */
/* detected.h - what a round of rogue detection means for the authority of a server without a directory. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/authority.h"
#include "model/sighting.h"

/* Which rounds count. Embedded. */
struct detected_bounds {
	const char *boot_id; /* of this boot */
	uint64_t started_ms; /* when the daemon began: before it answers anybody, it asks the network anew */
	uint64_t hold_ms;    /* how long a round's result holds */
};

/* Turn @detection into an event of its moment, and its cause (code 0: none). False if it counts for nothing: no round
 * has ended, or it was one of an earlier life, or longer ago than its result holds. */
bool detected_event(const struct detection *detection, const struct detected_bounds *bounds, const struct moment *now,
		    enum authority_event *ret_event, struct error *ret_cause);
