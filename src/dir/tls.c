/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/tls.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "dir/certificate.h"

#define SYSTEM_CA_FILE "/etc/ssl/certs/ca-certificates.crt"

static bool is_given(const char *text) {
	return text && text[0];
}

/* libldap's GnuTLS side puts this machine's own name in the place of "localhost" when it compares names: there we
 * compare. */
static bool is_name_ours_to_check(const struct opening *opening) {
	return opening->url->lud_host && is_text_equal_nocase(opening->url->lud_host, "localhost");
}

static int check_file(const char *path, const char *setting, struct error *reterr_error) {
	if (!is_given(path) || access(path, R_OK) == 0)
		return 0;
	return error_set(reterr_error, E_ACCESS_DENIED, "the file %s (%s) cannot be read by this user: %s", path, setting,
			 strerror(errno));
}

static int check_files(const struct connection_settings *settings, struct error *reterr_error) {
	int code = check_file(settings->tls_ca_file, "tls-ca-file", reterr_error);

	if (code == 0)
		code = check_file(settings->tls_certificate_file, "tls-certificate-file", reterr_error);
	if (code == 0)
		code = check_file(settings->tls_key_file, "tls-key-file", reterr_error);
	return code;
}

/* The configured authorities, else what ldap.conf names, else the system's. */
static void set_authorities(LDAP *ldap, const char *ca_file) {
	char *file = NULL, *directory = NULL;

	if (is_given(ca_file)) {
		ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTDIR, NULL);
		ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, ca_file);
		return;
	}
	ldap_get_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, &file);
	ldap_get_option(ldap, LDAP_OPT_X_TLS_CACERTDIR, &directory);
	if (!file && !directory && access(SYSTEM_CA_FILE, R_OK) == 0)
		ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, SYSTEM_CA_FILE);
	ldap_memfree(file);
	ldap_memfree(directory);
}

/* @strictness holds for the chain of trust from the moment of NEWCTX, which therefore comes last; afterwards the same
 * option only decides whether libldap compares names. */
static int tls_prepare(LDAP *ldap, const struct connection_settings *settings, int strictness) {
	int minimum = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, is_server = 0;

	set_authorities(ldap, settings->tls_ca_file);
	if (is_given(settings->tls_certificate_file)) {
		ldap_set_option(ldap, LDAP_OPT_X_TLS_CERTFILE, settings->tls_certificate_file);
		ldap_set_option(ldap, LDAP_OPT_X_TLS_KEYFILE, settings->tls_key_file);
	}
	ldap_set_option(ldap, LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum);
	ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &strictness);
	return ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &is_server);
}

/* The handshake itself; returns libldap's result. */
static int tls_handshake(struct opening *opening, bool *ret_has_timed_out) {
	int result;

	watchdog_arm(opening->watchdog, opening->fd, opening->settings->timeout_ms);
	if (strcasecmp(opening->url->lud_scheme, "ldaps") == 0)
		result = ldap_install_tls(opening->ldap);
	else
		result = ldap_start_tls_s(opening->ldap, NULL, NULL);
	*ret_has_timed_out = watchdog_disarm(opening->watchdog);
	return result;
}

static bool peer_certificate(LDAP *ldap, struct berval *octets, struct certificate *ret_certificate) {
	return ldap_get_option(ldap, LDAP_OPT_X_TLS_PEERCERT, octets) == 0 && octets->bv_val &&
	       certificate_parse(span_of(octets->bv_val, octets->bv_len), ret_certificate) == 0;
}

static const char *time_text(int64_t seconds, char *array, size_t size) {
	struct tm broken;
	time_t time = seconds;

	if (!gmtime_r(&time, &broken) || strftime(array, size, "%Y-%m-%d %H:%M:%S UTC", &broken) == 0)
		array[0] = '\0';
	return array;
}

/* What is wrong with a certificate that was refused. */
static int certificate_explain(const struct certificate *certificate, const struct opening *opening,
			       struct error *reterr_error) {
	const char *host = opening->url->lud_host;
	int64_t now = clock_now().wall_s;
	char date[40];

	if (certificate->not_after < now)
		return error_set(reterr_error, E_ACCESS_DENIED,
				 "the server's certificate expired on %s; install a new one on the directory server",
				 time_text(certificate->not_after, date, sizeof date));
	if (certificate->not_before > now)
		return error_set(reterr_error, E_ACCESS_DENIED,
				 "the server's certificate is not valid before %s; check the clocks of both machines",
				 time_text(certificate->not_before, date, sizeof date));
	if (!is_certificate_for(certificate, host))
		return error_set(reterr_error, E_ACCESS_DENIED,
				 "the server's certificate (subject %s) is not for the host %s; use a name that it carries "
				 "in the URI, or install one with this name",
				 certificate->subject[0] ? certificate->subject : "unnamed", host);
	return error_set(reterr_error, E_ACCESS_DENIED,
			 "the server's certificate is not trusted: it, or an authority above it, was not issued or no longer "
			 "vouched for by one of ours (issuer %s); set tls-ca-file to the authority's certificate",
			 certificate->issuer[0] ? certificate->issuer : "unnamed");
}

