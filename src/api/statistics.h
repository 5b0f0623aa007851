/* SPDX-License-Identifier: Apache-2.0 */
/* statistics.h - what GET /v1/statistics shows, as a value and as JSON. Pure but for the shared counters. */
#pragma once

#include <jansson.h>

#include "api/census.h"
#include "model/order.h"

struct scope_statistics {
	const struct scope *scope;
	struct census census;
};

/* Embedded. */
struct statistics {
	const struct snapshot *snapshot; /* NULL: there is no configuration yet */
	struct scope_statistics *items;  /* of the scopes that this server serves, or of the one that was asked for */
	size_t n_items;
	bool is_one_scope; /* that was asked for: nothing is said of the server */
};

/* Make the answer; json_decref() it. @offers is serve's to ORDER_OFFERS; if that has failed, nothing is said of them.
 */
json_t *statistics_json(const struct statistics *statistics, const struct order_answer *offers);
