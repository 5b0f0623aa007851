/* SPDX-License-Identifier: Apache-2.0 */
/* privilege.h - giving up rights, for good: what the supervisor keeps, what a role is left with.
 *
 * Each step only ever takes away. Thread: call before any thread is started.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* What a role's process is refused (role.def). Always refused: debugging other processes, mounting, namespaces, kernel
 * modules. */
#define SANDBOX_NETWORK 1u  /* sockets other than unix and netlink */
#define SANDBOX_PROGRAMS 2u /* starting programs */

/* Embedded: a user as numbers, looked up once so that a restart needs no name service. */
struct identity {
	uid_t uid;
	gid_t gid;
};

/* Look up the user @name. 0, or -E_DHCP_REGISTRY_INIT_FAILED with a sentence. */
int identity_find(const char *name, struct identity *ret_identity, struct error *reterr_error);

/* Look up the group @name. 0, or -E_DHCP_REGISTRY_INIT_FAILED with a sentence. */
int identity_find_group(const char *name, gid_t *ret_gid, struct error *reterr_error);

/* 0 if this process has all that the supervisor needs at start, else -E_DHCP_NETWORK_INIT_FAILED with a sentence that
 * names what is missing. */
int privilege_check(struct error *reterr_error);

/* Keep only what starting and ending roles takes; no program run from here on can gain more. 0, or -E_ACCESS_DENIED. */
int privilege_reduce(struct error *reterr_error);

/* Become @identity without groups or capabilities and without a way back. 0, or -E_ACCESS_DENIED. */
int privilege_drop(struct identity identity, struct error *reterr_error);

/* Have the kernel kill this process when its parent, which must still be @parent, ends. 0, or -E_ACCESS_DENIED if it
 * has. */
int privilege_follow_parent(pid_t parent);

/* Refuse this process, from now on, the system calls that @sandbox (SANDBOX_ bits) names. 0, or -E_NOT_SUPPORTED (old
 * kernel, or built with sanitizers, which need more than that). */
int privilege_confine(unsigned sandbox, struct error *reterr_error);
