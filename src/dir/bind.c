/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/bind.h"

#include <sasl/sasl.h>
#include <string.h>

#include "dir/kerberos.h"

/* A bind that libldap performs; returns its result. */
typedef int bind_f(struct opening *opening);

static int bind_anonymous(struct opening *opening) {
	struct berval nothing = { 0, "" };

	return ldap_sasl_bind_s(opening->ldap, "", LDAP_SASL_SIMPLE, &nothing, NULL, NULL, NULL);
}

static int bind_simple(struct opening *opening) {
	struct berval password = { strlen(opening->settings->password), (char *)opening->settings->password };

	return ldap_sasl_bind_s(opening->ldap, opening->settings->bind_dn, LDAP_SASL_SIMPLE, &password, NULL, NULL,
				NULL);
}

/* EXTERNAL needs nothing of the SASL library: the initial response is the empty authorization identity (RFC 4422
 * appendix A). */
static int bind_external(struct opening *opening) {
	struct berval nothing = { 0, "" };

	return ldap_sasl_bind_s(opening->ldap, NULL, "EXTERNAL", &nothing, NULL, NULL, NULL);
}

/* GSSAPI asks nothing that its defaults do not answer. */
static int gssapi_interact(LDAP *ldap, unsigned flags, void *context, void *interactions) {
	for (sasl_interact_t *item = interactions; item->id != SASL_CB_LIST_END; item++) {
		item->result = item->defresult ? item->defresult : "";
		item->len = (unsigned)strlen(item->result);
	}
	return LDAP_SUCCESS;
}

static int bind_gssapi(struct opening *opening) {
	/* Inside TLS no second layer of encryption: Active Directory refuses one. Without TLS there must be one. */
	const char *properties = opening->has_tls || opening->is_local ? "noanonymous,noplain,maxssf=0" :
									 "noanonymous,noplain,minssf=1";

	ldap_set_option(opening->ldap, LDAP_OPT_X_SASL_SECPROPS, properties);
	ldap_set_option(opening->ldap, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
	return ldap_sasl_interactive_bind_s(opening->ldap, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET, gssapi_interact,
					    NULL);
}

static const struct {
	const char *name;
	bind_f *perform;
} methods[] = {
	[CONNECTION_ANONYMOUS] = { "the anonymous bind", bind_anonymous },
	[CONNECTION_SIMPLE] = { "the simple bind", bind_simple },
	[CONNECTION_EXTERNAL] = { "the EXTERNAL bind", bind_external },
	[CONNECTION_GSSAPI] = { "the GSSAPI bind", bind_gssapi },
};

/* What is needed before the server is asked. */
static int bind_prepare(struct opening *opening, struct error *reterr_error) {
	const struct connection_settings *settings = opening->settings;

	switch (settings->bind) {
	case CONNECTION_SIMPLE:
		if (!settings->bind_dn || !settings->bind_dn[0] || !settings->password || !settings->password[0])
			return error_set(reterr_error, E_ACCESS_DENIED,
					 "a simple bind needs a DN and a password; an empty password would be an "
					 "anonymous bind in disguise");
		return 0;
	case CONNECTION_GSSAPI:
		return kerberos_prepare(settings->keytab, settings->principal, opening->url->lud_host,
					settings->timeout_ms, &opening->valid_until, reterr_error);
	case CONNECTION_ANONYMOUS:
	case CONNECTION_EXTERNAL:
		break;
	}
	return 0;
}

/* The advice for a result of the server, by method. */
static const char *bind_advice(const struct opening *opening, int result) {
	enum connection_bind bind = opening->settings->bind;

	if (result == LDAP_INVALID_CREDENTIALS && bind == CONNECTION_SIMPLE)
		return "wrong password, or no such entry: check bind-dn and the password";
	if (result == LDAP_CONFIDENTIALITY_REQUIRED || result == LDAP_STRONG_AUTH_REQUIRED)
		return "the server wants TLS or a stronger bind: use start-tls = yes, ldaps:// or bind = gssapi";
	if (bind == CONNECTION_EXTERNAL)
		return opening->is_local ? "the server must map the user that lessor runs as" :
					   "EXTERNAL works on ldapi://, or over TLS with our own certificate: set "
					   "tls-certificate-file and tls-key-file";
	if (bind == CONNECTION_GSSAPI)
		return "check that the server has the key of its service principal, that the URI names the host as that "
		       "principal does, and that the clocks agree";
	return "check what the server allows to whom";
}

static int bind_failed(struct opening *opening, int result, struct error *reterr_error) {
	const char *diagnostic = opening_diagnostic(opening->ldap), *name = methods[opening->settings->bind].name;
	const char *subject = opening->settings->bind == CONNECTION_SIMPLE ? opening->settings->bind_dn : "";

	if (is_ldap_code_unavailable(result))
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "%s failed: %s%s%s", name, ldap_err2string(result),
				 diagnostic[0] ? ": " : "", diagnostic);
	return error_set(reterr_error, E_ACCESS_DENIED, "%s%s%s is refused: %s%s%s%s; %s", name, subject[0] ? " as " : "",
			 subject, ldap_err2string(result), diagnostic[0] ? " (" : "", diagnostic,
			 diagnostic[0] ? ")" : "", bind_advice(opening, result));
}

int bind_perform(struct opening *opening, struct error *reterr_error) {
	enum connection_bind bind = opening->settings->bind;
	int result, code = bind_prepare(opening, reterr_error);

	if (code < 0)
		return code;
	watchdog_arm(opening->watchdog, opening->fd, opening->settings->timeout_ms);
	result = methods[bind].perform(opening);
	if (watchdog_disarm(opening->watchdog))
		return opening_timed_out(opening, methods[bind].name, reterr_error);
	return result == LDAP_SUCCESS ? 0 : bind_failed(opening, result, reterr_error);
}
