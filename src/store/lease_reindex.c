/* SPDX-License-Identifier: Apache-2.0 */
/* A step of the check is made with a cursor, which changes would confuse: what it finds is kept and done behind it. */
#include "store/lease_reindex.h"

#include <errno.h>

#include "base/arena.h"
#include "store/lease_check.h"
#include "store/lease_record.h"
#include "store/lease_table.h"

#define PART_ROWS 8192 /* that one transaction changes, roughly */
#define PART_STEPS 32  /* of the check, in one transaction */

/* What a step has found. */
struct task {
	struct task *next;
	enum inconsistency kind;
	struct ip4 address;
	struct span key;
};

/* A step. */
struct step {
	struct db_txn *txn;
	struct arena *arena;
	struct task *first;
	uint64_t n_mended;
};

static void on_drift(void *context, const struct lease_drift *drift) {
	struct step *step = context;
	struct task *task = arena_array_of(step->arena, struct task, 1);

	*task = (struct task){ step->first, drift->kind, drift->address, span_of(NULL, drift->key.len) };
	task->key.data = (const uint8_t *)arena_dup(step->arena, drift->key);
	step->first = task;
}

static void put_client(struct db_txn *txn, const struct lease *lease) {
	struct lease_key key = lease_key_client(lease->scope, &lease->client),
			 value = lease_key_address(lease->address);

	if (lease->client.len)
		db_put(txn, LEASE_TABLE_CLIENT, lease_key_span(&key), lease_key_span(&value));
}

static void put_expiry(struct db_txn *txn, const struct lease *lease) {
	struct lease_key key = lease_key_expiry(lease);

	db_put(txn, LEASE_TABLE_EXPIRY, lease_key_span(&key), span_of("b", lease->is_bootp ? 1 : 0));
}

/* The rows that the record of @address should have, if there is one. */
static void put_rows(struct db_txn *txn, struct ip4 address) {
	struct lease lease;

	if (lease_table_get_by_address(txn, address, &lease) < 0)
		return;
	put_client(txn, &lease);
	put_expiry(txn, &lease);
}

static void put_block(struct db_txn *txn, struct ip4 address) {
	struct lease_bits bits = lease_table_survey_block(txn, address);
	struct lease_key key = lease_key_block(address);
	uint8_t octets[LEASE_BLOCK_SIZE];

	lease_bits_encode(&bits, octets);
	if (is_lease_bits_empty(&bits))
		db_delete(txn, LEASE_TABLE_BLOCK, lease_key_span(&key));
	else
		db_put(txn, LEASE_TABLE_BLOCK, lease_key_span(&key), span_of(octets, sizeof octets));
}

/* Which table the row is of that is wrong; LEASE_TABLE_META: nothing is wrong that stands there. */
static const unsigned wrong_in[INCONSISTENCY_COUNT] = {
	[INCONSISTENCY_STRAY_RECORD] = LEASE_TABLE_ADDRESS,
	[INCONSISTENCY_CLIENT_WRONG] = LEASE_TABLE_CLIENT,
	[INCONSISTENCY_EXPIRY_WRONG] = LEASE_TABLE_EXPIRY,
	[INCONSISTENCY_BLOCK_WRONG] = LEASE_TABLE_BLOCK,
};

/* What is wrong goes; what the record that it was about should have, is put. No index mends a record. */
static void task_do(struct step *step, const struct task *task) {
	unsigned table = wrong_in[task->kind];

	if (task->kind == INCONSISTENCY_UNREADABLE)
		return;
	if (table != LEASE_TABLE_META)
		db_delete(step->txn, table, task->key);
	put_rows(step->txn, task->address);
	put_block(step->txn, task->address);
	step->n_mended++;
}

/* The last one that was found comes first: a row that is wrong goes before the one is put that is missing there.
 * Returns how many there were. */
static uint64_t step_do(struct lease_reindex *reindex, struct db_txn *txn) {
	struct step step = { .txn = txn, .arena = arena_new(0) };

	lease_check_step_in(txn, &reindex->check, on_drift, &step);
	for (const struct task *task = step.first; task; task = task->next)
		task_do(&step, task);
	arena_free(step.arena);
	return step.n_mended;
}

void lease_reindex_begin(struct lease_reindex *ret_reindex, const atomic_bool *is_cancelled) {
	*ret_reindex = (struct lease_reindex){ .is_cancelled = is_cancelled };
	lease_check_begin(&ret_reindex->check, (struct ip4_range){ { 0 }, { UINT32_MAX } });
}

bool lease_reindex_part(struct lease_reindex *reindex, struct db_txn *txn) {
	uint64_t n_mended = 0;

	for (unsigned i = 0; i < PART_STEPS && !reindex->check.is_done && txn->rc == 0 && n_mended < PART_ROWS; i++) {
		if (atomic_load_explicit(reindex->is_cancelled, memory_order_relaxed))
			db_fail(txn, ECANCELED);
		n_mended += step_do(reindex, txn);
	}
	reindex->n_mended += n_mended;
	return !reindex->check.is_done;
}
