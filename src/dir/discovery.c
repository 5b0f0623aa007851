/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/discovery.h"

#include <stdlib.h>

#include "base/mem.h"
#include "dir/resolver.h"

#define LDAP_PORT 389

struct discovery {
	char *domain, *site;
	bool is_site_given;
	char **uris; /* as given, or as found last; NULL: none found yet */
};

static char **list_copy(const char *const *list) {
	size_t count = 0;
	char **copy;

	while (list[count])
		count++;
	copy = mem_alloc((count + 1) * sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = mem_dup_text(list[i]);
	return copy;
}

static void list_free(char **list) {
	for (char **word = list; word && *word; word++)
		free(*word);
	free(list);
}

struct discovery *discovery_new(const char *const *uris, const char *domain, const char *site) {
	struct discovery *discovery = mem_alloc(sizeof *discovery);

	discovery->domain = mem_dup_text(domain);
	discovery->site = mem_dup_text(site);
	discovery->is_site_given = site[0];
	discovery->uris = uris[0] ? list_copy(uris) : NULL;
	return discovery;
}

struct discovery *discovery_free(struct discovery *discovery) {
	if (!discovery)
		return NULL;
	free(discovery->domain);
	free(discovery->site);
	list_free(discovery->uris);
	free(discovery);
	return NULL;
}

bool can_discovery_set_site(const struct discovery *discovery) {
	return discovery->domain[0] && !discovery->is_site_given;
}

void discovery_set_site(struct discovery *discovery, const char *site) {
	free(discovery->site);
	discovery->site = mem_dup_text(site);
}

static char **uris_of(const struct srv_list *list) {
	char **uris = mem_alloc((list->n_items + 1) * sizeof *uris);

	for (size_t i = 0; i < list->n_items; i++)
		uris[i] = list->items[i].port == LDAP_PORT ?
				  mem_format("ldap://%s", list->items[i].host) :
				  mem_format("ldap://%s:%u", list->items[i].host, list->items[i].port);
	return uris;
}

/* The servers of the site. A site without any is remarked on; a DNS that does not answer will not do so twice. */
static int site_ask(const struct discovery *discovery, uint64_t timeout_ms, struct srv_list *list,
		    struct error *ret_remark, struct error *reterr_error) {
	char *name CLEANUP(cleanup_free) =
		mem_format("_ldap._tcp.%s._sites.%s", discovery->site, discovery->domain);
	int code = resolver_find_servers(name, timeout_ms, list, reterr_error);

	if (code != -E_NOT_FOUND)
		return code;
	if (discovery->is_site_given)
		error_set(ret_remark, E_DDS_NO_DS_AVAILABLE,
			  "the site %s has no directory server in the DNS (%s); check 'site'; all servers of %s are tried "
			  "alike", discovery->site, reterr_error->text, discovery->domain);
	return 0;
}

static int domain_ask(const struct discovery *discovery, uint64_t timeout_ms, struct srv_list *list,
		      struct error *ret_remark, struct error *reterr_error) {
	char *name CLEANUP(cleanup_free) = mem_format("_ldap._tcp.%s", discovery->domain);
	struct srv_list more;
	int code = 0;

	if (discovery->site[0])
		code = site_ask(discovery, timeout_ms, list, ret_remark, reterr_error);
	if (code < 0)
		return code;
	code = resolver_find_servers(name, timeout_ms, &more, reterr_error);
	if (code == 0)
		srv_append(list, &more);
	return list->n_items ? 0 : code;
}

static const char *advice_for(int code) {
	return code == -E_NOT_FOUND ? "check 'domain', or name the directory's servers by 'uri'" :
				      "check the name servers in /etc/resolv.conf, or name the directory's servers by 'uri'";
}

/* The DNS did not help: go on with what it named before. */
static int domain_missed(const struct discovery *discovery, int code, const struct error *failure,
			 struct error *ret_remark, struct error *reterr_error) {
	if (!discovery->uris)
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "no directory server of the domain %s is found: %s; %s",
				 discovery->domain, failure->text, advice_for(code));
	error_set(ret_remark, E_DDS_NO_DS_AVAILABLE,
		  "the directory servers of the domain %s are not found any more: %s; those found before are tried; %s",
		  discovery->domain, failure->text, advice_for(code));
	return 0;
}

static int domain_find(struct discovery *discovery, uint64_t timeout_ms, struct error *ret_remark,
		       struct error *reterr_error) {
	struct srv_list list = { 0 };
	struct error failure;
	int code = domain_ask(discovery, timeout_ms, &list, ret_remark, &failure);

	if (code < 0)
		return domain_missed(discovery, code, &failure, ret_remark, reterr_error);
	list_free(discovery->uris);
	discovery->uris = uris_of(&list);
	return 0;
}

int discovery_find(struct discovery *discovery, uint64_t timeout_ms, struct discovered *ret_discovered,
		   struct error *reterr_error) {
	struct error remark = { 0 };
	int code = discovery->domain[0] ? domain_find(discovery, timeout_ms, &remark, reterr_error) : 0;

	if (code < 0)
		return code;
	*ret_discovered = (struct discovered){ .uris = (const char *const *)discovery->uris, .remark = remark };
	return 0;
}
