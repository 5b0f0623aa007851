/* SPDX-License-Identifier: Apache-2.0 */
/* fill - make a lease store with as many leases as wanted, of addresses that follow one another, as if their clients
 * had asked one after the other. */
#include <err.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/ip4.h"
#include "sample_lease.h"
#include "store/lease_store.h"

#define BATCH 4096
#define CHECKPOINT 16 /* after so many batches: no server has as many changes at a time */

static struct error error;

static void check(int result) {
	if (result < 0)
		errx(1, "%s", error.text);
}

static void done(void *context, int result, const struct error *reason) {
	if (result < 0)
		errx(1, "%s", reason->text);
}

static void put_batch(struct lease_store *store, struct lease *next, uint32_t number, uint32_t n) {
	struct lease_batch *batch;

	check(lease_batch_begin(store, &batch, &error));
	for (uint32_t i = 0; i < n; i++) {
		const struct lease_view *view = lease_batch_view(batch);
		*next = sample_lease(next->address, next->scope, next->start, number + i);
		check(view->put(view->context, next));
		next->address.value++;
	}
	lease_batch_submit(batch, done, NULL);
}

int main(int argc, char **argv) {
	struct lease next = { .start = time(NULL) };
	struct lease_store *store;
	uint32_t n_wanted;

	if (argc != 6 || ip4_subnet_parse(argv[3], &next.scope) < 0 || ip4_parse(argv[4], &next.address) < 0)
		errx(2, "usage: fill DIRECTORY SERVER-NAME NETWORK/LENGTH FIRST NUMBER");
	n_wanted = (uint32_t)strtoul(argv[5], NULL, 10);
	check(lease_store_open(argv[1], argv[2], &store, &error));
	for (uint32_t n = 0; n < n_wanted; n += BATCH) {
		put_batch(store, &next, n, n_wanted - n < BATCH ? n_wanted - n : BATCH);
		if (n / BATCH % CHECKPOINT == CHECKPOINT - 1)
			check(lease_store_checkpoint(store, &error));
	}
	check(lease_store_checkpoint(store, &error));
	lease_store_close(store);
	return 0;
}
