/* SPDX-License-Identifier: Apache-2.0 */
/* orders.h - what api asks of serve for an administrator (model/order.h, rt/order.h): taken between two batches of
 * packets, done in a batch of leases of their own, answered once that is durable.
 *
 * Thread: the loop's.
 */
#pragma once

#include "engine/engine.h"
#include "rt/loop.h"
#include "store/lease_store.h"

struct orders;

/* What orders need of serve. Borrowed for good. Embedded. */
struct orders_parts {
	struct loop *loop;
	struct engine *engine;
	struct lease_store *store;

	/* Fill in what a decision depends on but for @now and @leases, borrowed until the next turn of the loop. False
	 * if nothing may be stored any more. */
	bool (*prepare)(void *context, struct engine_input *input);
	void (*failed)(void *context, const struct error *error); /* the store did */
	void *context;
};

/* Take orders from HERITAGE_ORDER_TAKE. orders_free accepts NULL and returns NULL. */
struct orders *orders_new(const struct orders_parts *parts);
struct orders *orders_free(struct orders *orders);
