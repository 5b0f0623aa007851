/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"

static char *feed_attributes[] = { "*", "entryUUID", "nsUniqueId", NULL };

/* No more than these: others of a domain's entries differ from one controller to the next. */
static char *usn_attributes[] = {
	"objectGUID",
	"objectClass",
#define SCHEMA_ATTRIBUTE(symbol, name, ...) name,
#include "model/schema.def"
	NULL,
};
static char *sweep_attributes[] = { "objectGUID", NULL };
static char *check_attributes[] = { "highestCommittedUSN", NULL };
static char *no_attributes[] = { LDAP_NO_ATTRS, NULL };

void feed_init(struct feed *ret_feed, const char *base, const char *filter) {
	*ret_feed = (struct feed){
		.request = { base, LDAP_SCOPE_SUBTREE, filter, feed_attributes },
	};
	search_init(&ret_feed->poll);
	search_init(&ret_feed->sweep);
	usn_init(&ret_feed->usn);
	change_batch_init(&ret_feed->batch);
}

void feed_done(struct feed *feed) {
	search_done(&feed->poll);
	search_done(&feed->sweep);
	usn_done(&feed->usn);
	change_batch_done(&feed->batch);
}

/* First look whether the base is there: 389 DS says nothing at all to a request below one that is not. */
static int sync_start(struct feed *feed, LDAP *ldap, struct span cookie) {
	feed->step_request = (struct search_request){ feed->request.base, LDAP_SCOPE_BASE, "(objectClass=*)", no_attributes };
	feed->sync_value = sync_request_format(cookie, feed->sync_octets);
	feed->has_cookie = cookie.len > 0 && cookie.len <= SYNC_COOKIE_MAX;
	feed->is_refreshing = true;
	return search_start(&feed->sweep, ldap, &feed->step_request, false);
}

static int sync_request(struct feed *feed, LDAP *ldap) {
	LDAPControl control = { LDAP_CONTROL_SYNC, { feed->sync_value.len, (char *)feed->sync_value.data }, 1 };
	LDAPControl *controls[] = { &control, NULL };
	const struct search_request *request = &feed->request;
	int result = ldap_search_ext(ldap, request->base, request->scope, request->filter, request->attributes, 0,
				     controls, NULL, NULL, LDAP_NO_LIMIT, &feed->message_id);

	if (result != LDAP_SUCCESS)
		feed->message_id = 0;
	return result;
}

/* Send the request of a step. Numbers and names have a search of their own, as the entries are kept meanwhile. */
static int usn_step_start(struct feed *feed, LDAP *ldap, enum usn_step step) {
	struct search_request *request = &feed->step_request;

	*request = feed->request;
	switch (step) {
	case USN_CHECK:
		*request = (struct search_request){ "", LDAP_SCOPE_BASE, "(objectClass=*)", check_attributes };
		return search_start(&feed->sweep, ldap, request, false);
	case USN_SWEEP:
		feed->is_swept = true;
		request->attributes = sweep_attributes;
		return search_start(&feed->sweep, ldap, request, true);
	case USN_CHANGES:
		snprintf(feed->step_filter, sizeof feed->step_filter, "(&%s(uSNChanged>=%" PRIu64 "))",
			 feed->request.filter, usn_first(&feed->usn));
		request->filter = feed->step_filter;
		break;
	case USN_WHOLE:
	case USN_REST:
		break;
	}
	feed->is_polled = true;
	request->attributes = usn_attributes;
	return search_start(&feed->poll, ldap, request, true);
}

/* End all requests, and forget what was collected. */
static void requests_abandon(struct feed *feed, LDAP *ldap) {
	if (feed->message_id)
		ldap_abandon_ext(ldap, feed->message_id, NULL, NULL);
	feed->message_id = 0;
	search_abandon(&feed->poll, ldap);
	search_abandon(&feed->sweep, ldap);
	feed->is_polled = feed->is_swept = false;
	feed->is_synchronized = false;
	feed->is_refreshing = false;
	change_batch_reset(&feed->batch);
}

int feed_start(struct feed *feed, LDAP *ldap, enum feed_mode mode, struct span cookie) {
	requests_abandon(feed, ldap);
	feed->mode = mode;
	switch (mode) {
	case FEED_POLL:
		return search_start(&feed->poll, ldap, &feed->request, true);
	case FEED_USN:
		return usn_step_start(feed, ldap, usn_begin(&feed->usn));
	case FEED_SYNC:
		break;
	}
	return sync_start(feed, ldap, cookie);
}

bool is_feed_message(const struct feed *feed, LDAPMessage *message) {
	return is_search_message(&feed->poll, message) || is_search_message(&feed->sweep, message) ||
	       (feed->message_id && ldap_msgid(message) == feed->message_id);
}

