/* SPDX-License-Identifier: Apache-2.0 */
/* role.h - the processes of lessord, what each inherits, and how a role lives: start, ready, stop.
 *
 * The supervisor opens what needs privilege, starts lessord again as each role (role.def) with just the descriptors that its
 * row names, and watches over them. A role calls role_start, which attaches what it inherited and gives up every privilege.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "rt/config.h"
#include "rt/loop.h"

enum role {
#define ROLE(symbol, ...) ROLE_##symbol,
#include "rt/role.def"
#undef ROLE
	ROLE_COUNT
};

/* Descriptors at fixed numbers in a role's process. */
enum heritage {
	HERITAGE_CONTROL = 3,  /* stream to the supervisor: its end means stop; one octet says "ready" */
	HERITAGE_LOCK,         /* the state directory's lock, held by being open */
	HERITAGE_COUNTERS,     /* shared memory of base/counter.h */
	HERITAGE_WAKE_SERVE,   /* eventfd: directory.mdb has changed, look again */
	HERITAGE_WAKE_DIR,     /* eventfd: check authorization now */
	HERITAGE_UDP,          /* bound to port 67 */
	HERITAGE_LINK,         /* AF_PACKET, for frames to clients without an address */
	HERITAGE_API,          /* listening unix socket */
	HERITAGE_END
};

/* What a role's code gets. Embedded. */
struct role_context {
	enum role role;
	const struct config *config;
	struct loop *loop;
};

/* A role's entry point: set up on context->loop and return 0 (the loop then runs until stop), or -E_... with a sentence. */
typedef int role_run_f(struct role_context *context, struct error *reterr_error);

/* Borrow a role's name ("serve"). */
const char *role_name(enum role role);

/* Tell the supervisor that the role does its work. */
void role_ready(void);

/* Wake whoever watches the eventfd @which (HERITAGE_WAKE_...). */
void role_wake(enum heritage which);

/* Empty the eventfd @which after it became readable. */
void role_wake_clear(enum heritage which);
