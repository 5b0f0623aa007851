/* SPDX-License-Identifier: Apache-2.0 */
/* search.h - an ordinary search that does not block: its messages are given to it as they arrive, page by page (RFC
 * 2696), until all entries are there. Thread: the connection's. */
#pragma once

#include <ldap.h>
#include <stdbool.h>

#include "base/arena.h"
#include "dir/message.h"
#include "model/entry.h"

/* What to search; borrowed, for as long as the search goes on. */
struct search_request {
	const char *base;
	int scope; /* LDAP_SCOPE_... */
	const char *filter;
	char **attributes; /* NULL-terminated */
};

/* Embedded. */
struct search {
	const struct search_request *request;
	struct arena *arena;    /* holds what was found; owned */
	const struct entry **entries;
	size_t n_entries, capacity;
	struct message_result result; /* once done */
	int message_id; /* 0: not going on */
	bool is_paged;
};

/* A search that is not going on, and the end of one, with what it found. */
void search_init(struct search *ret_search);
void search_done(struct search *search);

/* Start, in the place of a search that may be going on. Returns libldap's result. */
int search_start(struct search *search, LDAP *ldap, const struct search_request *request, bool is_paged);

/* True if @message belongs to it. */
bool is_search_message(const struct search *search, LDAPMessage *message);

/* Take @message. Returns true once the search is over: @result, and with LDAP_SUCCESS all @entries, are there. */
bool search_handle(struct search *search, LDAP *ldap, LDAPMessage *message);

/* Give it up. */
void search_abandon(struct search *search, LDAP *ldap);
