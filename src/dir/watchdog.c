/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/watchdog.h"

#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "base/mem.h"
#include "dir/deadline.h"

struct watchdog {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct timespec deadline; /* on CLOCK_MONOTONIC */
	int fd;                   /* -1: watching nothing */
	bool has_fired;
	bool is_ending;
};

static void *watchdog_run(void *context) {
	struct watchdog *watchdog = context;

	pthread_mutex_lock(&watchdog->lock);
	while (!watchdog->is_ending) {
		if (watchdog->fd < 0) {
			pthread_cond_wait(&watchdog->changed, &watchdog->lock);
		} else if (pthread_cond_timedwait(&watchdog->changed, &watchdog->lock, &watchdog->deadline) != 0 &&
			   watchdog->fd >= 0 && is_deadline_passed(&watchdog->deadline)) {
			shutdown(watchdog->fd, SHUT_RDWR);
			watchdog->has_fired = true;
			watchdog->fd = -1;
		}
	}
	pthread_mutex_unlock(&watchdog->lock);
	return NULL;
}

struct watchdog *watchdog_new(void) {
	struct watchdog *watchdog = mem_alloc(sizeof *watchdog);

	watchdog->fd = -1;
	pthread_mutex_init(&watchdog->lock, NULL);
	deadline_init_condition(&watchdog->changed);
	if (pthread_create(&watchdog->thread, NULL, watchdog_run, watchdog) == 0)
		return watchdog;
	pthread_cond_destroy(&watchdog->changed);
	pthread_mutex_destroy(&watchdog->lock);
	free(watchdog);
	return NULL;
}

void watchdog_arm(struct watchdog *watchdog, int fd, uint64_t timeout_ms) {
	if (!watchdog)
		return;
	pthread_mutex_lock(&watchdog->lock);
	watchdog->fd = fd;
	watchdog->has_fired = false;
	watchdog->deadline = deadline_in(timeout_ms);
	pthread_cond_signal(&watchdog->changed);
	pthread_mutex_unlock(&watchdog->lock);
}

bool watchdog_disarm(struct watchdog *watchdog) {
	bool has_fired;

	if (!watchdog)
		return false;
	pthread_mutex_lock(&watchdog->lock);
	watchdog->fd = -1;
	has_fired = watchdog->has_fired;
	pthread_mutex_unlock(&watchdog->lock);
	return has_fired;
}

struct watchdog *watchdog_free(struct watchdog *watchdog) {
	if (!watchdog)
		return NULL;
	pthread_mutex_lock(&watchdog->lock);
	watchdog->is_ending = true;
	pthread_cond_signal(&watchdog->changed);
	pthread_mutex_unlock(&watchdog->lock);
	pthread_join(watchdog->thread, NULL);
	pthread_cond_destroy(&watchdog->changed);
	pthread_mutex_destroy(&watchdog->lock);
	free(watchdog);
	return NULL;
}
