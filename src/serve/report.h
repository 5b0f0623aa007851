/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - counters and events for what became of a packet. */
#pragma once

#include "base/clock.h"
#include "engine/engine.h"

/* Count @output and report what a person should know of it; a full scope once a minute. */
void report_output(const struct engine_output *output, const struct moment *now);

/* Count that a reply of @output's type left, or (@is_sent false) could not be sent. */
void report_sent(const struct engine_output *output, bool is_sent);