/* An entry with its state; "add" comes for modified entries too. */
static enum feed_outcome sync_entry(struct feed *feed, LDAP *ldap, LDAPMessage *message) {
	struct arena *arena = feed->batch.arena;
	struct sync_state state;

	if (message_sync_state(ldap, message, arena, &state) < 0)
		return FEED_NOT_SUPPORTED;
	switch (state.state) {
	case SYNC_ENTRY_PRESENT:
		change_batch_add(&feed->batch, CHANGE_PRESENT, &state.uuid, NULL);
		break;
	case SYNC_ENTRY_DELETE:
		change_batch_add(&feed->batch, CHANGE_GONE, &state.uuid, NULL);
		break;
	case SYNC_ENTRY_ADD:
	case SYNC_ENTRY_MODIFY:
		change_batch_add(&feed->batch, CHANGE_ENTRY, &state.uuid,
				 message_entry(ldap, message, &state.uuid, arena));
		break;
	}
	change_batch_set_cookie(&feed->batch, state.cookie);
	return FEED_GOES_ON;
}

/* Without a cookie the refresh names all entries, whatever its messages are called. With one, what a present phase does
 * not name is gone. */
static void refresh_phase_end(struct feed *feed, const struct sync_info *info) {
	if (!feed->is_refreshing)
		return;
	if (!feed->has_cookie || info->kind == SYNC_INFO_REFRESH_PRESENT)
		feed->batch.is_whole = true;
	if (info->is_done) {
		feed->is_refreshing = false;
		feed->is_synchronized = true;
		feed->batch.is_synchronized = true;
	}
}

static void identities_take(struct feed *feed, const struct sync_info *info) {
	struct span uuids = info->uuids;
	struct entry_uuid uuid;

	while (sync_uuid_take(&uuids, &uuid))
		change_batch_add(&feed->batch, info->is_delete ? CHANGE_GONE : CHANGE_PRESENT, &uuid, NULL);
}

static enum feed_outcome sync_intermediate(struct feed *feed, LDAP *ldap, LDAPMessage *message) {
	struct sync_info info;

	if (message_sync_info(ldap, message, feed->batch.arena, &info) < 0)
		return FEED_GOES_ON; /* of another protocol (RFC 4511 4.13) */
	switch (info.kind) {
	case SYNC_INFO_NEW_COOKIE:
		break;
	case SYNC_INFO_REFRESH_DELETE:
	case SYNC_INFO_REFRESH_PRESENT:
		refresh_phase_end(feed, &info);
		break;
	case SYNC_INFO_ID_SET:
		identities_take(feed, &info);
		break;
	}
	change_batch_set_cookie(&feed->batch, info.cookie);
	return FEED_GOES_ON;
}

/* How an ended search goes on. "Unwilling" is what OpenLDAP says to a cookie that is newer than its own data, and 389 DS
 * to more searches for changes than it allows. */
static enum feed_outcome outcome_of(const struct feed *feed) {
	switch (feed->result.code) {
	case LDAP_SUCCESS:
		return FEED_ENDED;
	case LDAP_NO_SUCH_OBJECT:
		return FEED_BASE_MISSING;
	case LDAP_UNAVAILABLE_CRITICAL_EXTENSION:
		return FEED_NOT_SUPPORTED;
	case LDAP_SYNC_REFRESH_REQUIRED:
		return FEED_COOKIE_REFUSED;
	case LDAP_UNWILLING_TO_PERFORM:
		if (feed->mode != FEED_SYNC)
			return FEED_FAILED;
		return feed->has_cookie ? FEED_COOKIE_REFUSED : FEED_NOT_SUPPORTED;
	default:
		return FEED_FAILED;
	}
}

static enum feed_outcome sync_end(struct feed *feed, LDAP *ldap, LDAPMessage *message) {
	feed->message_id = 0;
	feed->is_synchronized = false;
	message_result(ldap, message, feed->batch.arena, &feed->result);
	if (ldap_msgtype(message) == LDAP_RES_EXTENDED) /* Samba's answer to a critical control that it does not know */
		return FEED_NOT_SUPPORTED;
	return outcome_of(feed);
}

/* Without the right to see the base there may still be something below it. */
static enum feed_outcome sync_check(struct feed *feed, LDAP *ldap, LDAPMessage *message) {
	if (!search_handle(&feed->sweep, ldap, message))
		return FEED_GOES_ON;
	feed->result = feed->sweep.result;
	if (feed->result.code != LDAP_SUCCESS)
		return outcome_of(feed);
	feed->result.code = sync_request(feed, ldap);
	return feed->result.code == LDAP_SUCCESS ? FEED_GOES_ON : FEED_FAILED;
}

