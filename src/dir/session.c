/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/session.h"

#include <sys/socket.h>

#include "base/clock.h"
#include "base/event.h"
#include "base/mem.h"
#include "dir/feed.h"
#include "dir/lookup.h"
#include "dir/opening.h"
#include "dir/sync_cookie.h"
#include "dir/watchdog.h"

#define MESSAGES_MAX 2000 /* taken at once; then other things get their turn */

struct session {
	struct loop *loop;
	struct connection *connection;
	LDAP *ldap;
	struct session_settings settings;
	const struct session_calls *calls;
	void *context;

	struct feed feed;
	enum feed_mode mode;
	bool is_from_scratch; /* the next start is without a cookie */
	struct loop_timer *start;
	struct lookup lookup; /* SESSION_AUTHORITY */
	struct loop_watch *readable;
	struct loop_timer *more; /* messages may be left in libldap's buffers */
	struct watchdog *watchdog;

	struct loop_timer *quiet;
	uint64_t heard_ms; /* when the last message came */
	bool is_probing;   /* nothing has come since the last probe was sent */
	int probe_id;
	struct moment probed;   /* when it was sent */
	struct moment known_at; /* when the last answered question was sent: all said before it is heard */

	/* A look-up's answer, told once all messages are taken and the watchdog is off: telling may wait for the
	 * disk. */
	bool is_answered;
	struct lookup_answer answer;
	struct moment asked, answer_asked; /* when the look-up under way, and the one that is answered, were sent */

	struct loop_timer *end;
	struct error failure; /* code 0: all is well */
};

/* Tell of the loss in a while, from the loop, so that whoever is at work on the session can finish. */
static void session_fail(struct session *session, const struct error *failure) {
	if (session->failure.code)
		return;
	session->failure = *failure;
	session->readable = loop_unwatch(session->readable);
	loop_timer_clear(session->more);
	loop_timer_clear(session->quiet);
	loop_timer_clear(session->start);
	loop_timer_set(session->end, 0);
}

static void session_ended(void *context) {
	struct session *session = context;
	struct error failure = session->failure;

	session->settings.lost(session->settings.lost_context, &failure);
}

/* A request that libldap could not send. */
static void session_check(struct session *session, int result, const char *doing) {
	struct error failure;

	if (result == LDAP_SUCCESS)
		return;
	connection_error(session->connection, result, doing, &failure);
	session_fail(session, &failure);
}

static struct listing_server session_server(const struct session *session) {
	struct listing_server server = { .name = session->settings.server_name };
	struct moment now = clock_now();

	server.others = neighbours_addresses(session->settings.neighbours, &now, &server.n_others);
	server.addresses = host_addresses(session->settings.host, &server.n_addresses);
	return server;
}

void session_look_up(struct session *session) {
	bool is_paged = connection_features(session->connection)->is_active_directory;

	if (!session->lookup.search.message_id)
		session->asked = clock_now();
	if (!session->failure.code)
		session_check(session, lookup_start(&session->lookup, session->ldap, is_paged),
			      "looking for the authorization entries");
}

static bool is_about_authority(const struct session *session) {
	return session->settings.purpose == SESSION_AUTHORITY;
}

static uint64_t lookup_interval_ms(const struct session *session) {
	const struct session_settings *settings = &session->settings;

	return settings->poll_ms < settings->probe_ms ? settings->poll_ms : settings->probe_ms;
}

/* The best means that the server has. The few authorization entries are simply looked up again and again where it does
 * not tell of changes. */
static enum feed_mode mode_of(const struct connection_features *features, enum session_purpose purpose) {
	if (features->has_sync)
		return FEED_SYNC;
	return features->is_active_directory && purpose == SESSION_CONFIG ? FEED_USN : FEED_POLL;
}

/* Start the feed, now. Where the server tells no changes of the authorization entries, the look-up itself is
 * repeated. */
