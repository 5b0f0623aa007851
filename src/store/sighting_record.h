/* SPDX-License-Identifier: Apache-2.0 */
/* sighting_record.h - a sighting, and the result of a round of rogue detection, as octets. Pure.
 *
 * A record says nothing that is not in the value: what was read, written again, is the same octets. Not in it is when
 * on the clock that cannot jump a server was last seen, since that means nothing to another life of the daemon.
 */
#pragma once

#include "base/span.h"
#include "model/sighting.h"

#define SIGHTING_RECORD_MAX 512

/* Write into @ret_octets. Returns the length; 0 for a value that the decoder would not take (a state, answer or outcome
 * that does not exist, a text without end, a hardware address that is too long). */
size_t sighting_record_encode(const struct sighting *sighting, uint8_t ret_octets[static SIGHTING_RECORD_MAX]);
size_t detection_record_encode(const struct detection *detection, uint8_t ret_octets[static SIGHTING_RECORD_MAX]);

/* Read what those wrote. 0, or -E_DHCP_JET_ERROR for anything else. */
int sighting_record_decode(struct span octets, struct sighting *ret_sighting);
int detection_record_decode(struct span octets, struct detection *ret_detection);
