/* SPDX-License-Identifier: Apache-2.0 */
/* daemon.h - this machine's lessord, asked over its management socket: HTTP and JSON on a unix socket. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

#define DAEMON_LEASES_PAGE 1000 /* leases that are asked for at once */

/* What is asked of it. Borrowed. Embedded. */
struct daemon_request {
	const char *method; /* "GET", "POST" or "DELETE" */
	const char *path;   /* "/v1/status" */
	const json_t *body; /* NULL: none */
	long patience_s;    /* how long to wait for the answer; 0: as long as most things take */
};

/* Ask. @ret_answer: a reference, to be given up.
 * 0; -E_DHCP_SERVER_NOT_RUNNING: nobody listens on the socket; -E_DHCP_NO_ADMIN_PERMISSION: we may not use it;
 * -E_DHCP_SERVER_NOT_REACHABLE: it listens but does not answer in time, or not in JSON; or what the daemon itself
 * answered. With -E_DHCP_REACHED_END_OF_SELECTION there is an answer all the same, with less than was asked for. */
int daemon_ask(const char *socket_path, const struct daemon_request *request, json_t **ret_answer,
	       struct error *reterr_error);

/* Ask for @path, or with @is_post order it, without a body. */
int daemon_call(const char *socket_path, const char *path, bool is_post, json_t **ret_answer,
		struct error *reterr_error);

/* Ask for @path, and wait longer: all leases may have to be walked through for the answer. */
int daemon_ask_patiently(const char *socket_path, const char *path, json_t **ret_answer, struct error *reterr_error);

/* Which leases to fetch. Borrowed. Embedded. */
struct daemon_leases {
	const char *network; /* of their scope; NULL: of all */
	const char *after;   /* the address behind which to begin; "": with the first one */
	size_t limit;        /* how many at most */
};

/* Called with some leases, an array; a negative return ends the walk and is returned. */
typedef int daemon_leases_f(void *context, const json_t *leases, struct error *reterr_error);

/* Fetch leases page by page, in ascending order of addresses. *@ret_next: the address behind which there may be
 * more, JSON null at the end; a reference, to be given up. Fails like daemon_ask. */
int daemon_visit_leases(const char *socket_path, const struct daemon_leases *leases, daemon_leases_f *visit,
			void *context, json_t **ret_next, struct error *reterr_error);

/* Fetch all leases, or with @network (may be NULL) those of the scope with this network address: an array, in ascending
 * order of addresses. Fails like daemon_call. */
int daemon_get_leases(const char *socket_path, const char *network, json_t **ret_leases, struct error *reterr_error);

/* Ask the daemon to check its authorization now, if there is one; for the moment after an edit. Never fails. */
void daemon_recheck(const char *socket_path);
