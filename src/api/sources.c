/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sources_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/mem.h"
#include "engine/authority.h"
#include "model/snapshot.h"
#include "store/db.h"
#include "store/directory_store.h"
#include "store/lease_store.h"
#include "store/sighting_store.h"

struct sources *sources_new(const char *state_directory, const char *server_name, bool is_standalone) {
	struct sources *sources = mem_alloc(sizeof *sources);

	sources->state_directory = state_directory;
	sources->server_name = server_name;
	sources->is_standalone = is_standalone;
	return sources;
}

struct sources *sources_free(struct sources *sources) {
	if (!sources)
		return NULL;
	directory_store_close(sources->directory);
	lease_store_close(sources->leases);
	lease_checker_close(sources->checker);
	sighting_store_close(sources->sightings);
	snapshot_free(sources->snapshot);
	free(sources);
	return NULL;
}

/* 0 also if the store is not there yet, and then it stays NULL. */
static int open_directory(struct sources *sources, struct error *reterr_error) {
	int r = 0;

	if (sources->directory && !is_directory_store_current(sources->directory)) {
		sources->directory = directory_store_close(sources->directory);
		sources->snapshot = snapshot_free(sources->snapshot);
	}
	if (!sources->directory)
		r = directory_store_open_reader(sources->state_directory, &sources->directory, reterr_error);
	return r == -E_NOT_FOUND ? 0 : r;
}

int sources_open_leases(struct sources *sources, struct error *reterr_error) {
	int r = 0;

	if (sources->leases && !is_lease_store_current(sources->leases))
		sources->leases = lease_store_close(sources->leases);
	if (!sources->leases)
		r = lease_store_open_reader(sources->state_directory, &sources->leases, reterr_error);
	return r == -E_NOT_FOUND ? 0 : r;
}

int sources_open_checker(struct sources *sources, struct error *reterr_error) {
	int r = 0;

	if (sources->checker && !is_lease_checker_current(sources->checker))
		sources->checker = lease_checker_close(sources->checker);
	if (!sources->checker)
		r = lease_checker_open(sources->state_directory, &sources->checker, reterr_error);
	return r == -E_NOT_FOUND ? 0 : r;
}

static int open_sightings(struct sources *sources, struct error *reterr_error) {
	int r = 0;

	if (sources->sightings && !is_sighting_store_current(sources->sightings))
		sources->sightings = sighting_store_close(sources->sightings);
	if (!sources->sightings)
		r = sighting_store_open_reader(sources->state_directory, &sources->sightings, reterr_error);
	return r == -E_NOT_FOUND ? 0 : r;
}

/* A store that failed is opened anew for the next request. */
static int directory_failed(struct sources *sources, int r, struct error *reterr_error) {
	if (r == -E_NOT_ENOUGH_MEMORY)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "the answer would be too large");
	sources->directory = directory_store_close(sources->directory);
	return error_set(reterr_error, E_DHCP_JET_ERROR,
			 "the local copy of the directory in %s could not be read; look at the daemon's log",
			 sources->state_directory);
}

int sources_leases_failed(struct sources *sources, struct error *reterr_error) {
	sources->leases = lease_store_close(sources->leases);
	sources->checker = lease_checker_close(sources->checker);
	return error_set(reterr_error, E_DHCP_JET_ERROR,
			 "the lease store in %s could not be read; look at the daemon's log", sources->state_directory);
}

static int sightings_failed(struct sources *sources, int r, struct error *reterr_error) {
	if (r == -E_NOT_ENOUGH_MEMORY)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "the answer would be too large");
	sources->sightings = sighting_store_close(sources->sightings);
	return error_set(reterr_error, E_DHCP_JET_ERROR,
			 "what is known of other servers could not be read in %s; look at the daemon's log",
			 sources->state_directory);
}

static size_t count_served(const struct snapshot *snapshot) {
	size_t n = 0;

	for (size_t i = 0; i < snapshot->n_scopes; i++)
		n += snapshot->scopes[i].is_served;
	return n;
}

