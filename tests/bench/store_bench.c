/* SPDX-License-Identifier: Apache-2.0 */
/* store_bench DIR: renewals of 200,000 leases through the interface of the lease store, in a new store in DIR; then
 * with a checkpoint after each batch, which is one transaction of LMDB with its full sync: what LMDB alone would
 * cost. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/lease_store.h"
#include "store_load.h"

#define FILL_BATCH 5000

static void note_result(void *context, int result, const struct error *error) {
	if (result < 0)
		fprintf(stderr, "store_bench: %s\n", error->text);
	*(int *)context = result;
}

/* And what the daemon does after a batch. */
static int submit(struct lease_store *store, struct lease_batch *batch) {
	int r = 0;

	lease_batch_submit(batch, note_result, &r);
	lease_store_tick(store, clock_now().boot_ms);
	return r;
}

/* What the engine does for a renewal: look the client up, put its lease. */
static int renew(const struct lease_view *view, uint32_t client, uint32_t renewal) {
	struct lease lease = load_lease(client, renewal), found;
	int r = view->get_by_client(view->context, lease.scope, &lease.client, &found);

	return r < 0 ? r : view->put(view->context, &lease);
}

static int fill(struct lease_store *store) {
	struct lease_batch *batch;
	int r = 0;

	for (uint32_t client = 0; client < LOAD_CLIENTS && r == 0; client += FILL_BATCH) {
		r = lease_batch_begin(store, &batch, NULL);
		for (uint32_t i = 0; i < FILL_BATCH && r == 0; i++) {
			const struct lease_view *view = lease_batch_view(batch);
			struct lease lease = load_lease(client + i, 0);

			r = view->put(view->context, &lease);
		}
		if (r == 0)
			r = submit(store, batch);
	}
	return r;
}

static int renew_batch(void *context, unsigned batch_size) {
	static uint32_t renewal;
	struct lease_batch *batch;
	struct error error = { 0 };
	int r = lease_batch_begin(context, &batch, &error);

	renewal++;
	for (unsigned i = 0; i < batch_size && r == 0; i++)
		r = renew(lease_batch_view(batch), load_random(LOAD_CLIENTS), renewal);
	return r < 0 ? r : submit(context, batch);
}

static int renew_and_write(void *context, unsigned batch_size) {
	int r = renew_batch(context, batch_size);

	return r < 0 ? r : lease_store_checkpoint(context, NULL);
}

int main(int argc, char **argv) {
	struct lease_store *store;
	struct error error;
	int r;

	if (argc != 2 || lease_store_open(argv[1], "bench.example.net", &store, &error) < 0) {
		fprintf(stderr, "store_bench: %s\n", argc == 2 ? error.text : "say in which directory");
		return 2;
	}
	lease_store_tick(store, clock_now().boot_ms);
	r = fill(store);
	if (r == 0)
		r = load_run("store", renew_batch, store);
	if (r == 0)
		r = load_run("LMDB", renew_and_write, store);
	lease_store_close(store);
	return r < 0;
}
