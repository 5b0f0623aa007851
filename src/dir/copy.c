/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/copy.h"

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"
#include "dir/sync_cookie.h"

#define TOLD_MAX 50 /* lines about entries of one batch */

struct copy {
	struct record *record;
	struct acceptance *acceptance;
	bool is_synchronized_told;
};

static int stored_load(struct copy *copy) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct directory_entry *entries;
	struct findings findings;
	size_t n_entries;
	int code = directory_store_entries(copy->record->store, arena, &entries, &n_entries);

	if (code == 0)
		code = directory_store_findings(copy->record->store, arena, &findings);
	if (code == 0)
		acceptance_load(copy->acceptance, entries, n_entries, &findings);
	return code;
}

static void finding_report(const struct finding *finding) {
	event_emit(finding->is_value_only ? EVENT_VALUE_LEFT_OUT : EVENT_ENTRY_QUARANTINED, "%s%s%s: %s (%d): %s", finding->dn,
		   finding->attribute[0] ? ", " : "", finding->attribute, error_name(finding->code), finding->code,
		   finding->reason);
}

/* Entries that are left out only because of another one are not worth a line each, nor are thousands of any kind. */
static void quarantined_report(const struct findings *findings) {
	size_t n_told = 0, n_consequences = 0, n_more;

	for (size_t i = 0; i < findings->n_items; i++) {
		if (findings->items[i].is_consequence) {
			n_consequences++;
		} else if (n_told < TOLD_MAX) {
			finding_report(&findings->items[i]);
			n_told++;
		}
	}
	n_more = findings->n_items - n_told - n_consequences;
	if (n_more)
		event_emit(EVENT_ENTRY_QUARANTINED, "%zu more; \"lessorctl check\", or without a directory \"lessord --check\", names them", n_more);
	if (n_consequences)
		event_emit(EVENT_ENTRY_QUARANTINED, "%zu that are good, but below one that is not", n_consequences);
}

static void restored_report(const struct acceptance_result *result) {
	for (size_t i = 0; i < result->n_restored && i < TOLD_MAX; i++)
		event_emit(EVENT_ENTRY_RESTORED, "%s", result->restored[i]->dn);
	if (result->n_restored > TOLD_MAX)
		event_emit(EVENT_ENTRY_RESTORED, "%zu more", result->n_restored - TOLD_MAX);
}

static void changes_report(const struct acceptance_result *result) {
	quarantined_report(&result->quarantined);
	restored_report(result);
	if (result->is_changed)
		event_emit(EVENT_DIRECTORY_CHANGED, "%zu in force, %zu in quarantine, %zu removed", result->n_accepted,
			   result->n_pending, result->n_removed);
}

/* Judge what is stored. What comes out of it is stored with the next batch if not now. */
static void stored_judge(struct copy *copy) {
	struct change_batch nothing = { 0 };
	struct acceptance_result result;

	acceptance_apply(copy->acceptance, &nothing, &result);
	if (result.is_changed && record_save_entries(copy->record, &result, span_of(NULL, 0)))
		changes_report(&result);
}

int copy_open(struct record *record, const char *server_name, struct copy **ret_copy, struct error *reterr_error) {
	struct copy *copy = mem_alloc(sizeof *copy);
	int code;

	copy->record = record;
	copy->acceptance = acceptance_new(server_name);
	code = stored_load(copy);
	if (code < 0) {
		copy_close(copy);
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "the local copy of the directory cannot be read; remove directory.mdb, it will be made again");
	}
	stored_judge(copy);
	*ret_copy = copy;
	return 0;
}

struct copy *copy_close(struct copy *copy) {
	if (copy) {
		acceptance_free(copy->acceptance);
		free(copy);
	}
	return NULL;
}

static void synchronized_report(struct copy *copy) {
	const struct acceptance_view *view = copy_view(copy);

	if (copy->is_synchronized_told)
		return;
	copy->is_synchronized_told = true;
	event_emit(EVENT_DIRECTORY_LOADED, "%zu entries, %zu scopes, %zu in quarantine", view->n_entries, view->n_scopes,
		   view->n_quarantined);
}

/* True if storing can be spared: a poll that found everything as it was. */
static bool is_spared(const struct copy *copy, const struct acceptance_result *result,
		      const struct change_batch *batch) {
	return !result->is_changed && batch->cookie.len == 0 && copy->is_synchronized_told;
}

/* The cookie that is right when @batch has been taken. What is read as a whole may be older than what was there. */
static struct span cookie_after(struct copy *copy, const struct change_batch *batch, struct arena *arena) {
	if (batch->is_whole || batch->cookie.len == 0)
		return batch->cookie;
	return sync_cookie_merge(copy_cookie(copy, arena), batch->cookie, arena);
}

bool copy_take(struct copy *copy, const struct change_batch *batch) {
	CLEANUP(cleanup_arena) struct arena *arena = arena_new(0);
	struct acceptance_result result;

	acceptance_apply(copy->acceptance, batch, &result);
	copy->record->status.synchronized_at = clock_now().wall_s;
	if (is_spared(copy, &result, batch))
		return true;
	if (!record_save_entries(copy->record, &result, cookie_after(copy, batch, arena))) {
		if (stored_load(copy) == 0)
			stored_judge(copy);
		return false;
	}
	changes_report(&result);
	if (batch->is_synchronized)
		synchronized_report(copy);
	return true;
}

struct span copy_cookie(struct copy *copy, struct arena *arena) {
	struct span cookie;

	if (directory_store_cookie(copy->record->store, RECORD_FEED_CONFIG, arena, &cookie) < 0)
		return span_of(NULL, 0);
	return cookie;
}

const struct acceptance_view *copy_view(const struct copy *copy) {
	return acceptance_view(copy->acceptance);
}
