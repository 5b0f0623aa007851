/* SPDX-License-Identifier: Apache-2.0 */
/* srv.h - the servers of a domain as DNS names them (RFC 2782), and in which order to try them. Pure; thread: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SRV_HOST_MAX 256
#define SRV_RECORDS_MAX 64 /* what more a domain names is not tried */

struct srv_record {
	uint16_t priority, weight, port;
	char host[SRV_HOST_MAX]; /* letters, digits, '-', '_' and dots; none at the end */
};

/* Embedded. */
struct srv_list {
	struct srv_record items[SRV_RECORDS_MAX];
	size_t n_items;
	bool is_denied; /* the domain says that it has no such service (the target is the root) */
};

/* Draw a lot: a number from 0 to @most. */
typedef uint32_t srv_lot_f(void *context, uint32_t most);

/* Take the SRV records from the answers in the DNS message @reply, which the resolver library reads. Those that
 * cannot be understood, or name no host, are left out. */
void srv_parse(const uint8_t *reply, size_t len, struct srv_list *ret_list);

/* Bring @list into the order of RFC 2782: by priority, and where that is the same by lot, as the weights say. */
void srv_order(struct srv_list *list, srv_lot_f *lot_of, void *context);

/* Append to @list what of @more is not in it yet. */
void srv_append(struct srv_list *list, const struct srv_list *more);
