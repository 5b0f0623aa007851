/* SPDX-License-Identifier: Apache-2.0 */
/* drop.h - the reasons for which a packet gets no answer (drop.def). */
#pragma once

enum drop_reason {
#define DROP(symbol, name, description) DROP_##symbol,
#include "engine/drop.def"
#undef DROP
	DROP_COUNT
};

/* Borrow the name ("range_full") and the description of @reason. */
const char *drop_name(enum drop_reason reason);
const char *drop_description(enum drop_reason reason);
