/* SPDX-License-Identifier: Apache-2.0 */
#include "app/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "app/notify.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/event.h"
#include "base/text.h"

/* A role that ended is started again at once, the next times after a pause that doubles, until one lives long
 * enough. */
#define RESTART_FIRST_MS 100
#define RESTART_MAX_MS 5000
#define HEALTHY_AFTER_MS 10000
#define NOTIFY_AGAIN_MS 100
#define PROGRESS_PATIENCE_S 120 /* so long the service manager is to wait for a role to get further */

struct supervisor;

/* One role's process, if it has one. */
struct child {
	struct supervisor *supervisor;
	enum role role;
	pid_t pid;                /* 0: none now */
	int control;              /* -1: closed, which asks the role to stop */
	struct loop_watch *watch; /* of control */
	struct loop_timer *timer; /* for the next start, or while stopping, for the end of patience */
	uint64_t started_ms;
	unsigned restarts; /* in a row, without a healthy life between */
	int percent;       /* done of what it does before it is ready; -1: it has not told */
	bool is_ready;
};

struct supervisor {
	const struct role_origin *origin;
	struct loop *loop;
	struct child children[ROLE_COUNT];
	struct loop_timer *ready; /* to tell the service manager once more */
	struct loop_timer *watchdog;
	uint64_t watchdog_ms;
	bool was_ready; /* all roles were, at least once */
	bool is_stopping;
	int exit_status;
};

static void child_close_control(struct child *child) {
	child->watch = loop_unwatch(child->watch);
	if (child->control >= 0)
		close(child->control);
	child->control = -1;
}

static bool is_any_running(const struct supervisor *supervisor) {
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (supervisor->children[role].pid)
			return true;
	return false;
}

/* Ask all roles to stop; the loop ends when the last one has. */
static void supervisor_stop(struct supervisor *supervisor) {
	if (supervisor->is_stopping)
		return;
	supervisor->is_stopping = true;
	loop_timer_clear(supervisor->ready);
	notify_send("STOPPING=1\nSTATUS=Stopping");
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct child *child = &supervisor->children[role];

		child_close_control(child);
		loop_timer_clear(child->timer);
		if (child->pid)
			loop_timer_set(child->timer, role_info_get(role)->patience_ms);
	}
	if (!is_any_running(supervisor))
		loop_stop(supervisor->loop);
}

/* A status that is missed does no harm, but a service that is never ready is ended. */
static void tell_ready(void *context) {
	struct supervisor *supervisor = context;

	if (!notify_send("READY=1"))
		loop_timer_set(supervisor->ready, NOTIFY_AGAIN_MS);
}

static void ask_for_time(void) {
	char array[64];

	snprintf(array, sizeof array, "EXTEND_TIMEOUT_USEC=%d000000", PROGRESS_PATIENCE_S);
	notify_send(array);
}

static void tell_status(struct supervisor *supervisor) {
	char array[128];
	struct text text;
	bool all_ready = true;

	text_init(&text, array, sizeof array);
	text_add(&text, "STATUS=");
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		const struct child *child = &supervisor->children[role];

		if (child->is_ready)
			continue;
		text_add(&text, "%s %s", all_ready ? "Waiting for" : ",", role_name(role));
		if (child->percent >= 0)
			text_add(&text, " (%d%% of what it must do first)", child->percent);
		all_ready = false;
	}
	notify_send(all_ready ? "STATUS=Running" : array);
	if (!all_ready || supervisor->was_ready)
		return;
	supervisor->was_ready = true;
	tell_ready(supervisor);
	event_emit(EVENT_SERVICE_READY, "all roles run");
}

/* The role has written, or closed its end; of the latter, SIGCHLD tells the rest. */
static void child_talked(void *context) {
	struct child *child = context;
	char octet;
	ssize_t len = read(child->control, &octet, 1);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		child->watch = loop_unwatch(child->watch);
		return;
	}
	if (octet != ROLE_SAYS_READY && octet == child->percent)
		return;
	if (octet == ROLE_SAYS_READY)
		child->is_ready = true;
	else
		ask_for_time();
	child->percent = octet;
	tell_status(child->supervisor);
}

static uint64_t child_restart_delay(const struct child *child) {
	uint64_t delay = RESTART_FIRST_MS;

	if (child->restarts == 0)
		return 0;
	for (unsigned i = 1; i < child->restarts && delay < RESTART_MAX_MS; i++)
		delay *= 2;
	return delay < RESTART_MAX_MS ? delay : RESTART_MAX_MS;
}

static void child_start(struct child *child) {
	struct supervisor *supervisor = child->supervisor;
	struct error error;

	child->started_ms = clock_now().boot_ms;
	child->percent = -1;
	if (role_spawn(child->role, supervisor->origin, &child->pid, &child->control, &error) < 0) {
		event_emit_error(EVENT_ROLE_ENDED, &error);
		child->pid = 0;
		child->restarts++;
		loop_timer_set(child->timer, child_restart_delay(child));
		return;
	}
	child->watch = loop_watch_readable(supervisor->loop, child->control, child_talked, child);
	event_emit(EVENT_ROLE_STARTED, "%s is process %d", role_name(child->role), (int)child->pid);
}

