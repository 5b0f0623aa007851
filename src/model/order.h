/* SPDX-License-Identifier: Apache-2.0 */
/* order.h - what an administrator asks of the packet path: a change of its leases, or what it alone knows; and its
 * answer.
 *
 * Both are values of a fixed size without pointers, which go from one process to another (rt/order.h). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/lease.h"

#define ORDER_SCOPES_MAX 1024

enum order_kind {
	ORDER_LEASE_CREATE = 1,
	ORDER_LEASE_DELETE, /* of @address */
	ORDER_OFFERS,       /* how many offers wait for their client's request, by scope */
};

/* Embedded. */
struct order {
	enum order_kind kind;
	uint32_t uid;        /* of the user who asks */
	struct ip4 address;  /* to create without one: the next that is free in @scope */
	struct ip4 scope;    /* its network address; none: the one that holds @address */
	uint32_t lease_time; /* seconds; 0: what is configured */
	struct client_key client;
	uint8_t htype, hlen;
	uint8_t chaddr[LEASE_HARDWARE_MAX];
	char host_name[LEASE_HOST_NAME_MAX];
};

/* Offers in one scope; 0: an empty row. Embedded. */
struct order_offers {
	struct ip4 network;
	uint32_t n_offers;
};

/* Embedded; large. */
struct order_answer {
	struct error error; /* its code is 0 if what was asked for was done, and then the rest counts */
	struct lease lease; /* that was made or deleted */
	struct order_offers scopes[ORDER_SCOPES_MAX]; /* in no order, with empty rows between; of very many, not all */
};

/* True if @order can be looked at: it names a known kind, its lengths fit their fields, its texts end. */
bool is_order_valid(const struct order *order);