/* Bring the snapshot up to the newest generation. */
static int refresh(struct sources *sources) {
	CLEANUP(cleanup_arena) struct arena *arena = NULL;
	struct findings findings;
	struct entry **entries;
	uint64_t generation;
	size_t n_entries;
	int r;

	r = directory_store_generation(sources->directory, &generation);
	if (r < 0 || (sources->snapshot && sources->snapshot->generation == generation))
		return r;
	arena = arena_new(0);
	r = directory_store_accepted(sources->directory, arena, &entries, &n_entries, &generation);
	if (r < 0)
		return r;
	snapshot_free(sources->snapshot);
	sources->snapshot = snapshot_build((const struct entry *const *)entries, n_entries, sources->server_name,
					   generation, &findings);
	sources->n_entries = n_entries;
	sources->n_served_scopes = count_served(sources->snapshot);
	return 0;
}

int sources_snapshot(struct sources *sources, const struct snapshot **ret_snapshot, struct error *reterr_error) {
	int r = open_directory(sources, reterr_error);

	if (r == 0 && sources->directory && refresh(sources) < 0)
		r = directory_failed(sources, -E_DHCP_JET_ERROR, reterr_error);
	if (r < 0)
		return r;
	*ret_snapshot = sources->directory ? sources->snapshot : NULL;
	return 0;
}

void sources_look(struct sources *sources) {
	const struct snapshot *snapshot;
	struct error ignored;

	sources_snapshot(sources, &snapshot, &ignored);
}

void sources_open_anew(struct sources *sources) {
	db_forget_all();
	sources->directory = NULL;
	sources->leases = NULL;
	sources->checker = NULL;
	sources->sightings = NULL;
}

int sources_served_scope(struct sources *sources, struct ip4 network, const struct scope **ret_scope,
			 struct error *reterr_error) {
	const struct snapshot *snapshot = NULL;
	const struct scope *scope;
	char text[IP4_TEXT_MAX];
	int r = sources_snapshot(sources, &snapshot, reterr_error);

	if (r < 0)
		return r;
	scope = snapshot ? snapshot_scope_of(snapshot, network) : NULL;
	if (!scope || !scope->is_served || !is_ip4_equal(scope->subnet.network, network))
		return error_set(
			reterr_error, E_DHCP_SUBNET_NOT_PRESENT,
			"this server serves no scope at %s; lessorctl scope list shows the scopes and their servers",
			ip4_format(network, text));
	*ret_scope = scope;
	return 0;
}

/* Findings come in order of identity, so those of one entry stand together. */
static size_t count_entries(const struct findings *findings) {
	size_t count = 0;

	for (size_t i = 0; i < findings->n_items; i++)
		count += i == 0 || memcmp(findings->items[i].uuid.octets, findings->items[i - 1].uuid.octets,
					  ENTRY_UUID_SIZE) != 0;
	return count;
}

/* What dir knows instead, only its log tells. */
static void verdict_make_void(struct verdict *verdict) {
	verdict->state = AUTHORITY_UNDETERMINED;
	verdict->code = E_DHCP_JET_ERROR;
	snprintf(verdict->reason, sizeof verdict->reason,
		 "this server's authority has ended, and why cannot be stored; look at the daemon's log, and at the disk that "
		 "holds the state directory");
}

static int read_directory(struct sources *sources, struct arena *scratch, const struct moment *now,
			  struct api_status *status) {
	struct findings findings;
	int r;

	r = refresh(sources);
	if (r == 0)
		r = directory_store_verdict(sources->directory, &status->verdict);
	if (r == 0)
		r = directory_store_status(sources->directory, &status->directory);
	if (r == 0)
		r = directory_store_findings(sources->directory, scratch, &findings);
	if (r < 0)
		return r;
	if (!has_verdict_been_stored())
		verdict_init(&status->verdict);
	if (is_stored_verdict_void() && is_authority_state_serving(status->verdict.state))
		verdict_make_void(&status->verdict);
	/* dir says so itself when the time is up, unless it hangs or cannot write. */
	if (authority_expire(&status->verdict, now, clock_boot_id()))
		status->directory.next_check = 0; /* it is due */
	status->remaining_s = verdict_remaining_ms(&status->verdict, now, clock_boot_id()) / 1000;
	status->generation = sources->snapshot->generation;
	status->n_entries = sources->n_entries;
	status->n_scopes = sources->snapshot->n_scopes;
	status->n_served_scopes = sources->n_served_scopes;
	status->n_quarantined = count_entries(&findings);
	return 0;
}

