/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/configuration.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "rt/role.h"
#include "store/directory_store.h"

#define RETRY_MS 1000 /* after directory.mdb could not be read */

/* A snapshot in the making. Only the builder's thread touches it between start and the ring of built_fd. */
struct build {
	pthread_t thread;
	bool is_running;
	int result;
	struct snapshot *snapshot;
};

/* Servers that the directory lists, in an arena of their own. */
struct listing {
	struct arena *arena;
	struct dhcp_server *servers;
	size_t n_servers;
	bool is_known;
};

struct configuration {
	const char *state_directory, *server_name;
	configuration_changed_f *changed;
	void *context;
	struct directory_store *store; /* NULL until dir has made it; the builder has its own */
	struct verdict verdict;
	bool is_verdict_of_life; /* not one that an earlier life of the daemon has left */
	struct directory_status status;
	struct listing listing;
	struct snapshot *snapshot;
	struct build build;
	bool is_failing;  /* reported already */
	bool is_reopened; /* the snapshot is of another file, whose generations mean nothing here */
	bool is_stale; /* a newer generation than the snapshot's, or the build's, may exist */
	int built_fd;
	struct loop_watch *wake_watch, *built_watch;
	struct loop_timer *retry;
};

static void *build_run(void *context) {
	struct configuration *configuration = context;
	struct build *build = &configuration->build;
	struct directory_store *store = NULL;
	struct arena *arena = arena_new(0);
	struct entry **entries;
	struct findings findings;
	size_t n_entries;
	uint64_t generation;

	build->result = directory_store_open_reader(configuration->state_directory, &store, NULL);
	if (build->result == 0)
		build->result = directory_store_accepted(store, arena, &entries, &n_entries, &generation);
	if (build->result == 0)
		build->snapshot = snapshot_build((const struct entry *const *)entries, n_entries,
						 configuration->server_name, generation, &findings);
	directory_store_close(store);
	arena_free(arena);
	eventfd_write(configuration->built_fd, 1);
	return NULL;
}

static void build_start(struct configuration *configuration) {
	struct build *build = &configuration->build;

	configuration->is_stale = false;
	if (pthread_create(&build->thread, NULL, build_run, configuration) == 0)
		build->is_running = true;
	else
		loop_timer_set(configuration->retry, RETRY_MS);
}

static void snapshot_take(struct configuration *configuration, struct snapshot *snapshot) {
	struct snapshot *old = configuration->snapshot;

	configuration->snapshot = snapshot;
	counter_add(COUNTER_SNAPSHOTS, 1);
	configuration->changed(configuration->context, true);
	snapshot_free(old);
	event_emit(EVENT_SNAPSHOT_TAKEN, "generation %llu, %zu scopes", (unsigned long long)snapshot->generation,
		   snapshot->n_scopes);
}

static void on_built(void *context) {
	struct configuration *configuration = context;
	struct build *build = &configuration->build;
	eventfd_t rings;

	if (eventfd_read(configuration->built_fd, &rings) < 0 || !build->is_running)
		return;
	pthread_join(build->thread, NULL);
	build->is_running = false;
	if (build->result == 0)
		snapshot_take(configuration, TAKE_POINTER(build->snapshot));
	else
		loop_timer_set(configuration->retry, RETRY_MS);
	if (configuration->is_stale)
		build_start(configuration);
}

static void failure_report(struct configuration *configuration, const struct error *error) {
	if (!configuration->is_failing)
		event_emit_error(EVENT_COPY_UNREADABLE, error);
	configuration->is_failing = true;
}

/* Open the store if that was not possible before, or if another one, which alone has the news, has taken its place. */
static bool has_store(struct configuration *configuration) {
	struct error error;
	int r;

	if (configuration->store && !is_directory_store_current(configuration->store))
		configuration->store = directory_store_close(configuration->store);
	if (configuration->store)
		return true;
	configuration->is_reopened = true;
	r = directory_store_open_reader(configuration->state_directory, &configuration->store, &error);
	if (r < 0 && r != -E_NOT_FOUND)
		failure_report(configuration, &error);
	else
		configuration->is_failing = false;
	return r == 0;
}

