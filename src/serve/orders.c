/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/orders.h"

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "rt/order.h"
#include "rt/role.h"
#include "serve/audit_rows.h"

#define ORDERS_BATCH_MAX 8 /* then packets have their turn */

/* An order and what became of it. */
struct slot {
	struct order_head head;
	struct order order;
	struct order_answer answer;
};

struct orders {
	struct orders_parts parts;
	struct loop_watch *watch;
	struct slot slots[ORDERS_BATCH_MAX];
	size_t n_slots;
	bool is_batch_dirty; /* they change leases */
};

/* Those that somebody still waits for; the channel may hold some that an earlier life of ours did not come to. */
static void receive(struct orders *orders, uint64_t now_ms) {
	orders->n_slots = 0;
	for (size_t i = 0; i < ORDERS_BATCH_MAX; i++) {
		struct slot *slot = &orders->slots[orders->n_slots];
		int r = order_receive(HERITAGE_ORDER_TAKE, &slot->head, &slot->order, sizeof slot->order);

		if (r == -E_NOT_FOUND)
			return;
		if (r == 0 && now_ms <= slot->head.until_ms)
			orders->n_slots++;
	}
}

static void slot_report(const struct slot *slot, int64_t now) {
	const struct order *order = &slot->order;
	char address[IP4_TEXT_MAX];

	if (slot->answer.error.code || order->kind == ORDER_OFFERS)
		return;
	counter_add(COUNTER_ORDERS, 1);
	audit_rows_lease(order->kind == ORDER_LEASE_DELETE ? ROW_DELETED : ROW_ASSIGN, &slot->answer.lease, now);
	event_emit(order->kind == ORDER_LEASE_DELETE ? EVENT_LEASE_DELETED : EVENT_LEASE_CREATED,
		   "%s, asked for by the user with number %u", ip4_format(slot->answer.lease.address, address),
		   (unsigned)order->uid);
}

/* If there is no room for an answer, nobody reads them: api will say that there was none. */
static void slot_answer(const struct slot *slot) {
	order_send(HERITAGE_ORDER_TAKE, slot->head.number, 0, &slot->answer, sizeof slot->answer);
}

static void on_durable(void *context, int result, const struct error *error) {
	struct orders *orders = context;
	int64_t now = clock_now().wall_s;

	if (result < 0)
		orders->parts.failed(orders->parts.context, error);
	else if (orders->is_batch_dirty)
		counters_set_store_failing(false);
	for (size_t i = 0; i < orders->n_slots; i++) {
		struct slot *slot = &orders->slots[i];

		if (result < 0)
			slot->answer.error = *error;
		slot_report(slot, now);
		slot_answer(slot);
	}
}

static void on_orders(void *context) {
	struct orders *orders = context;
	struct engine_input input = { .now = clock_now() };
	struct lease_batch *batch;
	struct error error;

	receive(orders, input.now.boot_ms);
	if (orders->n_slots == 0 || !orders->parts.prepare(orders->parts.context, &input))
		return;
	if (lease_batch_begin(orders->parts.store, &batch, &error) < 0) {
		on_durable(orders, -E_DHCP_JET_ERROR, &error);
		return;
	}
	input.leases = lease_batch_view(batch);
	for (size_t i = 0; i < orders->n_slots; i++)
		engine_order(orders->parts.engine, &input, &orders->slots[i].order, &orders->slots[i].answer);
	orders->is_batch_dirty = is_lease_batch_dirty(batch);
	lease_batch_submit(batch, on_durable, orders);
}

struct orders *orders_new(const struct orders_parts *parts) {
	struct orders *orders = mem_alloc(sizeof *orders);

	orders->parts = *parts;
	orders->watch = loop_watch_readable(parts->loop, HERITAGE_ORDER_TAKE, on_orders, orders);
	return orders;
}

struct orders *orders_free(struct orders *orders) {
	if (orders)
		loop_unwatch(orders->watch);
	free(orders);
	return NULL;
}
