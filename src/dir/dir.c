/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/dir.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"
#include "dir/copy.h"
#include "dir/host.h"
#include "dir/keeper.h"
#include "dir/link.h"
#include "dir/lookup.h"
#include "dir/neighbours.h"
#include "dir/record.h"
#include "dir/standalone.h"
#include "rt/audit.h"

struct dir {
	const struct config *config;
	struct loop *loop;
	struct directory_store *store;
	struct record record;
	struct copy *copy;
	struct keeper *keeper;
	struct host *host;
	struct neighbours *neighbours;
	struct link *links[SESSION_PURPOSE_COUNT];
	char *config_base;
	char *container;         /* of the authorization entries, as the connected server names it */
	struct error unreadable; /* why the configuration cannot be read though we are connected; code 0: it can */
	struct loop_watch *wake, *heard;
};

/* The failure to be shown: what keeps the copy from being current, else what keeps the verdict from it. */
static const struct error *failure_of(const struct dir *dir) {
	const struct error *config = &link_state(dir->links[SESSION_CONFIG])->error;

	if (config->code)
		return config;
	return dir->unreadable.code ? &dir->unreadable : &link_state(dir->links[SESSION_AUTHORITY])->error;
}

static void status_fill(struct dir *dir) {
	const struct link_state *authority = link_state(dir->links[SESSION_AUTHORITY]);
	const struct link_state *config = link_state(dir->links[SESSION_CONFIG]);
	struct directory_status *status = &dir->record.status;
	const struct error *failure = failure_of(dir);
	bool is_connected = authority->is_connected && config->is_connected;

	if (status->is_connected != is_connected || status->since == 0)
		status->since = clock_now().wall_s;
	status->is_connected = is_connected;
	snprintf(status->uri, sizeof status->uri, "%s", authority->is_connected ? config->uri : authority->uri);
	snprintf(status->feed, sizeof status->feed, "%s", config->feed);
	status->next_attempt = authority->is_connected ? config->next_attempt : authority->next_attempt;
	status->code = failure->code;
	snprintf(status->reason, sizeof status->reason, "%s", failure->code ? failure->text : "");
}

static void status_save(void *context) {
	struct dir *dir = context;

	status_fill(dir);
	record_save(&dir->record);
}

/* Settings of the directory that are dir's own. */
static void view_take(struct dir *dir) {
	const struct settings *settings = &copy_view(dir->copy)->settings;
	uint64_t probe_ms = dir->config->probe_interval * 1000;

	keeper_set_times(dir->keeper, settings->values[SETTING_AUTHORITY_HOLD],
			 settings->values[SETTING_RECHECK_INTERVAL]);
	neighbours_set_interval(dir->neighbours, settings->values[SETTING_WATCH_INTERVAL]);
	link_set_probe_interval(dir->links[SESSION_CONFIG], probe_ms);
	if (probe_ms > keeper_renewal_ms(dir->keeper))
		probe_ms = keeper_renewal_ms(dir->keeper);
	link_set_probe_interval(dir->links[SESSION_AUTHORITY], probe_ms);
}

/* Where one link got through the other will, too. */
static const char *config_base(void *context, const struct connection *connection) {
	struct dir *dir = context;

	link_attempt(dir->links[SESSION_AUTHORITY]);
	return dir->config_base;
}

static struct span config_cookie(void *context, struct arena *arena) {
	struct dir *dir = context;

	return copy_cookie(dir->copy, arena);
}

static bool config_changed(void *context, const struct change_batch *batch) {
	struct dir *dir = context;
	bool is_mended = dir->unreadable.code != E_OK, is_taken;

	link_note_use(dir->links[SESSION_CONFIG]);
	dir->unreadable.code = E_OK;
	status_fill(dir);
	is_taken = copy_take(dir->copy, batch);
	if (is_mended)
		record_save(&dir->record);
	view_take(dir);
	return is_taken;
}

