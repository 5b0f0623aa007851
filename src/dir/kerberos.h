/* SPDX-License-Identifier: Apache-2.0 */
/* kerberos.h - tickets for a GSSAPI bind: from a keytab into memory, or from the caller's own credential cache.
 *
 * Both the ticket-granting ticket and the service ticket are fetched before the bind, by a thread of their own, because
 * the Kerberos library's wait for a silent KDC (half a minute) cannot be ended from outside: the caller's wait can. An
 * abandoned thread ends by itself and leaves nothing behind. Each call asks the KDC anew; when that is silent, tickets
 * of an earlier call that still hold are used.
 * Thread: any; what is prepared counts for binds of the calling thread.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* Get tickets for the LDAP service of @host as @principal (NULL or "": the keytab's first) with the key in @keytab (a
 * path; NULL or "": the tickets of the caller's own cache), waiting at most @timeout_ms. 0 and when they expire (wall
 * clock), or -E_ACCESS_DENIED with what is wrong. */
int kerberos_prepare(const char *keytab, const char *principal, const char *host, uint64_t timeout_ms,
		     int64_t *ret_valid_until, struct error *reterr_error);
