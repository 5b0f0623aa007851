/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/dir.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"
#include "dir/copy.h"
#include "dir/host.h"
#include "dir/keeper.h"
#include "dir/opener.h"
#include "dir/record.h"
#include "dir/session.h"

#define RETRY_MIN_MS 1000

struct dir {
	const struct config *config;
	struct loop *loop;
	struct directory_store *store;
	struct record record;
	struct copy *copy;
	struct keeper *keeper;
	struct host *host;
	char *config_base;

	struct opener *opener;
	bool is_opening;
	size_t n_uris, next_uri; /* where the next round begins */
	uint64_t retry_ms;       /* the pause after the next failure */
	struct loop_timer *retry;
	char *told;              /* the last failure that was reported */

	struct session *session; /* NULL while not connected */
	char *container;         /* as the connected server names it */

	struct loop_timer *recheck;
	struct loop_watch *wake;
};

static void attempt(void *context) {
	struct dir *dir = context;

	if (dir->is_opening || dir->session)
		return;
	dir->is_opening = true;
	loop_timer_clear(dir->retry);
	opener_start(dir->opener, dir->next_uri);
}

/* @milliseconds, a quarter more or less, so that many servers do not come back to a restarted directory in step. */
static uint64_t spread(uint64_t milliseconds) {
	uint32_t random = 0;

	if (getrandom(&random, sizeof random, 0) < 0)
		return milliseconds;
	return milliseconds * 3 / 4 + random % (milliseconds / 2 + 1);
}

static void attempt_later(struct dir *dir) {
	uint64_t pause_ms = spread(dir->retry_ms), longest_ms = dir->config->retry_max * 1000;

	dir->record.status.next_attempt = clock_now().wall_s + (int64_t)((pause_ms + 999) / 1000);
	loop_timer_set(dir->retry, pause_ms);
	dir->retry_ms = dir->retry_ms * 2 < longest_ms ? dir->retry_ms * 2 : longest_ms;
}

static void status_fail(struct dir *dir, const struct error *error) {
	struct directory_status *status = &dir->record.status;

	status->code = error->code;
	snprintf(status->reason, sizeof status->reason, "%s", error->text);
}

static void status_disconnect(struct dir *dir) {
	struct directory_status *status = &dir->record.status;

	if (status->is_connected || status->since == 0)
		status->since = clock_now().wall_s;
	status->is_connected = false;
	status->feed[0] = '\0';
}

/* Report a failure unless it is the one that was reported last. */
static void report_once(struct dir *dir, enum event_kind kind, const struct error *error) {
	if (dir->told && strcmp(dir->told, error->text) == 0)
		return;
	free(dir->told);
	dir->told = mem_dup_text(error->text);
	event_emit_error(kind, error);
}

/* All servers were tried, and none can be used. */
static void round_failed(struct dir *dir, const struct error *error) {
	bool is_refused = error->code == E_ACCESS_DENIED;
	struct error cause;

	report_once(dir, is_refused ? EVENT_DIRECTORY_REFUSED : EVENT_DIRECTORY_LOST, error);
	status_disconnect(dir);
	status_fail(dir, error);
	attempt_later(dir);
	error_set(&cause, is_refused ? E_DHCP_ROGUE_INIT_FAILED : E_DHCP_ROGUE_DS_UNREACHABLE, "%s: %s",
		  is_refused ? "the directory refuses us" : "no directory server can be used", error->text);
	keeper_handle(dir->keeper, is_refused ? AUTHORITY_EVENT_REFUSED : AUTHORITY_EVENT_UNREACHABLE, &cause);
	record_save(&dir->record);
}

/* Settings of the directory that are dir's own. */
static void view_take(struct dir *dir) {
	const struct settings *settings = &copy_view(dir->copy)->settings;
	uint64_t probe_ms = dir->config->probe_interval * 1000;

	keeper_set_hold(dir->keeper, settings->values[SETTING_AUTHORITY_HOLD]);
	if (probe_ms > keeper_renewal_ms(dir->keeper))
		probe_ms = keeper_renewal_ms(dir->keeper);
	if (dir->session)
		session_set_probe_interval(dir->session, probe_ms);
}

