/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/neighbours.h"

#include <string.h>

#include "base/mem.h"
#include "dir/heard.h"

#define FRESH_MIN_S 3600

struct neighbours {
	struct heard *heard;
	struct arena *arena; /* holds what was read */
	const struct sighting *sightings;
	size_t n_sightings;
	int64_t fresh_s;
	struct ip4 addresses[SIGHTINGS_MAX];
	size_t n_addresses;
};

struct neighbours *neighbours_new(const char *state_directory) {
	struct neighbours *neighbours = mem_alloc(sizeof *neighbours);

	neighbours->fresh_s = FRESH_MIN_S;
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

void neighbours_set_interval(struct neighbours *neighbours, uint64_t interval_s) {
	neighbours->fresh_s = 2 * interval_s > FRESH_MIN_S ? (int64_t)(2 * interval_s) : FRESH_MIN_S;
}

/* Of a relay's network nothing is known here but that a client chose somebody there; and what a client says must not
 * stop a server. A clock that was set back makes what was heard just now a thing of the future. */
static bool is_at_work(const struct sighting *sighting, int64_t fresh_s, const struct moment *now) {
	int64_t age_s = now->wall_s - sighting->last_seen;

	return !sighting->is_gone && !is_sighting_hearsay(sighting) && is_ip4_none(sighting->via) && age_s <= fresh_s &&
	       age_s >= -fresh_s;
}

const struct ip4 *neighbours_addresses(struct neighbours *neighbours, const struct moment *now,
				       size_t *ret_n_addresses) {
	size_t n = 0;

	for (size_t i = 0; i < neighbours->n_sightings && n < SIGHTINGS_MAX; i++)
		if (is_at_work(&neighbours->sightings[i], neighbours->fresh_s, now))
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
