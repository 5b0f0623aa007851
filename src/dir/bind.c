/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/bind.h"

#include <gssapi/gssapi.h>
#include <sasl/sasl.h>
#include <string.h>

#include "dir/kerberos.h"

#define ACTIVE_DIRECTORY_BAD_BINDINGS "80090346" /* SEC_E_BAD_BINDINGS, in its diagnostic text */

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

/* GSSAPI asks nothing that its defaults do not answer. It asks before it gets itself credentials, which without a layer
 * it never gives back (Cyrus 2.1.28): so here it is given ours. */
static int gssapi_interact(LDAP *ldap, unsigned flags, void *context, void *interactions) {
	for (sasl_interact_t *item = interactions; item->id != SASL_CB_LIST_END; item++) {
		item->result = item->defresult ? item->defresult : "";
		item->len = (unsigned)strlen(item->result);
	}
	ldap_set_option(ldap, LDAP_OPT_X_SASL_GSS_CREDS, context);
	return LDAP_SUCCESS;
}

/* Whether the Kerberos layer is to protect the connection. Active Directory refuses it inside TLS, whatever we want. */
static bool has_layer(const struct opening *opening) {
	switch (opening->settings->sasl) {
	case CONNECTION_SASL_NONE:
		return false;
	case CONNECTION_SASL_SIGN:
	case CONNECTION_SASL_SEAL:
		return !opening->has_tls;
	case CONNECTION_SASL_AUTO:
		break;
	}
	return !opening->has_tls && !opening->is_local;
}

static const char *security_properties(const struct opening *opening) {
	if (!has_layer(opening))
		return "noanonymous,noplain,maxssf=0";
	return opening->settings->sasl == CONNECTION_SASL_SEAL ? "noanonymous,noplain,minssf=56" :
								 "noanonymous,noplain,minssf=1";
}

static void channel_bind(struct opening *opening) {
	static const int kinds[] = {
		[CONNECTION_BINDING_NONE] = LDAP_OPT_X_SASL_CBINDING_NONE,
		[CONNECTION_BINDING_TLS_UNIQUE] = LDAP_OPT_X_SASL_CBINDING_TLS_UNIQUE,
		[CONNECTION_BINDING_TLS_ENDPOINT] = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT,
	};
	int kind = opening->has_tls ? kinds[opening->settings->channel_binding] : LDAP_OPT_X_SASL_CBINDING_NONE;

	ldap_set_option(opening->ldap, LDAP_OPT_X_SASL_CBINDING, &kind);
}

static int bind_gssapi(struct opening *opening) {
	gss_cred_id_t credentials = GSS_C_NO_CREDENTIAL;
	OM_uint32 minor;
	int result;

	gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, GSS_C_NO_OID_SET, GSS_C_INITIATE, &credentials, NULL,
			 NULL); /* where there are none SASL finds that out, too, and says so */
	ldap_set_option(opening->ldap, LDAP_OPT_X_SASL_SECPROPS, security_properties(opening));
	ldap_set_option(opening->ldap, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
	channel_bind(opening);
	result = ldap_sasl_interactive_bind_s(opening->ldap, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET, gssapi_interact,
					      credentials);
	gss_release_cred(&minor, &credentials);
	return result;
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

static bool is_protection_wanted(int result, const char *diagnostic) {
	return result == LDAP_CONFIDENTIALITY_REQUIRED || result == LDAP_STRONG_AUTH_REQUIRED ||
	       strstr(diagnostic, sasl_errstring(SASL_TOOWEAK, NULL, NULL));
}

/* Client and server do not agree about how much protection there must be. */
static const char *protection_advice(const struct opening *opening, int result) {
	if (opening->settings->bind != CONNECTION_GSSAPI)
		return "the server wants TLS or a stronger bind: use start-tls = yes, ldaps:// or bind = gssapi";
	if (result == LDAP_AUTH_UNKNOWN && has_layer(opening))
		return "the server offers less protection than sasl-security asks for: let it offer more, or use "
		       "start-tls = yes or ldaps://";
	if (opening->has_tls)
		return "the server wants a layer of Kerberos' own, which there is not inside TLS: use ldap:// with start-tls = "
		       "auto";
	return has_layer(opening) ? "the server wants more protection than Kerberos gives: use start-tls = yes or ldaps://" :
				    "the server wants a signed or encrypted connection: set sasl-security = auto";
}

static const char *gssapi_advice(const struct opening *opening, const char *diagnostic) {
	if (strstr(diagnostic, ACTIVE_DIRECTORY_BAD_BINDINGS))
		return opening->settings->channel_binding == CONNECTION_BINDING_NONE ?
			       "the server demands that the bind is tied to TLS: set channel-binding = tls-endpoint" :
			       "the TLS connection that reached the server is not ours: look for what ends TLS on the way to it";
	if (opening->has_tls && opening->settings->channel_binding != CONNECTION_BINDING_NONE)
		return "check the server's key of its service principal, the host's name in the URI, the clocks, and whether "
		       "something on the way ends TLS or the server wants another channel-binding";
	return "check that the server has the key of its service principal, that the URI names the host as that "
	       "principal does, and that the clocks agree";
}

/* The advice for a result of the server, by method. */
static const char *bind_advice(const struct opening *opening, int result, const char *diagnostic) {
	enum connection_bind bind = opening->settings->bind;

	if (result == LDAP_INVALID_CREDENTIALS && bind == CONNECTION_SIMPLE)
		return "wrong password, or no such entry: check bind-dn and the password";
	if (is_protection_wanted(result, diagnostic))
		return protection_advice(opening, result);
	if (bind == CONNECTION_EXTERNAL)
		return opening->is_local ? "the server must map the user that lessor runs as" :
					   "EXTERNAL works on ldapi://, or over TLS with our own certificate: set "
					   "tls-certificate-file and tls-key-file";
	if (bind == CONNECTION_GSSAPI)
		return gssapi_advice(opening, diagnostic);
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
			 diagnostic[0] ? ")" : "", bind_advice(opening, result, diagnostic));
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
