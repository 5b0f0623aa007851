/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/link.h"

#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"
#include "dir/opener.h"

#define RETRY_MIN_MS 1000
#define RENEWAL_MIN_MS 5000

static const char *const purpose_names[] = {
	[SESSION_AUTHORITY] = "for authorization",
	[SESSION_CONFIG] = "for the configuration",
};

struct link {
	struct loop *loop;
	const struct config *config;
	struct session_settings settings;
	const struct link_calls *calls;
	void *context;

	struct opener *opener;
	bool is_opening, is_of_use;
	char *uri;               /* of the latest connection; NULL: there was none */
	bool is_uri_lost;        /* the next round begins behind it */
	uint64_t retry_ms;       /* the pause after the next failure */
	struct loop_timer *retry, *renewal;
	char *told, *remarked;   /* the last failure, and remark, that was reported */
	struct session *session; /* NULL while not connected */
	struct link_state state;
};

void link_attempt(struct link *link) {
	if (link->is_opening || link->session)
		return;
	link->is_opening = true;
	link->state.next_attempt = 0;
	loop_timer_clear(link->retry);
	opener_start(link->opener, link->uri, link->is_uri_lost);
}

/* @milliseconds, a quarter more or less, so that many servers do not come back to a restarted directory in step. */
static uint64_t spread(uint64_t milliseconds) {
	uint32_t random = 0;

	if (getrandom(&random, sizeof random, 0) < 0)
		return milliseconds;
	return milliseconds * 3 / 4 + random % (milliseconds / 2 + 1);
}

static void attempt_later(struct link *link) {
	uint64_t pause_ms = spread(link->retry_ms), longest_ms = link->config->retry_max * 1000;

	link->state.next_attempt = clock_now().wall_s + (int64_t)((pause_ms + 999) / 1000);
	loop_timer_set(link->retry, pause_ms);
	link->retry_ms = link->retry_ms * 2 < longest_ms ? link->retry_ms * 2 : longest_ms;
}

/* Report @error unless it is *@told, the one that was reported last. */
static void report_once(const struct link *link, char **told, enum event_kind kind, const struct error *error) {
	if (*told && strcmp(*told, error->text) == 0)
		return;
	free(*told);
	*told = mem_dup_text(error->text);
	event_emit(kind, "%s, %s (%d): %s", purpose_names[link->settings.purpose], error_name(error->code), error->code,
		   error->text);
}

/* What is to be mended about finding servers, or that it has been. */
static void remark_take(struct link *link, const struct error *remark) {
	if (remark->code)
		report_once(link, &link->remarked, EVENT_DIRECTORY_NOT_FOUND, remark);
	else
		free(TAKE_POINTER(link->remarked));
}

static enum event_kind failure_event(const struct opener_result *result) {
	if (result->is_nowhere)
		return EVENT_DIRECTORY_NOT_FOUND;
	return result->error.code == E_ACCESS_DENIED ? EVENT_DIRECTORY_REFUSED : EVENT_DIRECTORY_LOST;
}

static void round_failed(struct link *link, const struct opener_result *result) {
	report_once(link, &link->told, failure_event(result), &result->error);
	link->state.error = result->error;
	attempt_later(link);
	link->calls->round_failed(link->context, &result->error);
	link->calls->changed(link->context);
}

/* Set the time for another connection: when nine tenths of the ticket's time are over. */
static void renewal_set(struct link *link, const struct connection *connection) {
	int64_t remaining_s = connection_valid_until(connection) - clock_now().wall_s;
	uint64_t pause_ms = remaining_s > 0 ? (uint64_t)remaining_s * 900 : 0;

	if (connection_valid_until(connection))
		loop_timer_set(link->renewal, pause_ms > RENEWAL_MIN_MS ? pause_ms : RENEWAL_MIN_MS);
	else
		loop_timer_clear(link->renewal);
}

/* Open another connection beside the one in use. */
static void renewal_due(void *context) {
	struct link *link = context;

	if (link->is_opening || !link->session)
		return;
	link->is_opening = true;
	opener_start(link->opener, link->uri, link->is_uri_lost);
}

static void connected(struct link *link, struct connection *connection, const char *site) {
	event_emit(link->session ? EVENT_DIRECTORY_RENEWED : EVENT_DIRECTORY_CONNECTED, "%s, %s, %s%s%s",
		   purpose_names[link->settings.purpose], connection_uri(connection), connection_protection(connection),
		   site[0] ? ", our site is " : "", site);
	free(TAKE_POINTER(link->told));
	free(link->uri);
	link->uri = mem_dup_text(connection_uri(connection));
	link->is_uri_lost = false;
	link->is_of_use &= link->session != NULL;
	link->session = session_free(link->session);
	renewal_set(link, connection);
	link->settings.base = link->calls->base(link->context, connection);
	link->session = session_new(link->loop, connection, &link->settings, &link->calls->session, link->context);
	link->state.is_connected = true;
	link->state.uri = link->uri;
	link->state.feed = session_feed_name(link->session);
	link->state.error.code = E_OK;
	link->calls->changed(link->context);
}

static void opened(void *context, const struct opener_result *result) {
	struct link *link = context;

	link->is_opening = false;
	remark_take(link, &result->remark);
	if (result->connection)
		connected(link, result->connection, result->site);
	else if (link->session) /* the one in use is good until the server closes it */
		loop_timer_set(link->renewal, RENEWAL_MIN_MS);
	else /* the next round begins where this one did, and fails with the same words */
		round_failed(link, result);
}

/* Go on with the next server at once; if this one was of no use at all, after a pause. */
static void session_lost(void *context, const struct error *error) {
	struct link *link = context;

	link->session = session_free(link->session);
	loop_timer_clear(link->renewal);
	report_once(link, &link->told, EVENT_DIRECTORY_LOST, error);
	link->state.is_connected = false;
	link->state.feed = "";
	link->state.error = *error;
	link->is_uri_lost = true;
	if (link->is_of_use)
		link_attempt(link);
	else
		attempt_later(link);
	link->calls->changed(link->context);
}

static void retry_due(void *context) {
	link_attempt(context);
}

struct link *link_new(struct loop *loop, const struct config *config, const struct session_settings *settings,
		      const struct link_calls *calls, void *context) {
	struct link *link = mem_alloc(sizeof *link);

	*link = (struct link){ .loop = loop,
			       .config = config,
			       .settings = *settings,
			       .calls = calls,
			       .context = context,
			       .retry_ms = RETRY_MIN_MS,
			       .state = { .uri = "", .feed = "" } };
	link->settings.lost = session_lost;
	link->settings.lost_context = link;
	link->retry = loop_timer_new(loop, retry_due, link);
	link->renewal = loop_timer_new(loop, renewal_due, link);
	link->opener = opener_new(loop, config, opened, link);
	return link;
}

struct link *link_free(struct link *link) {
	if (!link)
		return NULL;
	session_free(link->session);
	opener_free(link->opener);
	loop_timer_free(link->retry);
	loop_timer_free(link->renewal);
	free(link->uri);
	free(link->told);
	free(link->remarked);
	free(link);
	return NULL;
}

struct session *link_session(struct link *link) {
	return link->session;
}

void link_set_probe_interval(struct link *link, uint64_t probe_ms) {
	link->settings.probe_ms = probe_ms;
	if (link->session)
		session_set_probe_interval(link->session, probe_ms);
}

const struct link_state *link_state(const struct link *link) {
	return &link->state;
}

void link_note_use(struct link *link) {
	link->is_of_use = true;
	link->retry_ms = RETRY_MIN_MS;
	if (link->session)
		link->state.feed = session_feed_name(link->session);
}
