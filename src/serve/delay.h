/* SPDX-License-Identifier: Apache-2.0 */
/* delay.h - offers that are held back for a while, so that another server's come first (engine_output.delay_ms).
 *
 * What is held when the process ends is lost, which costs its client one more DISCOVER. Thread: the loop's.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "rt/loop.h"

#define DELAY_MAX 1000 /* as with Windows */

struct delay;

/* Called in the loop when an offer is due; @output is borrowed; what it pointed at in the snapshot is left
 * out. */
typedef void delay_send_f(void *context, unsigned interface, const struct engine_output *output);

/* Nothing is held. delay_free accepts NULL and returns NULL; what is held is lost. */
struct delay *delay_new(struct loop *loop, delay_send_f *send, void *context);
struct delay *delay_free(struct delay *delay);

/* Keep a copy of @output, whose reply goes out of @interface, for its delay_ms. False if DELAY_MAX are held already;
 * that this begins and that it has ended is reported. */
bool delay_hold(struct delay *delay, unsigned interface, const struct engine_output *output, const struct moment *now);