/* Told again and again; reported once. */
static void config_unreadable(void *context, const struct error *error) {
	struct dir *dir = context;

	if (dir->unreadable.code == error->code && strcmp(dir->unreadable.text, error->text) == 0)
		return;
	dir->unreadable = *error;
	event_emit_error(EVENT_DIRECTORY_REFUSED, error);
	status_save(dir);
}

static void config_current(void *context, const struct moment *known_at) {
	struct dir *dir = context;

	link_note_use(dir->links[SESSION_CONFIG]);
	dir->record.status.synchronized_at = clock_now().wall_s; /* stored when there is something else to store */
}

/* The failure is shown; what it means for the verdict is the other link's business. */
static void config_round_failed(void *context, const struct error *error) {
}

/* Where the authorization entries are, as the configuration or the server says. */
static const char *authority_base(void *context, const struct connection *connection) {
	struct dir *dir = context;
	const char *base = connection_features(connection)->configuration_base;

	link_attempt(dir->links[SESSION_CONFIG]);
	if (dir->config->authorization_base[0])
		base = dir->config->authorization_base;
	enterprise_name(base[0] ? base : dir->config->base, dir->record.status.enterprise);
	audit_set_enterprise(dir->record.status.enterprise);
	free(dir->container);
	if (base[0])
		dir->container = mem_format("cn=NetServices,cn=Services,%s", base);
	else
		dir->container = mem_format("cn=NetServices,cn=Services,cn=Configuration,%s", dir->config->base);
	return dir->container;
}

/* The list goes to the disk together with the verdict that comes of it, or alone where that stays as it was. */
static void authority_looked_up(void *context, const struct lookup_answer *answer, const struct moment *asked) {
	struct dir *dir = context;

	link_note_use(dir->links[SESSION_AUTHORITY]);
	if (answer->servers)
		record_take_servers(&dir->record, answer->servers, answer->n_servers);
	keeper_set_repeat(dir->keeper, session_repeat_ms(link_session(dir->links[SESSION_AUTHORITY])));
	keeper_handle_at(dir->keeper, answer->event, answer->event == AUTHORITY_EVENT_LISTED ? NULL : &answer->cause,
			 asked);
	if (has_record_new_servers(&dir->record))
		record_save(&dir->record);
}

static void authority_current(void *context, const struct moment *known_at) {
	struct dir *dir = context;

	keeper_confirm(dir->keeper, known_at);
}

static void authority_round_failed(void *context, const struct error *error) {
	struct dir *dir = context;
	struct error cause;

	if (error->code == E_ACCESS_DENIED) {
		error_set(&cause, E_DHCP_ROGUE_INIT_FAILED, "no directory server lets us in: %s", error->text);
		keeper_handle(dir->keeper, AUTHORITY_EVENT_REFUSED, &cause);
	} else {
		error_set(&cause, E_DHCP_ROGUE_DS_UNREACHABLE, "no directory server can be used: %s", error->text);
		keeper_handle(dir->keeper, AUTHORITY_EVENT_UNREACHABLE, &cause);
	}
}

static const struct link_calls link_calls[] = {
	[SESSION_AUTHORITY] = {
		.base = authority_base,
		.changed = status_save,
		.round_failed = authority_round_failed,
		.session = { .looked_up = authority_looked_up, .current = authority_current },
	},
	[SESSION_CONFIG] = {
		.base = config_base,
		.changed = status_save,
		.round_failed = config_round_failed,
		.session = { .cookie = config_cookie, .changed = config_changed, .unreadable = config_unreadable,
			     .current = config_current },
	},
};

static void links_attempt(struct dir *dir) {
	for (enum session_purpose purpose = 0; purpose < SESSION_PURPOSE_COUNT; purpose++)
		link_attempt(dir->links[purpose]);
}

/* Find out now whether this server is listed. */
static void look_up(void *context) {
	struct dir *dir = context;
	struct session *session = link_session(dir->links[SESSION_AUTHORITY]);

	keeper_handle(dir->keeper, AUTHORITY_EVENT_CHECK, NULL);
	if (session)
		session_look_up(session);
	links_attempt(dir);
}

