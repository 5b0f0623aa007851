/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile.h - whether a lease record agrees with the directory and with the other records, and what it should be.
 * Pure.
 *
 * The records are the truth about who was given which address; the directory is the truth about scopes and
 * reservations. So no judgment takes an address from a client that holds it by right, and what a record says of a
 * reservation's client comes from the reservation.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/inconsistency.h"
#include "model/lease.h"
#include "model/order.h"
#include "model/snapshot.h"

/* What judging depends on. Borrowed for the call. */
struct reconcile_input {
	const struct snapshot *snapshot;
	const struct lease_view *leases;
	int64_t now; /* wall */
};

enum mend_action {
	MEND_NOTHING,
	MEND_PUT,    /* in the record's place; a record of its client's other address in the scope goes */
	MEND_REMOVE, /* the record */
};

/* Embedded. */
struct judgment {
	unsigned kinds; /* 1 << enum inconsistency for each that was found */
	enum mend_action action;
	struct lease mended; /* what the record should be, if it should be there */
	struct ip4 rival;    /* the client's other address in the scope; none if it has none */
	struct ip4 reserved; /* of the client in the scope, if it is another one; else none */
};

/* Judge @lease, a record of input->leases. 0, or -E_DHCP_JET_ERROR: then nothing is known. */
int reconcile_judge(const struct reconcile_input *input, const struct lease *lease, struct judgment *ret_judgment);

/* What to do with the record of @address, which cannot be read: as above, with MEND_PUT or MEND_REMOVE. */
void reconcile_judge_unreadable(const struct reconcile_input *input, struct ip4 address, struct judgment *ret_judgment);

/* True if the reservation's client has a record of its address. A record that cannot be read counts as its own. */
bool is_reservation_active(const struct reconcile_input *input, const struct scope *scope,
			   const struct reservation *reservation);

/* Correct records as @order, an ORDER_LEASE_MEND, says, and note them in @answer. At most as many are looked at as
 * packets can wait for; answer->next says where to go on. 0 or -E_DHCP_JET_ERROR: then the batch is lost. */
int reconcile_order(const struct reconcile_input *input, const struct order *order, struct order_answer *answer);
