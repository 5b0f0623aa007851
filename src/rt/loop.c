/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/loop.h"

#include <event2/event.h>
#include <stdio.h>

#include "base/mem.h"

#define TIMER_MAX_MS (365ull * 86400 * 1000) /* libevent adds to the time now; a far timer must not overflow it */

struct loop {
	struct event_base *base;
};

/* Watches and timers are the same thing to libevent. */
struct loop_event {
	struct event *event;
	loop_f *call;
	void *context;
};

struct loop_watch {
	struct loop_event watched;
};

struct loop_timer {
	struct loop_event timed;
};

/* libevent fails only where memory or descriptors have run out, at start. */
static void *not_null(void *object) {
	if (!object) {
		fputs("<2>lessor: the event loop cannot be set up; this role ends and is restarted\n", stderr);
		abort(); /* call: as when memory runs out; the supervisor starts the role again */
	}
	return object;
}

static void event_called(evutil_socket_t fd, short what, void *argument) {
	struct loop_event *event = argument;

	event->call(event->context);
}

static void event_start(struct loop_event *event, struct loop *loop, int fd, short what) {
	event->event = not_null(event_new(loop->base, fd, what, event_called, event));
}

struct loop *loop_new(void) {
	struct loop *loop = mem_alloc(sizeof *loop);
	struct event_config *config = not_null(event_config_new());

	/* Timers as exact as the kernel's clock: the packet path's limits are milliseconds. */
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	loop->base = not_null(event_base_new_with_config(config));
	event_config_free(config);
	return loop;
}

struct loop *loop_free(struct loop *loop) {
	if (loop) {
		event_base_free(loop->base);
		free(loop);
	}
	return NULL;
}

void loop_run(struct loop *loop) {
	event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_stop(struct loop *loop) {
	event_base_loopbreak(loop->base);
}

static struct loop_watch *watch_new(struct loop *loop, int fd, short what, loop_f *call, void *context) {
	struct loop_watch *watch = mem_alloc(sizeof *watch);

	watch->watched.call = call;
	watch->watched.context = context;
	event_start(&watch->watched, loop, fd, what | EV_PERSIST);
	event_add(watch->watched.event, NULL);
	return watch;
}

struct loop_watch *loop_watch_readable(struct loop *loop, int fd, loop_f *call, void *context) {
	return watch_new(loop, fd, EV_READ, call, context);
}

struct loop_watch *loop_watch_signal(struct loop *loop, int number, loop_f *call, void *context) {
	return watch_new(loop, number, EV_SIGNAL, call, context);
}

struct loop_watch *loop_unwatch(struct loop_watch *watch) {
	if (watch) {
		event_free(watch->watched.event);
		free(watch);
	}
	return NULL;
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_f *call, void *context) {
	struct loop_timer *timer = mem_alloc(sizeof *timer);

	timer->timed.call = call;
	timer->timed.context = context;
	event_start(&timer->timed, loop, -1, 0);
	return timer;
}

struct loop_timer *loop_timer_free(struct loop_timer *timer) {
	if (timer) {
		event_free(timer->timed.event);
		free(timer);
	}
	return NULL;
}

void loop_timer_set(struct loop_timer *timer, uint64_t milliseconds) {
	struct timeval delay;

	if (milliseconds > TIMER_MAX_MS)
		milliseconds = TIMER_MAX_MS;
	delay.tv_sec = (time_t)(milliseconds / 1000);
	delay.tv_usec = (suseconds_t)(milliseconds % 1000 * 1000);
	/* libevent keeps its idea of "now" for the length of a round of callbacks; after a long one it is old, and the
	 * timer would come early. */
	event_base_update_cache_time(event_get_base(timer->timed.event));
	event_add(timer->timed.event, &delay);
}

void loop_timer_clear(struct loop_timer *timer) {
	event_del(timer->timed.event);
}

struct event_base *loop_base(struct loop *loop) {
	return loop->base;
}
