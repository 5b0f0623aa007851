/* SPDX-License-Identifier: Apache-2.0 */
/* asking.h - orders to serve and their answers, without waiting: api's end of the channel (rt/order.h).
 *
 * Each order is answered exactly once, by serve or, if serve is gone or does not come to it, by ourselves.
 * Thread: the loop's.
 */
#pragma once

#include "model/order.h"
#include "rt/loop.h"

struct asking;

/* @answer is borrowed for the call. */
typedef void asking_done_f(void *context, const struct order_answer *answer);

/* Ask on HERITAGE_ORDER_ASK. */
struct asking *asking_new(struct loop *loop);

/* Whoever still waits is told that there is no answer. Accepts NULL; returns NULL. */
struct asking *asking_free(struct asking *asking);

/* Ask; with an import, @leases are the order->n_leases that it has, borrowed for the call. @done is called with
 * @context later, or at once if there are too many orders under way. */
void asking_order(struct asking *asking, const struct order *order, const struct lease *leases, asking_done_f *done,
		  void *context);
