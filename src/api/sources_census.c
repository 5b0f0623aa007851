/* SPDX-License-Identifier: Apache-2.0 */
/* sources_census.c - answers for which the addresses of scopes are counted or searched, and all leases are walked
 * through. */
#include "api/sources_priv.h"

#include "base/clock.h"

/* Which of the statistics a lease belongs to; leases come in order, as the scopes stand. */
struct counting {
	struct statistics *statistics;
	size_t at;
	int64_t now;
};

static int count_lease(void *context, const struct lease *lease) {
	struct counting *counting = context;
	struct statistics *statistics = counting->statistics;
	struct scope_statistics *item;

	while (counting->at < statistics->n_items &&
	       ip4_subnet_range(statistics->items[counting->at].scope->subnet).last.value < lease->address.value)
		counting->at++;
	if (counting->at == statistics->n_items)
		return -E_DHCP_REACHED_END_OF_SELECTION;
	item = &statistics->items[counting->at];
	if (is_ip4_in_subnet(lease->address, item->scope->subnet))
		census_count(&item->census, item->scope, lease, counting->now);
	return 0;
}

static int visit(struct sources *sources, struct ip4_range range, lease_visit_f *call, void *context,
		 struct error *reterr_error) {
	int r = sources_open_leases(sources, reterr_error);

	if (r < 0 || !sources->leases)
		return r;
	r = lease_store_visit(sources->leases, range.first, range.last, call, context);
	return r < 0 && r != -E_DHCP_REACHED_END_OF_SELECTION ? sources_leases_failed(sources, reterr_error) : 0;
}

static void add_scope(struct statistics *statistics, const struct scope *scope) {
	statistics->items[statistics->n_items++] = (struct scope_statistics){ scope, census_of(scope) };
}

/* The scopes to count, in the order of their networks. */
static int choose_scopes(struct sources *sources, struct arena *arena, const struct api_request *request,
			 struct statistics *statistics, struct error *reterr_error) {
	const struct scope *only = NULL;
	int r = sources_snapshot(sources, &statistics->snapshot, reterr_error);

	if (r == 0 && request->has_scope)
		r = sources_served_scope(sources, request->scope, &only, reterr_error);
	if (r < 0 || !statistics->snapshot)
		return r;
	statistics->items = arena_array_of(arena, struct scope_statistics, statistics->snapshot->n_scopes);
	if (!statistics->items && statistics->snapshot->n_scopes)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "there are too many scopes for one answer");
	for (size_t i = 0; i < statistics->snapshot->n_scopes; i++) {
		const struct scope *scope = &statistics->snapshot->scopes[i];

		if (scope->is_served && (!only || only == scope))
			add_scope(statistics, scope);
	}
	return 0;
}

int sources_statistics(struct sources *sources, struct arena *arena, const struct api_request *request, int64_t now,
		       struct statistics *ret_statistics, struct error *reterr_error) {
	struct statistics statistics = { .is_one_scope = request->has_scope };
	struct counting counting = { &statistics, 0, now };
	struct ip4_range range;
	int r;

	r = choose_scopes(sources, arena, request, &statistics, reterr_error);
	if (r == 0 && statistics.n_items) {
		range.first = statistics.items[0].scope->subnet.network;
		range.last = ip4_subnet_range(statistics.items[statistics.n_items - 1].scope->subnet).last;
		r = visit(sources, range, count_lease, &counting, reterr_error);
	}
	if (r == 0)
		*ret_statistics = statistics;
	return r;
}

/* A search under way, and the time for its second round. */
struct searching {
	struct free_search search;
	int64_t now;
};

static int pass_lease(void *context, const struct lease *lease) {
	struct searching *searching = context;

	return free_search_pass(&searching->search, lease);
}

static int reuse_lease(void *context, const struct lease *lease) {
	struct searching *searching = context;

	return free_search_reuse(&searching->search, lease, searching->now);
}

static bool is_in_a_range(const struct scope *scope, struct ip4 address) {
	for (size_t i = 0; i < scope->n_ranges; i++)
		if (is_ip4_in_range(address, scope->ranges[i]))
			return true;
	return false;
}