static void session_start(void *context) {
	struct session *session = context;
	struct arena *arena;
	struct span cookie = { NULL, 0 };

	if (is_about_authority(session) && session->mode == FEED_POLL) {
		loop_timer_set(session->start, lookup_interval_ms(session));
		session_look_up(session);
		return;
	}
	arena = arena_new(0);
	if (session->calls->cookie && !session->is_from_scratch)
		cookie = session->calls->cookie(session->context, arena);
	if (!is_sync_cookie_safe(cookie, connection_features(session->connection)->first_change))
		cookie = span_of(NULL, 0);
	session->is_from_scratch = false;
	session_check(session, feed_start(&session->feed, session->ldap, session->mode, cookie), "starting the feed");
	arena_free(arena);
}

static void unreadable_tell(struct session *session, enum feed_outcome outcome) {
	const struct message_result *result = &session->feed.result;
	const char *uri = connection_uri(session->connection), *base = session->settings.base;
	struct error error;

	if (outcome == FEED_BASE_MISSING)
		error_set(&error, E_DDS_NO_DHCP_ROOT,
			  "%s shows no %s; run lessorctl init, correct base, or give this server the right to read there", uri,
			  base);
	else
		error_set(&error, E_DDS_UNEXPECTED_ERROR, "%s does not let us read %s: %s%s%s", uri, base,
			  ldap_err2string(result->code), result->diagnostic[0] ? ": " : "", result->diagnostic);
	session->calls->unreadable(session->context, &error);
}

/* Whatever was known about the state of the copy is not known any more. */
static void session_restart_later(struct session *session) {
	session->is_from_scratch = true;
	feed_abandon(&session->feed, session->ldap);
	loop_timer_set(session->start, session->settings.poll_ms);
}

static void feed_failed(struct session *session, enum feed_outcome outcome) {
	if (is_ldap_code_unavailable(session->feed.result.code)) {
		session_check(session, session->feed.result.code, "following the directory's changes");
		return;
	}
	if (is_about_authority(session))
		session_look_up(session); /* which says why */
	else
		unreadable_tell(session, outcome);
	session_restart_later(session);
}

/* The feed's search is over. What it collected is still to be taken, so a new start waits for the loop. */
static void feed_continue(struct session *session, enum feed_outcome outcome) {
	switch (outcome) {
	case FEED_GOES_ON:
		return;
	case FEED_ENDED:
		loop_timer_set(session->start, session->settings.poll_ms);
		return;
	case FEED_NOT_SUPPORTED:
	case FEED_COOKIE_REFUSED:
		if (outcome == FEED_NOT_SUPPORTED)
			session->mode = FEED_POLL;
		session->is_from_scratch = true;
		feed_abandon(&session->feed, session->ldap);
		loop_timer_set(session->start, 0);
		return;
	case FEED_BASE_MISSING:
	case FEED_FAILED:
		feed_failed(session, outcome);
		return;
	}
}

static void refresh_report(const struct session *session, const struct change_batch *batch) {
	size_t n_entries = 0;

	for (size_t i = 0; i < batch->n_items; i++)
		n_entries += batch->items[i].kind == CHANGE_ENTRY;
	event_emit(EVENT_DIRECTORY_REFRESHED, "%s, %s: %zu entries sent, %zu only named", connection_uri(session->connection),
		   batch->is_whole ? "all there is" : "what had changed", n_entries, batch->n_items - n_entries);
}

/* Take the configuration's changes. A cookie alone is not worth a write to the disk; it waits for the next change. */
static void config_take(struct session *session) {
	struct change_batch *batch = &session->feed.batch;

	if (batch->n_items == 0 && !batch->is_whole && !batch->is_synchronized) {
		change_batch_trim(batch);
		return;
	}
	/* What 389 DS shows to those who have no right to read: else there would be the base itself. */
	if (batch->is_whole && batch->n_items == 0) {
		unreadable_tell(session, FEED_BASE_MISSING);
		session_restart_later(session);
		return;
	}
	if (batch->is_synchronized && session->mode == FEED_SYNC)
		refresh_report(session, batch);
	if (!session->calls->changed(session->context, batch))
		session_restart_later(session);
	change_batch_reset(batch);
}

