/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/lookup.h"

#include "dir/opening.h"

static char *lookup_attributes[] = { "cn", "dhcpServers", NULL };

void lookup_init(struct lookup *ret_lookup, const char *container) {
	*ret_lookup = (struct lookup){
		.request = { container, LDAP_SCOPE_SUBTREE, SERVER_LIST_FILTER, lookup_attributes },
		.arena = arena_new(0),
	};
	search_init(&ret_lookup->search);
}

void lookup_done(struct lookup *lookup) {
	search_done(&lookup->search);
	lookup->arena = arena_free(lookup->arena);
}

int lookup_start(struct lookup *lookup, LDAP *ldap, bool is_paged) {
	if (lookup->search.message_id) {
		lookup->is_wanted_again = true;
		return LDAP_SUCCESS;
	}
	lookup->is_wanted_again = false;
	return search_start(&lookup->search, ldap, &lookup->request, is_paged);
}

static void list_judge(struct lookup *lookup, const struct listing_server *server, const char *uri,
		       struct lookup_answer *ret_answer) {
	struct server_list list;

	server_list_read(lookup->search.entries, lookup->search.n_entries, lookup->search.arena, &list);
	arena_reset(lookup->arena);
	ret_answer->servers = server_list_servers(&list, lookup->arena, &ret_answer->n_servers);
	ret_answer->event = listing_judge(&list, server, lookup->request.base, uri, &ret_answer->cause);
}

static enum lookup_outcome answer_judge(struct lookup *lookup, const struct listing_server *server, const char *uri,
					struct lookup_answer *ret_answer) {
	const struct message_result *result = &lookup->search.result;

	if (result->code == LDAP_SUCCESS) {
		list_judge(lookup, server, uri, ret_answer);
		return LOOKUP_ANSWERED;
	}
	if (result->code == LDAP_NO_SUCH_OBJECT) {
		ret_answer->event = listing_without_container(lookup->request.base, uri, &ret_answer->cause);
		return LOOKUP_ANSWERED;
	}
	error_set(&ret_answer->cause,
		  is_ldap_code_unavailable(result->code) ? E_DDS_NO_DS_AVAILABLE : E_DHCP_ROGUE_INIT_FAILED,
		  "%s does not let us look below %s: %s%s%s", uri, lookup->request.base, ldap_err2string(result->code),
		  result->diagnostic[0] ? ": " : "", result->diagnostic);
	ret_answer->event = AUTHORITY_EVENT_REFUSED;
	return is_ldap_code_unavailable(result->code) ? LOOKUP_FAILED : LOOKUP_ANSWERED;
}

enum lookup_outcome lookup_handle(struct lookup *lookup, LDAP *ldap, LDAPMessage *message,
				  const struct listing_server *server, const char *uri,
				  struct lookup_answer *ret_answer) {
	if (!search_handle(&lookup->search, ldap, message))
		return LOOKUP_GOES_ON;
	return answer_judge(lookup, server, uri, ret_answer);
}
