/* SPDX-License-Identifier: Apache-2.0 */
/* opener.h - opening a connection beside the loop, in a thread: name service, Kerberos and TLS may all take their time.
 *
 * Thread: the loop's. The thread that opens has copies of all that it needs and may outlive the opener.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "dir/connection.h"
#include "dir/site.h"
#include "rt/config.h"
#include "rt/loop.h"

struct opener;

/* What came of an opening: a connection, which is the taker's, or NULL and why. */
struct opener_result {
	struct connection *connection;
	char site[SITE_NAME_MAX]; /* whose servers the next round begins with, as the directory said; "": it did not */
	bool is_nowhere;     /* not even a server's name was found */
	struct error error;  /* of a failure */
	struct error remark; /* what to mend though there are servers to try; code 0: nothing */
};

typedef void opener_done_f(void *context, const struct opener_result *result);

/* An opener for the servers that @config names (copied). @done is called from the loop. */
struct opener *opener_new(struct loop *loop, const struct config *config, opener_done_f *done, void *context);

/* Forget an opening that goes on, and free. */
struct opener *opener_free(struct opener *opener);

/* Start to open: try each server once, beginning with the URI @first, or with @is_after the one behind it; from the
 * beginning, if that is NULL or not among them any more. One opening at a time. */
void opener_start(struct opener *opener, const char *first, bool is_after);
