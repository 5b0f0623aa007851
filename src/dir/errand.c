/* SPDX-License-Identifier: Apache-2.0 */
#include "dir/errand.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dir/deadline.h"

#define STRAYS_MAX 4

/* Shared by the thread and its caller; the last one to leave frees it. */
struct errand {
	pthread_cond_t changed;
	errand_f *perform, *dispose;
	void *work;
	struct errand_strays *strays;
	bool is_done, is_abandoned;
};

/* Of all errands: they are few, and it is held for moments. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void errand_free(struct errand *errand) {
	pthread_cond_destroy(&errand->changed);
	free(errand);
}

static void *run(void *context) {
	struct errand *errand = context;
	bool is_abandoned;

	errand->perform(errand->work);
	pthread_mutex_lock(&lock);
	errand->is_done = true;
	is_abandoned = errand->is_abandoned;
	if (is_abandoned)
		errand->strays->n--;
	else
		pthread_cond_signal(&errand->changed); /* from here on it is the caller's */
	pthread_mutex_unlock(&lock);
	if (is_abandoned) {
		errand->dispose(errand->work);
		errand_free(errand);
	}
	return NULL;
}

/* With the lock held. */
static bool start(struct errand *errand) {
	pthread_t thread;

	if (errand->strays->n >= STRAYS_MAX || pthread_create(&thread, NULL, run, errand) != 0)
		return false;
	pthread_detach(thread);
	return true;
}

/* With the lock held: wait for the thread, or abandon it. */
static bool wait_done(struct errand *errand, uint64_t timeout_ms) {
	struct timespec deadline = deadline_in(timeout_ms);

	while (!errand->is_done && !is_deadline_passed(&deadline))
		pthread_cond_timedwait(&errand->changed, &lock, &deadline);
	if (errand->is_done)
		return true;
	errand->is_abandoned = true;
	errand->strays->n++;
	return false;
}

bool errand_run(errand_f *perform, errand_f *dispose, void *work, struct errand_strays *strays, uint64_t timeout_ms) {
	struct errand *errand = mem_alloc(sizeof *errand);
	bool is_started, is_done = false;

	*errand = (struct errand){ .perform = perform, .dispose = dispose, .work = work, .strays = strays };
	deadline_init_condition(&errand->changed);
	pthread_mutex_lock(&lock);
	is_started = start(errand);
	if (is_started)
		is_done = wait_done(errand, timeout_ms);
	pthread_mutex_unlock(&lock);
	if (!is_started)
		dispose(work);
	if (!is_started || is_done)
		errand_free(errand);
	return is_done;
}
