/* SPDX-License-Identifier: Apache-2.0 */
#include "api/answer.h"

#include <sys/stat.h>

#include "api/backups.h"
#include "api/bindings.h"
#include "api/import.h"
#include "api/json.h"
#include "api/lease_row.h"
#include "api/reconcile.h"
#include "api/statistics.h"
#include "api/survey.h"
#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "config.h"
#include "json/survey.h"
#include "rt/audit_row.h"

#define METRICS_MAX 65536

static const char type_json[] = "application/json";
static const char type_metrics[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/* What a handler works on. */
struct handling {
	struct sources *sources;
	struct arena *arena;
	const struct api_question *question;
	const struct api_request *request; /* the question's */
	const struct moment *now;
	struct api_answer *answer;
};

/* Takes over @object. */
static int answer_json(struct api_answer *answer, json_t *object) {
	char *body = json_dumps(object, JSON_COMPACT);

	answer->content_type = type_json;
	answer->body = mem_format("%s\n", body ? body : "{}");
	free(body);
	json_decref(object);
	return 0;
}

static int read_status(const struct handling *handling, struct api_status *ret_status, struct error *reterr_error) {
	int r = sources_status(handling->sources, handling->arena, handling->now, ret_status, reterr_error);

	ret_status->version = PACKAGE_VERSION;
	return r;
}

static int handle_STATUS(const struct handling *handling, struct error *reterr_error) {
	struct api_status status;
	int r = read_status(handling, &status, reterr_error);

	return r < 0 ? r : answer_json(handling->answer, status_json(&status));
}

static int handle_METRICS(const struct handling *handling, struct error *reterr_error) {
	char *array = arena_take(handling->arena, METRICS_MAX);
	struct api_status status;
	struct text text;
	int r = read_status(handling, &status, reterr_error);

	if (r < 0)
		return r;
	if (!array)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "the answer would be too large");
	text_init(&text, array, METRICS_MAX);
	status_add_metrics(&status, &text);
	handling->answer->content_type = type_metrics;
	handling->answer->body = mem_dup_text(array);
	return 0;
}

static int handle_LEASES(const struct handling *handling, struct error *reterr_error) {
	json_t *object, *leases;
	struct lease_page page;
	char next[IP4_TEXT_MAX];
	int r;

	r = sources_leases(handling->sources, handling->arena, handling->request, &page, reterr_error);
	if (r < 0)
		return r;
	object = json_object();
	leases = json_array();
	for (size_t i = 0; i < page.n_leases; i++)
		json_array_append_new(leases, lease_row_json(&page.leases[i], handling->now->wall_s));
	json_object_set_new(object, "leases", leases);
	json_object_set_new(object, "next",
			    page.has_more ? json_string(ip4_format(page.last, next)) : json_null());
	return answer_json(handling->answer, object);
}

static int handle_LEASE(const struct handling *handling, struct error *reterr_error) {
	struct lease lease;
	int r = sources_lease(handling->sources, handling->request->address, &lease, reterr_error);

	return r < 0 ? r : answer_json(handling->answer, lease_row_json(&lease, handling->now->wall_s));
}

/* What serve has said to the order. */
static int answer_done(const struct handling *handling, struct error *reterr_error) {
	const struct order_answer *done = handling->question->done;

	if (done->error.code) {
		*reterr_error = done->error;
		return -done->error.code;
	}
	return answer_json(handling->answer, lease_row_json(&done->lease, handling->now->wall_s));
}

static int handle_LEASE_CREATE(const struct handling *handling, struct error *reterr_error) {
	return answer_done(handling, reterr_error);
}

static int handle_LEASE_DELETE(const struct handling *handling, struct error *reterr_error) {
	return answer_done(handling, reterr_error);
}

static int handle_LEASE_IMPORT(const struct handling *handling, struct error *reterr_error) {
	json_t *object = NULL;
	int r = import_json(handling->question->import, &object, reterr_error);

	return r < 0 ? r : answer_json(handling->answer, object);
}

