/* SPDX-License-Identifier: Apache-2.0 */
/* directory_priv.h - the body of struct directory, for the files directory*.c. */
#pragma once

#include "admin/directory.h"
#include "dir/connection.h"

struct directory {
	struct connection *connection; /* owned; NULL: the file is in its place */
	struct ldif_file *file;        /* owned; NULL: there is a connection */
	struct arena *arena;           /* borrowed; holds what follows */
	const char *base, *authorization_base, *authorization_dn;
};
