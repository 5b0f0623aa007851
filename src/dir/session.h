/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - the use of one open connection for one purpose: a feed, probes that show whether the server still lives,
 * and where it is about authorization, look-ups.
 *
 * One feed per connection: OpenLDAP counts a persistent search as an operation at work, and lets a connection have only
 * half as many of these as it has threads; requests beyond that are left lying.
 * What happens is told to the owner by calls, always from the loop. After session_settings.lost nothing more is told;
 * the owner frees the session, which it may do in that call.
 * Thread: the loop's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/span.h"
#include "dir/change.h"
#include "dir/connection.h"
#include "dir/host.h"
#include "dir/neighbours.h"
#include "rt/loop.h"

enum session_purpose { SESSION_AUTHORITY, SESSION_CONFIG, SESSION_PURPOSE_COUNT };

/* All borrowed, for as long as the session lives. */
struct session_settings {
	enum session_purpose purpose;
	const char *base; /* SESSION_AUTHORITY: cn=NetServices,...; SESSION_CONFIG: cn=DHCP,... */
	const char *server_name;
	const struct host *host;
	struct neighbours *neighbours; /* SESSION_AUTHORITY: whose addresses are not ours */
	uint64_t probe_ms, timeout_ms, poll_ms;

	/* The connection is of no use any more. */
	void (*lost)(void *lost_context, const struct error *error);
	void *lost_context;
};

struct lookup_answer;

struct session_calls {
	/* The stored cookie of the feed, into @arena; empty if there is none. NULL: none is kept. */
	struct span (*cookie)(void *context, struct arena *arena);
	/* SESSION_CONFIG: changes. False: they could not be taken over; everything will be read again. */
	bool (*changed)(void *context, const struct change_batch *batch);
	/* SESSION_CONFIG: the base cannot be read; it is tried again and again. */
	void (*unreadable)(void *context, const struct error *error);
	/* SESSION_AUTHORITY: the answer to a look-up that was asked at @asked. */
	void (*looked_up)(void *context, const struct lookup_answer *answer, const struct moment *asked);
	/* The server lived at @known_at, and would have told if anything had changed until then. */
	void (*current)(void *context, const struct moment *known_at);
};

struct session;

/* Use @connection, which the session owns from now on. */
struct session *session_new(struct loop *loop, struct connection *connection, const struct session_settings *settings,
			    const struct session_calls *calls, void *context);
struct session *session_free(struct session *session);

/* SESSION_AUTHORITY: ask now whether this server is listed; session_calls.looked_up follows. */
void session_look_up(struct session *session);

/* Probe after this long without a message. */
void session_set_probe_interval(struct session *session, uint64_t probe_ms);

/* SESSION_AUTHORITY: how often it looks up by itself, as the directory does not tell of changes; 0: it does. */
uint64_t session_repeat_ms(const struct session *session);

/* Borrow how changes are learned of: "syncrepl", "usn" or "poll". */
const char *session_feed_name(const struct session *session);