int sources_sightings(struct sources *sources, struct arena *arena, struct sightings *ret_sightings,
		      struct error *reterr_error) {
	struct sightings sightings = { 0 };
	struct sighting *items = NULL;
	int r = open_sightings(sources, reterr_error);

	if (r == 0 && sources->sightings) {
		r = sighting_store_read(sources->sightings, arena, &items, &sightings.n_items, &sightings.detection);
		if (r < 0)
			r = sightings_failed(sources, r, reterr_error);
	}
	if (r < 0)
		return r;
	sightings.items = items;
	*ret_sightings = sightings;
	return 0;
}

/* False if the round ended before the daemon began: then the first one of this life is under way. */
static bool is_of_this_life(const struct detection *detection) {
	return strcmp(detection->boot_id, clock_boot_id()) == 0 && detection->at.boot_ms >= counters_started_ms();
}

/* Without a directory, rounds come as often as authorization is checked; what could not be asked is asked again within
 * moments. */
static int64_t next_detection(const struct sources *sources, const struct detection *detection) {
	if (!sources->is_standalone || !sources->snapshot || detection->outcome == DETECTION_NONE ||
	    detection->outcome == DETECTION_IMPOSSIBLE || !is_of_this_life(detection))
		return 0;
	return detection->at.wall_s + (int64_t)sources->snapshot->settings.values[SETTING_RECHECK_INTERVAL];
}

/* A status without them is better than none. */
static void read_sightings(struct sources *sources, struct arena *scratch, struct api_status *status) {
	struct sightings sightings;

	if (sources_sightings(sources, scratch, &sightings, NULL) < 0)
		return;
	status->detection = sightings.detection;
	status->next_detection = next_detection(sources, &sightings.detection);
	for (size_t i = 0; i < sightings.n_items; i++)
		if (!sightings.items[i].is_gone)
			status->n_sightings[sightings.items[i].state]++;
}

/* Who decides is asked next: the network, the directory in use, or one that can be connected to. */
static int64_t next_check(const struct api_status *status) {
	if (status->is_standalone)
		return status->next_detection;
	return status->directory.is_connected ? status->directory.next_check : status->directory.next_attempt;
}

int sources_status(struct sources *sources, struct arena *scratch, const struct moment *now,
		   struct api_status *ret_status, struct error *reterr_error) {
	struct api_status status = { .server = sources->server_name, .is_standalone = sources->is_standalone };
	int r;

	verdict_init(&status.verdict);
	r = open_directory(sources, reterr_error);
	if (r < 0)
		return r;
	if (sources->directory) {
		r = read_directory(sources, scratch, now, &status);
		if (r < 0)
			return directory_failed(sources, r, reterr_error);
	}
	read_sightings(sources, scratch, &status);
	/* serve obeys an objection at once; dir says so in the verdict, unless it hangs or cannot write. */
	if (is_service_opposed())
		status.remaining_s = 0;
	r = sources_open_leases(sources, reterr_error);
	if (r < 0)
		return r;
	status.next_check = next_check(&status);
	status.is_watch_on = sources->snapshot && sources->snapshot->settings.values[SETTING_WATCH] == WATCH_ON;
	status.is_store_failing = is_store_failing();
	status.is_store_short = is_store_short();
	status.clock_ahead_s = counters_clock_ahead();
	status.is_paused = is_service_paused();
	if (sources->leases && lease_store_stat(sources->leases, &status.leases) < 0)
		return sources_leases_failed(sources, reterr_error);
	*ret_status = status;
	return 0;
}

int sources_findings(struct sources *sources, struct arena *arena, struct findings *ret_findings,
		     struct error *reterr_error) {
	struct findings findings = { NULL, 0 };
	int r;

	r = open_directory(sources, reterr_error);
	if (r == 0 && sources->directory) {
		r = directory_store_findings(sources->directory, arena, &findings);
		if (r < 0)
			r = directory_failed(sources, r, reterr_error);
	}
	if (r == 0)
		*ret_findings = findings;
	return r;
}

