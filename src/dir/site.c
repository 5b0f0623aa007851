/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/site.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dir/subnet.h"
#include "dir/watchdog.h"
#include "model/dn.h"
#include "rt/interfaces.h"

#define ADDRESSES_MAX 16
#define SUBNETS_MAX (ADDRESSES_MAX * 33) /* each address is in 33 at most */

/* The host's addresses but those of loopback, as many as are looked for. Returns their number. */
static size_t addresses_read(struct ip4 ret_addresses[static ADDRESSES_MAX]) {
	struct interface_list list;
	size_t n_addresses = 0;

	if (interfaces_read(&list, NULL) < 0)
		return 0;
	for (size_t i = 0; i < list.n_items; i++)
		for (size_t j = 0; j < list.items[i].n_addresses && n_addresses < ADDRESSES_MAX; j++)
			if (!list.items[i].is_loopback)
				ret_addresses[n_addresses++] = list.items[i].addresses[j].address;
	free(list.items);
	return n_addresses;
}

/* The subnets that @filter finds; ldap_msgfree() them. NULL if there is no answer. */
static LDAPMessage *subnets_read(struct connection *connection, const char *filter, uint64_t timeout_ms) {
	char *base CLEANUP(cleanup_free) =
		mem_format("CN=Subnets,CN=Sites,%s", connection_features(connection)->configuration_base);
	char *attributes[] = { "cn", "siteObject", NULL };
	struct watchdog *watchdog = watchdog_new();
	LDAPMessage *messages = NULL;

	if (!watchdog)
		return NULL;
	watchdog_arm(watchdog, connection_fd(connection), timeout_ms);
	ldap_search_ext_s(connection_ldap(connection), base, LDAP_SCOPE_ONELEVEL, filter, attributes, 0, NULL, NULL,
			  NULL, LDAP_NO_LIMIT, &messages);
	watchdog_disarm(watchdog);
	watchdog_free(watchdog);
	return messages;
}

/* The first value of @attribute as a text, for free(); NULL if there is none. */
static char *value_read(LDAP *ldap, LDAPMessage *entry, const char *attribute) {
	struct berval **values = ldap_get_values_len(ldap, entry, attribute);
	char *text = values && values[0] ? mem_format("%.*s", (int)values[0]->bv_len, values[0]->bv_val) : NULL;

	ldap_value_free_len(values);
	return text;
}

static int site_of(LDAP *ldap, LDAPMessage *entry, char ret_site[static SITE_NAME_MAX]) {
	char *dn CLEANUP(cleanup_free) = value_read(ldap, entry, "siteObject");

	return dn && dn_leaf_value(dn, SITE_NAME_MAX, ret_site) == 0 ? 0 : -E_NOT_FOUND;
}

/* The site of the subnet among @messages that says the most about @addresses. */
static int site_choose(LDAP *ldap, LDAPMessage *messages, const struct ip4 *addresses, size_t n_addresses,
		       char ret_site[static SITE_NAME_MAX]) {
	struct ip4_subnet subnets[SUBNETS_MAX];
	LDAPMessage *entries[SUBNETS_MAX];
	size_t n_subnets = 0, longest;

	for (LDAPMessage *entry = ldap_first_entry(ldap, messages); entry && n_subnets < SUBNETS_MAX;
	     entry = ldap_next_entry(ldap, entry)) {
		char *name CLEANUP(cleanup_free) = value_read(ldap, entry, "cn");

		entries[n_subnets] = entry;
		n_subnets += name && ip4_subnet_parse(name, &subnets[n_subnets]) == 0;
	}
	longest = subnet_find_longest(subnets, n_subnets, addresses, n_addresses);
	return longest < n_subnets ? site_of(ldap, entries[longest], ret_site) : -E_NOT_FOUND;
}

int site_find(struct connection *connection, uint64_t timeout_ms, char ret_site[static SITE_NAME_MAX]) {
	bool is_asked = connection_features(connection)->is_active_directory;
	struct ip4 addresses[ADDRESSES_MAX];
	size_t n_addresses = is_asked ? addresses_read(addresses) : 0;
	char *filter CLEANUP(cleanup_free) = subnet_filter(addresses, n_addresses);
	LDAPMessage *messages = filter ? subnets_read(connection, filter, timeout_ms) : NULL;
	int code = -E_NOT_FOUND;

	if (messages)
		code = site_choose(connection_ldap(connection), messages, addresses, n_addresses, ret_site);
	ldap_msgfree(messages);
	return code;
}
