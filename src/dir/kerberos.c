/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/kerberos.h"

#include <errno.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "dir/deadline.h"

#define CACHE_NAME_MAX 48
#define IDENTITY_MAX 300
#define REALM_MAX 128
#define ABANDONED_MAX 4   /* threads that still wait for a silent KDC */
#define TICKET_MARGIN_S 60 /* an older ticket must hold at least this long to be used */
#define CACHES_MAX 8       /* older ones than these are in use for no bind any more */

/* One fetching of tickets, shared by its thread and its caller; the last one to leave frees it. */
struct fetch {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned users;
	bool is_done;
	char *keytab, *principal, *host; /* keytab NULL: the caller's own cache */
	char cache[CACHE_NAME_MAX];
	int64_t valid_until; /* of the ticket that expires first */
	bool is_kdc_silent;
	int code;
	struct error error;
};

/* What the thread works with. */
struct tickets {
	krb5_context krb5;
	krb5_keytab keytab;
	krb5_principal client, server;
	krb5_ccache cache;
	krb5_get_init_creds_opt *options;
};

static const struct {
	krb5_error_code code;
	bool is_kdc_silent;
	const char *sentence;
} failures[] = {
#define KERBEROS_FAILURE(code, is_kdc_silent, sentence) { code, is_kdc_silent, sentence },
#include "dir/kerberos.def"
#undef KERBEROS_FAILURE
};

/* Tickets of the last success, for the time when the KDC is away. */
static struct {
	pthread_mutex_t lock;
	char caches[CACHES_MAX][CACHE_NAME_MAX]; /* a ring; @newest is the one to use */
	unsigned newest;
	char *keytab, *principal, *host;
	int64_t valid_until;
	unsigned n_caches, n_abandoned;
	char realm[REALM_MAX]; /* whose KDC was asked last */
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool is_given(const char *text) {
	return text && text[0];
}

static struct fetch *fetch_new(const char *keytab, const char *principal, const char *host) {
	struct fetch *fetch = mem_alloc(sizeof *fetch);