static int handle_RECONCILE(const struct handling *handling, struct error *reterr_error) {
	json_t *page;
	int r = reconcile_page(handling->sources, handling->request, handling->now->wall_s, &page, reterr_error);

	return r < 0 ? r : answer_json(handling->answer, page);
}

static int handle_RECONCILE_RECORDS(const struct handling *handling, struct error *reterr_error) {
	const struct order_answer *done = handling->question->done;
	char next[IP4_TEXT_MAX];
	json_t *object;

	if (done->error.code) {
		*reterr_error = done->error;
		return -done->error.code;
	}
	object = json_object();
	json_set_integer(object, "corrected", done->n_mended - done->n_removed);
	json_set_integer(object, "removed", done->n_removed);
	json_object_set_new(object, "next",
			    is_ip4_none(done->next) ? json_null() : json_string(ip4_format(done->next, next)));
	return answer_json(handling->answer, object);
}

static int handle_RECONCILE_INDEXES(const struct handling *handling, struct error *reterr_error) {
	const struct order_answer *done = handling->question->done;

	if (done->error.code) {
		*reterr_error = done->error;
		return -done->error.code;
	}
	return answer_json(handling->answer, json_object());
}

static int handle_FREE(const struct handling *handling, struct error *reterr_error) {
	const struct api_request *request = handling->request;
	json_t *object, *addresses;
	struct address_list list;
	char text[IP4_TEXT_MAX];
	struct error error;
	int r;

	r = sources_free_addresses(handling->sources, handling->arena, request, handling->now->wall_s, &list,
				   reterr_error);
	if (r < 0)
		return r;
	error_set(&error, E_DHCP_REACHED_END_OF_SELECTION, "only %zu of the %zu addresses asked for are free",
		  list.n_items, request->count);
	/* Who asked may do with fewer: they come with the error. */
	object = list.n_items < request->count ? error_json(&error) : json_object();
	if (list.n_items < request->count)
		handling->answer->http_status = error_info_get(error.code)->http_status;
	addresses = json_array();
	for (size_t i = 0; i < list.n_items; i++)
		json_array_append_new(addresses, json_string(ip4_format(list.items[i], text)));
	json_object_set_new(object, "addresses", addresses);
	return answer_json(handling->answer, object);
}

static int handle_STATISTICS(const struct handling *handling, struct error *reterr_error) {
	struct statistics statistics;
	int r = sources_statistics(handling->sources, handling->arena, handling->request, handling->now->wall_s,
				   &statistics, reterr_error);

	if (r < 0)
		return r;
	return answer_json(handling->answer, statistics_json(&statistics, handling->question->done));
}

static int handle_BINDINGS(const struct handling *handling, struct error *reterr_error) {
	const struct config *config = handling->question->config;
	struct interface_choice choice = { .names = config ? config->interfaces : NULL };
	struct interface_list list = { 0 };
	json_t *object;
	int r = sources_unbound(handling->sources, &choice.unbound, &choice.n_unbound, reterr_error);

	if (r == 0)
		r = interfaces_read(&list, reterr_error);
	if (r < 0)
		return r;
	object = bindings_json(&list, &choice);
	free(list.items);
	return answer_json(handling->answer, object);
}

