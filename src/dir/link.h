/* SPDX-License-Identifier: Apache-2.0 */
/* link.h - being connected, for one purpose: tries the directory's servers in turn until one is of use, and again when
 * it is lost. Active Directory closes a connection when its Kerberos ticket expires: before that another one is made,
 * and takes the place of the first without a gap. Thread: the loop's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "dir/session.h"
#include "rt/config.h"
#include "rt/loop.h"

/* What a link tells, beside what its session does. */
struct link_calls {
	/* A connection is open: say which base the session is about. Borrowed until the next call. */
	const char *(*base)(void *context, const struct connection *connection);
	/* It was connected or disconnected, or the next attempt was set. */
	void (*changed)(void *context);
	/* All servers were tried, and none can be used: E_ACCESS_DENIED (they refuse us) or E_DDS_NO_DS_AVAILABLE. */
	void (*round_failed)(void *context, const struct error *error);
	struct session_calls session;
};

struct link;

/* How a link is. Embedded. */
struct link_state {
	const char *uri;       /* in use, or used last; "" before; borrowed */
	const char *feed;      /* "" while not connected */
	bool is_connected;
	int64_t next_attempt;  /* wall; 0 while connected or trying */
	struct error error;    /* of the last failure, code 0 if it is over */
};

/* A link for @settings->purpose to the servers that @config names; @settings is copied; its base is asked for, and
 * its .lost is the link's own. Borrows @config,
 * @calls and what @settings points to. */
struct link *link_new(struct loop *loop, const struct config *config, const struct session_settings *settings,
		      const struct link_calls *calls, void *context);
struct link *link_free(struct link *link);

/* Try now, if it is not connected. */
void link_attempt(struct link *link);

/* Borrow the session, NULL while not connected. */
struct session *link_session(struct link *link);

/* Probe after this long without a message. */
void link_set_probe_interval(struct link *link, uint64_t probe_ms);

/* Borrow how the link is. */
const struct link_state *link_state(const struct link *link);

/* Note that the server is of use, so that its loss is followed by an attempt at once. */
void link_note_use(struct link *link);
