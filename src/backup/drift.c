/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/drift.h"

#include <poll.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "rt/worker.h"
#include "store/lease_check.h"

#define FIRST_MS 10000      /* after a start: clients come first */
#define PAUSE_MS 3000       /* between two steps */
#define INTERVAL_MS 1800000 /* between two walks, lest those through few rows come too often */

struct drift {
	const char *state_directory;
	struct worker *worker;
	struct loop_timer *timer;
	/* Of a walk, in the child. */
	unsigned told; /* 1 << enum inconsistency */
};

static void on_drift(void *context, const struct lease_drift *found) {
	const struct inconsistency_info *info = inconsistency_info_get(found->kind);
	unsigned bit = 1u << found->kind;
	struct drift *drift = context;
	char address[IP4_TEXT_MAX];

	counter_add(COUNTER_STORE_DRIFT, 1);
	if (drift->told & bit)
		return;
	drift->told |= bit;
	event_emit(EVENT_STORE_DRIFT, "%s, at %s: %s Put it right with: lessorctl reconcile --fix", info->word,
		   is_ip4_none(found->address) ? "no address" : ip4_format(found->address, address), info->description);
}

/* A store that fails, or is replaced meanwhile, is looked at again the next time. */
static int walk(void *context) {
	struct drift *drift = context;
	struct lease_checker *checker;
	struct lease_check check;

	if (lease_checker_open(drift->state_directory, &checker, NULL) < 0)
		return 0;
	lease_check_begin(&check, (struct ip4_range){ { 0 }, { UINT32_MAX } });
	while (is_lease_checker_current(checker) && lease_check_step(checker, &check, on_drift, drift) == 0 &&
	       !check.is_done)
		poll(NULL, 0, PAUSE_MS);
	lease_checker_close(checker);
	return 0;
}

static void on_time(void *context) {
	struct drift *drift = context;

	if (worker_begin(drift->worker, walk) < 0)
		loop_timer_set(drift->timer, FIRST_MS);
}

static void on_walked(void *context, int status) {
	struct drift *drift = context;

	loop_timer_set(drift->timer, INTERVAL_MS);
}

struct drift *drift_new(struct loop *loop, const char *state_directory) {
	struct drift *drift = mem_alloc(sizeof *drift);

	drift->state_directory = state_directory;
	drift->worker = worker_new(loop, on_walked, drift);
	drift->timer = loop_timer_new(loop, on_time, drift);
	loop_timer_set(drift->timer, FIRST_MS);
	return drift;
}

struct drift *drift_free(struct drift *drift) {
	if (!drift)
		return NULL;
	worker_free(drift->worker);
	loop_timer_free(drift->timer);
	free(drift);
	return NULL;
}