/* Also what is said of the directory that made the verdict. The old list goes once nobody borrows from it. */
static int verdict_read(struct configuration *configuration) {
	struct directory_store *store = configuration->store;
	struct listing listing = { .arena = arena_new(0) }, old = configuration->listing;
	int r;

	configuration->is_verdict_of_life = has_verdict_been_stored();
	r = directory_store_verdict(store, &configuration->verdict);
	if (r == 0)
		r = directory_store_status(store, &configuration->status);
	if (r == 0)
		r = directory_store_listing(store, listing.arena, &listing.servers, &listing.n_servers,
					    &listing.is_known);
	if (r == 0)
		configuration->listing = listing;
	configuration->changed(configuration->context, false);
	arena_free(r == 0 ? old.arena : listing.arena);
	return r;
}

/* The verdict first: a withdrawal counts from here on. Then the entries, if they changed. */
static void configuration_read(struct configuration *configuration) {
	uint64_t generation;

	if (!has_store(configuration) || verdict_read(configuration) < 0 ||
	    directory_store_generation(configuration->store, &generation) < 0) {
		loop_timer_set(configuration->retry, RETRY_MS);
		return;
	}
	if (configuration->snapshot && configuration->snapshot->generation == generation &&
	    !configuration->build.is_running && !configuration->is_reopened)
		return;
	configuration->is_reopened = false;
	configuration->is_stale = true;
	if (!configuration->build.is_running)
		build_start(configuration);
}

static void on_wake(void *context) {
	role_wake_clear(HERITAGE_WAKE_SERVE);
	configuration_read(context);
}

static void on_retry(void *context) {
	configuration_read(context);
}

struct configuration *configuration_new(struct loop *loop, const char *state_directory, const char *server_name,
					configuration_changed_f *changed, void *context) {
	struct configuration *configuration = mem_alloc(sizeof *configuration);

	configuration->state_directory = state_directory;
	configuration->server_name = server_name;
	configuration->changed = changed;
	configuration->context = context;
	verdict_init(&configuration->verdict);
	configuration->built_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	configuration->built_watch = loop_watch_readable(loop, configuration->built_fd, on_built, configuration);
	configuration->wake_watch = loop_watch_readable(loop, HERITAGE_WAKE_SERVE, on_wake, configuration);
	configuration->retry = loop_timer_new(loop, on_retry, configuration);
	return configuration;
}

void configuration_start(struct configuration *configuration) {
	configuration_read(configuration);
}

struct configuration *configuration_free(struct configuration *configuration) {
	if (!configuration)
		return NULL;
	if (configuration->build.is_running)
		pthread_join(configuration->build.thread, NULL);
	snapshot_free(configuration->build.snapshot);
	snapshot_free(configuration->snapshot);
	directory_store_close(configuration->store);
	arena_free(configuration->listing.arena);
	loop_unwatch(configuration->wake_watch);
	loop_unwatch(configuration->built_watch);
	loop_timer_free(configuration->retry);
	close(configuration->built_fd);
	free(configuration);
	return NULL;
}

bool is_configuration_authorized(const struct configuration *configuration, const struct moment *now) {
	return configuration->is_verdict_of_life && !is_stored_verdict_void() &&
	       is_verdict_valid(&configuration->verdict, now, clock_boot_id());
}

const struct verdict *configuration_verdict(const struct configuration *configuration) {
	return &configuration->verdict;
}

const char *configuration_enterprise(const struct configuration *configuration) {
	return configuration->status.enterprise;
}

bool configuration_listing(const struct configuration *configuration, const struct dhcp_server **ret_servers,
			   size_t *ret_n_servers) {
	const struct listing *listing = &configuration->listing;

	if (!listing->is_known)
		return false;
	*ret_servers = listing->servers;
	*ret_n_servers = listing->n_servers;
	return true;
}

uint64_t configuration_setting(const struct configuration *configuration, enum setting setting) {
	const struct snapshot *snapshot = configuration->snapshot;

	return snapshot ? snapshot->settings.values[setting] : setting_get(setting)->fallback;
}

const struct snapshot *configuration_snapshot(const struct configuration *configuration) {
	return configuration->snapshot;
}
