/* SPDX-License-Identifier: Apache-2.0 */
/* directory_priv.h - the body of struct directory, for the files directory*.c. */
#pragma once

#include <ldap.h>

#include "admin/directory.h"
#include "dir/connection.h"

#define VERSION_ATTRIBUTE "entryCSN"

struct directory {
	struct connection *connection; /* owned; NULL: the file is in its place */
	struct ldif_file *file;        /* owned; NULL: there is a connection */
	struct arena *arena;           /* borrowed; holds what follows */
	const char *base, *authorization_base, *authorization_dn;
};

/* Wait for the answer to request *@id, or with LDAP_RES_ANY to any one; *@id becomes that of the answer. Returns an
 * LDAP result code; @ret_message (may be NULL) only if there is an answer. */
int directory_await(struct directory *directory, int *id, LDAPMessage **ret_message);