static void recheck_set(struct dir *dir) {
	loop_timer_set(dir->recheck, copy_view(dir->copy)->settings.values[SETTING_RECHECK_INTERVAL] * 1000);
}

static struct span session_cookie(void *context, struct arena *arena) {
	struct dir *dir = context;

	return copy_cookie(dir->copy, arena);
}

static bool session_changed(void *context, const struct change_batch *batch) {
	struct dir *dir = context;
	uint64_t recheck_s = copy_view(dir->copy)->settings.values[SETTING_RECHECK_INTERVAL];
	bool is_taken;

	snprintf(dir->record.status.feed, sizeof dir->record.status.feed, "%s", session_feed_name(dir->session));
	is_taken = copy_take(dir->copy, batch);
	view_take(dir);
	if (recheck_s != copy_view(dir->copy)->settings.values[SETTING_RECHECK_INTERVAL])
		recheck_set(dir);
	return is_taken;
}

static void session_unreadable(void *context, const struct error *error) {
	struct dir *dir = context;

	report_once(dir, EVENT_DIRECTORY_REFUSED, error);
	if (dir->record.status.code == error->code && strcmp(dir->record.status.reason, error->text) == 0)
		return;
	status_fail(dir, error);
	record_save(&dir->record);
}

static void session_looked_up(void *context, enum authority_event event, const struct error *cause) {
	struct dir *dir = context;

	dir->retry_ms = RETRY_MIN_MS; /* this server is of use */
	keeper_handle(dir->keeper, event, cause);
	recheck_set(dir);
}

static void session_current(void *context) {
	struct dir *dir = context;

	if (dir->record.status.code == E_OK)
		dir->record.status.synchronized_at = clock_now().wall_s;
	keeper_renew(dir->keeper);
}

/* Go on with the next server at once; if this one was of no use at all, after a pause. */
static void session_lost(void *context, const struct error *error) {
	struct dir *dir = context;

	dir->session = session_free(dir->session);
	event_emit_error(EVENT_DIRECTORY_LOST, error);
	status_disconnect(dir);
	status_fail(dir, error);
	dir->next_uri = (dir->next_uri + 1) % dir->n_uris;
	if (dir->retry_ms == RETRY_MIN_MS)
		attempt(dir);
	else
		attempt_later(dir);
	record_save(&dir->record);
}

static const struct session_calls session_calls = {
	.cookie = session_cookie,
	.changed = session_changed,
	.unreadable = session_unreadable,
	.looked_up = session_looked_up,
	.current = session_current,
	.lost = session_lost,
};

/* Where the authorization entries are, as the configuration or the server says. */
static char *container_of(const struct dir *dir, const struct connection *connection) {
	const char *base = connection_features(connection)->configuration_base;

	if (dir->config->authorization_base[0])
		base = dir->config->authorization_base;
	if (base[0])
		return mem_format("cn=NetServices,cn=Services,%s", base);
	return mem_format("cn=NetServices,cn=Services,cn=Configuration,%s", dir->config->base);
}

static void connected(struct dir *dir, struct connection *connection) {
	struct directory_status *status = &dir->record.status;
	struct session_settings settings = {
		.config_base = dir->config_base,
		.server_name = dir->config->server_name,
		.host = dir->host,
		.probe_ms = dir->config->probe_interval * 1000,
		.timeout_ms = dir->config->timeout * 1000,
		.poll_ms = dir->config->poll_interval * 1000,
	};

	event_emit(EVENT_DIRECTORY_CONNECTED, "%s", connection_uri(connection));
	free(TAKE_POINTER(dir->told));
	free(dir->container);
	dir->container = container_of(dir, connection);
	settings.container = dir->container;
	snprintf(status->uri, sizeof status->uri, "%s", connection_uri(connection));
	status->is_connected = true;
	status->since = clock_now().wall_s;
	status->next_attempt = 0;
	status->code = E_OK;
	status->reason[0] = '\0';
	/* Until a look-up has been answered the server counts as one more failure, should it be lost. */
	dir->retry_ms = dir->retry_ms > RETRY_MIN_MS ? dir->retry_ms : 2 * RETRY_MIN_MS;
	dir->session = session_new(dir->loop, connection, &settings, &session_calls, dir);
	snprintf(status->feed, sizeof status->feed, "%s", session_feed_name(dir->session));
	view_take(dir);
	record_save(&dir->record);
}