/* Where the walk of one request stands. It ends after as many records as the page may have leases, whether they belong
 * on it or not: how long a request takes does not depend on what else the store holds. */
struct walk {
	struct lease_page page;
	size_t limit, n_seen;
	bool has_scope;
	struct ip4 scope;
};

static int take_lease(void *context, const struct lease *lease) {
	struct walk *walk = context;
	struct lease_page *page = &walk->page;

	if (walk->n_seen == walk->limit) {
		page->has_more = true;
		return -E_DHCP_REACHED_END_OF_SELECTION;
	}
	walk->n_seen++;
	page->last = lease->address;
	if (!walk->has_scope || is_ip4_equal(lease->scope.network, walk->scope))
		page->leases[page->n_leases++] = *lease;
	return 0;
}

/* No subnet that begins at @network can be longer; at most one of the old class A. */
static struct ip4_range widest_range(struct ip4 network) {
	uint8_t length = 8;

	while (network.value & ~ip4_mask(length))
		length++;
	return (struct ip4_range){ network, { network.value | ~ip4_mask(length) } };
}

/* Where the leases to list lie. Of a scope that the directory no longer has, the length is not known. */
static int range_of(struct sources *sources, const struct api_request *request, struct ip4_range *ret_range,
		    bool *ret_is_served, struct error *reterr_error) {
	struct ip4 network = request->scope;
	const struct scope *scope = NULL;
	int r = 0;

	if (request->has_scope)
		r = sources_served_scope(sources, network, &scope, reterr_error);
	if (r < 0 && r != -E_DHCP_SUBNET_NOT_PRESENT)
		return r;
	*ret_range = !request->has_scope ? (struct ip4_range){ { 0 }, { UINT32_MAX } }
		     : scope             ? ip4_subnet_range(scope->subnet)
					 : widest_range(network);
	*ret_is_served = r == 0;
	return 0;
}

/* False if nothing is left of the range. */
static bool begin_after(const struct api_request *request, struct ip4_range *range) {
	if (request->has_after && request->after.value >= range->last.value)
		return false;
	if (request->has_after && request->after.value >= range->first.value)
		range->first.value = request->after.value + 1;
	return true;
}

int sources_leases(struct sources *sources, struct arena *arena, const struct api_request *request,
		   struct lease_page *ret_page, struct error *reterr_error) {
	struct walk walk = { .limit = request->limit, .has_scope = request->has_scope, .scope = request->scope };
	struct ip4_range range;
	bool is_served;
	int r;

	walk.page.leases = arena_array_of(arena, struct lease, request->limit);
	if (!walk.page.leases)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "the page would be too large");
	r = range_of(sources, request, &range, &is_served, reterr_error);
	if (r == 0)
		r = sources_open_leases(sources, reterr_error);
	if (r < 0)
		return r;
	if (sources->leases && begin_after(request, &range)) {
		r = lease_store_visit(sources->leases, range.first, range.last, take_lease, &walk);
		if (r < 0 && r != -E_DHCP_REACHED_END_OF_SELECTION)
			return sources_leases_failed(sources, reterr_error);
	}
	if (!is_served && walk.page.n_leases == 0 && !walk.page.has_more && !request->has_after) /* nor did it ever */
		return sources_served_scope(sources, request->scope, &(const struct scope *){ NULL }, reterr_error);
	*ret_page = walk.page;
	return 0;
}

int sources_lease(struct sources *sources, struct ip4 address, struct lease *ret_lease, struct error *reterr_error) {
	struct walk walk = { .limit = 1, .page.leases = ret_lease };
	char text[IP4_TEXT_MAX];
	int r;

	r = sources_open_leases(sources, reterr_error);
	if (r < 0)
		return r;
	if (sources->leases && lease_store_visit(sources->leases, address, address, take_lease, &walk) < 0)
		return sources_leases_failed(sources, reterr_error);
	if (walk.page.n_leases == 0)
		return error_set(reterr_error, E_DHCP_INVALID_DHCP_CLIENT, "there is no lease of %s",
				 ip4_format(address, text));
	return 0;
}
