/* SPDX-License-Identifier: Apache-2.0 */
#include "model/order.h"

#include <string.h>

static const struct {
	enum error_code code;
	const char *sentence;
} outcomes[IMPORT_COUNT] = {
#define IMPORT(symbol, code, sentence) [IMPORT_##symbol] = { code, sentence },
#include "model/import.def"
#undef IMPORT
};

bool is_order_valid(const struct order *order) {
	return order->kind >= ORDER_LEASE_CREATE && order->kind <= ORDER_STORE_REINDEX &&
	       (order->kind != ORDER_LEASE_MEND || order->address.value <= order->last.value) &&
	       order->client.len <= CLIENT_KEY_MAX && order->hlen <= LEASE_HARDWARE_MAX &&
	       memchr(order->host_name, '\0', sizeof order->host_name) &&
	       order->n_leases <= (order->kind == ORDER_LEASE_IMPORT ? ORDER_LEASES_MAX : 0);
}

bool is_order_lease_valid(const struct lease *lease) {
	return are_lease_times_possible(lease) && lease->state >= LEASE_ACTIVE && lease->state <= LEASE_DECLINED &&
	       lease->client.len <= CLIENT_KEY_MAX &&
	       lease->hlen <= LEASE_HARDWARE_MAX && memchr(lease->host_name, '\0', sizeof lease->host_name) &&
	       (lease->client.len > 0 || lease->state == LEASE_DECLINED);
}

size_t order_message_size(const struct order_message *message) {
	return offsetof(struct order_message, leases) + message->order.n_leases * sizeof message->leases[0];
}

bool is_order_message_whole(const struct order_message *message, size_t size) {
	return size >= offsetof(struct order_message, leases) && message->order.n_leases <= ORDER_LEASES_MAX &&
	       size == order_message_size(message);
}

int import_refusal(enum import_outcome outcome, struct ip4 address, struct error *reterr_error) {
	char text[IP4_TEXT_MAX];

	if (outcome >= IMPORT_COUNT)
		outcome = IMPORT_MALFORMED;
	if (outcomes[outcome].code == 0)
		return 0;
	return error_set(reterr_error, outcomes[outcome].code, "%s %s", ip4_format(address, text),
			 outcomes[outcome].sentence);
}
