/* SPDX-License-Identifier: Apache-2.0 */
/* lease_apply.h - write what a lease memory holds into the tables of leases.mdb, a part in each transaction. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "store/db.h"
#include "store/lease_memory.h"

/* Embedded: how far it has come. */
struct lease_apply {
	const struct lease_memory *memory; /* borrowed; nobody changes it meanwhile */
	const atomic_bool *is_cancelled;   /* borrowed */
	size_t n_pages_max;                /* of leases.mdb that a transaction may change, roughly */
	size_t block;                      /* where the next part begins */
	size_t n_changed;                  /* records that were not as in the memory */
};

/* Write the next part, in the order of the tables; what is there already is left alone. The whole is consistent only
 * after the last part, but any part may stand there beneath the memory. True if there is more; failures stick to @txn,
 * and so does ECANCELED, soon after @is_cancelled has become true. */
bool lease_apply_part(struct lease_apply *apply, struct db_txn *txn);