/* Where to search: what is asked for must lie in ranges of the scope, and hold enough addresses. */
static int search_window(const struct scope *scope, const struct api_request *request, struct ip4_range *ret_window,
			 struct error *reterr_error) {
	struct ip4_range window;

	if (scope->n_ranges == 0)
		return error_set(reterr_error, E_NOT_FOUND, "the scope has no range; add one: lessorctl range add");
	window.first = request->has_from ? request->from : scope->ranges[0].first;
	window.last = request->has_to ? request->to : scope->ranges[scope->n_ranges - 1].last;
	if (!is_in_a_range(scope, window.first) || !is_in_a_range(scope, window.last) ||
	    window.first.value > window.last.value)
		return error_set(reterr_error, E_INVALID_PARAMETER,
				 "from and to must be addresses of the scope's ranges, in ascending order");
	if ((request->has_from || request->has_to) && window.last.value - window.first.value < request->count - 1)
		return error_set(reterr_error, E_INVALID_PARAMETER, "fewer addresses than %zu lie between from and to",
				 request->count);
	*ret_window = window;
	return 0;
}

int sources_free_addresses(struct sources *sources, struct arena *arena, const struct api_request *request, int64_t now,
			   struct address_list *ret_list, struct error *reterr_error) {
	struct searching searching = { .search.wanted = request->count, .now = now };
	struct free_search *search = &searching.search;
	int r;

	search->found = arena_array_of(arena, struct ip4, request->count);
	if (!search->found)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "that are too many addresses for one answer");
	r = sources_served_scope(sources, request->scope, &search->scope, reterr_error);
	if (r == 0)
		r = search_window(search->scope, request, &search->window, reterr_error);
	if (r == 0)
		r = visit(sources, search->window, pass_lease, &searching, reterr_error);
	if (r == 0) {
		free_search_finish(search);
		r = visit(sources, search->window, reuse_lease, &searching, reterr_error);
	}
	if (r == 0)
		*ret_list = (struct address_list){ search->found, search->n_found };
	return r;
}

static struct settings settings_of(const struct snapshot *snapshot) {
	struct settings settings;

	if (snapshot)
		return snapshot->settings;
	for (enum setting setting = 0; setting < SETTING_COUNT; setting++)
		settings.values[setting] = setting_get(setting)->fallback;
	return settings;
}

int sources_settings(struct sources *sources, struct settings *ret_settings, struct error *reterr_error) {
	const struct snapshot *snapshot = NULL;
	int r = sources_snapshot(sources, &snapshot, reterr_error);

	if (r == 0)
		*ret_settings = settings_of(snapshot);
	return r;
}

int sources_database(struct sources *sources, struct database *ret_database, struct error *reterr_error) {
	const struct snapshot *snapshot = NULL;
	struct database database = { 0 };
	int r = sources_snapshot(sources, &snapshot, reterr_error);

	if (r == 0)
		r = sources_open_leases(sources, reterr_error);
	if (r == 0 && sources->leases && lease_store_stat(sources->leases, &database.store) < 0)
		r = sources_leases_failed(sources, reterr_error);
	if (r < 0)
		return r;
	database.settings = settings_of(snapshot);
	*ret_database = database;
	return 0;
}

/* Context of the count of changes. */
struct changes {
	int64_t since;
	uint64_t count;
};

static int count_change(void *context, const struct lease *lease) {
	struct changes *changes = context;

	changes->count += lease->changed >= changes->since;
	return 0;
}

int sources_changes(struct sources *sources, int64_t since, uint64_t *ret_count, struct error *reterr_error) {
	const struct ip4_range all = { { 0 }, { UINT32_MAX } };
	struct changes changes = { since, 0 };
	int r = sources_open_leases(sources, reterr_error);

	if (r == 0)
		r = visit(sources, all, count_change, &changes, reterr_error);
	if (r == 0)
		*ret_count = changes.count;
	return r;
}

int sources_unbound(struct sources *sources, const char *const **ret_names, size_t *ret_n_names,
		    struct error *reterr_error) {
	const struct snapshot *snapshot = NULL;
	int r = sources_snapshot(sources, &snapshot, reterr_error);

	if (r < 0)
		return r;
	*ret_names = snapshot ? snapshot->unbound : NULL;
	*ret_n_names = snapshot ? snapshot->n_unbound : 0;
	return 0;
}
