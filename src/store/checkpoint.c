/* SPDX-License-Identifier: Apache-2.0 */
#include "store/checkpoint.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/lease_apply.h"
#include "store/lease_reindex.h"
#include "store/lease_store_priv.h"

#define NICENESS 5 /* a quarter of a busy processor: with less, the journal would fill under the highest load */
#define PAGES_PER_PART 8192 /* LMDB keeps what a transaction changed in memory, and gets slower the more it is */
#define RESERVE_MIN ((uint64_t)16 << 20)
#define RESERVE_SHARE 4 /* of the file's size */

/* Of linux/ioprio.h. */
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_BEST_EFFORT_LAST (2 << 13 | 7)

enum state { IDLE, WORKING, DONE };

struct checkpoint {
	struct db *db;
	struct journal *journal;
	pthread_t thread;
	sem_t begun, ended; /* posted once for each piece of work; begun once more for the end */
	_Atomic enum state state;
	atomic_bool is_cancelled, is_hurried;
	struct lease_reindex reindex; /* the thread's */
	bool is_reindexing;           /* it has been begun and not come to its end */
	struct checkpoint_work work;     /* the thread's while WORKING, else the owner's */
	struct checkpoint_result result; /* likewise */
};

static void write_notes(const struct checkpoint_work *work, struct db_txn *txn) {
	db_put_number(txn, LEASE_META_JOURNAL, work->sequence);
	if (work->cleanup)
		db_put_number(txn, LEASE_META_CLEANUP, (uint64_t)work->cleanup);
	if (work->doubtful_until)
		db_put_number(txn, LEASE_META_DOUBTFUL, (uint64_t)work->doubtful_until);
}

/* One transaction. The last one says up to which frame of the journal it all goes. True if there is more. */
static bool write_part(struct checkpoint *checkpoint, struct lease_apply *apply) {
	const struct checkpoint_work *work = &checkpoint->work;
	struct checkpoint_result *result = &checkpoint->result;
	bool has_more;
	struct db_txn txn;

	if (db_begin_beside(checkpoint->db, true, &txn, &result->error) < 0) {
		result->rc = MDB_PANIC;
		return false;
	}
	has_more = lease_apply_part(apply, &txn);
	if (!has_more)
		write_notes(work, &txn);
	if (atomic_load(&checkpoint->is_cancelled))
		db_fail(&txn, ECANCELED);
	db_commit(&txn, &result->error);
	result->rc = txn.rc;
	return has_more && result->rc == 0;
}

static void write_all(struct checkpoint *checkpoint) {
	struct lease_apply apply = {
		.memory = checkpoint->work.memory,
		.is_cancelled = &checkpoint->is_cancelled,
		.n_pages_max = PAGES_PER_PART,
	};

	while (write_part(checkpoint, &apply))
		;
	checkpoint->result.n_changed = apply.n_changed;
}

static bool reindex_part(struct checkpoint *checkpoint) {
	struct checkpoint_result *result = &checkpoint->result;
	struct db_txn txn;
	bool has_more;

	if (db_begin_beside(checkpoint->db, true, &txn, &result->error) < 0) {
		result->rc = MDB_PANIC;
		return false;
	}
	has_more = lease_reindex_part(&checkpoint->reindex, &txn);
	db_commit(&txn, &result->error);
	result->rc = txn.rc;
	return has_more && result->rc == 0;
}

/* As far as there is time: what was written of a memory lets go of a part of the journal only when all of the work is
 * done. Whatever is written into leases.mdb between two parts keeps its indexes right itself; after a
 * failure all is looked at again. */
static void reindex(struct checkpoint *checkpoint) {
	struct checkpoint_result *result = &checkpoint->result;

	if (!checkpoint->is_reindexing)
		lease_reindex_begin(&checkpoint->reindex, &checkpoint->is_cancelled);
	do
		result->has_more = reindex_part(checkpoint);
	while (result->has_more && !checkpoint->work.memory && !atomic_load(&checkpoint->is_hurried));
	checkpoint->is_reindexing = result->has_more;
	result->n_mended = checkpoint->reindex.n_mended;
}

