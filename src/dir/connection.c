/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/connection.h"

#include <openldap.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "dir/bind.h"
#include "dir/endpoint.h"
#include "dir/opening.h"
#include "dir/tls.h"

#define DEFAULT_LDAPI_PATH "/run/slapd/ldapi"
#define OID_ACTIVE_DIRECTORY "1.2.840.113556.1.4.800"
#define OID_ASSERTION "1.3.6.1.1.12"
#define PROTECTION_MAX 48

struct connection {
	LDAP *ldap;
	int fd;
	char *uri;
	int64_t valid_until;
	char protection[PROTECTION_MAX];
	struct connection_features features;
};

const char *opening_diagnostic(LDAP *ldap) {
	static _Thread_local char words[200];
	char *text = NULL;

	ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
	snprintf(words, sizeof words, "%s", text ? text : "");
	ldap_memfree(text);
	return words;
}

int opening_timed_out(const struct opening *opening, const char *doing, struct error *reterr_error) {
	return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "the server accepts the connection but does not answer %s "
			 "within %llu ms", doing, (unsigned long long)opening->settings->timeout_ms);
}

bool is_ldap_code_unavailable(int ldap_code) {
	return ldap_code == LDAP_SERVER_DOWN || ldap_code == LDAP_UNAVAILABLE || ldap_code == LDAP_BUSY ||
	       ldap_code == LDAP_TIMEOUT || ldap_code == LDAP_CONNECT_ERROR;
}

/* What ldap.conf may say about limits, referrals and names is not for us. The time limits stay off because libldap
 * spins with them on; the watchdog has that duty. */
static void handle_set_options(LDAP *ldap) {
	int version = LDAP_VERSION3, none = LDAP_NO_LIMIT, never = LDAP_DEREF_NEVER;

	ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	ldap_set_option(ldap, LDAP_OPT_RESTART, LDAP_OPT_ON);
	ldap_set_option(ldap, LDAP_OPT_DEREF, &never);
	ldap_set_option(ldap, LDAP_OPT_SIZELIMIT, &none);
	ldap_set_option(ldap, LDAP_OPT_TIMELIMIT, &none);
	ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, NULL);
	ldap_set_option(ldap, LDAP_OPT_TIMEOUT, NULL);
}

int opening_connect(struct opening *opening, struct error *reterr_error) {
	const LDAPURLDesc *url = opening->url;
	const char *host = url->lud_host && url->lud_host[0] ? url->lud_host : NULL;
	uint64_t timeout_ms = opening->settings->timeout_ms;
	int fd, result;

	opening->is_local = strcasecmp(url->lud_scheme, "ldapi") == 0;
	if (opening->is_local)
		fd = endpoint_connect_unix(host ? host : DEFAULT_LDAPI_PATH, timeout_ms, reterr_error);
	else
		fd = endpoint_connect_tcp(host ? host : "localhost", (uint16_t)url->lud_port, timeout_ms, reterr_error);
	if (fd < 0)
		return fd;
	result = ldap_init_fd(fd, opening->is_local ? LDAP_PROTO_IPC : LDAP_PROTO_TCP, opening->uri, &opening->ldap);
	if (result != LDAP_SUCCESS) {
		close(fd);
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "libldap does not take the connection: %s",
				 ldap_err2string(result));
	}
	opening->fd = fd;
	handle_set_options(opening->ldap);
	return 0;
}

void opening_close(struct opening *opening) {
	if (opening->ldap)
		ldap_unbind_ext(opening->ldap, NULL, NULL); /* closes the socket, too */
	opening->ldap = NULL;
	opening->fd = -1;
}

static bool has_value(LDAP *ldap, LDAPMessage *entry, const char *attribute, const char *wanted) {
	struct berval **values = ldap_get_values_len(ldap, entry, attribute);
	bool is_found = false;

	for (int i = 0; values && values[i] && !is_found; i++)
		is_found = strlen(wanted) == values[i]->bv_len &&
			   memcmp(values[i]->bv_val, wanted, values[i]->bv_len) == 0;
	ldap_value_free_len(values);
	return is_found;
}

