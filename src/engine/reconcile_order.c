/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile_order.c - correcting records for an administrator, some at a time. */
#include "engine/reconcile.h"

#include "base/error.h"

#define STEP_MAX 256 /* records that are looked at for one order: packets come first */

static void note(struct order_answer *answer, const struct lease *lease, bool is_removed) {
	answer->is_removed[answer->n_mended] = is_removed;
	answer->mended[answer->n_mended++] = *lease;
	answer->n_removed += is_removed;
}

static int remove_record(const struct lease_view *leases, const struct lease *lease, struct order_answer *answer) {
	int r = leases->remove(leases->context, lease->address);

	if (r < 0)
		return r == -E_NOT_FOUND ? 0 : r;
	note(answer, lease, true);
	return 0;
}

/* The record of the client's other address would go by itself, but nobody would hear of it. */
static int remove_rival(const struct lease_view *leases, struct ip4 address, struct order_answer *answer) {
	struct lease rival;
	int r = leases->get_by_address(leases->context, address, &rival);

	return r < 0 ? (r == -E_NOT_FOUND ? 0 : r) : remove_record(leases, &rival, answer);
}

static int put_record(const struct lease_view *leases, const struct judgment *judgment, struct order_answer *answer) {
	int r = 0;

	if (!is_ip4_none(judgment->rival))
		r = remove_rival(leases, judgment->rival, answer);
	if (r == 0)
		r = leases->put(leases->context, &judgment->mended);
	if (r == 0)
		note(answer, &judgment->mended, false);
	return r;
}

static int mend(const struct lease_view *leases, const struct lease *lease, const struct judgment *judgment,
		struct order_answer *answer) {
	switch (judgment->action) {
	case MEND_NOTHING:
		break;
	case MEND_PUT:
		return put_record(leases, judgment, answer);
	case MEND_REMOVE:
		return remove_record(leases, lease, answer);
	}
	return 0;
}

/* Only who names one address alone can mean a record that nobody can read. */
static int mend_one(const struct reconcile_input *input, struct ip4 address, struct order_answer *answer) {
	const struct lease_view *leases = input->leases;
	struct lease lease = { .address = address };
	struct judgment judgment;
	int r = leases->get_by_address(leases->context, address, &lease);

	if (r == -E_NOT_FOUND)
		return 0;
	if (r < 0) {
		reconcile_judge_unreadable(input, address, &judgment);
		r = 0;
	} else {
		r = reconcile_judge(input, &lease, &judgment);
	}
	return r < 0 ? r : mend(leases, &lease, &judgment, answer);
}

static int mend_some(const struct reconcile_input *input, const struct order *order, struct order_answer *answer) {
	const struct lease_view *leases = input->leases;
	struct ip4 next = order->address;
	struct judgment judgment;
	struct lease lease;

	for (size_t i = 0; i < STEP_MAX && answer->n_mended + 2 <= ORDER_MENDED_MAX; i++) {
		int r = leases->get_next(leases->context, next, &lease);

		if (r == -E_NOT_FOUND || (r == 0 && lease.address.value > order->last.value))
			return 0;
		if (r == 0)
			r = reconcile_judge(input, &lease, &judgment);
		if (r == 0)
			r = mend(leases, &lease, &judgment, answer);
		if (r < 0 || lease.address.value == order->last.value)
			return r;
		next.value = lease.address.value + 1;
	}
	answer->next = next;
	return 0;
}

int reconcile_order(const struct reconcile_input *input, const struct order *order, struct order_answer *answer) {
	if (order->address.value == order->last.value)
		return mend_one(input, order->address, answer);
	return mend_some(input, order, answer);
}
