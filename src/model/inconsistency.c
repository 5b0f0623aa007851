/* SPDX-License-Identifier: Apache-2.0 */
#include "model/inconsistency.h"

#include "base/macros.h"

static const struct inconsistency_info table[INCONSISTENCY_COUNT] = {
#define INCONSISTENCY(symbol, word, mending, description, remedy)                                                      \
	[INCONSISTENCY_##symbol] = { word, MENDING_##mending, description, remedy },
#include "model/inconsistency.def"
#undef INCONSISTENCY
};

const struct inconsistency_info *inconsistency_info_get(enum inconsistency kind) {
	assert(kind < INCONSISTENCY_COUNT);
	return &table[kind];
}

const char *mending_name(enum mending mending) {
	static const char *const names[] = {
		[MENDING_NOTHING] = "nothing",
		[MENDING_RECORDS] = "records",
		[MENDING_INDEXES] = "indexes",
	};

	return names[mending];
}