static void features_take(LDAP *ldap, LDAPMessage *entry, struct connection_features *features) {
	struct berval **values = ldap_get_values_len(ldap, entry, "configurationNamingContext");

	if (values && values[0] && values[0]->bv_len < sizeof features->configuration_base)
		memcpy(features->configuration_base, values[0]->bv_val, values[0]->bv_len);
	ldap_value_free_len(values);
	values = ldap_get_values_len(ldap, entry, "firstChangeNumber");
	if (values && values[0])
		features->first_change = strtoull(values[0]->bv_val, NULL, 10);
	ldap_value_free_len(values);
	features->has_sync = has_value(ldap, entry, "supportedControl", LDAP_CONTROL_SYNC);
	features->has_assertion = has_value(ldap, entry, "supportedControl", OID_ASSERTION);
	features->is_active_directory = has_value(ldap, entry, "supportedCapabilities", OID_ACTIVE_DIRECTORY);
}

/* Read the rootDSE. A server that hides it is served all the same, by the most modest means. */
static int features_read(struct opening *opening, struct connection_features *features, struct error *reterr_error) {
	char *attributes[] = { "supportedControl", "supportedCapabilities", "configurationNamingContext",
			       "firstChangeNumber", NULL };
	LDAPMessage *messages = NULL, *entry;
	int result;

	memset(features, 0, sizeof *features);
	watchdog_arm(opening->watchdog, opening->fd, opening->settings->timeout_ms);
	result = ldap_search_ext_s(opening->ldap, "", LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0, NULL, NULL, NULL,
				   LDAP_NO_LIMIT, &messages);
	if (watchdog_disarm(opening->watchdog)) {
		ldap_msgfree(messages);
		return opening_timed_out(opening, "a search of its rootDSE", reterr_error);
	}
	entry = result == LDAP_SUCCESS ? ldap_first_entry(opening->ldap, messages) : NULL;
	if (entry)
		features_take(opening->ldap, entry, features);
	ldap_msgfree(messages);
	if (is_ldap_code_unavailable(result))
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "reading the rootDSE failed: %s",
				 ldap_err2string(result));
	return 0;
}

static int steps_perform(struct opening *opening, struct connection_features *features, struct error *reterr_error) {
	int code = opening_connect(opening, reterr_error);

	if (code == 0)
		code = tls_secure(opening, reterr_error);
	if (code == 0)
		code = bind_perform(opening, reterr_error);
	if (code == 0)
		code = features_read(opening, features, reterr_error);
	return code;
}

/* The strength of SASL's layer is 1 if it only signs, else the encryption's number of bits. */
static void protection_describe(const struct opening *opening, char ret_words[static PROTECTION_MAX]) {
	ber_len_t strength = 0;

	if (opening->settings->bind == CONNECTION_GSSAPI)
		ldap_get_option(opening->ldap, LDAP_OPT_X_SASL_SSF, &strength);
	if (opening->has_tls)
		snprintf(ret_words, PROTECTION_MAX, "TLS");
	else if (opening->is_local)
		snprintf(ret_words, PROTECTION_MAX, "on this machine");
	else if (strength > 1)
		snprintf(ret_words, PROTECTION_MAX, "signed and sealed, %lu bits", (unsigned long)strength);
	else
		snprintf(ret_words, PROTECTION_MAX, strength ? "signed" : "not protected");
}

