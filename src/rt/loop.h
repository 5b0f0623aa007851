/* SPDX-License-Identifier: Apache-2.0 */
/* loop.h - a role's event loop: libevent behind a few verbs.
 *
 * Thread: one per loop.
 */
#pragma once

#include <signal.h>
#include <stdint.h>

struct event_base;
struct loop;
struct loop_watch; /* a watched descriptor or signal */
struct loop_timer;

typedef void loop_f(void *context);

/* A new loop, and its end after every watch and timer of it. loop_free accepts NULL and returns NULL. */
struct loop *loop_new(void);
struct loop *loop_free(struct loop *loop);

/* Run until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Call @call whenever @fd can be read (or is closed by its other end). Ends with loop_unwatch. */
struct loop_watch *loop_watch_readable(struct loop *loop, int fd, loop_f *call, void *context);

/* Call @call in the loop after each signal @number. */
struct loop_watch *loop_watch_signal(struct loop *loop, int number, loop_f *call, void *context);

/* Stop watching. Accepts NULL; returns NULL. */
struct loop_watch *loop_unwatch(struct loop_watch *watch);

/* A timer that is not yet set. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_f *call, void *context);
struct loop_timer *loop_timer_free(struct loop_timer *timer);

/* Call once in @milliseconds from now; replaces an earlier setting. */
void loop_timer_set(struct loop_timer *timer, uint64_t milliseconds);
void loop_timer_clear(struct loop_timer *timer);

/* Borrow libevent's base, for libevent's own HTTP server. */
struct event_base *loop_base(struct loop *loop);
