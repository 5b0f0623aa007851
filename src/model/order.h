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
#define ORDER_LEASES_MAX 128 /* few enough that packets hardly wait for them */
#define ORDER_MENDED_MAX 16  /* records that one order corrects */

enum order_kind {
	ORDER_LEASE_CREATE = 1,
	ORDER_LEASE_DELETE, /* of @address */
	ORDER_OFFERS,       /* how many offers wait for their client's request, by scope */
	ORDER_LEASE_IMPORT, /* store the leases that follow the order, each that may be */
	ORDER_LEASE_MEND,   /* correct records from @address to @last (engine/reconcile.h), some of them */
	ORDER_STORE_REINDEX, /* make the store's indexes anew */
};

/* What became of a lease that was to be imported. */
enum import_outcome {
#define IMPORT(symbol, code, sentence) IMPORT_##symbol,
#include "model/import.def"
#undef IMPORT
	IMPORT_COUNT
};

/* Embedded. */
struct order {
	enum order_kind kind;
	uint32_t uid;        /* of the user who asks */
	struct ip4 address;  /* to create without one: the next that is free in @scope */
	struct ip4 last;     /* to correct; at least @address, and if it is equal, also a record that cannot be read */
	struct ip4 scope;    /* its network address; none: the one that holds @address */
	uint32_t lease_time; /* seconds; 0: what is configured */
	struct client_key client;
	uint8_t htype, hlen;
	uint8_t chaddr[LEASE_HARDWARE_MAX];
	char host_name[LEASE_HOST_NAME_MAX];
	bool is_overwriting; /* an import: other records give way to it, as far as nothing that was promised is lost */
	uint32_t n_leases;   /* that follow; of an import alone */
};

/* Embedded; large: an order as it goes from one process to the other, which ends behind the leases that it has. */
struct order_message {
	struct order order;
	struct lease leases[ORDER_LEASES_MAX]; /* a scope's network may be none: the one that holds the address */
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
	struct ip4 next;    /* where correcting is to go on; none: it is done */
	uint32_t n_mended, n_removed; /* how many records were corrected; of these, how many are gone */
	struct lease mended[ORDER_MENDED_MAX]; /* the corrected ones, and of a removed one what it was */
	bool is_removed[ORDER_MENDED_MAX];
	struct order_offers scopes[ORDER_SCOPES_MAX]; /* in no order, with empty rows between; of very many, not all */
	uint8_t outcomes[ORDER_LEASES_MAX]; /* enum import_outcome of each lease to be imported */
};

/* True if @order can be looked at: it names a known kind, its lengths fit their fields, its texts end. */
bool is_order_valid(const struct order *order);

/* True if @lease, which came with an order, can be looked at and stored. */
bool is_order_lease_valid(const struct lease *lease);

/* How many octets of @message go to the other process. */
size_t order_message_size(const struct order_message *message);

/* True if @size octets that were received into @message hold a whole order, which is_order_valid may still refuse. */
bool is_order_message_whole(const struct order_message *message, size_t size);

/* Say why @outcome, a refusal, is one: @address was not imported. Returns the negative code; 0, and nothing is said, if
 * it is none. */
int import_refusal(enum import_outcome outcome, struct ip4 address, struct error *reterr_error);
