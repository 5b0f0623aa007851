/* SPDX-License-Identifier: Apache-2.0 */
#include "backup/backup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "backup/catalog.h"
#include "backup/drift.h"
#include "backup/maker.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "rt/worker.h"
#include "store/generation.h"
#include "store/lease_store.h"
#include "store/restore.h"

#define SOON_MS 10000          /* after a start: clients come first */
#define AGAIN_FIRST_MS 5000    /* after a failure, then twice as long each time */
#define STEP_MS 1000           /* between two looks at how a maker gets on */
#define STEPS_HANGING 30       /* of them waiting, without an octet read or written: the directory does not answer */
#define CHECK_FIRST_MS 60000
#define CHECK_INTERVAL_MS 3600000
#define KEEP_DEFAULT 24        /* while the setting is not known */
#define NICE 10

enum { CHECK_SOUND = 0, CHECK_DAMAGED = 10 };

struct backup {
	struct maker_place place;
	struct worker *maker, *checker;
	struct drift *drift;
	struct loop_watch *wake;
	struct loop_timer *due, *step, *check;
	struct backup_plan plan;
	/* How the maker gets on. */
	_Atomic uint64_t *n_octets; /* shared with it; NULL: there is no memory for that */
	uint64_t n_octets_seen;
	unsigned n_steps_still;
	struct backup_hang hang;
	unsigned n_failures; /* in a row */
	uint64_t n_restores; /* that are known here */
	bool has_looked;     /* what generations there are is known */
	bool is_restored;    /* there was a restore since the last backup */
	/* What the maker at work is for. */
	struct backup_request request;
	struct backup_state state; /* large; each process's own copy, for a moment */
};

/* After a restore one more, until the next backup: what was made of the leases that were given up. */
static uint64_t keep(const struct backup *backup) {
	return (backup->plan.n_generations ? backup->plan.n_generations : KEEP_DEFAULT) + backup->is_restored;
}

/* Somebody may want to go back: how things are now is kept first, unless that cannot be read any more. The oldest stay
 * until the next backup: the one that is wanted may be among them. */
static int restore(struct backup *backup, struct error *reterr_error) {
	int r = maker_make(&backup->place, UINT64_MAX, &backup->state);

	if (r == -E_DHCP_JET_ERROR)
		return error_set(reterr_error, E_DHCP_JET_ERROR,
				 "nothing was restored, as the leases of now cannot be kept: %.400s", backup->state.error.text);
	snprintf(backup->state.before, sizeof backup->state.before, "%s", r == 0 ? backup->state.made.name : "");
	r = maker_prepare(&backup->place, backup->request.name, reterr_error);
	if (r == 0)
		counters_set_store_reopening(true); /* serve looks each second */
	return r;
}

static int fulfil(struct backup *backup, struct error *reterr_error) {
	struct backup_state *state = &backup->state;
	int r = 0;

	switch (backup->request.wish) {
	case BACKUP_WISH_NONE:
	case BACKUP_WISH_LOOK:
		r = maker_look(&backup->place, state, reterr_error);
		break;
	case BACKUP_WISH_MAKE:
		r = maker_make(&backup->place, keep(backup), state);
		*reterr_error = state->error;
		break;
	case BACKUP_WISH_RESTORE:
		r = restore(backup, reterr_error);
		break;
	}
	return r;
}

/* In the child. */
static int work(void *context) {
	struct backup *backup = context;
	struct backup_state *state = &backup->state;
	struct error error = { 0 };

	generation_count_octets(backup->n_octets);
	backup_board_read(state);
	state->n_begun = backup->request.number;
	state->busy_since = clock_now().wall_s;
	backup_board_publish(state);
	if (fulfil(backup, &error) == 0)
		error = (struct error){ 0 };
	state->n_done = state->n_begun;
	state->failure = error;
	state->busy_since = 0;
	backup_board_publish(state);
	return 0;
}

static void begin(struct backup *backup, const struct backup_request *request) {
	backup->request = *request;
	if (worker_begin(backup->maker, work) < 0) {
		event_emit(EVENT_BACKUP_FAILED, "no process can be started for it: %s", strerror(errno));
		loop_timer_set(backup->due, AGAIN_FIRST_MS);
		return;
	}
	backup->n_steps_still = 0;
	loop_timer_set(backup->step, STEP_MS);
}

static uint64_t again_ms(const struct backup *backup) {
	uint64_t interval = backup->plan.interval_s * 1000, pause = AGAIN_FIRST_MS;

	for (unsigned i = 1; i < backup->n_failures && pause < interval; i++)
		pause *= 2;
	return pause < interval ? pause : interval;
}

/* By the newest generation there is, whoever's life it was made in. One that a clock of later time has made, which was
 * set back since, is no reason to wait. */
