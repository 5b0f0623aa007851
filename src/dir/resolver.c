/* SPDX-License-Identifier: Apache-2.0 */
/* libldap's ldap_domain2hostlist will not do: it holds a lock of the whole process while it waits, tells "no such name"
 * and "no answer" by the same code, and reads behind the end of a short message. */
#include "dir/resolver.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/text.h"
#include "dir/errand.h"

#define NAMES_KEPT 64

static struct errand_strays strays;

/* What the name service told of each host, the latest last; a ring. */
static struct {
	pthread_mutex_t lock;
	struct kept_name {
		char *host;
		struct resolver_addresses addresses;
	} names[NAMES_KEPT];
	unsigned n_kept;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* A question and its answer; one thread's at a time. */
struct question {
	char *name;
	uint64_t timeout_ms;
	int failure; /* of getaddrinfo, or h_errno; 0: none */
	struct resolver_addresses addresses;
	struct srv_list servers;
};

static struct question *question_new(const char *name, uint64_t timeout_ms) {
	struct question *question = mem_alloc(sizeof *question);

	question->name = mem_dup_text(name);
	question->timeout_ms = timeout_ms;
	return question;
}

static void question_free(void *work) {
	struct question *question = work;

	free(question->name);
	free(question);
}

/* At each try the resolver waits for all name servers together about their number times its patience. */
void resolver_limit_patience(uint64_t timeout_ms) {
	uint64_t seconds = timeout_ms / 1000, n_servers;

	if (res_init() < 0)
		return;
	n_servers = _res.nscount > 0 ? (uint64_t)_res.nscount : 1;
	_res.retry = seconds >= 2 * n_servers ? 2 : 1;
	seconds /= n_servers * (uint64_t)_res.retry;
	_res.retrans = seconds > 0 ? (int)seconds : 1;
}

static void addresses_take(struct resolver_addresses *addresses, const struct addrinfo *found) {
	for (; found && addresses->n_items < RESOLVER_ADDRESSES_MAX; found = found->ai_next) {
		memcpy(&addresses->items[addresses->n_items].address, found->ai_addr, found->ai_addrlen);
		addresses->items[addresses->n_items++].len = found->ai_addrlen;
	}
}

/* Returns getaddrinfo's failure. */
static int addresses_ask(const char *host, int flags, struct resolver_addresses *ret_addresses) {
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags }, *found;
	int failure = getaddrinfo(host, NULL, &hints, &found);

	if (failure)
		return failure;
	ret_addresses->n_items = 0;
	addresses_take(ret_addresses, found);
	freeaddrinfo(found);
	return 0;
}

static void question_ask_addresses(void *work) {
	struct question *question = work;

	resolver_limit_patience(question->timeout_ms);
	question->failure = addresses_ask(question->name, 0, &question->addresses);
}

static uint32_t random_up_to(void *context, uint32_t most) {
	uint32_t random = 0;

	return getrandom(&random, sizeof random, 0) < 0 || most == UINT32_MAX ? random : random % (most + 1);
}

static void question_ask_servers(void *work) {
	struct question *question = work;
	uint8_t *reply = mem_alloc(NS_MAXMSG);
	int len;

	resolver_limit_patience(question->timeout_ms);
	len = res_query(question->name, ns_c_in, ns_t_srv, reply, NS_MAXMSG);
	question->failure = len < 0 ? h_errno : 0;
	if (len >= 0) {
		srv_parse(reply, (size_t)len, &question->servers);
		srv_order(&question->servers, random_up_to, NULL);
	}
	free(reply);
}

/* With the lock held: what is kept of @host, or NULL. */
static struct kept_name *kept_find(const char *host) {
	for (size_t i = 0; i < NAMES_KEPT; i++)
		if (kept.names[i].host && is_text_equal_nocase(kept.names[i].host, host))
			return &kept.names[i];
	return NULL;
}

static void addresses_keep(const char *host, const struct resolver_addresses *addresses) {
	struct kept_name *name;

	pthread_mutex_lock(&kept.lock);
	name = kept_find(host);
	if (!name) {
		name = &kept.names[kept.n_kept++ % NAMES_KEPT];
		free(name->host);
		name->host = mem_dup_text(host);
	}
	name->addresses = *addresses;
	pthread_mutex_unlock(&kept.lock);
}

static bool has_kept_addresses(const char *host, struct resolver_addresses *ret_addresses) {
	const struct kept_name *name;

	pthread_mutex_lock(&kept.lock);
	name = kept_find(host);
	if (name)
		*ret_addresses = name->addresses;
	pthread_mutex_unlock(&kept.lock);
	return name;
}

static void port_set(struct resolver_addresses *addresses, uint16_t port) {
	for (size_t i = 0; i < addresses->n_items; i++) {
		struct sockaddr_storage *address = &addresses->items[i].address;

		if (address->ss_family == AF_INET6)
			((struct sockaddr_in6 *)address)->sin6_port = htons(port);
		else
			((struct sockaddr_in *)address)->sin_port = htons(port);
	}
}

/* Ask the name service. Returns getaddrinfo's failure; EAI_AGAIN for no answer. */
static int addresses_find(const char *host, uint64_t timeout_ms, struct resolver_addresses *ret_addresses) {
	struct question *question = question_new(host, timeout_ms);
	int failure;

	if (!errand_run(question_ask_addresses, question_free, question, &strays, timeout_ms))
		return EAI_AGAIN;
	failure = question->failure;
	if (failure == 0) {
		*ret_addresses = question->addresses;
		addresses_keep(host, ret_addresses);
	}
	question_free(question);
	return failure;
}

int resolver_find_addresses(const char *host, uint16_t port, uint64_t timeout_ms,
			    struct resolver_addresses *ret_addresses, struct error *reterr_error) {
	int failure = addresses_ask(host, AI_NUMERICHOST, ret_addresses); /* asks nobody */

	if (failure)
		failure = addresses_find(host, timeout_ms, ret_addresses);
	if (failure == EAI_AGAIN && has_kept_addresses(host, ret_addresses))
		failure = 0;
	if (failure)
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE,
				 "the name %s cannot be resolved (%s); check the name, and the name servers in "
				 "/etc/resolv.conf", host, gai_strerror(failure));
	port_set(ret_addresses, port);
	return 0;
}

static int no_answer(const char *name, struct error *reterr_error) {
	return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "the DNS does not answer the question for %s", name);
}

/* There may be an answer without a record that can be used. */
static int servers_missing(const struct question *question, struct error *reterr_error) {
	if (question->failure == HOST_NOT_FOUND)
		return error_set(reterr_error, E_NOT_FOUND, "the DNS has no name %s", question->name);
	if (question->failure == NO_DATA)
		return error_set(reterr_error, E_NOT_FOUND, "the DNS has no SRV record at %s", question->name);
	if (question->failure)
		return no_answer(question->name, reterr_error);
	if (question->servers.is_denied)
		return error_set(reterr_error, E_NOT_FOUND, "the SRV record at %s says that there is no such service",
				 question->name);
	return error_set(reterr_error, E_NOT_FOUND, "no SRV record at %s names a host and a port", question->name);
}

int resolver_find_servers(const char *name, uint64_t timeout_ms, struct srv_list *ret_list,
			  struct error *reterr_error) {
	struct question *question = question_new(name, timeout_ms);
	int code = 0;

	if (!errand_run(question_ask_servers, question_free, question, &strays, timeout_ms))
		return no_answer(name, reterr_error);
	if (question->servers.n_items)
		*ret_list = question->servers;
	else
		code = servers_missing(question, reterr_error);
	question_free(question);
	return code;
}
