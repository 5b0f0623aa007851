/* SPDX-License-Identifier: Apache-2.0 */
/* body.h - the body of a request as an order. Pure. */
#pragma once

#include "base/error.h"
#include "base/span.h"
#include "model/order.h"

/* Understand what API_ROUTE_LEASE_CREATE is sent (request.h). 0, or -E_INVALID_PARAMETER with a sentence. */
int body_parse_lease(struct span body, struct order *ret_order, struct error *reterr_error);