static void woken(void *context) {
	role_wake_clear(HERITAGE_WAKE_DIR);
	look_up(context);
}

/* What the list means depends on who else is at work on the networks. */
static void heard(void *context) {
	struct dir *dir = context;
	struct moment now = clock_now();

	role_wake_clear(HERITAGE_WAKE_HEARD);
	if (neighbours_refresh(dir->neighbours, &now))
		look_up(dir);
}

static void addresses_changed(void *context) {
	event_emit(EVENT_INTERFACES_CHANGED, "looking whether this server is listed by one of its new addresses");
	look_up(context);
}

static void dir_free(void *context) {
	struct dir *dir = context;

	loop_unwatch(dir->wake);
	loop_unwatch(dir->heard);
	for (enum session_purpose purpose = 0; purpose < SESSION_PURPOSE_COUNT; purpose++)
		link_free(dir->links[purpose]);
	host_free(dir->host);
	neighbours_free(dir->neighbours);
	keeper_free(dir->keeper);
	copy_close(dir->copy);
	if (dir->record.store)
		record_done(&dir->record);
	directory_store_close(dir->store);
	free(dir->container);
	free(dir->config_base);
	free(dir);
}

static void links_make(struct dir *dir) {
	struct session_settings settings = {
		.server_name = dir->config->server_name,
		.host = dir->host,
		.neighbours = dir->neighbours,
		.probe_ms = dir->config->probe_interval * 1000,
		.timeout_ms = dir->config->timeout * 1000,
		.poll_ms = dir->config->poll_interval * 1000,
	};

	for (enum session_purpose purpose = 0; purpose < SESSION_PURPOSE_COUNT; purpose++) {
		settings.purpose = purpose;
		dir->links[purpose] = link_new(dir->loop, dir->config, &settings, &link_calls[purpose], dir);
	}
}

/* What needs no directory: the store and what it holds, the interfaces. */
static int dir_prepare(struct dir *dir, struct error *reterr_error) {
	const struct config *config = dir->config;
	struct moment now = clock_now();
	uint64_t start;
	int code = directory_store_open(config->state_directory, config->server_name, config->base, &dir->store,
					reterr_error);

	if (code < 0)
		return code;
	dir->neighbours = neighbours_new(config->state_directory);
	neighbours_refresh(dir->neighbours, &now);
	record_init(&dir->record, dir->loop, dir->store);
	if (!dir->record.status.enterprise[0])
		enterprise_name(config->base, dir->record.status.enterprise);
	audit_set_enterprise(dir->record.status.enterprise);
	code = copy_open(&dir->record, config->server_name, &dir->copy, reterr_error);
	if (code < 0)
		return code;
	start = copy_view(dir->copy)->settings.values[SETTING_START_WITHOUT_DIRECTORY];
	dir->keeper = keeper_new(dir->loop, &dir->record, AUTHORITY_MODE_DIRECTORY,
				 start == START_WITHOUT_DIRECTORY_CACHED, look_up, dir);
	return host_new(dir->loop, addresses_changed, dir, &dir->host, reterr_error);
}

static int directory_run(struct role_context *context, struct error *reterr_error) {
	struct dir *dir = mem_alloc(sizeof *dir);
	int code;

	dir->config = context->config;
	dir->loop = context->loop;
	dir->config_base = mem_format("cn=DHCP,%s", dir->config->base);
	code = dir_prepare(dir, reterr_error);
	if (code < 0) {
		dir_free(dir);
		return code;
	}
	dir->wake = loop_watch_readable(dir->loop, HERITAGE_WAKE_DIR, woken, dir);
	dir->heard = loop_watch_readable(dir->loop, HERITAGE_WAKE_HEARD, heard, dir);
	links_make(dir);
	view_take(dir);
	status_save(dir);
	context->finish = dir_free;
	context->finish_context = dir;
	role_ready();
	return 0;
}

int dir_run(struct role_context *context, struct error *reterr_error) {
	if (context->config->mode == CONFIG_MODE_STANDALONE)
		return standalone_run(context, reterr_error);
	return directory_run(context, reterr_error);
}
