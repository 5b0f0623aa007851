/* SPDX-License-Identifier: Apache-2.0 */
/* role.h - the processes of lessord, what each inherits, and how a role lives: start, ready, stop.
 *
 * The supervisor opens what needs privilege, starts lessord again as each role (role.def) with just the descriptors
 * that its row names and without any privilege, and watches over them. role_main is the whole life of such a process.
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
	HERITAGE_CONTROL = 3,   /* stream to the supervisor: its end means stop; octets say how far it is */
	HERITAGE_LOCK,          /* the state directory's lock, held by being open */
	HERITAGE_COUNTERS,      /* shared memory of base/counter.h */
	HERITAGE_CONFIGURATION, /* the configuration that the daemon was started with, as text */
	HERITAGE_WAKE_SERVE,    /* eventfd: directory.mdb has changed, look again */
	HERITAGE_WAKE_DIR,      /* eventfd: check authorization now */
	HERITAGE_WAKE_WATCH,    /* eventfd: look for other DHCP servers now */
	HERITAGE_WAKE_HEARD,    /* eventfd: what serve knows of other DHCP servers has changed */
	HERITAGE_WAKE_BACKUP,   /* eventfd: look at the board */
	HERITAGE_BACKUP_BOARD,  /* shared memory of rt/backup_board.h */
	HERITAGE_ORDER_ASK,     /* the channel on which api asks serve (rt/order.h): api's end */
	HERITAGE_ORDER_TAKE,    /* serve's end */
	HERITAGE_UDP,           /* bound to port 67 */
	HERITAGE_LINK,          /* AF_PACKET, for frames to clients without an address */
	HERITAGE_EAR,           /* AF_PACKET, IPv4 to port 68: what other DHCP servers say */
	HERITAGE_PING,          /* raw ICMP: echo requests, and the replies to them */
	HERITAGE_API,           /* listening unix socket */
	HERITAGE_END
};

#define HERITAGE_BIT(symbol) (1u << HERITAGE_##symbol)
#define HERITAGE_OF_ALL                                                                                                \
	(HERITAGE_BIT(CONTROL) | HERITAGE_BIT(COUNTERS) | HERITAGE_BIT(CONFIGURATION))

/* How a role's process ends. */
enum role_exit {
	ROLE_EXIT_STOPPED = 0,   /* it was asked to */
	ROLE_EXIT_MISUSED = 2,   /* not started by the supervisor */
	ROLE_EXIT_NO_START = 3,  /* its entry point failed and has said why; trying again at once would not help */
};

/* What a role's code gets. Embedded. */
struct role_context {
	enum role role;
	const struct config *config;
	struct loop *loop;

	/* The entry point may set these. @finish is called once, after the loop has stopped, or the entry point failed,
	 * and before the process ends: the last chance to hand in what is under way and to give back memory. */
	void (*finish)(void *finish_context);
	void *finish_context;
};

/* A role's entry point: set up on context->loop and return 0 (the loop then runs until stop), or -E_... with a
 * sentence. */
typedef int role_run_f(struct role_context *context, struct error *reterr_error);

/* One row of role.def. Lifetime: static. */
struct role_info {
	const char *name;
	const char *description;
	unsigned descriptors; /* HERITAGE_BITs */
	unsigned sandbox;     /* SANDBOX_ bits of rt/privilege.h */
	unsigned patience_ms;
};

/* Borrow the row of @role. */
const struct role_info *role_info_get(enum role role);

/* Borrow a role's name ("serve"). */
const char *role_name(enum role role);

/* Find the role called @name. 0 or -E_NOT_FOUND. */
int role_find(const char *name, enum role *ret_role);

/* Live as @role in a process that the supervisor has started: read the inherited configuration (@config_name names its
 * file in messages), confine the process, call @run and then the loop until the supervisor closes the control stream or
 * SIGTERM comes. Returns the process's exit status, one of enum role_exit. */
int role_main(enum role role, const char *config_name, role_run_f *run);

/* What a role says to the supervisor: up to 100, how many percent are done of what it must do before it is ready. */
#define ROLE_SAYS_READY 'r'

/* Tell the supervisor that the role does its work. */
void role_ready(void);

/* Tell it how far the role is before that, in percent, if it takes long: the service manager then waits. False once the
 * role is asked to stop. */
bool role_progress(unsigned percent);

/* Wake whoever watches the eventfd @which (HERITAGE_WAKE_...). */
void role_wake(enum heritage which);

/* Empty the eventfd @which after it became readable. */
void role_wake_clear(enum heritage which);
