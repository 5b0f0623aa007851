/* SPDX-License-Identifier: Apache-2.0 */
/* lookout.h - looks out for other DHCP servers: the shell around engine/watch.h. It sends the watch's questions, lets
 * it hear what servers say, reports its news and stores what it knows.
 *
 * It only asks and listens: nothing that it does hinders another server or its clients.
 * Thread: the loop's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "rt/config.h"
#include "rt/loop.h"
#include "serve/configuration.h"
#include "serve/links.h"
#include "serve/packet_io.h"

struct lookout;

/* What a lookout works with; all borrowed until its end. Embedded. */
struct lookout_parts {
	struct loop *loop;
	const struct config *config;
	const struct links *links;
	const struct configuration *configuration;
	struct packet_io *io;
};

/* Look out, with the descriptors HERITAGE_EAR and HERITAGE_WAKE_WATCH, from the first lookout_configure on.
 * lookout_free accepts NULL and returns NULL. */
struct lookout *lookout_new(const struct lookout_parts *parts);
struct lookout *lookout_free(struct lookout *lookout);

/* Verdict, listing, settings or host addresses may be others; what was borrowed before is about to go. */
void lookout_configure(struct lookout *lookout);

/* The networks may be others: look at once. */
void lookout_begin_round(struct lookout *lookout);

/* A client on @link chose the server that @output names (other_server). */
void lookout_hear_choice(struct lookout *lookout, const struct link *link, const struct engine_output *output);

/* True if another server has objected to this one's service, which then may not go on. */
bool is_lookout_opposed(const struct lookout *lookout);

/* The transaction id of our questions, 0 before the first. */
uint32_t lookout_xid(const struct lookout *lookout);
