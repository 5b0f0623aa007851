/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/catalog.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"

_Static_assert(BACKUP_NAME_MAX == GENERATION_NAME_MAX, "the board shows the names whole");

static int64_t nanoseconds(struct timespec time) {
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Note which file @name is. All zero if there is none. */
static void identify(int directory, struct backup_generation *generation) {
	struct stat info = { 0 };

	fstatat(directory, generation->name, &info, AT_SYMLINK_NOFOLLOW);
	generation->device = info.st_dev;
	generation->inode = info.st_ino;
	generation->size = info.st_size;
	generation->modified_ns = nanoseconds(info.st_mtim);
	generation->changed_ns = nanoseconds(info.st_ctim);
}

static bool is_same_file(const struct backup_generation *a, const struct backup_generation *b) {
	return strcmp(a->name, b->name) == 0 && a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->modified_ns == b->modified_ns && a->changed_ns == b->changed_ns;
}

static const struct backup_generation *find(const struct backup_state *state, const char *name) {
	for (size_t i = 0; i < state->n_generations; i++)
		if (strcmp(state->generations[i].name, name) == 0)
			return &state->generations[i];
	return NULL;
}

static void set_valid(const struct backup_info *info, struct backup_generation *generation) {
	generation->time = info->time;
	generation->n_leases = info->n_leases;
	generation->n_octets = info->n_octets;
}

/* Read it. That one which was valid is not any more is news. */
static void judge(int directory, const char *server_name, bool was_valid, struct backup_generation *generation) {
	const struct generation_use use = { .server_name = server_name };
	struct backup_info info;
	struct error error;

	if (generation_read(directory, generation->name, &use, &info, &error) == 0) {
		set_valid(&info, generation);
		return;
	}
	generation->n_octets = (uint64_t)generation->size;
	snprintf(generation->reason, sizeof generation->reason, "%.*s", BACKUP_REASON_MAX - 1, error.text);
	if (was_valid)
		event_emit(EVENT_BACKUP_INVALID, "%s: %s", generation->name, error.text);
}

static void look_at(int directory, const char *server_name, const struct backup_state *before,
		    struct backup_generation *generation) {
	const struct backup_generation *known = find(before, generation->name);

	identify(directory, generation);
	if (known && is_same_file(known, generation))
		*generation = *known;
	else
		judge(directory, server_name, known && !known->reason[0], generation);
}

int catalog_look(int directory, const char *server_name, struct backup_state *state) {
	struct generation_name names[BACKUP_GENERATIONS_MAX];
	struct backup_state *before CLEANUP(cleanup_free) = NULL;
	ssize_t n = generation_list(directory, clock_now().wall_s, BACKUP_GENERATIONS_MAX, names);

	if (n < 0)
		return -1;
	before = mem_alloc(sizeof *before);
	*before = *state;
	memset(state->generations, 0, sizeof state->generations);
	state->n_generations = (size_t)n;
	for (size_t i = 0; i < state->n_generations; i++) {
		memcpy(state->generations[i].name, names[i].text, sizeof names[i].text);
		look_at(directory, server_name, before, &state->generations[i]);
	}
	return 0;
}

void catalog_note(int directory, const char *name, const struct backup_info *info, struct backup_state *state) {
	struct backup_generation generation = { .name = "" };
	size_t n = state->n_generations < BACKUP_GENERATIONS_MAX ? state->n_generations : BACKUP_GENERATIONS_MAX - 1;

	snprintf(generation.name, sizeof generation.name, "%s", name);
	identify(directory, &generation);
	set_valid(info, &generation);
	memmove(&state->generations[1], &state->generations[0], n * sizeof generation);
	state->generations[0] = generation;
	state->n_generations = n + 1;
	state->made = generation;
}

/* It might have been replaced meanwhile: then it is somebody else's, and stays. */
static bool remove_own(int directory, const struct backup_generation *generation) {
	struct backup_generation now = *generation;

	identify(directory, &now);
	return is_same_file(&now, generation) && unlinkat(directory, generation->name, 0) == 0;
}

void catalog_prune(int directory, uint64_t keep, struct backup_state *state) {
	size_t n_left = 0;
	uint64_t n_valid = 0;

	for (size_t i = 0; i < state->n_generations; i++) {
		const struct backup_generation *generation = &state->generations[i];
		bool is_valid = !generation->reason[0];

		n_valid += is_valid;
		if (is_valid && n_valid > keep && remove_own(directory, generation))
			continue;
		state->generations[n_left++] = state->generations[i];
	}
	state->n_generations = n_left;
}

int64_t catalog_newest(const struct backup_state *state, int64_t now) {
	int64_t newest = 0;

	for (size_t i = 0; i < state->n_generations; i++) {
		const struct backup_generation *generation = &state->generations[i];

		if (!generation->reason[0] && generation->time > newest && generation->time <= now)
			newest = generation->time;
	}
	return newest;
}
