/* SPDX-License-Identifier: Apache-2.0 */
/* inconsistency.h - the kinds of contradictions between leases, their indexes and the directory (inconsistency.def). */
#pragma once

enum inconsistency {
#define INCONSISTENCY(symbol, ...) INCONSISTENCY_##symbol,
#include "model/inconsistency.def"
#undef INCONSISTENCY
	INCONSISTENCY_COUNT
};

/* What mends it: correcting records, making the indexes anew; or nothing, as nothing is wrong. */
enum mending { MENDING_NOTHING, MENDING_RECORDS, MENDING_INDEXES };

/* Lifetime: static. */
struct inconsistency_info {
	const char *word; /* "wrong-type" */
	enum mending mending;
	const char *description, *remedy; /* sentences */
};

/* What there is to say of @kind. */
const struct inconsistency_info *inconsistency_info_get(enum inconsistency kind);

/* The word for it: "records", "indexes" or "nothing". */
const char *mending_name(enum mending mending);