static enum feed_outcome sync_handle(struct feed *feed, LDAP *ldap, LDAPMessage *message) {
	if (is_search_message(&feed->sweep, message))
		return sync_check(feed, ldap, message);
	switch (ldap_msgtype(message)) {
	case LDAP_RES_SEARCH_ENTRY:
		return sync_entry(feed, ldap, message);
	case LDAP_RES_INTERMEDIATE:
		return sync_intermediate(feed, ldap, message);
	case LDAP_RES_SEARCH_RESULT:
	case LDAP_RES_EXTENDED:
		return sync_end(feed, ldap, message);
	default:
		return FEED_GOES_ON;
	}
}

/* All entries are read: they are the batch. Their memory stays with the search until the next poll. */
static enum feed_outcome poll_end(struct feed *feed) {
	feed->result = feed->poll.result;
	feed->is_synchronized = feed->result.code == LDAP_SUCCESS;
	if (!feed->is_synchronized)
		return outcome_of(feed);
	for (size_t i = 0; i < feed->poll.n_entries; i++)
		change_batch_add(&feed->batch, CHANGE_ENTRY, &feed->poll.entries[i]->uuid, feed->poll.entries[i]);
	feed->batch.is_whole = true;
	feed->batch.is_synchronized = true;
	return FEED_ENDED;
}

/* The steps of this round are done: what they brought is the batch. Its entries stay with the search until the next
 * round. */
static enum feed_outcome usn_end(struct feed *feed, bool is_whole) {
	for (size_t i = 0; feed->is_polled && i < feed->poll.n_entries; i++)
		change_batch_add(&feed->batch, CHANGE_ENTRY, &feed->poll.entries[i]->uuid, feed->poll.entries[i]);
	for (size_t i = 0; feed->is_swept && i < feed->sweep.n_entries; i++)
		change_batch_add(&feed->batch, CHANGE_PRESENT, &feed->sweep.entries[i]->uuid, NULL);
	feed->batch.is_whole = is_whole || feed->is_swept;
	feed->batch.is_synchronized = feed->is_polled || feed->is_swept;
	feed->is_synchronized = true;
	return FEED_ENDED;
}

/* What a finished step brought, as the next one. A domain controller that tells no number is none. */
static int usn_step_take(struct feed *feed, const struct search *search, enum usn_step *ret_next) {
	uint64_t now_ms = clock_now().boot_ms;
	const char *highest;

	if (feed->usn.step != USN_CHECK) {
		*ret_next = usn_take_entries(&feed->usn, search->entries, search->n_entries, now_ms);
		return 0;
	}
	highest = search->n_entries ? entry_text(search->entries[0], check_attributes[0]) : NULL;
	if (!highest)
		return -E_DDS_UNEXPECTED_ERROR;
	*ret_next = usn_take_highest(&feed->usn, strtoull(highest, NULL, 10), now_ms);
	return 0;
}

static enum feed_outcome usn_handle(struct feed *feed, LDAP *ldap, LDAPMessage *message) {
	struct search *search = is_search_message(&feed->sweep, message) ? &feed->sweep : &feed->poll;
	enum usn_step step = feed->usn.step, next;

	if (!search_handle(search, ldap, message))
		return FEED_GOES_ON;
	feed->result = search->result;
	if (feed->result.code != LDAP_SUCCESS)
		return outcome_of(feed);
	if (usn_step_take(feed, search, &next) < 0)
		return FEED_NOT_SUPPORTED;
	if (next == USN_REST)
		return usn_end(feed, step == USN_WHOLE);
	if (next == USN_WHOLE) /* the sweep has shown more than it can tell */
		feed->is_swept = false;
	feed->result.code = usn_step_start(feed, ldap, next);
	return feed->result.code == LDAP_SUCCESS ? FEED_GOES_ON : FEED_FAILED;
}

enum feed_outcome feed_handle(struct feed *feed, LDAP *ldap, LDAPMessage *message) {
	switch (feed->mode) {
	case FEED_SYNC:
		return sync_handle(feed, ldap, message);
	case FEED_USN:
		return usn_handle(feed, ldap, message);
	case FEED_POLL:
		break;
	}
	return search_handle(&feed->poll, ldap, message) ? poll_end(feed) : FEED_GOES_ON;
}

bool is_feed_batch_ready(const struct feed *feed) {
	if (feed->mode == FEED_SYNC && feed->is_refreshing)
		return false;
	return !is_change_batch_empty(&feed->batch);
}

void feed_abandon(struct feed *feed, LDAP *ldap) {
	requests_abandon(feed, ldap);
	usn_forget(&feed->usn);
}
