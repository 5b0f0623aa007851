/* SPDX-License-Identifier: Apache-2.0 */
/* database convert: the one operation that works on the lease store itself, while no daemon runs.
 *
 * A child does it, as the user whose directory it is: files that root makes would be of no use to the daemon, and what
 * that user may have put there must not lead root astray. A damaged file ends the child alone. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/call.h"
#include "admin/result.h"
#include "rt/state_lock.h"
#include "store/lease_convert.h"

/* What the child says through a pipe, in one write each: how far it is, and at last what became of it. */
struct verdict {
	bool is_last;
	uint64_t done, total;
	int r;
	struct error error;
	struct lease_conversion conversion;
};
static_assert(sizeof(struct verdict) <= PIPE_BUF, "so that it is written in one piece");

static int find_directory(struct call *call, const char **ret_path, struct error *reterr_error) {
	const char *given = call_value(call, "state-directory");
	const struct config *config = NULL;
	int r = given ? 0 : session_read_config(call->session, &config, reterr_error);

	if (r < 0)
		return r;
	if (!given && !config)
		return call_reject_usage(call, reterr_error,
					 "say with --state-directory or -c where the lease store is");
	*ret_path = given ? given : config->state_directory;
	return 0;
}

/* Its owner is whom the daemon runs as. Returns a descriptor that holds the lock. */
static int lock_directory(const char *path, struct stat *ret_info, struct error *reterr_error) {
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), lock;

	if (directory < 0 || fstat(directory, ret_info) < 0)
		return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED,
				 "the state directory %s cannot be opened: %s", path, strerror(errno));
	lock = state_lock_take(directory, path, "the daemon", "stop it first", reterr_error);
	close(directory);
	return lock;
}

/* Become the owner of @info, as far as root can become another. */
static int become_owner(const struct stat *info, struct error *reterr_error) {
	if (geteuid() != 0 || info->st_uid == 0)
		return 0;
	if (setgroups(0, NULL) == 0 && setresgid(info->st_gid, info->st_gid, info->st_gid) == 0 &&
	    setresuid(info->st_uid, info->st_uid, info->st_uid) == 0)
		return 0;
	return error_set(reterr_error, E_ACCESS_DENIED,
			 "the rights of user %u cannot be taken: %s; run it as that user", (unsigned)info->st_uid,
			 strerror(errno));
}

/* Nobody to be told is no reason to give up. */
static bool tell(void *context, uint64_t done, uint64_t total) {
	const struct verdict verdict = { .done = done, .total = total };
	const int *result = context;

	return write(*result, &verdict, sizeof verdict) == sizeof verdict || errno == EPIPE;
}

static _Noreturn void convert_in_child(const char *path, const struct stat *info, int result) {
	struct verdict verdict = { .is_last = true };

	signal(SIGPIPE, SIG_IGN);
	verdict.r = become_owner(info, &verdict.error);
	if (verdict.r == 0)
		verdict.r = lease_convert(path, tell, &result, &verdict.conversion, &verdict.error);
	_exit(write(result, &verdict, sizeof verdict) == sizeof verdict ? 0 : 1);
}

static int fail_to_start(const char *path, struct error *reterr_error) {
	return error_set(reterr_error, E_DHCP_JET_ERROR, "a process to convert %s cannot be started: %s", path,
			 strerror(errno));
}

static bool take(int result, struct verdict *ret_verdict) {
	ssize_t len;

	do
		len = read(result, ret_verdict, sizeof *ret_verdict);
	while (len < 0 && errno == EINTR);
	return len == sizeof *ret_verdict;
}

/* Show how far the child is, until it says what became of it. False if it ended before. */
static bool follow(struct call *call, int result, struct verdict *ret_verdict) {
	struct verdict verdict;
	uint64_t total = 0;
	bool is_told;

	while ((is_told = take(result, &verdict)) && !verdict.is_last) {
		total = verdict.total;
		call_progress(call, verdict.done, total, "leases");
	}
	if (total)
		call_progress(call, total, total, "");
	if (is_told)
		*ret_verdict = verdict;
	return is_told;
}

static int convert(struct call *call, const char *path, const struct stat *info, struct verdict *ret_verdict,
		   struct error *reterr_error) {
	bool is_told;
	pid_t child;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail_to_start(path, reterr_error);
	child = fork();
	if (child == 0)
		convert_in_child(path, info, ends[1]);
	close(ends[1]);
	is_told = child > 0 && follow(call, ends[0], ret_verdict);
	close(ends[0]);
	if (child < 0)
		return fail_to_start(path, reterr_error);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (is_told)
		return 0;
	return error_set(
		reterr_error, E_DHCP_JET_ERROR,
		"converting %s ended before it was done; the old store is as it was: look at the disk, or restore a backup",
		path);
}

static json_t *describe(const char *path, const struct lease_conversion *conversion) {
	json_t *object;

	if (conversion->from == conversion->to)
		object = result_message(NULL, "nothing to do: the lease store in %s has format %u", path,
					conversion->to);
	else
		object = result_message(NULL,
					"%llu leases converted; the daemon can be started, and the old store is %s/%s",
					(unsigned long long)conversion->n_leases, path, conversion->kept);
	json_object_set_new(object, "from", json_integer(conversion->from));
	json_object_set_new(object, "format", json_integer(conversion->to));
	json_object_set_new(object, "leases", json_integer((json_int_t)conversion->n_leases));
	json_object_set_new(object, "unreadable", json_integer((json_int_t)conversion->n_unreadable));
	json_object_set_new(object, "kept", conversion->kept[0] ? result_text(conversion->kept) : json_null());
	return object;
}

static int finish(struct call *call, const char *path, const struct verdict *verdict, struct error *reterr_error) {
	if (verdict->r < 0) {
		*reterr_error = verdict->error;
		return verdict->r;
	}
	if (verdict->conversion.n_unreadable)
		call_warn(call, E_DHCP_JET_ERROR, "%llu records cannot be read, and nobody is given their addresses; put them right with \"lessorctl reconcile --fix\"",
			  (unsigned long long)verdict->conversion.n_unreadable);
	return call_done(call, describe(path, &verdict->conversion));
}

int database_convert(struct call *call, struct error *reterr_error) {
	struct verdict verdict = { 0 };
	struct stat info;
	const char *path = NULL;
	int lock, r = find_directory(call, &path, reterr_error);

	if (r < 0)
		return r;
	lock = lock_directory(path, &info, reterr_error);
	if (lock < 0)
		return lock;
	r = convert(call, path, &info, &verdict, reterr_error);
	close(lock);
	return r < 0 ? r : finish(call, path, &verdict, reterr_error);
}
