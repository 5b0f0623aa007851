/* SPDX-License-Identifier: Apache-2.0 */
/* opening.h - a connection on its way: what the steps of opening (socket, TLS, bind) share. Used by connection.c,
 * tls.c, bind.c. */
#pragma once

#include <ldap.h>
#include <stdbool.h>

#include "base/error.h"
#include "dir/connection.h"
#include "dir/watchdog.h"

struct opening {
	const struct connection_settings *settings;
	const char *uri;
	LDAPURLDesc *url;
	LDAP *ldap;
	int fd;
	struct watchdog *watchdog;
	bool has_tls;
	bool is_local; /* ldapi */
	int64_t valid_until; /* wall clock; 0: no end */
};

/* Connect the socket for @opening->uri and give it to a new LDAP handle. 0 or -E_DDS_NO_DS_AVAILABLE. */
int opening_connect(struct opening *opening, struct error *reterr_error);

/* Close what is open. */
void opening_close(struct opening *opening);

/* Borrow the server's, or libldap's, own words about the last failure; "" if none. Valid until the next call in this
 * thread. */
const char *opening_diagnostic(LDAP *ldap);

/* The failure of a step that the watchdog ended. */
int opening_timed_out(const struct opening *opening, const char *doing, struct error *reterr_error);

/* True if @ldap_code says that the server is gone or busy, rather than that it refuses us. */
bool is_ldap_code_unavailable(int ldap_code);
