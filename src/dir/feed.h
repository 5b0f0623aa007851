/* SPDX-License-Identifier: Apache-2.0 */
/* feed.h - what changes below a base, as it changes: by RFC 4533 refreshAndPersist, or by reading everything again and
 * again where the server has no such thing.
 *
 * A feed collects changes in a batch. Messages are given to it one by one; when all that had arrived has been given,
 * its owner takes the batch if it is ready: in a refresh that is only once the refresh is complete, so that the copy is
 * never half of one state and half of another.
 * Thread: the connection's.
 */
#pragma once

#include <ldap.h>
#include <stdbool.h>

#include "dir/change.h"
#include "dir/search.h"

enum feed_mode { FEED_SYNC, FEED_POLL };

enum feed_outcome {
	FEED_GOES_ON,
	FEED_ENDED,          /* poll: all was read; sync: the server ended it, and it must be started again */
	FEED_BASE_MISSING,   /* the base does not exist, or we may not see it */
	FEED_NOT_SUPPORTED,  /* the server has no RFC 4533 for this base */
	FEED_COOKIE_REFUSED, /* start again without a cookie */
	FEED_FAILED,         /* feed->result says how */
};

/* Embedded. */
struct feed {
	struct search_request request;
	enum feed_mode mode;
	struct search poll;        /* FEED_POLL */
	int message_id;            /* FEED_SYNC: 0 if not going on */
	bool is_refreshing;        /* FEED_SYNC: in the refresh stage */
	bool has_cookie;           /* FEED_SYNC: it was started with one */
	bool is_synchronized;      /* the copy has been equal to the directory since it was started */
	struct change_batch batch;
	struct message_result result;
};

/* A feed of what matches @filter below @base; both are borrowed. */
void feed_init(struct feed *ret_feed, const char *base, const char *filter);
void feed_done(struct feed *feed);

/* Start, or start again, in @mode, with @cookie (FEED_SYNC; empty: from scratch). Returns libldap's result. */
int feed_start(struct feed *feed, LDAP *ldap, enum feed_mode mode, struct span cookie);

/* True if @message belongs to it. */
bool is_feed_message(const struct feed *feed, LDAPMessage *message);

/* Take @message. */
enum feed_outcome feed_handle(struct feed *feed, LDAP *ldap, LDAPMessage *message);

/* True if feed->batch holds something that may be applied now. Afterwards: change_batch_reset. */
bool is_feed_batch_ready(const struct feed *feed);

/* Give it up, and forget what was collected. */
void feed_abandon(struct feed *feed, LDAP *ldap);