static void opened(void *context, const struct opener_result *result) {
	struct dir *dir = context;

	dir->is_opening = false;
	if (!result->connection) {
		snprintf(dir->record.status.uri, sizeof dir->record.status.uri, "%s", dir->config->uri[result->index]);
		round_failed(dir, &result->error);
		return;
	}
	dir->next_uri = result->index;
	connected(dir, result->connection);
}

/* Somebody wants to know now. */
static void look_up(void *context) {
	struct dir *dir = context;

	if (dir->session)
		session_look_up(dir->session);
	else
		attempt(dir);
}

static void woken(void *context) {
	role_wake_clear(HERITAGE_WAKE_DIR);
	look_up(context);
}

static void recheck_due(void *context) {
	recheck_set(context);
	look_up(context);
}

static void addresses_changed(void *context) {
	event_emit(EVENT_INTERFACES_CHANGED, "%s", "");
	look_up(context);
}

static void dir_free(void *context) {
	struct dir *dir = context;

	loop_unwatch(dir->wake);
	if (dir->recheck)
		loop_timer_free(dir->recheck);
	if (dir->retry)
		loop_timer_free(dir->retry);
	session_free(dir->session);
	opener_free(dir->opener);
	host_free(dir->host);
	keeper_free(dir->keeper);
	copy_close(dir->copy);
	if (dir->record.store)
		record_done(&dir->record);
	directory_store_close(dir->store);
	free(dir->container);
	free(dir->told);
	free(dir->config_base);
	free(dir);
}

/* What needs no directory: the store, what it holds, the interfaces. */
static int dir_prepare(struct dir *dir, struct error *reterr_error) {
	const struct config *config = dir->config;
	uint64_t start;
	int code = directory_store_open(config->state_directory, config->server_name, config->base, &dir->store,
					reterr_error);

	if (code < 0)
		return code;
	record_init(&dir->record, dir->loop, dir->store);
	code = copy_open(&dir->record, config->server_name, &dir->copy, reterr_error);
	if (code < 0)
		return code;
	dir->keeper = keeper_new(dir->loop, &dir->record);
	start = copy_view(dir->copy)->settings.values[SETTING_START_WITHOUT_DIRECTORY];
	keeper_resume(dir->keeper, start == START_WITHOUT_DIRECTORY_CACHED);
	view_take(dir);
	status_disconnect(dir);
	record_save(&dir->record);
	return host_new(dir->loop, addresses_changed, dir, &dir->host, reterr_error);
}

int dir_run(struct role_context *context, struct error *reterr_error) {
	struct dir *dir = mem_alloc(sizeof *dir);
	int code;

	dir->config = context->config;
	dir->loop = context->loop;
	dir->retry_ms = RETRY_MIN_MS;
	dir->config_base = mem_format("cn=DHCP,%s", dir->config->base);
	while (dir->config->uri[dir->n_uris])
		dir->n_uris++;
	code = dir_prepare(dir, reterr_error);
	if (code < 0) {
		dir_free(dir);
		return code;
	}
	dir->retry = loop_timer_new(dir->loop, attempt, dir);
	dir->recheck = loop_timer_new(dir->loop, recheck_due, dir);
	dir->opener = opener_new(dir->loop, dir->config, opened, dir);
	dir->wake = loop_watch_readable(dir->loop, HERITAGE_WAKE_DIR, woken, dir);
	recheck_set(dir);
	context->finish = dir_free;
	context->finish_context = dir;
	attempt(dir);
	role_ready();
	return 0;
}
