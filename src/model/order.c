/* SPDX-License-Identifier: Apache-2.0 */
#include "model/order.h"

#include <string.h>

bool is_order_valid(const struct order *order) {
	return order->kind >= ORDER_LEASE_CREATE && order->kind <= ORDER_OFFERS &&
	       order->client.len <= CLIENT_KEY_MAX && order->hlen <= LEASE_HARDWARE_MAX &&
	       memchr(order->host_name, '\0', sizeof order->host_name);
}
