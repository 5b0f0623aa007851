/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "dir/deadline.h"
#include "dir/resolver.h"

/* A peer whose machine or link is gone is noticed by the kernel too, beside our own probes. */
static const struct {
	int level, name, value;
} tcp_options[] = {
	{ SOL_SOCKET, SO_KEEPALIVE, 1 },   { IPPROTO_TCP, TCP_NODELAY, 1 }, { IPPROTO_TCP, TCP_KEEPIDLE, 10 },
	{ IPPROTO_TCP, TCP_KEEPINTVL, 5 }, { IPPROTO_TCP, TCP_KEEPCNT, 3 }, { IPPROTO_TCP, TCP_USER_TIMEOUT, 15000 },
};

/* Connect a non-blocking socket; 0 or an errno. */
static int socket_connect(int fd, const struct sockaddr *address, socklen_t len, const struct timespec *deadline) {
	struct pollfd writable = { .fd = fd, .events = POLLOUT };
	int failure = 0;
	socklen_t failure_len = sizeof failure;
	int ready;

	if (connect(fd, address, len) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	do
		ready = poll(&writable, 1, deadline_remaining_ms(deadline));
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return ETIMEDOUT;
	if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &failure_len) < 0)
		return errno;
	return failure;
}

/* Open, connect, make blocking again (libldap spins on a non-blocking one). Returns the socket, or -1 with
 * *@ret_errno. */
static int socket_open(const struct sockaddr *address, socklen_t len, const struct timespec *deadline, int *ret_errno) {
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failure = fd < 0 ? errno : socket_connect(fd, address, len, deadline);

	if (failure == 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0)
		failure = errno;
	if (failure == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	*ret_errno = failure;
	return -1;
}

/* Address number @i's share of the time that is left, so that one black hole does not use up all of it. */
static struct timespec share_of(const struct timespec *deadline, const struct resolver_addresses *addresses, size_t i) {
	return deadline_in((uint64_t)deadline_remaining_ms(deadline) / (addresses->n_items - i));
}

int endpoint_connect_tcp(const char *host, uint16_t port, uint64_t timeout_ms, struct error *reterr_error) {
	struct resolver_addresses addresses;
	struct timespec deadline;
	int fd = -1, failure = ETIMEDOUT, code;

	code = resolver_find_addresses(host, port, timeout_ms, &addresses, reterr_error);
	if (code < 0)
		return code;
	deadline = deadline_in(timeout_ms); /* a slow name service must not make every directory server unreachable */
	for (size_t i = 0; fd < 0 && i < addresses.n_items; i++) {
		struct timespec share = share_of(&deadline, &addresses, i);

		fd = socket_open((const struct sockaddr *)&addresses.items[i].address, addresses.items[i].len, &share,
				 &failure);
	}
	if (fd < 0)
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "cannot connect to %s port %d: %s", host, port,
				 strerror(failure));
	for (size_t i = 0; i < ARRAY_LEN(tcp_options); i++) /* mere improvements: failures do not matter */
		setsockopt(fd, tcp_options[i].level, tcp_options[i].name, &tcp_options[i].value, sizeof(int));
	return fd;
}

int endpoint_connect_unix(const char *path, uint64_t timeout_ms, struct error *reterr_error) {
	struct timespec deadline = deadline_in(timeout_ms);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, failure = 0;

	if (strlen(path) >= sizeof address.sun_path)
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "the socket's path %.100s... is too long", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket_open((const struct sockaddr *)&address, sizeof address, &deadline, &failure);
	if (fd < 0)
		return error_set(reterr_error, E_DDS_NO_DS_AVAILABLE, "cannot connect to %s: %s%s", path,
				 strerror(failure), failure == ENOENT ? " (is the directory server running?)" : "");
	return fd;
}
