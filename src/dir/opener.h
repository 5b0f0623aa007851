/* SPDX-License-Identifier: Apache-2.0 */
/* opener.h - opening a connection beside the loop, in a thread: name service, Kerberos and TLS may all take their time.
 *
 * Thread: the loop's. The thread that opens has copies of all that it needs and may outlive the opener.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "dir/connection.h"
#include "rt/config.h"
#include "rt/loop.h"

struct opener;

/* What came of an opening: a connection, which is the taker's, or NULL and why. */
struct opener_result {
	struct connection *connection;
	size_t index; /* of the URI */
	struct error error;
};

typedef void opener_done_f(void *context, const struct opener_result *result);

/* An opener for the servers that @config names (copied). @done is called from the loop. */
struct opener *opener_new(struct loop *loop, const struct config *config, opener_done_f *done, void *context);

/* Forget an opening that goes on, and free. */
struct opener *opener_free(struct opener *opener);

/* Start to open, beginning with the URI at @first. One opening at a time. */
void opener_start(struct opener *opener, size_t first);
