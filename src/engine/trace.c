/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trace.h"

const char *trace_step_name(enum trace_step step) {
	static const char *const names[] = {
#define TRACE_STEP(symbol, name, description) name,
#include "engine/trace.def"
#undef TRACE_STEP
	};

	return names[step];
}
