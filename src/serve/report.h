/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - counters and events for what became of a packet. */
#pragma once

#include "base/clock.h"
#include "engine/engine.h"

/* Count the message that @output is about as received. */
void report_received(const struct engine_output *output);

/* Count what became of the packet @octets, and report what a person should know; of a scope, the same once a minute. */
void report_output(struct span octets, const struct engine_output *output, const struct moment *now);

/* @address, which was about to be offered, is in use by somebody. */
void report_address_in_use(struct ip4 address, const struct moment *now);

/* Count that a reply of @output's type left, or (@is_sent false) could not be sent. */
void report_sent(const struct engine_output *output, bool is_sent);
