/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/orders.h"

#include <inttypes.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"
#include "rt/order.h"
#include "rt/role.h"
#include "serve/audit_rows.h"

#define ORDERS_BATCH_MAX 8 /* then packets have their turn */
#define IMPORT_QUIET_MS 1000 /* then an import has ended */

/* An order and what became of it. */
struct slot {
	struct order_head head;
	struct order order;
	struct order_answer answer;
};

/* An import, which comes in many orders. */
struct tally {
	uint64_t n_stored, n_kept, n_refused;
	unsigned uid; /* who asked for the last of it */
};

struct orders {
	struct orders_parts parts;
	struct loop_watch *watch;
	struct loop_timer *quiet; /* runs while there is something in the tally */
	struct slot slots[ORDERS_BATCH_MAX];
	size_t n_slots;
	struct order_message message; /* the last that was received; the import of the batch, if there is one */
	struct tally tally;
	bool is_batch_dirty; /* they change leases */
};

/* Those that somebody still waits for; the channel may hold some that an earlier life of ours did not come to. An
 * import is long enough to be the last. */
static void receive(struct orders *orders, uint64_t now_ms) {
	bool is_full = false;

	orders->n_slots = 0;
	for (size_t i = 0; i < ORDERS_BATCH_MAX && !is_full; i++) {
		struct slot *slot = &orders->slots[orders->n_slots];
		size_t size = 0;
		int r = order_receive(HERITAGE_ORDER_TAKE, &slot->head, &orders->message, sizeof orders->message,
				      &size);

		if (r == -E_NOT_FOUND)
			return;
		if (r < 0 || now_ms > slot->head.until_ms || !is_order_message_whole(&orders->message, size))
			continue;
		slot->order = orders->message.order;
		is_full = slot->order.kind == ORDER_LEASE_IMPORT;
		orders->n_slots++;
	}
}

static void on_quiet(void *context) {
	struct orders *orders = context;
	struct tally *tally = &orders->tally;

	event_emit(EVENT_LEASES_IMPORTED,
		   "%" PRIu64 " stored, %" PRIu64 " kept as they were, %" PRIu64 " refused; asked for by the user with number %u",
		   tally->n_stored, tally->n_kept, tally->n_refused, tally->uid);
	*tally = (struct tally){ 0 };
}

static void import_report(struct orders *orders, const struct slot *slot) {
	struct tally *tally = &orders->tally;
	uint64_t n_stored = 0;

	for (size_t i = 0; i < slot->order.n_leases; i++) {
		enum import_outcome outcome = slot->answer.outcomes[i];

		n_stored += outcome == IMPORT_STORED;
		tally->n_kept += outcome == IMPORT_KEPT;
		tally->n_refused += outcome != IMPORT_STORED && outcome != IMPORT_KEPT;
	}
	tally->n_stored += n_stored;
	tally->uid = slot->order.uid;
	counter_add(COUNTER_LEASES_IMPORTED, n_stored);
	loop_timer_set(orders->quiet, IMPORT_QUIET_MS);
}

static void mended_report(const struct slot *slot, int64_t now) {
	const struct order_answer *answer = &slot->answer;
	char address[IP4_TEXT_MAX];

	if (answer->n_mended == 0)
		return;
	for (size_t i = 0; i < answer->n_mended; i++)
		audit_rows_lease(answer->is_removed[i] ? ROW_DELETED : ROW_ASSIGN, &answer->mended[i], now);
	counter_add(COUNTER_LEASES_MENDED, answer->n_mended);
	event_emit(EVENT_LEASES_MENDED, "%u from %s on, of which %u are gone; asked for by the user with number %u",
		   (unsigned)answer->n_mended, ip4_format(answer->mended[0].address, address),
		   (unsigned)answer->n_removed, (unsigned)slot->order.uid);
}

static void change_report(const struct slot *slot, int64_t now) {
	const struct order *order = &slot->order;
	char address[IP4_TEXT_MAX];

	counter_add(COUNTER_ORDERS, 1);
	audit_rows_lease(order->kind == ORDER_LEASE_DELETE ? ROW_DELETED : ROW_ASSIGN, &slot->answer.lease, now);
	event_emit(order->kind == ORDER_LEASE_DELETE ? EVENT_LEASE_DELETED : EVENT_LEASE_CREATED,
		   "%s, asked for by the user with number %u", ip4_format(slot->answer.lease.address, address),
		   (unsigned)order->uid);
}

static void slot_report(struct orders *orders, const struct slot *slot, int64_t now) {
	if (slot->answer.error.code)
		return;
	switch (slot->order.kind) {
	case ORDER_LEASE_CREATE:
	case ORDER_LEASE_DELETE:
		change_report(slot, now);
		return;
	case ORDER_LEASE_IMPORT:
		import_report(orders, slot);
		return;
	case ORDER_LEASE_MEND:
		mended_report(slot, now);
		return;
	case ORDER_STORE_REINDEX:
		lease_store_reindex(orders->parts.store);
		return;
	case ORDER_OFFERS:
		return;
	}
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
		slot_report(orders, slot, now);
		slot_answer(slot);
	}
}

static void carry_out(struct orders *orders, const struct engine_input *input, struct slot *slot) {
	if (slot->order.kind == ORDER_LEASE_IMPORT && is_order_valid(&slot->order))
		engine_import(orders->parts.engine, input, &orders->message, &slot->answer);
	else
		engine_order(orders->parts.engine, input, &slot->order, &slot->answer);
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
		carry_out(orders, &input, &orders->slots[i]);
	orders->is_batch_dirty = is_lease_batch_dirty(batch);
	lease_batch_submit(batch, on_durable, orders);
}

struct orders *orders_new(const struct orders_parts *parts) {
	struct orders *orders = mem_alloc(sizeof *orders);

	orders->parts = *parts;
	orders->quiet = loop_timer_new(parts->loop, on_quiet, orders);
	orders->watch = loop_watch_readable(parts->loop, HERITAGE_ORDER_TAKE, on_orders, orders);
	return orders;
}

struct orders *orders_free(struct orders *orders) {
	if (!orders)
		return NULL;
	loop_unwatch(orders->watch);
	loop_timer_free(orders->quiet);
	if (orders->tally.n_stored || orders->tally.n_kept || orders->tally.n_refused)
		on_quiet(orders);
	free(orders);
	return NULL;
}
