/* SPDX-License-Identifier: Apache-2.0 */
/* connection.h - a bound LDAP connection to one of several directory servers, for dir and for lessorctl.
 *
 * Opening blocks, but never longer than its timeout allows per step: the socket is our own and non-blocking until it is
 * connected, and a watchdog shuts it down when a TLS handshake or a bind takes too long (libldap's own time limits hang
 * or spin in several of these cases; docs/architecture.md says which).
 * SIGPIPE is ignored in the whole process from then on: libldap writes to sockets that may be gone.
 * Thread: one per connection.
 */
#pragma once

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum connection_bind { CONNECTION_ANONYMOUS, CONNECTION_SIMPLE, CONNECTION_EXTERNAL, CONNECTION_GSSAPI };
enum connection_tls { CONNECTION_TLS_AUTO, CONNECTION_TLS_YES, CONNECTION_TLS_NO }; /* StartTLS on ldap:// */
enum connection_sasl { CONNECTION_SASL_AUTO, CONNECTION_SASL_NONE, CONNECTION_SASL_SIGN, CONNECTION_SASL_SEAL };
enum connection_binding { CONNECTION_BINDING_NONE, CONNECTION_BINDING_TLS_UNIQUE, CONNECTION_BINDING_TLS_ENDPOINT };

/* What to connect to and as whom. All borrowed for the time of connection_open; NULL or "" where not wanted. */
struct connection_settings {
	const char *const *uris; /* NULL-terminated, at least one, in order of preference */
	enum connection_bind bind;
	enum connection_tls start_tls; /* AUTO: yes for a simple bind on ldap://, no otherwise */
	/* Of a GSSAPI bind. AUTO: without TLS at least signed, inside TLS no layer of its own. */
	enum connection_sasl sasl;
	enum connection_binding channel_binding; /* inside TLS (RFC 5929) */
	const char *bind_dn;
	const char *password;   /* NUL-terminated */
	const char *keytab;     /* a path: credentials are taken from it into a memory cache; "" uses the caller's own cache */
	const char *principal;
	const char *tls_ca_file, *tls_certificate_file, *tls_key_file;
	uint64_t timeout_ms; /* for each of: resolve and connect, TLS, bind */
};

/* Embedded: what the rootDSE tells. */
struct connection_features {
	bool has_sync;             /* RFC 4533 */
	bool has_assertion;        /* RFC 4528 */
	bool is_active_directory;  /* AD or Samba: containers are of class "container" */
	char configuration_base[512]; /* configurationNamingContext, "" if none */
	uint64_t first_change;     /* 389 DS: the oldest change in its log; 0: there is none */
};

struct connection;

/* Open, secure, bind; try each URI once. 0, or why it failed: of a server that refused us if there was one, else of the
 * last one tried; the sentence begins with the URI.
 * -E_DDS_NO_DS_AVAILABLE: nobody answers (refused, unreachable, silent, name unknown);
 * -E_ACCESS_DENIED: one answers but does not let us in: wrong password, no such user, certificate not to be trusted or
 *   expired, keytab unreadable or stale, KDC unreachable: the sentence says which and what to do. */
int connection_open(const struct connection_settings *settings, struct connection **ret_connection,
		    struct error *reterr_error);

/* Close the connection. Accepts NULL; returns NULL. */
struct connection *connection_close(struct connection *connection);

/* Borrow libldap's handle, for requests. */
LDAP *connection_ldap(struct connection *connection);

/* The socket, to watch for readability. Owned by the connection. */
int connection_fd(const struct connection *connection);

/* Borrow the URI in use. */
const char *connection_uri(const struct connection *connection);

/* Borrow how what is sent is protected, in words: "TLS", "signed and sealed, 256 bits" ... */
const char *connection_protection(const struct connection *connection);

/* When the Kerberos ticket of the bind expires (wall clock), and some servers close the connection; 0: never. */
int64_t connection_valid_until(const struct connection *connection);

/* Borrow the rootDSE's features, read at opening. */
const struct connection_features *connection_features(const struct connection *connection);

/* Turn libldap's result @ldap_code of what was being done ("adding cn=...") into a code and a sentence with the
 * server's own diagnostic text. Returns -code: -E_DDS_NO_DS_AVAILABLE (server down, time-out),
 * -E_DHCP_NO_ADMIN_PERMISSION (insufficient access; the sentence names the DN), -E_ACCESS_DENIED (credentials), else
 * -E_DDS_UNEXPECTED_ERROR. Callers map "no such object" and "already exists" before, where they mean something. */
int connection_error(struct connection *connection, int ldap_code, const char *doing, struct error *reterr_error);
