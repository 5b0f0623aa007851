/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/sighting_file.h"

#include "base/event.h"
#include "base/mem.h"
#include "rt/role.h"
#include "store/sighting_store.h"

#define PAUSE_MS 1000 /* between two writings, whatever is on the network, and before another attempt */

struct sighting_file {
	const struct config *config;
	struct watch *watch;
	struct sighting_store *store; /* NULL if it could not be opened */
	struct loop_timer *timer;
	bool is_resting; /* the timer is set */
	bool is_dirty;
	bool is_failing; /* reported already */
};

/* Open the store if that was not possible before, or if somebody removed its file. */
static int store_ready(struct sighting_file *file, struct error *reterr_error) {
	if (file->store && !is_sighting_store_current(file->store))
		file->store = sighting_store_close(file->store);
	if (file->store)
		return 0;
	return sighting_store_open(file->config->state_directory, file->config->server_name, &file->store,
				   reterr_error);
}

static int write_all(struct sighting_file *file, struct error *reterr_error) {
	size_t n_sightings;
	const struct sighting *sightings = watch_sightings(file->watch, &n_sightings);
	int r = store_ready(file, reterr_error);

	return r < 0 ? r : sighting_store_replace(file->store, sightings, n_sightings, watch_detection(file->watch),
						  reterr_error);
}

static void save(struct sighting_file *file) {
	struct error error;

	file->is_dirty = write_all(file, &error) < 0;
	if (file->is_dirty && !file->is_failing)
		event_emit_error(EVENT_SIGHTINGS_FAILED, &error);
	file->is_failing = file->is_dirty;
	if (!file->is_dirty)
		role_wake(HERITAGE_WAKE_HEARD);
	file->is_resting = true;
	loop_timer_set(file->timer, PAUSE_MS);
}

static void on_rested(void *context) {
	struct sighting_file *file = context;

	file->is_resting = false;
	if (file->is_dirty)
		save(file);
}

void sighting_file_changed(struct sighting_file *file) {
	file->is_dirty = true;
	if (!file->is_resting)
		save(file);
}

/* What cannot be read will be met again. */
static void remember(struct sighting_file *file) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct sighting *sightings;
	struct detection detection;
	size_t n_sightings;

	if (sighting_store_read(file->store, arena, &sightings, &n_sightings, &detection) == 0)
		watch_remember(file->watch, sightings, n_sightings);
}

struct sighting_file *sighting_file_new(struct loop *loop, const struct config *config, struct watch *watch) {
	struct sighting_file *file = mem_alloc(sizeof *file);
	struct error error;

	file->config = config;
	file->watch = watch;
	file->timer = loop_timer_new(loop, on_rested, file);
	file->is_failing = store_ready(file, &error) < 0;
	if (file->is_failing)
		event_emit_error(EVENT_SIGHTINGS_FAILED, &error);
	else
		remember(file);
	return file;
}

struct sighting_file *sighting_file_free(struct sighting_file *file) {
	if (!file)
		return NULL;
	if (file->is_dirty)
		save(file);
	loop_timer_free(file->timer);
	sighting_store_close(file->store);
	free(file);
	return NULL;
}