/* Open one URI. */
static int uri_open(const struct connection_settings *settings, const char *uri, struct watchdog *watchdog,
		    struct connection **ret_connection, struct error *reterr_error) {
	struct opening opening = { .settings = settings, .uri = uri, .fd = -1, .watchdog = watchdog };
	struct connection_features features;
	struct connection *connection;
	int code;

	if (ldap_url_parse(uri, &opening.url) != LDAP_URL_SUCCESS)
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "%s is not an LDAP URI", uri);
	code = steps_perform(&opening, &features, reterr_error);
	ldap_free_urldesc(opening.url);
	if (code < 0) {
		opening_close(&opening);
		return error_prefix(reterr_error, "%s", uri);
	}
	connection = mem_alloc(sizeof *connection);
	*connection = (struct connection){ .ldap = opening.ldap, .fd = opening.fd, .uri = mem_dup_text(uri),
					   .valid_until = opening.valid_until, .features = features };
	protection_describe(&opening, connection->protection);
	*ret_connection = connection;
	return 0;
}

/* libldap and its TLS library make themselves ready at their first use without regard to threads; and may wait for the
 * name service then, so that this is not for a thread that others wait for. */
static void prepare(void) {
	int as_client = 0;

	signal(SIGPIPE, SIG_IGN);
	ldap_set_option(NULL, LDAP_OPT_X_TLS_NEWCTX, &as_client);
}

int connection_open(const struct connection_settings *settings, struct connection **ret_connection,
		    struct error *reterr_error) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct watchdog *watchdog = watchdog_new();
	struct error failure = { 0 }, told = { 0 };
	int code = -E_DDS_NO_DS_AVAILABLE;

	pthread_once(&once, prepare);
	if (!watchdog)
		return error_set(reterr_error, E_NOT_ENOUGH_MEMORY, "no thread can be made for the connection");
	for (const char *const *uri = settings->uris; *uri && code < 0; uri++) {
		code = uri_open(settings, *uri, watchdog, ret_connection, &failure);
		if (code < 0 && (told.code != E_ACCESS_DENIED || code == -E_ACCESS_DENIED))
			told = failure;
	}
	watchdog_free(watchdog);
	if (code == 0)
		return 0;
	return error_set(reterr_error, (enum error_code)told.code, "%s", told.text);
}

struct connection *connection_close(struct connection *connection) {
	if (!connection)
		return NULL;
	ldap_unbind_ext(connection->ldap, NULL, NULL);
	free(connection->uri);
	free(connection);
	return NULL;
}

LDAP *connection_ldap(struct connection *connection) {
	return connection->ldap;
}

int connection_fd(const struct connection *connection) {
	return connection->fd;
}

const char *connection_uri(const struct connection *connection) {
	return connection->uri;
}

const char *connection_protection(const struct connection *connection) {
	return connection->protection;
}

int64_t connection_valid_until(const struct connection *connection) {
	return connection->valid_until;
}

const struct connection_features *connection_features(const struct connection *connection) {
	return &connection->features;
}

static enum error_code error_of_result(int ldap_code) {
	if (is_ldap_code_unavailable(ldap_code))
		return E_DDS_NO_DS_AVAILABLE;
	if (ldap_code == LDAP_INSUFFICIENT_ACCESS)
		return E_DHCP_NO_ADMIN_PERMISSION;
	if (ldap_code == LDAP_INVALID_CREDENTIALS || ldap_code == LDAP_INAPPROPRIATE_AUTH ||
	    ldap_code == LDAP_STRONG_AUTH_REQUIRED || ldap_code == LDAP_CONFIDENTIALITY_REQUIRED)
		return E_ACCESS_DENIED;
	return E_DDS_UNEXPECTED_ERROR;
}

int connection_error(struct connection *connection, int ldap_code, const char *doing, struct error *reterr_error) {
	const char *diagnostic = opening_diagnostic(connection->ldap);

	return error_set(reterr_error, error_of_result(ldap_code), "%s: %s%s%s%s (%s)", doing, ldap_err2string(ldap_code),
			 diagnostic[0] ? " (" : "", diagnostic, diagnostic[0] ? ")" : "", connection->uri);
}
