/* SPDX-License-Identifier: Apache-2.0 */
/* lease_layers.h - all leases as one view: what changed last, over what is being written into leases.mdb, over what
 * stands there.
 *
 * An address's record is that of the highest layer that knows the address. The rows by client and by expiry of a lower
 * layer count only while no higher layer knows the address that they lead to: what it knows it also finds by itself.
 * Functions return 0, -E_NOT_FOUND or -E_DHCP_JET_ERROR (reading leases.mdb failed, which sticks to the snapshot, or a
 * record cannot be decoded). Thread: one.
 */
#pragma once

#include "model/lease.h"
#include "store/db.h"
#include "store/lease_memory.h"
#include "store/lease_store.h"

/* Embedded: a record's place in the order in which addresses were last in force. */
struct lease_due_place {
	struct ip4_subnet scope;
	int64_t last_in_force;
	struct ip4 address;
};

#define LEASE_FLOORS 64

/* Embedded. What is borrowed is set by the store, which calls lease_layers_forget when it exchanges any of it. */
struct lease_layers {
	struct db_txn *snapshot;     /* borrowed; a reading transaction of leases.mdb */
	struct lease_memory *newest; /* borrowed */
	struct lease_memory *sealed; /* borrowed; NULL: there is none */
	uint64_t n_below;            /* records in the snapshot, but for those of sealed that may be there already */
	/* What lease_layers_get_reusable has found out; both hold until something in a layer is taken back. */
	struct lease_due_place floors[LEASE_FLOORS]; /* rows of leases.mdb up to there are overridden */
	struct lease_due_place last_due;             /* where it ended, */
	size_t last_skip;                            /* having skipped so many, */
	int64_t last_now;
	bool has_last;                               /* unless something was put since */
};

/* Forget what was found out: a layer is another, or a batch was undone. */
void lease_layers_forget(struct lease_layers *layers);

/* The functions of struct lease_view (model/lease.h). A record that was released at a time after @now (the clock was
 * set back) counts as reusable from that time on. */
int lease_layers_get_by_address(struct lease_layers *layers, struct ip4 address, struct lease *ret_lease);
int lease_layers_get_by_client(struct lease_layers *layers, struct ip4_subnet scope, const struct client_key *client,
			       struct lease *ret_lease);
int lease_layers_get_gap(struct lease_layers *layers, struct ip4 from, struct ip4 to, struct ip4 *ret_address);
int lease_layers_get_reusable(struct lease_layers *layers, struct ip4_subnet scope, int64_t now, size_t skip,
			      struct lease *ret_lease);
int lease_layers_count_bootp(struct lease_layers *layers, struct ip4_subnet scope, int64_t now, size_t enough,
			     size_t *ret_count);
int lease_layers_get_next(struct lease_layers *layers, struct ip4 from, struct lease *ret_lease);

/* Store @lease in the newest layer. -E_DHCP_JET_ERROR also for one that cannot be encoded. */
int lease_layers_put(struct lease_layers *layers, const struct lease *lease);
int lease_layers_remove(struct lease_layers *layers, struct ip4 address);

/* Take over a change as it stands in the journal; an empty @record: removed. 0; -E_DHCP_JET_ERROR. */
int lease_layers_take(struct lease_layers *layers, struct ip4 address, struct span record);

/* Visit all records in [@from, @to] in ascending order of address. 0, what @visit returned, or -E_DHCP_JET_ERROR. */
int lease_layers_visit(struct lease_layers *layers, struct ip4 from, struct ip4 to, lease_record_visit_f *visit,
		       void *context);

/* How many records there are. */
uint64_t lease_layers_count(const struct lease_layers *layers);
