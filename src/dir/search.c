/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/search.h"

#include "base/mem.h"

#define PAGE_SIZE 500

void search_init(struct search *ret_search) {
	*ret_search = (struct search){ .arena = arena_new(0) };
}

void search_done(struct search *search) {
	arena_free(search->arena);
	free(search->entries);
	*search = (struct search){ 0 };
}

/* Ask for one page, from @cookie on. Servers that know no pages send everything. */
static int page_request(struct search *search, LDAP *ldap, struct span cookie) {
	const struct search_request *request = search->request;
	struct berval position = { cookie.len, (char *)cookie.data };
	LDAPControl *controls[2] = { 0 };
	int result;

	if (search->is_paged) {
		result = ldap_create_page_control(ldap, PAGE_SIZE, cookie.len ? &position : NULL, 0, &controls[0]);
		if (result != LDAP_SUCCESS)
			return result;
	}
	result = ldap_search_ext(ldap, request->base, request->scope, request->filter, request->attributes, 0, controls,
				 NULL, NULL, LDAP_NO_LIMIT, &search->message_id);
	if (controls[0])
		ldap_control_free(controls[0]);
	if (result != LDAP_SUCCESS)
		search->message_id = 0;
	return result;
}

int search_start(struct search *search, LDAP *ldap, const struct search_request *request, bool is_paged) {
	search_abandon(search, ldap);
	arena_reset(search->arena);
	search->n_entries = 0;
	search->request = request;
	search->is_paged = is_paged;
	return page_request(search, ldap, span_of(NULL, 0));
}

bool is_search_message(const struct search *search, LDAPMessage *message) {
	return search->message_id && ldap_msgid(message) == search->message_id;
}

static void entry_take(struct search *search, LDAP *ldap, LDAPMessage *message) {
	search->entries = mem_grow(search->entries, &search->capacity, search->n_entries + 1, sizeof *search->entries);
	search->entries[search->n_entries++] = message_entry(ldap, message, NULL, search->arena);
}

/* A page ended; ask for the next one, if there is one. */
static bool page_end(struct search *search, LDAP *ldap, LDAPMessage *message) {
	message_result(ldap, message, search->arena, &search->result);
	search->message_id = 0;
	if (search->result.code != LDAP_SUCCESS || search->result.page_cookie.len == 0)
		return true;
	search->result.code = page_request(search, ldap, search->result.page_cookie);
	return search->result.code != LDAP_SUCCESS;
}

bool search_handle(struct search *search, LDAP *ldap, LDAPMessage *message) {
	switch (ldap_msgtype(message)) {
	case LDAP_RES_SEARCH_ENTRY:
		entry_take(search, ldap, message);
		return false;
	case LDAP_RES_SEARCH_RESULT:
	case LDAP_RES_EXTENDED: /* Samba's answer to a control that it does not know */
		return page_end(search, ldap, message);
	default:
		return false;
	}
}

void search_abandon(struct search *search, LDAP *ldap) {
	if (search->message_id)
		ldap_abandon_ext(ldap, search->message_id, NULL, NULL);
	search->message_id = 0;
}
