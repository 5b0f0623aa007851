/* SPDX-License-Identifier: Apache-2.0 */
#include "app/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The manager's socket is a path, or with @ in front a name of the abstract kind. False if we can use none. */
static bool find_manager(struct sockaddr_un *ret_address, socklen_t *ret_len) {
	const char *name = getenv("NOTIFY_SOCKET");
	size_t len = name ? strlen(name) : 0;

	if (len < 2 || len >= sizeof ret_address->sun_path || (name[0] != '/' && name[0] != '@'))
		return false;
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, name, len);
	if (name[0] == '@')
		ret_address->sun_path[0] = '\0';
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

bool notify_send(const char *state) {
	struct sockaddr_un address;
	socklen_t len;
	const struct sockaddr *manager = (const struct sockaddr *)&address;
	ssize_t sent;
	int fd;

	if (!find_manager(&address, &len))
		return true;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	do
		sent = sendto(fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL, manager, len);
	while (sent < 0 && errno == EINTR);
	close(fd);
	return sent >= 0;
}