static uint64_t due_ms(const struct backup *backup) {
	int64_t now = clock_now().wall_s, newest = catalog_newest(&backup->state, now);
	uint64_t age_s;

	if (backup->n_failures)
		return again_ms(backup);
	if (!newest)
		return SOON_MS;
	age_s = (uint64_t)(now - newest);
	return age_s < backup->plan.interval_s ? (backup->plan.interval_s - age_s) * 1000 : SOON_MS;
}

static void schedule(struct backup *backup) {
	backup_board_read(&backup->state);
	if (backup->plan.interval_s && backup->has_looked)
		loop_timer_set(backup->due, due_ms(backup));
	else
		loop_timer_clear(backup->due);
}

/* True if something was asked that nobody has begun with. */
static bool begin_asked(struct backup *backup) {
	struct backup_request request = backup_board_request();

	backup_board_read(&backup->state);
	if (request.number <= backup->state.n_begun || is_worker_busy(backup->maker))
		return false;
	begin(backup, &request);
	return true;
}

static void begin_own(struct backup *backup, enum backup_wish wish) {
	struct backup_request request = { .wish = wish };

	if (is_worker_busy(backup->maker))
		return;
	backup_board_read(&backup->state);
	request.number = backup->state.n_begun;
	begin(backup, &request);
}

static void on_due(void *context) {
	struct backup *backup = context;

	if (is_worker_busy(backup->maker))
		loop_timer_set(backup->due, AGAIN_FIRST_MS);
	else
		begin_own(backup, BACKUP_WISH_MAKE);
}

/* What a restore that comes to nothing has left. */
static void take_back(const struct backup *backup) {
	/* Told as failed, it must not come into force at a later start. Whoever is first with the file has it. */
	if (backup->request.wish == BACKUP_WISH_RESTORE && !is_store_reopening())
		restore_forget(backup->place.state_directory);
}

/* Nobody else writes the state now. Requests up to @number are done, as far as they will ever be. */
static void note_failure(struct backup *backup, uint64_t number, const struct error *error) {
	struct backup_state *state = &backup->state;

	take_back(backup);
	counter_add(COUNTER_BACKUPS_FAILED, 1);
	state->n_begun = state->n_done = number;
	state->failure = state->error = *error;
	state->tried_at = clock_now().wall_s;
	state->busy_since = 0;
	backup_board_publish(state);
}

/* The child was killed, or died of what it read. */
static void note_lost(struct backup *backup, int status) {
	struct error error;

	error_set(&error, E_DHCP_JET_ERROR, "the process that makes the backup was ended by signal %d (%s)",
		  WTERMSIG(status), strsignal(WTERMSIG(status)));
	event_emit_error(EVENT_BACKUP_FAILED, &error);
	note_failure(backup, backup->request.number, &error);
	loop_timer_set(backup->check, 0); /* it may be the store that killed it */
}

/* Whoever has asked meanwhile was told that nothing answers: what was wanted then must not be done now. */
static void note_hung(struct backup *backup) {
	note_failure(backup, backup_board_request().number, &backup->hang.error);
}

static void set_hang(struct backup *backup, const struct backup_hang *hang) {
	backup->hang = *hang;
	backup_board_set_hang(hang);
}

static void on_made(void *context, int status) {
	struct backup *backup = context;

	loop_timer_clear(backup->step);
	backup_board_read(&backup->state);
	if (WIFSIGNALED(status) && backup->hang.at)
		note_hung(backup);
	else if (WIFSIGNALED(status))
		note_lost(backup, status);
	set_hang(backup, &(struct backup_hang){ 0 });
	if (!backup->has_looked) { /* also if it failed: then a backup is due soon, and says why */
		backup->has_looked = true;
	} else if (backup->request.wish != BACKUP_WISH_LOOK) {
		backup->n_failures = backup->state.error.code ? backup->n_failures + 1 : 0;
		backup->is_restored &= backup->n_failures || backup->request.wish != BACKUP_WISH_MAKE;
	}
	if (!begin_asked(backup))
		schedule(backup);
}

/* A file system that hangs may keep its caller even from being killed, until it answers. */
static void give_up(struct backup *backup) {
	struct backup_hang hang = { .at = clock_now().wall_s };

	error_set(
		&hang.error, E_DHCP_JET_ERROR,
		"%s has not answered for %u seconds, and what was being done there is given up; look at its disk, or the server that it is on",
		backup->place.backup_directory, STEPS_HANGING * STEP_MS / 1000);
	backup_board_read(&backup->state);
	if (strcmp(backup->state.error.text, hang.error.text) != 0)
		event_emit_error(EVENT_BACKUP_FAILED, &hang.error);
	set_hang(backup, &hang);
	worker_kill(backup->maker);
}

