/* SPDX-License-Identifier: Apache-2.0 */
/* neighbours.h - where other DHCP servers are at work on this server's own networks, by what serve has met: sightings
 * on the link, heard themselves and not only named by clients, not gone, heard within the last hour, or two rounds
 * where these are longer. Thread: one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/ip4.h"

struct neighbours;

/* Nobody at first; @state_directory is borrowed. neighbours_free accepts NULL and returns NULL. */
struct neighbours *neighbours_new(const char *state_directory);
struct neighbours *neighbours_free(struct neighbours *neighbours);

/* How long rounds are in which serve asks for others. */
void neighbours_set_interval(struct neighbours *neighbours, uint64_t interval_s);

/* Read what serve knows now. True if others are at work than were by what was read before. */
bool neighbours_refresh(struct neighbours *neighbours, const struct moment *now);

/* Borrow the addresses, in ascending order, by what was read last; until the next call of these functions. */
const struct ip4 *neighbours_addresses(struct neighbours *neighbours, const struct moment *now,
				       size_t *ret_n_addresses);
