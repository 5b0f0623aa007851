/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/drop.h"

#include "base/counter.h"
#include "base/macros.h"

static_assert(DROP_COUNT <= COUNTER_DROPS_MAX, "the shared counters have no room for all reasons");

static const struct {
	const char *name;
	const char *description;
} drop_table[DROP_COUNT] = {
#define DROP(symbol, name, description) [DROP_##symbol] = { name, description },
#include "engine/drop.def"
#undef DROP
};

const char *drop_name(enum drop_reason reason) {
	assert(reason < DROP_COUNT);
	return drop_table[reason].name;
}

const char *drop_description(enum drop_reason reason) {
	assert(reason < DROP_COUNT);
	return drop_table[reason].description;
}
