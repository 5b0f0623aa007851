/* SPDX-License-Identifier: Apache-2.0 */
/* peer.h - who is at the other end of a unix socket, and whether the API is for them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

#define PEER_NO_GROUP ((gid_t)-1)

/* Embedded: who connected, as the kernel noted it then. */
struct peer {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* owned */
	size_t n_groups;
};

/* Read the credentials of the process behind @fd. 0 or -E_ACCESS_DENIED. peer_done() ends it. */
int peer_read(int fd, struct peer *ret_peer);
void peer_done(struct peer *peer);

/* True for root, for @own_uid and for members of @group (PEER_NO_GROUP: none). */
bool is_peer_allowed(const struct peer *peer, uid_t own_uid, gid_t group);
