/* SPDX-License-Identifier: Apache-2.0 */
/* commits - how many leases a second become durable, by the size of a batch: renewals of random leases of a store
 * that fill has made. First as the store does it, with its journal; then as LMDB alone would, with a checkpoint,
 * which is one transaction with a full sync, after each batch. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/ip4.h"
#include "sample_lease.h"
#include "store/lease_store.h"

#define MS_PER_S 1000
#define RUN_MS 1000
#define STEP 2654435761u /* odd, so that its multiples are spread over all leases */

static struct error error;

static void check(int result) {
	if (result < 0)
		errx(1, "%s", error.text);
}

static void done(void *context, int result, const struct error *reason) {
	if (result < 0)
		errx(1, "%s", reason->text);
}

static double read_clock(void) {
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * MS_PER_S + (double)now.tv_nsec / 1e6;
}

/* Embedded: the leases that are renewed. */
struct field {
	struct ip4_subnet scope;
	struct ip4 first;
	uint32_t n, next;
	int64_t now;
};

static void renew_batch(struct lease_store *store, struct field *field, unsigned n) {
	struct lease_batch *batch;
	const struct lease_view *view;

	check(lease_batch_begin(store, &batch, &error));
	view = lease_batch_view(batch);
	for (unsigned i = 0; i < n; i++) {
		uint32_t number = field->next % field->n;
		struct ip4 address = { field->first.value + number };
		struct lease lease = sample_lease(address, field->scope, field->now, number);
		check(view->put(view->context, &lease));
		field->next += STEP;
	}
	lease_batch_submit(batch, done, NULL);
}

static void measure(struct lease_store *store, struct field *field, unsigned size, bool is_checkpointed) {
	double start = read_clock(), now = start;
	unsigned n_batches = 0;

	for (; now - start < RUN_MS; n_batches++, now = read_clock()) {
		renew_batch(store, field, size);
		if (is_checkpointed)
			check(lease_store_checkpoint(store, &error));
		else
			lease_store_tick(store, (uint64_t)now);
		field->now++;
	}
	printf("%s, batches of %u: %.0f leases a second, %.3f ms a batch\n", is_checkpointed ? "LMDB alone" : "journal",
	       size, n_batches * size / (now - start) * MS_PER_S, (now - start) / n_batches);
	check(lease_store_checkpoint(store, &error));
}

int main(int argc, char **argv) {
	static const unsigned sizes[] = { 1, 8, 64, 256, 512 };
	struct field field = { .now = time(NULL) };
	struct lease_store *store;

	if (argc != 6 || ip4_subnet_parse(argv[3], &field.scope) < 0 || ip4_parse(argv[4], &field.first) < 0)
		errx(2, "usage: commits DIRECTORY SERVER-NAME NETWORK/LENGTH FIRST NUMBER");
	field.n = (uint32_t)strtoul(argv[5], NULL, 10);
	check(lease_store_open(argv[1], argv[2], &store, &error));
	for (unsigned i = 0; i < 2 * sizeof(sizes) / sizeof(*sizes); i++)
		measure(store, &field, sizes[i / 2], i % 2);
	lease_store_close(store);
	return 0;
}