static void keep_reserve(struct checkpoint *checkpoint) {
	uint64_t wanted = db_size(checkpoint->db) / RESERVE_SHARE;
	struct checkpoint_result *result = &checkpoint->result;

	if (db_reserve(checkpoint->db, wanted > RESERVE_MIN ? wanted : RESERVE_MIN, &result->space) < 0)
		result->is_short = true;
}

/* The journal first: batches must not run out of segments while leases.mdb is written. */
static void do_work(struct checkpoint *checkpoint) {
	struct checkpoint_result *result = &checkpoint->result;

	*result = (struct checkpoint_result){ 0 };
	if (checkpoint->work.is_journal_wanting)
		result->is_short = journal_prepare(checkpoint->journal, &result->space) < 0;
	if (checkpoint->work.memory)
		write_all(checkpoint);
	if (checkpoint->work.is_reindex && checkpoint->result.rc == 0)
		reindex(checkpoint);
	db_check_readers(checkpoint->db);
	if (!atomic_load(&checkpoint->is_cancelled))
		keep_reserve(checkpoint);
}

/* Behind the packets in everything, but not so far that a busy disk never lets it come: then the journal would fill. */
static void be_humble(void) {
	pid_t self = (pid_t)syscall(SYS_gettid);

	setpriority(PRIO_PROCESS, (id_t)self, NICENESS);
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, self, IOPRIO_BEST_EFFORT_LAST);
}

static void sem_take(sem_t *semaphore) {
	while (sem_wait(semaphore) < 0 && errno == EINTR)
		;
}

static void *run(void *context) {
	struct checkpoint *checkpoint = context;

	be_humble();
	for (;;) {
		sem_take(&checkpoint->begun);
		if (atomic_load(&checkpoint->state) != WORKING)
			return NULL;
		do_work(checkpoint);
		atomic_store(&checkpoint->state, DONE);
		sem_post(&checkpoint->ended);
	}
}

/* Signals are the business of the thread that has the loop. */
static int start_thread(struct checkpoint *checkpoint) {
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&checkpoint->thread, NULL, run, checkpoint);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct checkpoint *checkpoint_new(struct db *db, struct journal *journal) {
	struct checkpoint *checkpoint = mem_alloc(sizeof *checkpoint);

	checkpoint->db = db;
	checkpoint->journal = journal;
	sem_init(&checkpoint->begun, 0, 0);
	sem_init(&checkpoint->ended, 0, 0);
	if (start_thread(checkpoint) == 0)
		return checkpoint;
	free(checkpoint);
	return NULL;
}

void checkpoint_wait(struct checkpoint *checkpoint) {
	if (atomic_load(&checkpoint->state) == IDLE)
		return;
	sem_take(&checkpoint->ended);
	sem_post(&checkpoint->ended);
}

struct checkpoint *checkpoint_free(struct checkpoint *checkpoint) {
	if (!checkpoint)
		return NULL;
	atomic_store(&checkpoint->is_cancelled, true);
	checkpoint_wait(checkpoint);
	atomic_store(&checkpoint->state, IDLE);
	sem_post(&checkpoint->begun);
	pthread_join(checkpoint->thread, NULL);
	sem_destroy(&checkpoint->begun);
	sem_destroy(&checkpoint->ended);
	free(checkpoint);
	return NULL;
}

bool is_checkpoint_busy(const struct checkpoint *checkpoint) {
	return atomic_load(&checkpoint->state) != IDLE;
}

void checkpoint_start(struct checkpoint *checkpoint, const struct checkpoint_work *work) {
	assert(!is_checkpoint_busy(checkpoint));
	checkpoint->work = *work;
	atomic_store(&checkpoint->is_hurried, false);
	atomic_store(&checkpoint->state, WORKING);
	sem_post(&checkpoint->begun);
}

void checkpoint_hurry(struct checkpoint *checkpoint) {
	atomic_store(&checkpoint->is_hurried, true);
}

bool checkpoint_take(struct checkpoint *checkpoint, struct checkpoint_result *ret_result) {
	if (atomic_load(&checkpoint->state) != DONE)
		return false;
	sem_take(&checkpoint->ended);
	*ret_result = checkpoint->result;
	atomic_store(&checkpoint->state, IDLE);
	return true;
}