static int handle_DATABASE(const struct handling *handling, struct error *reterr_error) {
	const struct lease_survey *survey = handling->question->survey;
	json_t *object;
	struct database database;
	int r = survey->error.code == E_NOT_FOUND ? 0 : -survey->error.code;

	if (r < 0)
		*reterr_error = survey->error;
	else
		r = sources_database(handling->sources, &database, reterr_error);
	if (r < 0)
		return r;
	object = json_object();
	json_set_text(object, "path", database.store.path ? database.store.path : "");
	json_set_integer(object, "format", database.store.format);
	json_set_integer(object, "bytesOnDisk", (int64_t)database.store.n_bytes_on_disk);
	json_set_integer(object, "bytesUsed", (int64_t)database.store.n_bytes_used);
	json_set_integer(object, "records", (int64_t)database.store.n_leases);
	json_set_integer(object, "leases", (int64_t)survey->n_in_force);
	json_set_integer(object, "cleanupInterval", (int64_t)database.settings.values[SETTING_CLEANUP_INTERVAL]);
	json_set_integer(object, "leaseMemory", (int64_t)database.settings.values[SETTING_LEASE_MEMORY]);
	json_set_integer(object, "lastCleanup", database.store.last_cleanup);
	json_set_integer(object, "mapSize", (int64_t)database.store.map_size);
	json_set_integer(object, "bytesReserved", (int64_t)database.store.n_bytes_reserved);
	json_set_integer(object, "journalFrames", (int64_t)database.store.journal_frames);
	json_set_integer(object, "journalSegments", (int64_t)database.store.journal_segments);
	json_set_integer(object, "journalBytes", (int64_t)database.store.journal_bytes);
	json_set_integer(object, "doubtfulUntil", database.store.doubtful_until);
	json_set_integer(object, "syncs", (int64_t)counter_value(COUNTER_SYNCS));
	json_set_integer(object, "checkpoints", (int64_t)counter_value(COUNTER_CHECKPOINTS));
	json_object_set_new(object, "short", json_boolean(is_store_short()));
	json_set_integer(object, "backupInterval", (int64_t)database.settings.values[SETTING_BACKUP_INTERVAL]);
	json_set_integer(object, "backupGenerations", (int64_t)database.settings.values[SETTING_BACKUP_GENERATIONS]);
	backups_add_to_database(object, handling->question->config);
	return answer_json(handling->answer, object);
}

static int handle_DATABASE_CHECK(const struct handling *handling, struct error *reterr_error) {
	const struct lease_survey *survey = handling->question->survey;

	if (!survey->error.code || survey->is_damaged)
		return answer_json(handling->answer, survey_json(survey));
	*reterr_error = survey->error;
	return -survey->error.code;
}

/* The path of today's audit file; "" without one. */
static const char *audit_path(const struct handling *handling) {
	const struct config *config = handling->question->config;
	time_t now = handling->now->wall_s;
	char name[AUDIT_NAME_MAX];
	struct tm local;
	const char *path;

	if (!config || !*config->audit_directory || !localtime_r(&now, &local))
		return "";
	audit_name(&local, name);
	path = arena_format(handling->arena, "%s/%s", config->audit_directory, name);
	return path ? path : "";
}

static int handle_AUDIT(const struct handling *handling, struct error *reterr_error) {
	const char *path = audit_path(handling);
	struct settings settings;
	struct stat info;
	json_t *object;
	int r = sources_settings(handling->sources, &settings, reterr_error);

	if (r < 0)
		return r;
	object = json_object();
	json_object_set_new(object, "enabled", json_boolean(*path));
	json_object_set_new(object, "leases",
			    json_boolean(*path && settings.values[SETTING_AUDIT_LOG] == AUDIT_LOG_ON));
	json_set_text(object, "file", path);
	json_object_set_new(object, "bytes",
			    *path && stat(path, &info) == 0 ? json_integer(info.st_size) : json_null());
	json_set_integer(object, "maxSize", (int64_t)settings.values[SETTING_AUDIT_MAX_SIZE]);
	json_set_integer(object, "minSpace", (int64_t)settings.values[SETTING_AUDIT_MIN_SPACE]);
	json_set_integer(object, "checkInterval", (int64_t)settings.values[SETTING_AUDIT_CHECK_INTERVAL]);
	json_set_integer(object, "rowsLost", (int64_t)counter_value(COUNTER_AUDIT_ROWS_LOST));
	return answer_json(handling->answer, object);
}

static int handle_QUARANTINE(const struct handling *handling, struct error *reterr_error) {
	json_t *object, *entries;
	struct findings findings;
	int r = sources_findings(handling->sources, handling->arena, &findings, reterr_error);

	if (r < 0)
		return r;
	object = json_object();
	entries = json_array();
	for (size_t i = 0; i < findings.n_items && i < API_FINDINGS_MAX; i++)
		json_array_append_new(entries, finding_json(&findings.items[i]));
	json_object_set_new(object, "entries", entries);
	json_set_integer(object, "total", (int64_t)findings.n_items);
	return answer_json(handling->answer, object);
}

