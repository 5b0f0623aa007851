/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/role.h"

#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/counter.h"
#include "base/event.h"
#include "rt/audit.h"
#include "rt/privilege.h"

static const struct role_info role_table[ROLE_COUNT] = {
#define ROLE(symbol, name, run, descriptors, sandbox, patience, description)                                           \
	[ROLE_##symbol] = { name, description, HERITAGE_OF_ALL | (descriptors), sandbox, patience },
#include "rt/role.def"
#undef ROLE
};

const struct role_info *role_info_get(enum role role) {
	assert(role < ROLE_COUNT);
	return &role_table[role];
}

const char *role_name(enum role role) {
	return role_info_get(role)->name;
}

int role_find(const char *name, enum role *ret_role) {
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (strcmp(role_table[role].name, name) == 0) {
			*ret_role = role;
			return 0;
		}
	return -E_NOT_FOUND;
}

/* If nobody is there to be told, the control stream's end says so. */
static void tell_supervisor(uint8_t octet) {
	if (send(HERITAGE_CONTROL, &octet, 1, MSG_NOSIGNAL) < 0)
		return;
}

void role_ready(void) {
	tell_supervisor(ROLE_SAYS_READY);
}

bool role_progress(unsigned percent) {
	uint8_t ignored;

	tell_supervisor((uint8_t)(percent < 100 ? percent : 100));
	return recv(HERITAGE_CONTROL, &ignored, sizeof ignored, MSG_PEEK | MSG_DONTWAIT) != 0;
}

void role_wake(enum heritage which) {
	uint64_t one = 1;

	/* It fails only when 2^64 - 2 wakes are already waiting. */
	if (write((int)which, &one, sizeof one) < 0)
		return;
}

void role_wake_clear(enum heritage which) {
	uint64_t count;

	/* EAGAIN: there was nothing to clear. */
	if (read((int)which, &count, sizeof count) < 0)
		return;
}

static void stop(void *context) {
	loop_stop(context);
}

/* The descriptors of the row must be open; a person who tries --role by hand has none. */
static bool has_heritage(enum role role) {
	struct stat info;

	for (int fd = HERITAGE_CONTROL; fd < HERITAGE_END; fd++)
		if (role_table[role].descriptors & 1u << fd && fstat(fd, &info) < 0)
			return false;
	return fstat(HERITAGE_CONTROL, &info) == 0 && S_ISSOCK(info.st_mode);
}

static int explain(const struct error *error) {
	fprintf(stderr, "lessord: %s (%d): %s\n", error_name(error->code), error->code, error->text);
	return ROLE_EXIT_NO_START;
}

/* The supervisor alone answers a terminal's or an administrator's signals; SIGTERM ends just this role. */
static void settle_signals(void) {
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a failed write like others */
}

/* For ps and top; the program was started by a name that tells nothing. */
static void set_process_name(enum role role) {
	char name[16]; /* the kernel's limit */

	snprintf(name, sizeof name, "lessord-%s", role_name(role));
	prctl(PR_SET_NAME, name);
}

static void run_loop(struct role_context *context) {
	struct loop_watch *control = loop_watch_readable(context->loop, HERITAGE_CONTROL, stop, context->loop);
	struct loop_watch *term = loop_watch_signal(context->loop, SIGTERM, stop, context->loop);

	loop_run(context->loop);
	loop_unwatch(control);
	loop_unwatch(term);
}

/* Whether threads were left behind, which wait for somebody or are at work in a library. */
static bool has_other_threads(void) {
	DIR *tasks = opendir("/proc/self/task");
	unsigned n_tasks = 0;

	for (const struct dirent *task; tasks && (task = readdir(tasks));)
		n_tasks += task->d_name[0] != '.';
	if (tasks)
		closedir(tasks);
	return n_tasks > 1;
}

int role_main(enum role role, const char *config_name, role_run_f *run) {
	struct role_context context = { .role = role };
	struct config *config;
	struct error error;
	int status = ROLE_EXIT_STOPPED;

	if (!has_heritage(role)) {
		fprintf(stderr, "lessord: --role is for lessord's own use; start lessord without it\n");
		return ROLE_EXIT_MISUSED;
	}
	settle_signals();
	set_process_name(role);
	if (config_read_fd(config_name, HERITAGE_CONFIGURATION, &config, &error) < 0)
		return explain(&error);
	event_init(role_name(role), EVENT_SEVERITY_ERROR + config->log_level);
	counters_attach(HERITAGE_COUNTERS);
	audit_start(config->audit_directory, geteuid());
	if (privilege_confine(role_table[role].sandbox, &error) < 0)
		event_emit_error(EVENT_SANDBOX_MISSING, &error);
	context.config = config;
	context.loop = loop_new();
	if (run(&context, &error) < 0)
		status = explain(&error);
	else
		run_loop(&context);
	if (context.finish)
		context.finish(context.finish_context);
	context.loop = loop_free(context.loop);
	audit_stop();
	config_free(config);
	if (has_other_threads()) /* an orderly exit would take the libraries apart that they are in */
		_exit(status);
	return status;
}
