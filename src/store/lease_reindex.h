/* SPDX-License-Identifier: Apache-2.0 */
/* lease_reindex.h - make the indexes of leases.mdb agree with its records again, a part in each transaction. Private to
 * the lease store.
 *
 * What is right is left alone, so that a few wrong rows among millions are little to write.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "store/lease_check.h"

/* Embedded: how far it has come. */
struct lease_reindex {
	struct lease_check check;
	const atomic_bool *is_cancelled; /* borrowed */
	uint64_t n_mended;               /* rows that were wrong or missing */
};

/* Begin. */
void lease_reindex_begin(struct lease_reindex *ret_reindex, const atomic_bool *is_cancelled);

/* Put what is missing and remove what is wrong, in the next part. Records that cannot be read stay as they are. True if
 * there is more; failures stick to @txn, and so does ECANCELED, soon after @is_cancelled has become true. */
bool lease_reindex_part(struct lease_reindex *reindex, struct db_txn *txn);
