/* SPDX-License-Identifier: Apache-2.0 */
#include "app/heritage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/sockets.h"
#include "app/state_directory.h"
#include "base/counter.h"
#include "rt/backup_board.h"
#include "rt/order.h"
#include "rt/state_lock.h"

/* What the openers below need. */
struct opening {
	const struct config *config;
	struct identity identity;
	int order_take; /* the other end of what open_order_ask has made */
};

typedef int open_f(struct opening *opening, struct error *reterr_error);

static int open_lock(struct opening *opening, struct error *reterr_error) {
	const char *path = opening->config->state_directory;
	int directory = state_directory_open(path, opening->identity, reterr_error), lock;

	if (directory < 0)
		return directory;
	lock = state_lock_take(directory, path, "a second daemon",
			       "stop it, or give this one another 'state-directory'", reterr_error);
	close(directory);
	return lock;
}

static int check_made(int fd, struct error *reterr_error) {
	if (fd < 0)
		return error_set(reterr_error, E_DHCP_NETWORK_INIT_FAILED, "memory for the roles to share cannot be made: %s",
				 strerror(errno));
	return fd;
}

static int open_counters(struct opening *opening, struct error *reterr_error) {
	return check_made(counters_create(), reterr_error);
}

/* Sealed: a role that is started again gets what the first one got. */
static int open_configuration(struct opening *opening, struct error *reterr_error) {
	char *text CLEANUP(cleanup_free) = config_format(opening->config);
	size_t len = strlen(text);
	int fd = memfd_create("lessor-configuration", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (write(fd, text, len) != (ssize_t)len ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) < 0)) {
		close(fd);
		fd = -1;
	}
	return check_made(fd, reterr_error);
}

static int open_wake(struct opening *opening, struct error *reterr_error) {
	return check_made(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), reterr_error);
}

static int open_backup_board(struct opening *opening, struct error *reterr_error) {
	return check_made(backup_board_create(), reterr_error);
}

static int open_order_ask(struct opening *opening, struct error *reterr_error) {
	int ask = -1;

	return check_made(order_channel_open(&ask, &opening->order_take) < 0 ? -1 : ask, reterr_error);
}

static int open_order_take(struct opening *opening, struct error *reterr_error) {
	return opening->order_take;
}

static int open_udp(struct opening *opening, struct error *reterr_error) {
	return sockets_open_udp(reterr_error);
}

static int open_link(struct opening *opening, struct error *reterr_error) {
	return sockets_open_link(reterr_error);
}

static int open_ear(struct opening *opening, struct error *reterr_error) {
	return sockets_open_ear(reterr_error);
}

static int open_ping(struct opening *opening, struct error *reterr_error) {
	return sockets_open_ping(reterr_error);
}

static int open_api(struct opening *opening, struct error *reterr_error) {
	gid_t gid = 0;
	int r = 0;

	if (*opening->config->api_group)
		r = identity_find_group(opening->config->api_group, &gid, reterr_error);
	return r < 0 ? r : sockets_open_api(opening->config->api_socket, gid, reterr_error);
}

/* In the order of enum heritage, so that the lock comes before everything that a second daemon could disturb. */
static open_f *const openers[HERITAGE_END] = {
	[HERITAGE_LOCK] = open_lock,
	[HERITAGE_COUNTERS] = open_counters,
	[HERITAGE_CONFIGURATION] = open_configuration,
	[HERITAGE_WAKE_SERVE] = open_wake,
	[HERITAGE_WAKE_DIR] = open_wake,
	[HERITAGE_WAKE_WATCH] = open_wake,
	[HERITAGE_WAKE_HEARD] = open_wake,
	[HERITAGE_WAKE_BACKUP] = open_wake,
	[HERITAGE_BACKUP_BOARD] = open_backup_board,
	[HERITAGE_ORDER_ASK] = open_order_ask,
	[HERITAGE_ORDER_TAKE] = open_order_take, /* at once behind the other end */
	[HERITAGE_UDP] = open_udp,
	[HERITAGE_LINK] = open_link,
	[HERITAGE_EAR] = open_ear,
	[HERITAGE_PING] = open_ping,
	[HERITAGE_API] = open_api,
};

/* Out of the way of the fixed numbers, where a role's process puts its copies. */
static int move_up(int fd) {
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, HERITAGE_END);

	if (moved < 0)
		return fd;
	close(fd);
	return moved;
}

static void close_all(struct heritage_set *set) {
	for (size_t i = 0; i < HERITAGE_END; i++)
		if (set->fds[i] >= 0)
			close(set->fds[i]);
}

int heritage_open(const struct config *config, struct identity identity, struct heritage_set *ret_set,
		  struct error *reterr_error) {
	struct opening opening = { config, identity, -1 };
	struct heritage_set set;

	for (size_t i = 0; i < HERITAGE_END; i++)
		set.fds[i] = -1;
	for (size_t i = 0; i < HERITAGE_END; i++) {
		int fd = openers[i] ? openers[i](&opening, reterr_error) : -1;

		if (openers[i] && fd < 0) {
			close_all(&set);
			return fd;
		}
		if (fd >= 0)
			set.fds[i] = move_up(fd);
	}
	*ret_set = set;
	return 0;
}

void heritage_close(struct heritage_set *set, const struct config *config) {
	/* The name goes first: nobody may find a socket that does not answer. */
	unlink(config->api_socket);
	close_all(set);
}
