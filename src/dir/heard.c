/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/heard.h"

#include "base/event.h"
#include "base/mem.h"
#include "store/sighting_store.h"

struct heard {
	const char *state_directory;
	struct sighting_store *store; /* NULL until it can be opened */
	bool is_failing;
};

struct heard *heard_new(const char *state_directory) {
	struct heard *heard = mem_alloc(sizeof *heard);

	heard->state_directory = state_directory;
	return heard;
}

struct heard *heard_free(struct heard *heard) {
	if (heard) {
		sighting_store_close(heard->store);
		free(heard);
	}
	return NULL;
}

/* Reported once. A store that serve has not made yet is no failure. */
static int failure_note(struct heard *heard, int code, const struct error *error) {
	if (code < 0 && code != -E_NOT_FOUND && !heard->is_failing)
		event_emit_error(EVENT_SIGHTINGS_UNREADABLE, error);
	heard->is_failing = code < 0 && code != -E_NOT_FOUND;
	return code;
}

static int store_open(struct heard *heard) {
	struct error error = { 0 };

	return failure_note(heard, sighting_store_open_reader(heard->state_directory, &heard->store, &error), &error);
}

bool heard_read(struct heard *heard, struct arena *arena, struct sighting **ret_sightings, size_t *ret_n_sightings,
		struct detection *ret_detection) {
	struct error error;
	int code;

	if (heard->store && !is_sighting_store_current(heard->store))
		heard->store = sighting_store_close(heard->store);
	if (!heard->store && store_open(heard) < 0)
		return false;
	code = sighting_store_read(heard->store, arena, ret_sightings, ret_n_sightings, ret_detection);
	if (code < 0)
		error_set(&error, E_DHCP_JET_ERROR, "sightings.mdb in %s is damaged", heard->state_directory);
	return failure_note(heard, code, &error) == 0;
}