static int handle_ROGUES(const struct handling *handling, struct error *reterr_error) {
	struct sightings sightings;
	json_t *object, *servers;
	int r = sources_sightings(handling->sources, handling->arena, &sightings, reterr_error);

	if (r < 0)
		return r;
	object = json_object();
	servers = json_array();
	for (size_t i = 0; i < sightings.n_items; i++)
		json_array_append_new(servers, sighting_json(&sightings.items[i]));
	json_object_set_new(object, "servers", servers);
	json_object_set_new(object, "detection", detection_json(&sightings.detection));
	return answer_json(handling->answer, object);
}

static int handle_BACKUPS(const struct handling *handling, struct error *reterr_error) {
	return answer_json(handling->answer, backups_json(handling->question->config));
}

static int ask_backup(const struct handling *handling, enum backup_wish wish, struct error *reterr_error) {
	json_t *object = NULL;
	int r = backups_ask(wish, handling->request->generation, handling->question->uid, &object, reterr_error);

	return r < 0 ? r : answer_json(handling->answer, object);
}

static int handle_BACKUP_MAKE(const struct handling *handling, struct error *reterr_error) {
	return ask_backup(handling, BACKUP_WISH_MAKE, reterr_error);
}

static int handle_BACKUP_LOOK(const struct handling *handling, struct error *reterr_error) {
	return ask_backup(handling, BACKUP_WISH_LOOK, reterr_error);
}

static int handle_RESTORE(const struct handling *handling, struct error *reterr_error) {
	int r = ask_backup(handling, BACKUP_WISH_RESTORE, reterr_error);

	if (r == 0)
		event_emit(EVENT_RESTORE_ASKED, "%s, by the user with number %u", handling->request->generation,
			   handling->question->uid);
	return r;
}

static int handle_CHANGES(const struct handling *handling, struct error *reterr_error) {
	uint64_t count = 0;
	json_t *object;
	int r = sources_changes(handling->sources, handling->request->since, &count, reterr_error);

	if (r < 0)
		return r;
	object = json_object();
	json_set_integer(object, "leases", (int64_t)count);
	return answer_json(handling->answer, object);
}

static int handle_RECHECK(const struct handling *handling, struct error *reterr_error) {
	handling->answer->is_recheck = true;
	return answer_json(handling->answer, json_object());
}

static int set_paused(const struct handling *handling, bool is_paused) {
	json_t *object = json_object();

	if (counters_set_paused(is_paused))
		event_emit(is_paused ? EVENT_SERVICE_PAUSED : EVENT_SERVICE_RESUMED,
			   "asked for by the user with number %u", handling->question->uid);
	json_object_set_new(object, "paused", json_boolean(is_paused));
	return answer_json(handling->answer, object);
}

static int handle_PAUSE(const struct handling *handling, struct error *reterr_error) {
	return set_paused(handling, true);
}

static int handle_RESUME(const struct handling *handling, struct error *reterr_error) {
	return set_paused(handling, false);
}

typedef int handle_f(const struct handling *handling, struct error *reterr_error);

static handle_f *const handlers[API_ROUTE_COUNT] = {
#define ROUTE(symbol, method, path, description) [API_ROUTE_##symbol] = handle_##symbol,
#include "api/route.def"
#undef ROUTE
};

void api_answer_error(const struct error *error, struct api_answer *ret_answer) {
	const struct error_info *info = error_info_get(error->code);
	struct api_answer answer = { .http_status = info ? info->http_status : 500 };

	answer_json(&answer, error_json(error));
	*ret_answer = answer;
}

void api_answer_make(struct sources *sources, struct arena *arena, const struct api_question *question,
		     const struct moment *now, struct api_answer *ret_answer) {
	struct api_answer answer = { .http_status = 200 };
	const struct handling handling = { sources, arena, question, question->request, now, &answer };
	struct error error = { 0 };

	if (handlers[question->request->route](&handling, &error) < 0)
		api_answer_error(&error, &answer);
	*ret_answer = answer;
}