	pthread_mutex_init(&fetch->lock, NULL);
	deadline_init_condition(&fetch->changed);
	fetch->users = 2;
	fetch->keytab = is_given(keytab) ? mem_dup_text(keytab) : NULL;
	fetch->principal = mem_dup_text(principal ? principal : "");
	fetch->host = mem_dup_text(is_given(host) ? host : "localhost");
	return fetch;
}

/* One user leaves. */
static void fetch_leave(struct fetch *fetch) {
	unsigned users;

	pthread_mutex_lock(&fetch->lock);
	users = --fetch->users;
	pthread_mutex_unlock(&fetch->lock);
	if (users)
		return;
	pthread_mutex_destroy(&fetch->lock);
	pthread_cond_destroy(&fetch->changed);
	free(fetch->keytab);
	free(fetch->principal);
	free(fetch->host);
	free(fetch);
}

static void cache_destroy(const char *name) {
	krb5_context krb5;
	krb5_ccache cache;

	if (!name[0] || krb5_init_context(&krb5))
		return;
	if (krb5_cc_resolve(krb5, name, &cache) == 0)
		krb5_cc_destroy(krb5, cache);
	krb5_free_context(krb5);
}

static void describe_identity(const char *keytab, const char *principal, char ret_words[static IDENTITY_MAX]) {
	if (!is_given(keytab))
		snprintf(ret_words, IDENTITY_MAX, "Kerberos");
	else if (is_given(principal))
		snprintf(ret_words, IDENTITY_MAX, "Kerberos (%s, keytab %s)", principal, keytab);
	else
		snprintf(ret_words, IDENTITY_MAX, "Kerberos (keytab %s)", keytab);
}

static int fetch_failed(struct fetch *fetch, krb5_context krb5, krb5_error_code failure) {
	const char *words = krb5_get_error_message(krb5, failure);
	const char *sentence = NULL;
	char identity[IDENTITY_MAX];

	describe_identity(fetch->keytab, fetch->principal, identity);
	for (size_t i = 0; i < ARRAY_LEN(failures) && !sentence; i++)
		if (failures[i].code == failure) {
			sentence = failures[i].sentence;
			fetch->is_kdc_silent = failures[i].is_kdc_silent;
		}
	error_set(&fetch->error, E_ACCESS_DENIED, "%s: %s (%s)", identity, sentence ? sentence : "no ticket for the bind",
		  words);
	krb5_free_error_message(krb5, words);
	return -E_ACCESS_DENIED;
}

static krb5_error_code first_principal(struct tickets *tickets) {
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code failure = krb5_kt_start_seq_get(tickets->krb5, tickets->keytab, &cursor);

	if (failure)
		return failure;
	failure = krb5_kt_next_entry(tickets->krb5, tickets->keytab, &entry, &cursor);
	if (failure == 0) {
		failure = krb5_copy_principal(tickets->krb5, entry.principal, &tickets->client);
		krb5_free_keytab_entry_contents(tickets->krb5, &entry);
	}
	krb5_kt_end_seq_get(tickets->krb5, tickets->keytab, &cursor);
	return failure;
}

/* Keytab and principal. */
static krb5_error_code identity_resolve(struct fetch *fetch, struct tickets *tickets) {
	krb5_error_code failure = krb5_kt_resolve(tickets->krb5, fetch->keytab, &tickets->keytab);

	if (failure)
		return failure;
	if (!fetch->principal[0])
		return first_principal(tickets);
	return krb5_parse_name(tickets->krb5, fetch->principal, &tickets->client);
}

/* The ticket-granting ticket, into a memory cache of its own. */
static krb5_error_code ticket_initial(struct fetch *fetch, struct tickets *tickets) {
	krb5_error_code failure = krb5_get_init_creds_opt_alloc(tickets->krb5, &tickets->options);
	krb5_creds credentials = { 0 };

	if (failure == 0)
		failure = krb5_get_init_creds_keytab(tickets->krb5, &credentials, tickets->client, tickets->keytab, 0,
						     NULL, tickets->options);
	if (failure == 0)
		failure = krb5_cc_resolve(tickets->krb5, fetch->cache, &tickets->cache);
	if (failure == 0)
		failure = krb5_cc_initialize(tickets->krb5, tickets->cache, tickets->client);
	if (failure == 0)
		failure = krb5_cc_store_cred(tickets->krb5, tickets->cache, &credentials);
	fetch->valid_until = credentials.times.endtime;
	krb5_free_cred_contents(tickets->krb5, &credentials);
	return failure;
}

/* The service ticket, so that the bind need not ask the KDC. */
static krb5_error_code ticket_service(struct fetch *fetch, struct tickets *tickets) {
	krb5_creds wanted = { 0 }, *credentials = NULL;
	krb5_error_code failure =
		krb5_sname_to_principal(tickets->krb5, fetch->host, "ldap", KRB5_NT_SRV_HST, &tickets->server);

	if (failure)
		return failure;
	wanted.client = tickets->client;
	wanted.server = tickets->server;
	failure = krb5_get_credentials(tickets->krb5, 0, tickets->cache, &wanted, &credentials);
	if (failure)
		return failure;
	if (!fetch->valid_until || fetch->valid_until > credentials->times.endtime)
		fetch->valid_until = credentials->times.endtime;
	krb5_free_creds(tickets->krb5, credentials);
	return 0;
}

static krb5_error_code cache_of_caller(struct tickets *tickets) {
	krb5_error_code failure = krb5_cc_default(tickets->krb5, &tickets->cache);

	return failure ? failure : krb5_cc_get_principal(tickets->krb5, tickets->cache, &tickets->client);
}

/* Remember whose KDC it is that may be silent. */
static void realm_note(const struct tickets *tickets) {
	const krb5_data *realm = krb5_princ_realm(tickets->krb5, tickets->client);

	pthread_mutex_lock(&kept.lock);
	snprintf(kept.realm, sizeof kept.realm, "%.*s", (int)realm->length, realm->data);
	pthread_mutex_unlock(&kept.lock);
}

static void tickets_done(struct tickets *tickets) {
	if (tickets->options)
		krb5_get_init_creds_opt_free(tickets->krb5, tickets->options);
	if (tickets->cache)
		krb5_cc_close(tickets->krb5, tickets->cache);
	if (tickets->keytab)
		krb5_kt_close(tickets->krb5, tickets->keytab);
	krb5_free_principal(tickets->krb5, tickets->client);
	krb5_free_principal(tickets->krb5, tickets->server);
	krb5_free_context(tickets->krb5);
}

static int fetch_perform(struct fetch *fetch) {
	struct tickets tickets = { 0 };
	krb5_error_code failure = krb5_init_context(&tickets.krb5);
	int code = 0;

	if (failure)
		return fetch_failed(fetch, NULL, failure);
	failure = fetch->keytab ? identity_resolve(fetch, &tickets) : cache_of_caller(&tickets);
	if (failure == 0)
		realm_note(&tickets);
	if (failure == 0 && fetch->keytab)
		failure = ticket_initial(fetch, &tickets);
	if (failure == 0)
		failure = ticket_service(fetch, &tickets);
	if (failure)
		code = fetch_failed(fetch, tickets.krb5, failure);
	tickets_done(&tickets);
	return code;
}

static void *fetch_run(void *context) {
	struct fetch *fetch = context;
	int code = fetch_perform(fetch);
	bool is_abandoned;

	pthread_mutex_lock(&fetch->lock);
	fetch->code = code;
	fetch->is_done = true;
	is_abandoned = fetch->users == 1;
	pthread_cond_signal(&fetch->changed);
	pthread_mutex_unlock(&fetch->lock);
	if (is_abandoned) {
		cache_destroy(fetch->cache);
		pthread_mutex_lock(&kept.lock);
		kept.n_abandoned--;
		pthread_mutex_unlock(&kept.lock);
	}
	fetch_leave(fetch);
	return NULL;
}

/* Start the thread, unless too many of its kind wait for the KDC already; @fetch is gone then. */
static bool fetch_start(struct fetch *fetch) {
	pthread_t thread;
	bool is_started;

	pthread_mutex_lock(&kept.lock);
	if (fetch->keytab)
		snprintf(fetch->cache, sizeof fetch->cache, "MEMORY:lessor-%u", kept.n_caches++);
	is_started = kept.n_abandoned < ABANDONED_MAX && pthread_create(&thread, NULL, fetch_run, fetch) == 0;
	pthread_mutex_unlock(&kept.lock);
	if (is_started) {
		pthread_detach(thread);
		return true;
	}
	fetch_leave(fetch);
	fetch_leave(fetch); /* in place of the thread */
	return false;
}

/* Wait for the thread. Returns false if it takes too long; it is then on its own, and @fetch is its alone. */
static bool fetch_wait(struct fetch *fetch, uint64_t timeout_ms) {
	struct timespec deadline = deadline_in(timeout_ms);
	bool is_done;

	pthread_mutex_lock(&fetch->lock);
	while (!fetch->is_done && !is_deadline_passed(&deadline))
		pthread_cond_timedwait(&fetch->changed, &fetch->lock, &deadline);
	is_done = fetch->is_done;
	if (!is_done) {
		fetch->users--;
		pthread_mutex_lock(&kept.lock);
		kept.n_abandoned++;
		pthread_mutex_unlock(&kept.lock);
	}
	pthread_mutex_unlock(&fetch->lock);
	return is_done;
}

static bool is_same_text(const char *a, const char *b) {
	return a && b && strcmp(a, b) == 0;
}

/* Keep the tickets for later, in the place of the earlier ones. Other threads may still be binding with those, so only
 * the oldest of several is destroyed. Takes the names. */
static void fetch_keep(struct fetch *fetch) {
	char oldest[CACHE_NAME_MAX];

	pthread_mutex_lock(&kept.lock);
	kept.newest = (kept.newest + 1) % CACHES_MAX;
	memcpy(oldest, kept.caches[kept.newest], sizeof oldest);
	memcpy(kept.caches[kept.newest], fetch->cache, sizeof oldest);
	free(kept.keytab);
	free(kept.principal);
	free(kept.host);
	kept.keytab = TAKE_POINTER(fetch->keytab);
	kept.principal = TAKE_POINTER(fetch->principal);
	kept.host = TAKE_POINTER(fetch->host);
	kept.valid_until = fetch->valid_until;
	pthread_mutex_unlock(&kept.lock);
	cache_destroy(oldest);
}

/* Use the tickets in @cache for this thread's binds. */
static int cache_use(const char *cache, struct error *reterr_error) {
	OM_uint32 minor;

	if (gss_krb5_ccache_name(&minor, cache, NULL) != GSS_S_COMPLETE)
		return error_set(reterr_error, E_ACCESS_DENIED, "GSSAPI does not take the ticket cache %s", cache);
	return 0;
}

/* True if tickets of an earlier call for the same purpose still hold; they are then in use. */
static bool has_kept_tickets(const char *keytab, const char *principal, const char *host, int64_t *ret_valid_until) {
	bool is_usable;

	pthread_mutex_lock(&kept.lock);
	is_usable = is_same_text(kept.keytab, keytab) && is_same_text(kept.principal, principal ? principal : "") &&
		    is_same_text(kept.host, host) && kept.valid_until > clock_now().wall_s + TICKET_MARGIN_S &&
		    cache_use(kept.caches[kept.newest], NULL) == 0;
	if (is_usable)
		*ret_valid_until = kept.valid_until;
	pthread_mutex_unlock(&kept.lock);
	return is_usable;
}

static int keytab_check(const char *keytab, struct error *reterr_error) {
	const char *path = strncmp(keytab, "FILE:", 5) == 0 ? keytab + 5 : keytab;

	if (access(path, R_OK) == 0)
		return 0;
	if (errno == ENOENT)
		return error_set(reterr_error, E_ACCESS_DENIED, "the keytab %s does not exist; export the key to it", path);
	return error_set(reterr_error, E_ACCESS_DENIED,
			 "the keytab %s cannot be read by this user (uid %u): %s; make it the user's that lessor runs as", path,
			 (unsigned)geteuid(), strerror(errno));
}

/* The tickets are there, or it is known why not. */
static int fetch_finish(struct fetch *fetch, bool *ret_is_kdc_silent, struct error *reterr_error) {
	int code = 0;

	*ret_is_kdc_silent = fetch->is_kdc_silent;
	if (fetch->code < 0) {
		cache_destroy(fetch->cache);
		return error_set(reterr_error, (enum error_code)fetch->error.code, "%s", fetch->error.text);
	}
	if (fetch->keytab) {
		code = cache_use(fetch->cache, reterr_error);
		fetch_keep(fetch);
	}
	return code;
}

static int silence_tell(const char *keytab, const char *principal, uint64_t timeout_ms, struct error *reterr_error) {
	char identity[IDENTITY_MAX], realm[REALM_MAX];

	describe_identity(keytab, principal, identity);
	pthread_mutex_lock(&kept.lock);
	memcpy(realm, kept.realm, sizeof realm);
	pthread_mutex_unlock(&kept.lock);
	return error_set(reterr_error, E_ACCESS_DENIED, "%s: the KDC does not answer within %llu ms%s%s", identity,
			 (unsigned long long)timeout_ms, realm[0] ? "; look at the KDC of the realm " : "", realm);
}

int kerberos_prepare(const char *keytab, const char *principal, const char *host, uint64_t timeout_ms,
		     int64_t *ret_valid_until, struct error *reterr_error) {
	bool is_kdc_silent = true;
	struct fetch *fetch;
	int code = is_given(keytab) ? keytab_check(keytab, reterr_error) : 0;

	if (code < 0)
		return code;
	fetch = fetch_new(keytab, principal, host);
	if (fetch_start(fetch) && fetch_wait(fetch, timeout_ms)) {
		code = fetch_finish(fetch, &is_kdc_silent, reterr_error);
		if (code == 0)
			*ret_valid_until = fetch->valid_until;
		fetch_leave(fetch);
	} else {
		code = silence_tell(keytab, principal, timeout_ms, reterr_error);
	}
	if (code < 0 && is_kdc_silent && has_kept_tickets(keytab, principal, host, ret_valid_until))
		return 0;
	return code;
}
