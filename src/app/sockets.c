/* SPDX-License-Identifier: Apache-2.0 */
#include "app/sockets.h"

#include <errno.h>
#include <libgen.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/port_holder.h"
#include "base/clock.h"

#define SERVER_PORT 67
#define CLIENT_PORT 68
#define RECEIVE_BUFFER (8 << 20) /* some 10,000 packets: a site that gets its power back */
#define API_BACKLOG 512 /* beyond it a client that does not wait is refused, however soon api would come to it */

/* A killed daemon's sockets are closed by the kernel in no order that we could rely on, perhaps after its lock. */
#define BUSY_WAIT_MS 500
#define BUSY_STEP_MS 5

static int fail(int fd, enum error_code code, struct error *reterr_error, const char *what) {
	int r = error_set(reterr_error, code, "%s: %s", what, strerror(errno));

	if (fd >= 0)
		close(fd);
	return r;
}

static int set_option(int fd, int level, int option, int value) {
	return setsockopt(fd, level, option, &value, sizeof value);
}

/* Only root may go beyond the system's limit; a smaller buffer still works. */
static void grow_buffer(int fd) {
	if (set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) < 0)
		set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
}

/* bind, but wait a moment for one that is just ending. */
static int bind_patiently(int fd, const struct sockaddr *address, socklen_t len) {
	uint64_t limit = clock_now().boot_ms + BUSY_WAIT_MS;

	while (bind(fd, address, len) < 0) {
		if (errno != EADDRINUSE || clock_now().boot_ms >= limit)
			return -1;
		poll(NULL, 0, BUSY_STEP_MS);
	}
	return 0;
}

int sockets_open_udp(struct error *reterr_error) {
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(SERVER_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char holder[128];

	if (fd < 0 || set_option(fd, IPPROTO_IP, IP_PKTINFO, 1) < 0 || set_option(fd, SOL_SOCKET, SO_BROADCAST, 1) < 0)
		return fail(fd, E_DHCP_NETWORK_INIT_FAILED, reterr_error, "the socket for port 67 cannot be made");
	grow_buffer(fd);
	/* Without SO_REUSEADDR: two servers on one port would each see some of the packets. */
	if (bind_patiently(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	if (errno != EADDRINUSE)
		return fail(fd, E_DHCP_NETWORK_INIT_FAILED, reterr_error, "port 67 cannot be opened");
	close(fd);
	return error_set(reterr_error, E_DHCP_NETWORK_INIT_FAILED,
			 "UDP port 67 is in use by %s; stop it, since only one DHCP server can run on a host",
			 port_holder_find(SERVER_PORT, holder, sizeof holder));
}

int sockets_open_link(struct error *reterr_error) {
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? fail(fd, E_DHCP_NETWORK_INIT_FAILED, reterr_error, "the socket for frames cannot be made") : fd;
}

/* IPv4, not a fragment behind the first, UDP, from port 67 to port 68; and not what this host sends itself. The octets
 * count from the IP header. */
static struct sock_filter ear_filter[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 8, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SERVER_PORT << 16 | CLIENT_PORT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int sockets_open_ear(struct error *reterr_error) {
	const struct sock_fprog program = { ARRAY_LEN(ear_filter), ear_filter };
	const struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IP) };
	/* Bound only when the filter is in place, so that nothing else can be waiting in it. */
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ||
	    set_option(fd, SOL_PACKET, PACKET_AUXDATA, 1) < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return fail(fd, E_DHCP_NETWORK_INIT_FAILED, reterr_error, "the socket for other servers' replies cannot be made");
	grow_buffer(fd); /* an objection must not be lost in a storm, while a batch is made durable */
	return fd;
}

int sockets_open_ping(struct error *reterr_error) {
	const struct icmp_filter filter = { ~(1u << ICMP_ECHOREPLY) }; /* what is set is left out */
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);

	if (fd < 0 || setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof filter) < 0)
		return fail(fd, E_DHCP_NETWORK_INIT_FAILED, reterr_error, "the socket for pings cannot be made");
	return fd;
}

/* True if a program answers on the socket @address. */
static bool is_answered(const struct sockaddr_un *address) {
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answered = fd >= 0 &&
			(connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return answered;
}

/* Remove the name of @address if it is a socket on which nobody answers. */
static int remove_stale(const struct sockaddr_un *address, struct error *reterr_error) {
	uint64_t limit = clock_now().boot_ms + BUSY_WAIT_MS;
	struct stat info;

	if (lstat(address->sun_path, &info) < 0)
		return 0;
	if (!S_ISSOCK(info.st_mode))
		return error_set(reterr_error, E_DHCP_RPC_INIT_FAILED,
				 "%s exists and is not a socket; remove it, or set another 'api-socket'", address->sun_path);
	while (is_answered(address)) {
		if (clock_now().boot_ms >= limit)
			return error_set(reterr_error, E_DHCP_RPC_INIT_FAILED,
					 "another program answers on %s; stop it, or set another 'api-socket'",
					 address->sun_path);
		poll(NULL, 0, BUSY_STEP_MS);
	}
	unlink(address->sun_path);
	return 0;
}

static void make_parent(const char *path) {
	char copy[sizeof((struct sockaddr_un *)0)->sun_path];

	snprintf(copy, sizeof copy, "%s", path);
	/* Open to all, whatever our umask; the socket itself is not. If it cannot be made, bind says so. */
	if (mkdir(dirname(copy), 0755) == 0)
		chmod(dirname(copy), 0755);
}

/* Bind with no rights for anybody, so that nobody connects before owner and mode are set. */
static int bind_private(int fd, const struct sockaddr_un *address, gid_t gid) {
	mode_t mask = umask(0777);
	int r = bind(fd, (const struct sockaddr *)address, sizeof *address);

	umask(mask);
	if (r < 0 || lchown(address->sun_path, 0, gid) < 0 || chmod(address->sun_path, 0660) < 0)
		return -1;
	return listen(fd, API_BACKLOG);
}

int sockets_open_api(const char *path, gid_t gid, struct error *reterr_error) {
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char what[160];
	int fd;

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	snprintf(what, sizeof what, "the management socket %s cannot be made", path);
	make_parent(path);
	if (remove_stale(&address, reterr_error) < 0)
		return -E_DHCP_RPC_INIT_FAILED;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind_private(fd, &address, gid) < 0)
		return fail(fd, E_DHCP_RPC_INIT_FAILED, reterr_error, what);
	return fd;
}