/* Whatever changed about the authorization entries: the look-up decides what it means. */
static void authority_take(struct session *session) {
	struct change_batch *batch = &session->feed.batch;

	if (batch->n_items || batch->is_whole)
		session_look_up(session);
	change_batch_reset(batch);
}

static void batch_take(struct session *session) {
	if (!is_feed_batch_ready(&session->feed))
		return;
	if (is_about_authority(session))
		authority_take(session);
	else
		config_take(session);
}

static void lookup_take(struct session *session, LDAPMessage *message) {
	struct listing_server server = session_server(session);
	struct lookup_answer answer = { 0 };

	/* The answer before may still be untold: it stays until there is a newer one. */
	switch (lookup_handle(&session->lookup, session->ldap, message, &server, connection_uri(session->connection),
			      &answer)) {
	case LOOKUP_GOES_ON:
		return;
	case LOOKUP_FAILED:
		session_fail(session, &answer.cause);
		return;
	case LOOKUP_ANSWERED:
		session->answer = answer;
		session->is_answered = true;
		session->answer_asked = session->known_at = session->asked;
		if (session->lookup.is_wanted_again)
			session_look_up(session);
		return;
	}
}

static void answer_tell(struct session *session) {
	if (!session->is_answered)
		return;
	session->is_answered = false;
	session->calls->looked_up(session->context, &session->answer, &session->answer_asked);
}

static void message_take(struct session *session, LDAPMessage *message) {
	if (is_search_message(&session->lookup.search, message))
		lookup_take(session, message);
	else if (is_feed_message(&session->feed, message))
		feed_continue(session, feed_handle(&session->feed, session->ldap, message));
	else if (ldap_msgid(message) == session->probe_id && ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT)
		session->known_at = session->probed;
}

/* Take all messages that are there. The watchdog is for a server that stops in the middle of one. */
static int messages_take(struct session *session, size_t *ret_n_messages) {
	struct timeval at_once = { 0, 0 };
	LDAPMessage *message;
	int result = 0;
	size_t n = 0;

	watchdog_arm(session->watchdog, connection_fd(session->connection), session->settings.timeout_ms);
	while (n < MESSAGES_MAX && !session->failure.code &&
	       (result = ldap_result(session->ldap, LDAP_RES_ANY, LDAP_MSG_ONE, &at_once, &message)) > 0) {
		message_take(session, message);
		ldap_msgfree(message);
		n++;
	}
	watchdog_disarm(session->watchdog);
	*ret_n_messages = n;
	return result;
}

static void connection_lost(struct session *session) {
	struct error failure;
	int result = LDAP_SERVER_DOWN;

	ldap_get_option(session->ldap, LDAP_OPT_RESULT_CODE, &result);
	error_set(&failure, E_DDS_NO_DS_AVAILABLE, "%s: the connection broke (%s)", connection_uri(session->connection),
		  ldap_err2string(result ? result : LDAP_SERVER_DOWN));
	session_fail(session, &failure);
}

static void session_heard(struct session *session) {
	session->heard_ms = clock_now().boot_ms;
	if (session->is_probing) {
		session->is_probing = false;
		loop_timer_set(session->quiet, session->settings.probe_ms);
	}
	if (session->feed.is_synchronized && !session->lookup.search.message_id)
		session->calls->current(session->context, &session->known_at);
}

static void session_readable(void *context) {
	struct session *session = context;
	size_t n_messages;
	int result = messages_take(session, &n_messages);

	answer_tell(session); /* also what was said before a failure: it may withdraw the authorization */
	if (session->failure.code)
		return;
	if (n_messages) {
		batch_take(session);
		session_heard(session);
	}
	if (result < 0)
		connection_lost(session);
	else if (n_messages == MESSAGES_MAX)
		loop_timer_set(session->more, 0);
}

