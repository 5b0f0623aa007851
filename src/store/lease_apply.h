/* SPDX-License-Identifier: Apache-2.0 */
/* lease_apply.h - write what a lease memory holds into the tables of leases.mdb, in one transaction. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "store/db.h"
#include "store/lease_memory.h"

/* Write all of @memory, which nobody changes meanwhile, in the order of the tables; what is there already is left
 * alone. Returns how many records were changed; failures stick to @txn, and so does ECANCELED, soon after
 * @is_cancelled has become true. */
size_t lease_apply(struct db_txn *txn, const struct lease_memory *memory, const atomic_bool *is_cancelled);
