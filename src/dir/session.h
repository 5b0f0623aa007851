/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - the use of one open connection: two feeds, look-ups, and probes that show whether the server still lives.
 *
 * What happens is told to the owner by calls, always from the loop. After session_calls.lost nothing more is told; the owner frees
 * the session, which it may do in that call.
 * Thread: the loop's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "dir/change.h"
#include "dir/connection.h"
#include "dir/host.h"
#include "engine/authority.h"
#include "rt/loop.h"

/* All borrowed, for as long as the session lives. */
struct session_settings {
	const char *config_base;  /* cn=DHCP,... */
	const char *container;    /* cn=NetServices,cn=Services,... */
	const char *server_name;
	const struct host *host;
	uint64_t probe_ms, timeout_ms, poll_ms;
};

struct session_calls {
	/* The stored cookie of the configuration's feed, into @arena; empty if there is none. */
	struct span (*cookie)(void *context, struct arena *arena);
	/* Changes of the configuration. False: they could not be taken over; everything will be read again. */
	bool (*changed)(void *context, const struct change_batch *batch);
	/* The configuration cannot be read; it is tried again and again. */
	void (*unreadable)(void *context, const struct error *error);
	/* A look-up's answer. */
	void (*looked_up)(void *context, enum authority_event event, const struct error *cause);
	/* The server has just shown that it lives and would have told if the listing had changed. */
	void (*current)(void *context);
	/* The connection is of no use any more. */
	void (*lost)(void *context, const struct error *error);
};

struct session;

/* Use @connection, which the session owns from now on. @container and the rest of @settings must outlive it. */
struct session *session_new(struct loop *loop, struct connection *connection, const struct session_settings *settings,
			    const struct session_calls *calls, void *context);
struct session *session_free(struct session *session);

/* Ask now whether this server is listed; session_calls.looked_up follows. */
void session_look_up(struct session *session);

/* Probe after this long without a message. */
void session_set_probe_interval(struct session *session, uint64_t probe_ms);

/* Borrow how the configuration is fed: "syncrepl" or "poll". */
const char *session_feed_name(const struct session *session);