/* Connect once more without checks, only to look at the certificate: the TLS library's words through libldap do not
 * tell. Nothing else is sent on that connection. */
static int tls_diagnose(const struct opening *failed, struct error *reterr_error) {
	struct opening look = { .settings = failed->settings, .uri = failed->uri, .url = failed->url, .fd = -1,
				.watchdog = failed->watchdog };
	struct certificate certificate;
	struct berval octets = { 0 };
	struct error ignored;
	bool has_timed_out;
	int code = -E_NOT_FOUND;

	if (opening_connect(&look, &ignored) == 0 &&
	    tls_prepare(look.ldap, look.settings, LDAP_OPT_X_TLS_NEVER) == 0 &&
	    tls_handshake(&look, &has_timed_out) == LDAP_SUCCESS && peer_certificate(look.ldap, &octets, &certificate))
		code = certificate_explain(&certificate, failed, reterr_error);
	ldap_memfree(octets.bv_val);
	opening_close(&look);
	return code;
}

static int tls_failed(struct opening *opening, int result, struct error *reterr_error) {
	int code;

	if (result == LDAP_SERVER_DOWN)
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "the server closed the connection during the TLS handshake");
	if (result > 0) /* the server's own refusal of StartTLS */
		return error_set(reterr_error,
				 is_ldap_code_unavailable(result) ? E_DDS_NO_DS_AVAILABLE : E_ACCESS_DENIED,
				 "the server refuses StartTLS: %s%s%s; set up TLS there, use ldaps://, or set start-tls = no",
				 ldap_err2string(result), opening_diagnostic(opening->ldap)[0] ? ": " : "",
				 opening_diagnostic(opening->ldap));
	code = tls_diagnose(opening, reterr_error);
	if (code != -E_NOT_FOUND)
		return code;
	return error_set(reterr_error, E_ACCESS_DENIED, "the TLS handshake failed (%s); does the server speak TLS there?",
			 opening_diagnostic(opening->ldap));
}

/* The comparison that libldap was told to leave to us. */
static int check_name(struct opening *opening, struct error *reterr_error) {
	struct certificate certificate;
	struct berval octets = { 0 };
	int code = 0;

	if (!peer_certificate(opening->ldap, &octets, &certificate))
		code = error_set(reterr_error, E_ACCESS_DENIED, "the server's certificate cannot be read");
	else if (!is_certificate_for(&certificate, opening->url->lud_host))
		code = certificate_explain(&certificate, opening, reterr_error);
	ldap_memfree(octets.bv_val);
	return code;
}

static bool is_tls_wanted(const struct opening *opening) {
	switch (opening->settings->start_tls) {
	case CONNECTION_TLS_YES:
		return true;
	case CONNECTION_TLS_NO:
		return false;
	case CONNECTION_TLS_AUTO:
		break;
	}
	return opening->settings->bind == CONNECTION_SIMPLE;
}

int tls_secure(struct opening *opening, struct error *reterr_error) {
	int result, code, lax = LDAP_OPT_X_TLS_ALLOW;
	bool has_timed_out;

	if (opening->is_local || (strcasecmp(opening->url->lud_scheme, "ldaps") != 0 && !is_tls_wanted(opening)))
		return 0;
	code = check_files(opening->settings, reterr_error);
	if (code < 0)
		return code;
	if (tls_prepare(opening->ldap, opening->settings, LDAP_OPT_X_TLS_DEMAND) != 0)
		return error_set(reterr_error, E_ACCESS_DENIED,
				 "TLS cannot be set up; check that tls-ca-file, tls-certificate-file and tls-key-file hold "
				 "what they should, in PEM");
	if (is_name_ours_to_check(opening))
		ldap_set_option(opening->ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &lax);
	result = tls_handshake(opening, &has_timed_out);
	if (has_timed_out)
		return opening_timed_out(opening, "the TLS handshake", reterr_error);
	if (result != LDAP_SUCCESS)
		return tls_failed(opening, result, reterr_error);
	opening->has_tls = true;
	return is_name_ours_to_check(opening) ? check_name(opening, reterr_error) : 0;
}