static void probe_send(struct session *session) {
	static char *attributes[] = { LDAP_NO_ATTRS, NULL };

	session->is_probing = true;
	session->probed = clock_now();
	loop_timer_set(session->quiet, session->settings.timeout_ms);
	session_check(session,
		      ldap_search_ext(session->ldap, "", LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0, NULL, NULL, NULL,
				      LDAP_NO_LIMIT, &session->probe_id), "probing the server");
}

/* What the server says unasked may have been on its way for long: it does not renew a verdict. */
static uint64_t quiet_since_ms(const struct session *session) {
	return is_about_authority(session) ? session->known_at.boot_ms : session->heard_ms;
}

/* It has been quiet for a while, or a probe has had its time. */
static void session_quiet(void *context) {
	struct session *session = context;
	uint64_t quiet_ms = clock_now().boot_ms - quiet_since_ms(session);
	struct error failure;

	if (session->is_probing) {
		error_set(&failure, E_DDS_NO_DS_AVAILABLE, "%s: the server has stopped answering (no answer to a probe within "
			  "%llu ms)", connection_uri(session->connection),
			  (unsigned long long)session->settings.timeout_ms);
		session_fail(session, &failure);
	} else if (quiet_ms >= session->settings.probe_ms) {
		probe_send(session);
	} else {
		loop_timer_set(session->quiet, session->settings.probe_ms - quiet_ms);
	}
}

void session_set_probe_interval(struct session *session, uint64_t probe_ms) {
	if (session->failure.code || session->settings.probe_ms == probe_ms)
		return;
	session->settings.probe_ms = probe_ms;
	if (!session->is_probing)
		loop_timer_set(session->quiet, 0);
}

struct session *session_new(struct loop *loop, struct connection *connection, const struct session_settings *settings,
			    const struct session_calls *calls, void *context) {
	struct session *session = mem_alloc(sizeof *session);

	*session = (struct session){ .loop = loop,
				     .connection = connection,
				     .ldap = connection_ldap(connection),
				     .settings = *settings,
				     .calls = calls,
				     .context = context,
				     .mode = mode_of(connection_features(connection), settings->purpose),
				     .heard_ms = clock_now().boot_ms,
				     .known_at = clock_now(),
				     .watchdog = watchdog_new() };
	session->start = loop_timer_new(loop, session_start, session);
	session->more = loop_timer_new(loop, session_readable, session);
	session->quiet = loop_timer_new(loop, session_quiet, session);
	session->end = loop_timer_new(loop, session_ended, session);
	feed_init(&session->feed, settings->base, is_about_authority(session) ? SERVER_LIST_FILTER : "(objectClass=*)");
	lookup_init(&session->lookup, settings->base);
	session->readable = loop_watch_readable(loop, connection_fd(connection), session_readable, session);
	loop_timer_set(session->quiet, settings->probe_ms);
	loop_timer_set(session->start, 0);
	if (is_about_authority(session))
		session_look_up(session);
	return session;
}

struct session *session_free(struct session *session) {
	if (!session)
		return NULL;
	loop_unwatch(session->readable);
	loop_timer_free(session->more);
	loop_timer_free(session->quiet);
	loop_timer_free(session->end);
	loop_timer_free(session->start);
	feed_done(&session->feed);
	lookup_done(&session->lookup);
	/* So that closing cannot wait for a server that reads nothing. */
	shutdown(connection_fd(session->connection), SHUT_RDWR);
	connection_close(session->connection);
	watchdog_free(session->watchdog);
	free(session);
	return NULL;
}

uint64_t session_repeat_ms(const struct session *session) {
	return session->mode == FEED_POLL ? lookup_interval_ms(session) : 0;
}

const char *session_feed_name(const struct session *session) {
	static const char *const names[] = { [FEED_SYNC] = "syncrepl", [FEED_USN] = "usn", [FEED_POLL] = "poll" };

	return names[session->mode];
}
