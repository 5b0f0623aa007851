/* SPDX-License-Identifier: Apache-2.0 */
/* lookup.h - asking the directory whether it lists this server: one search at a time, repeated if it was asked for
 * meanwhile. Thread: the connection's. */
#pragma once

#include <ldap.h>
#include <stdbool.h>

#include "base/error.h"
#include "dir/listing.h"
#include "dir/search.h"

/* Embedded. */
struct lookup {
	struct search_request request;
	struct search search;
	struct arena *arena;  /* holds the servers of the last answer; owned */
	bool is_wanted_again; /* what it finds may be out of date already */
};

/* Look below @container (borrowed). */
void lookup_init(struct lookup *ret_lookup, const char *container);
void lookup_done(struct lookup *lookup);

/* Ask; if an answer is awaited already, ask again after it. Returns libldap's result. */
int lookup_start(struct lookup *lookup, LDAP *ldap, bool is_paged);

/* Embedded: what the directory says; @cause says why, where the event is not LISTED. */
struct lookup_answer {
	enum authority_event event;
	struct error cause;
	const struct dhcp_server *servers; /* all whom it authorizes, until the next answer; NULL: it does not say */
	size_t n_servers;
};

enum lookup_outcome {
	LOOKUP_GOES_ON,
	LOOKUP_ANSWERED, /* *ret_answer is what the directory says */
	LOOKUP_FAILED,   /* the server is going away or busy: this connection is of no use */
};

/* Take @message, which belongs to lookup->search. With LOOKUP_FAILED only the answer's cause is filled. */
enum lookup_outcome lookup_handle(struct lookup *lookup, LDAP *ldap, LDAPMessage *message,
				  const struct listing_server *server, const char *uri,
				  struct lookup_answer *ret_answer);
