/* SPDX-License-Identifier: Apache-2.0 */
/* feed.h - what changes below a base, as it changes: by RFC 4533 refreshAndPersist; by asking again and again which
 * changes the server has numbered, where it is a domain controller; or else by reading everything again and again.
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
#include "dir/sync_control.h"
#include "dir/usn.h"

#define FEED_FILTER_MAX 160

enum feed_mode { FEED_SYNC, FEED_USN, FEED_POLL };

enum feed_outcome {
	FEED_GOES_ON,
	FEED_ENDED,          /* poll, usn: all was read; sync: the server ended it, and it must be started again */
	FEED_BASE_MISSING,   /* the base does not exist, or we may not see it */
	FEED_NOT_SUPPORTED,  /* the server has no RFC 4533 for this base or for one more client, or tells no number */
	FEED_COOKIE_REFUSED, /* start again without a cookie */
	FEED_FAILED,         /* feed->result says how */
};

/* Embedded. */
struct feed {
	struct search_request request;
	enum feed_mode mode;
	struct search poll;        /* FEED_POLL: all entries; FEED_USN: all, or those that changed */
	struct usn usn;            /* FEED_USN: what is known, and so what is read next */
	struct search_request step_request; /* FEED_USN, FEED_SYNC: of the present step */
	char step_filter[FEED_FILTER_MAX];
	struct search sweep;       /* FEED_USN: the highest number, or identities and names; FEED_SYNC: the base */
	bool is_polled, is_swept;  /* FEED_USN: @poll, @sweep have something of this round */
	uint8_t sync_octets[SYNC_REQUEST_MAX];
	struct span sync_value;    /* FEED_SYNC: what to ask with, in @sync_octets */
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

/* Start, or start again, in @mode, with @cookie (FEED_SYNC; as change_batch has it; empty: from scratch). A feed by
 * numbers goes on where its last round ended, if it was not given up. Returns libldap's result. */
int feed_start(struct feed *feed, LDAP *ldap, enum feed_mode mode, struct span cookie);

/* True if @message belongs to it. */
bool is_feed_message(const struct feed *feed, LDAPMessage *message);

/* Take @message. */
enum feed_outcome feed_handle(struct feed *feed, LDAP *ldap, LDAPMessage *message);

/* True if feed->batch holds something that may be applied now. Afterwards: change_batch_reset. */
bool is_feed_batch_ready(const struct feed *feed);

/* Give it up, and forget what was collected and is known. */
void feed_abandon(struct feed *feed, LDAP *ldap);