static void child_timer_fired(void *context) {
	struct child *child = context;

	if (!child->supervisor->is_stopping) {
		child_start(child);
	} else if (child->pid) {
		event_emit(EVENT_ROLE_KILLED, "%s", role_name(child->role));
		kill(child->pid, SIGKILL);
	}
}

static void describe_end(int status, struct text *text) {
	if (WIFSIGNALED(status))
		text_add(text, "was ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == ROLE_EXIT_NO_START)
		text_add(text, "could not start");
	else
		text_add(text, "ended with exit status %d", WEXITSTATUS(status));
}

/* It may be what it read that killed it. */
static void suspect_store(const struct child *child, int status) {
	if (child->role == ROLE_SERVE && WIFSIGNALED(status) &&
	    (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS || WTERMSIG(status) == SIGABRT))
		counters_set_store_suspect(true);
}

/* It has ended because something is to be done with the store that only its beginning can do. */
static bool is_wanted(const struct child *child, int status) {
	return child->role == ROLE_SERVE && WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_STOPPED &&
	       is_store_reopening();
}

static void child_restart(struct child *child, int status) {
	char how[96];
	struct text text;
	uint64_t delay;

	if (clock_now().boot_ms - child->started_ms >= HEALTHY_AFTER_MS)
		child->restarts = 0;
	if (is_wanted(child, status)) {
		child_start(child);
		return;
	}
	delay = child_restart_delay(child);
	child->restarts++;
	text_init(&text, how, sizeof how);
	describe_end(status, &text);
	event_emit(EVENT_ROLE_ENDED, "%s %s; next start in %u ms", role_name(child->role), how, (unsigned)delay);
	counter_add(COUNTER_ROLE_RESTARTS, 1);
	loop_timer_set(child->timer, delay);
}

static void child_ended(struct child *child, int status) {
	struct supervisor *supervisor = child->supervisor;
	bool cannot_start = WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_NO_START;

	suspect_store(child, status);
	child_close_control(child);
	loop_timer_clear(child->timer);
	child->pid = 0;
	child->is_ready = false;
	if (supervisor->is_stopping) {
		if (!is_any_running(supervisor))
			loop_stop(supervisor->loop);
	} else if (cannot_start && !supervisor->was_ready) {
		/* It has said why. Once the daemon has served, it goes on with what it has instead. */
		supervisor->exit_status = EXIT_FAILURE;
		supervisor_stop(supervisor);
	} else {
		child_restart(child, status);
		tell_status(supervisor);
	}
}

static void on_child_signal(void *context) {
	struct supervisor *supervisor = context;

	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct child *child = &supervisor->children[role];
		int status;

		if (child->pid && waitpid(child->pid, &status, WNOHANG) == child->pid)
			child_ended(child, status);
	}
}

static void on_stop_signal(void *context) {
	supervisor_stop(context);
}

static void on_reload_signal(void *context) {
	event_emit(EVENT_RELOAD_IGNORED, "%s", "");
}

static void on_watchdog(void *context) {
	struct supervisor *supervisor = context;

	notify_send("WATCHDOG=1");
	loop_timer_set(supervisor->watchdog, supervisor->watchdog_ms);
}

static void supervisor_init(struct supervisor *supervisor) {
	uint64_t watchdog_us;

	supervisor->loop = loop_new();
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct child *child = &supervisor->children[role];

		*child = (struct child){ .supervisor = supervisor, .role = role, .control = -1 };
		child->timer = loop_timer_new(supervisor->loop, child_timer_fired, child);
	}
	supervisor->ready = loop_timer_new(supervisor->loop, tell_ready, supervisor);
	supervisor->watchdog = loop_timer_new(supervisor->loop, on_watchdog, supervisor);
	if (sd_watchdog_enabled(0, &watchdog_us) > 0) {
		supervisor->watchdog_ms = watchdog_us / 2000; /* twice as often as asked for */
		loop_timer_set(supervisor->watchdog, 0);
	}
}

static void supervisor_done(struct supervisor *supervisor) {
	for (enum role role = 0; role < ROLE_COUNT; role++)
		loop_timer_free(supervisor->children[role].timer);
	loop_timer_free(supervisor->ready);
	loop_timer_free(supervisor->watchdog);
	loop_free(supervisor->loop);
}

int supervisor_run(const struct role_origin *origin) {
	const struct {
		int number;
		loop_f *call;
	} signals[] = { { SIGCHLD, on_child_signal }, { SIGTERM, on_stop_signal }, { SIGINT, on_stop_signal },
			{ SIGHUP, on_reload_signal } };
	struct supervisor supervisor = { .origin = origin };
	struct loop_watch *watches[ARRAY_LEN(signals)];

	supervisor_init(&supervisor);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		watches[i] = loop_watch_signal(supervisor.loop, signals[i].number, signals[i].call, &supervisor);
	for (enum role role = 0; role < ROLE_COUNT; role++)
		child_start(&supervisor.children[role]);
	tell_status(&supervisor);
	loop_run(supervisor.loop);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		loop_unwatch(watches[i]);
	supervisor_done(&supervisor);
	return supervisor.exit_status;
}
