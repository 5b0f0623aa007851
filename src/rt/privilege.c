/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/privilege.h"

#include <cap-ng.h>
#include <config.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What each capability is for. The supervisor keeps only those that restarts need. */
#define CAPABILITY(symbol) symbol, #symbol
static const struct {
	unsigned capability;
	const char *name;
	bool is_kept;
	const char *purpose;
} needed_capabilities[] = {
	{ CAPABILITY(CAP_SETUID), true, "to run its roles as another user" },
	{ CAPABILITY(CAP_SETGID), true, "to run its roles as another user" },
	{ CAPABILITY(CAP_KILL), true, "to end its roles" },
	{ CAPABILITY(CAP_NET_BIND_SERVICE), false, "to open port 67" },
	{ CAPABILITY(CAP_NET_RAW), false, "to send to clients that have no address yet, and pings" },
	{ CAPABILITY(CAP_CHOWN), false, "to give the state directory to the user of its roles" },
	{ CAPABILITY(CAP_DAC_OVERRIDE), false, "to lock the state directory, which is another user's" },
};

int identity_find(const char *name, struct identity *ret_identity, struct error *reterr_error) {
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name); /* call: before any thread */
	if (!user && (errno == 0 || errno == ENOENT))
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "there is no user '%s'; make it (useradd --system %s) or set 'user' in [server]", name, name);
	if (!user)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED, "user '%s' cannot be looked up: %s", name,
				 strerror(errno));
	*ret_identity = (struct identity){ user->pw_uid, user->pw_gid };
	return 0;
}

int identity_find_group(const char *name, gid_t *ret_gid, struct error *reterr_error) {
	const struct group *group = getgrnam(name); /* call: before any thread */

	if (!group)
		return error_set(reterr_error, E_DHCP_REGISTRY_INIT_FAILED,
				 "there is no group '%s'; make it (groupadd --system %s) or set 'api-group' in [server]", name,
				 name);
	*ret_gid = group->gr_gid;
	return 0;
}

int privilege_check(struct error *reterr_error) {
	capng_get_caps_process();
	for (size_t i = 0; i < ARRAY_LEN(needed_capabilities); i++)
		if (!capng_have_capability(CAPNG_EFFECTIVE, needed_capabilities[i].capability))
			return error_set(reterr_error, E_DHCP_NETWORK_INIT_FAILED,
					 "lessord must be started by root: it needs %s %s; its roles run without",
					 needed_capabilities[i].name, needed_capabilities[i].purpose);
	return 0;
}

int privilege_reduce(struct error *reterr_error) {
	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < ARRAY_LEN(needed_capabilities); i++)
		if (needed_capabilities[i].is_kept)
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, needed_capabilities[i].capability);
	/* The bounding set goes first, while there is still the right to empty it; a container may have taken that
	 * right. */
	if (capng_apply(CAPNG_SELECT_BOUNDS) < 0)
		errno = 0;
	if (capng_apply(CAPNG_SELECT_CAPS) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(reterr_error, E_ACCESS_DENIED, "the supervisor cannot give up its rights: %s",
				 strerror(errno));
	return 0;
}

int privilege_drop(struct identity identity, struct error *reterr_error) {
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_change_id((int)identity.uid, (int)identity.gid, CAPNG_DROP_SUPP_GRP) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(reterr_error, E_ACCESS_DENIED, "cannot become user %u: %s", (unsigned)identity.uid,
				 strerror(errno));
	return 0;
}

int privilege_follow_parent(pid_t parent) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have ended before the kernel was asked. */
	return getppid() == parent ? 0 : -E_ACCESS_DENIED;
}

#ifdef LESSOR_SANITIZED

int privilege_confine(unsigned sandbox, struct error *reterr_error) {
	return 0;
}

#else

/* No role has a use for these, whatever else it does. */
static const int always_refused[] = {
	SCMP_SYS(ptrace),       SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(mount),
	SCMP_SYS(umount2),      SCMP_SYS(pivot_root),       SCMP_SYS(chroot),            SCMP_SYS(unshare),
	SCMP_SYS(setns),        SCMP_SYS(init_module),      SCMP_SYS(finit_module),      SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),   SCMP_SYS(bpf),              SCMP_SYS(perf_event_open),   SCMP_SYS(userfaultfd),
	SCMP_SYS(swapon),       SCMP_SYS(swapoff),          SCMP_SYS(reboot),            SCMP_SYS(acct),
};

static int refuse_calls(scmp_filter_ctx filter, const int *calls, size_t n_calls) {
	for (size_t i = 0; i < n_calls; i++) {
		int r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Refuse sockets of all families but unix (name services) and netlink (interfaces). A rule compares an argument once,
 * so "not one of two" is spelled out. */
static int refuse_networks(scmp_filter_ctx filter) {
	for (unsigned family = AF_UNSPEC; family < AF_NETLINK; family++) {
		int r = family == AF_UNIX ? 0
					  : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
							     SCMP_A0(SCMP_CMP_EQ, family, 0));

		if (r < 0)
			return r;
	}
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
				SCMP_A0(SCMP_CMP_GT, AF_NETLINK, 0));
}

static int filter_load(scmp_filter_ctx filter, unsigned sandbox) {
	const int programs[] = { SCMP_SYS(execve), SCMP_SYS(execveat) };
	int r = refuse_calls(filter, always_refused, ARRAY_LEN(always_refused));

	if (r == 0 && sandbox & SANDBOX_PROGRAMS)
		r = refuse_calls(filter, programs, ARRAY_LEN(programs));
	if (r == 0 && sandbox & SANDBOX_NETWORK)
		r = refuse_networks(filter);
	return r == 0 ? seccomp_load(filter) : r;
}

int privilege_confine(unsigned sandbox, struct error *reterr_error) {
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int r = filter ? filter_load(filter, sandbox) : -ENOMEM;

	if (filter)
		seccomp_release(filter);
	if (r < 0)
		return error_set(reterr_error, E_NOT_SUPPORTED, "the kernel does not take the system call filter: %s",
				 strerror(-r));
	return 0;
}

#endif