/* One that waits for a processor, of which it gets little on a busy machine, says nothing of the directory. */
static void on_step(void *context) {
	struct backup *backup = context;
	uint64_t n_octets = backup->n_octets ? *backup->n_octets : backup->n_octets_seen + 1;

	if (n_octets != backup->n_octets_seen)
		backup->n_steps_still = 0;
	else if (is_worker_waiting(backup->maker))
		backup->n_steps_still++;
	backup->n_octets_seen = n_octets;
	if (backup->n_steps_still >= STEPS_HANGING)
		give_up(backup);
	else
		loop_timer_set(backup->step, STEP_MS);
}

/* The newest generation is of what was before the restore. Were the store damaged now, that would come back. */
static void follow_restore(struct backup *backup) {
	struct backup_restored restored = backup_board_restored();

	if (restored.count == backup->n_restores)
		return;
	backup->n_restores = restored.count;
	if (restored.error.code)
		return;
	backup->is_restored = true;
	loop_timer_set(backup->due, 0);
}

static void on_wake(void *context) {
	struct backup *backup = context;
	struct backup_plan plan = backup_board_plan();

	role_wake_clear(HERITAGE_WAKE_BACKUP);
	if (plan.interval_s != backup->plan.interval_s || plan.n_generations != backup->plan.n_generations) {
		backup->plan = plan;
		if (!is_worker_busy(backup->maker))
			schedule(backup);
	}
	follow_restore(backup);
	begin_asked(backup);
}

/* In the child. */
static int check(void *context) {
	struct backup *backup = context;
	struct error error;

	if (lease_store_walk(backup->place.state_directory, &error) != -E_DHCP_DATABASE_INIT_FAILED)
		return CHECK_SOUND;
	event_emit_error(EVENT_STORE_DAMAGED, &error);
	return CHECK_DAMAGED;
}

/* serve starts again, looks through the store itself, and takes a backup if it finds the same. */
static void on_checked(void *context, int status) {
	struct backup *backup = context;

	loop_timer_set(backup->check, CHECK_INTERVAL_MS);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHECK_DAMAGED)
		return;
	counters_set_store_suspect(true);
	counters_set_store_reopening(true);
}

static void on_check(void *context) {
	struct backup *backup = context;

	if (!is_worker_busy(backup->checker) && worker_begin(backup->checker, check) < 0)
		loop_timer_set(backup->check, CHECK_FIRST_MS);
}

static void backup_free(void *context) {
	struct backup *backup = context;

	worker_free(backup->maker);
	worker_free(backup->checker);
	drift_free(backup->drift);
	loop_unwatch(backup->wake);
	loop_timer_free(backup->due);
	loop_timer_free(backup->step);
	loop_timer_free(backup->check);
	child_unshare((void *)backup->n_octets, sizeof *backup->n_octets);
	free(backup);
}

/* What an earlier life of the role has begun with and not ended is asked for still. */
static void resume(struct backup *backup) {
	struct backup_state *state = &backup->state;

	set_hang(backup, &(struct backup_hang){ 0 });
	backup_board_read(state);
	if (state->n_begun == state->n_done)
		return;
	state->n_begun = state->n_done;
	state->busy_since = 0;
	backup_board_publish(state);
}

int backup_run(struct role_context *context, struct error *reterr_error) {
	const struct config *config = context->config;
	struct backup *backup = mem_alloc(sizeof *backup);

	if (setpriority(PRIO_PROCESS, 0, NICE) < 0)
		errno = 0; /* then it is as hasty as the others */
	backup_board_attach(HERITAGE_BACKUP_BOARD);
	backup->place = (struct maker_place){ config->state_directory, config->backup_directory, config->server_name };
	backup->plan = backup_board_plan();
	backup->n_restores = backup_board_restored().count;
	backup->maker = worker_new(context->loop, on_made, backup);
	backup->checker = worker_new(context->loop, on_checked, backup);
	backup->drift = drift_new(context->loop, config->state_directory);
	backup->wake = loop_watch_readable(context->loop, HERITAGE_WAKE_BACKUP, on_wake, backup);
	backup->due = loop_timer_new(context->loop, on_due, backup);
	backup->step = loop_timer_new(context->loop, on_step, backup);
	backup->n_octets = child_share(sizeof *backup->n_octets);
	backup->check = loop_timer_new(context->loop, on_check, backup);
	loop_timer_set(backup->check, CHECK_FIRST_MS);
	resume(backup);
	begin_own(backup, BACKUP_WISH_LOOK);
	context->finish = backup_free;
	context->finish_context = backup;
	role_ready();
	return 0;
}
