/* SPDX-License-Identifier: Apache-2.0 */
/* lease_store.h - durable leases: a batch of changes goes in, a completion comes back when it is on stable storage.
 *
 * This version commits LMDB once per batch; how is nobody's business outside.
 * One writer process (serve) opens it with lease_store_open; readers (api) with lease_store_open_reader.
 * Thread: one per store object.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/lease.h"

struct lease_store;
struct lease_batch;

/* Open or create DIR/leases.mdb as its only writer, for the server @server_name.
 * 0; -E_DHCP_DATABASE_INIT_FAILED (cannot open, or it belongs to another server: the sentence says which),
 * -E_DHCP_JET_CONV_REQUIRED (older format), each with a sentence. The caller holds the state directory's lock. */
int lease_store_open(const char *state_directory, const char *server_name, struct lease_store **ret_store,
		     struct error *reterr_error);

/* Open an existing store for reading. 0, -E_NOT_FOUND (not made yet) or -E_DHCP_DATABASE_INIT_FAILED. */
int lease_store_open_reader(const char *state_directory, struct lease_store **ret_store, struct error *reterr_error);

/* False if the file was removed or replaced since it was opened: whoever opens it now gets another one. */
bool is_lease_store_current(const struct lease_store *store);

/* Close. Accepts NULL; returns NULL. */
struct lease_store *lease_store_close(struct lease_store *store);

/* Start a batch (the writer has at most one). 0 or -E_DHCP_JET_ERROR. */
int lease_batch_begin(struct lease_store *store, struct lease_batch **ret_batch, struct error *reterr_error);

/* Start a batch that only looks, of a store opened for reading: what is put or removed in its view is forgotten. End it
 * with lease_batch_abort. 0 or -E_DHCP_JET_ERROR. */
int lease_store_look(struct lease_store *store, struct lease_batch **ret_batch, struct error *reterr_error);

/* The view through which the engine reads and changes leases in this batch. Lives as long as the batch. */
const struct lease_view *lease_batch_view(struct lease_batch *batch);

/* True if a change was made in this batch. */
bool is_lease_batch_dirty(const struct lease_batch *batch);

/* When ended leases were cleared away last (0: never), and note that it was done at @at, in this batch. */
int64_t lease_batch_last_cleanup(struct lease_batch *batch);
void lease_batch_note_cleanup(struct lease_batch *batch, int64_t at);

/* Called when the batch is durable (@result 0) or lost (-E_DHCP_JET_ERROR, with @error). */
typedef void lease_batch_done_f(void *context, int result, const struct error *error);

/* Hand in the batch, which is gone afterwards; @done is called exactly once, perhaps before this returns. A batch
 * without changes completes without touching the disk. */
void lease_batch_submit(struct lease_batch *batch, lease_batch_done_f *done, void *context);

/* Drop the batch and all its changes. */
void lease_batch_abort(struct lease_batch *batch);

/* Called for each lease; a negative return ends the iteration and is returned. */
typedef int lease_visit_f(void *context, const struct lease *lease);

/* Visit all leases in [@from, @to] in ascending order of address, in one consistent view.
 * 0, what @visit returned, or -E_DHCP_JET_ERROR. */
int lease_store_visit(struct lease_store *store, struct ip4 from, struct ip4 to, lease_visit_f *visit, void *context);

/* Embedded. */
struct lease_store_stat {
	const char *path; /* borrowed from the store */
	uint32_t format;  /* its version */
	uint64_t n_leases;
	uint64_t n_bytes_used;
	uint64_t n_bytes_on_disk;
	int64_t last_cleanup; /* wall; 0: never */
};

/* Read what there is to say of the store. 0 or -E_DHCP_JET_ERROR. */
int lease_store_stat(struct lease_store *store, struct lease_store_stat *ret_stat);
