/* SPDX-License-Identifier: Apache-2.0 */
#include "api/peer.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/mem.h"

/* Without the list of groups, only the first one counts. */
static void read_groups(int fd, struct peer *peer) {
	socklen_t len = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) == 0 || errno != ERANGE)
		return;
	peer->groups = mem_alloc(len);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &len) == 0)
		peer->n_groups = len / sizeof *peer->groups;
}

int peer_read(int fd, struct peer *ret_peer) {
	struct peer peer = { 0 };
	socklen_t len;
	struct ucred credentials;

	len = sizeof credentials;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0 || len != sizeof credentials)
		return -E_ACCESS_DENIED;
	peer.uid = credentials.uid;
	peer.gid = credentials.gid;
	read_groups(fd, &peer);
	*ret_peer = peer;
	return 0;
}

void peer_done(struct peer *peer) {
	free(peer->groups);
	peer->groups = NULL;
	peer->n_groups = 0;
}

bool is_peer_allowed(const struct peer *peer, uid_t own_uid, gid_t group) {
	if (peer->uid == 0 || peer->uid == own_uid)
		return true;
	if (group == PEER_NO_GROUP)
		return false;
	for (size_t i = 0; i < peer->n_groups; i++)
		if (peer->groups[i] == group)
			return true;
	return peer->gid == group;
}
