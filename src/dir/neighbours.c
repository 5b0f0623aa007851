/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/neighbours.h"

#include <string.h>

#include "base/mem.h"
#include "dir/heard.h"

#define FRESH_S 3600

struct neighbours {
	struct heard *heard;
	struct arena *arena; /* holds what was read */
	const struct sighting *sightings;
	size_t n_sightings;
	struct ip4 addresses[SIGHTINGS_MAX];
	size_t n_addresses;
};

struct neighbours *neighbours_new(const char *state_directory) {
	struct neighbours *neighbours = mem_alloc(sizeof *neighbours);

	neighbours->heard = heard_new(state_directory);
	neighbours->arena = arena_new(0);
	return neighbours;
}

struct neighbours *neighbours_free(struct neighbours *neighbours) {
	if (neighbours) {
		heard_free(neighbours->heard);
		arena_free(neighbours->arena);
		free(neighbours);
	}
	return NULL;
}

/* Of a relay's network nothing is known here but that a client chose somebody there. A clock that was set back makes
 * what was heard just now a thing of the future. */
static bool is_at_work(const struct sighting *sighting, const struct moment *now) {
	int64_t age_s = now->wall_s - sighting->last_seen;

	return !sighting->is_gone && is_ip4_none(sighting->via) && age_s <= FRESH_S && age_s >= -FRESH_S;
}

const struct ip4 *neighbours_addresses(struct neighbours *neighbours, const struct moment *now,
				       size_t *ret_n_addresses) {
	size_t n = 0;

	for (size_t i = 0; i < neighbours->n_sightings && n < SIGHTINGS_MAX; i++)
		if (is_at_work(&neighbours->sightings[i], now))
			neighbours->addresses[n++] = neighbours->sightings[i].address;
	neighbours->n_addresses = n;
	*ret_n_addresses = n;
	return neighbours->addresses;
}

bool neighbours_refresh(struct neighbours *neighbours, const struct moment *now) {
	struct ip4 before[SIGHTINGS_MAX];
	size_t n_before = neighbours->n_addresses, n;
	struct detection ignored;
	struct sighting *sightings;

	memcpy(before, neighbours->addresses, n_before * sizeof *before);
	neighbours->n_sightings = 0;
	arena_reset(neighbours->arena);
	if (heard_read(neighbours->heard, neighbours->arena, &sightings, &n, &ignored)) {
		neighbours->sightings = sightings;
		neighbours->n_sightings = n;
	}
	neighbours_addresses(neighbours, now, &n);
	return n != n_before || memcmp(before, neighbours->addresses, n * sizeof *before) != 0;
}
