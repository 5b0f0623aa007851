/* SPDX-License-Identifier: Apache-2.0 */
/* histogram.h - durations, kept in classes that are at most 1/32 wide, so that memory is constant and no rank is far
 * off. */
#pragma once

#include <stdint.h>

#define HISTOGRAM_STEPS 32
#define HISTOGRAM_CLASSES (60 * HISTOGRAM_STEPS)

/* Embedded; all zeros is empty. */
struct histogram {
	uint64_t n, max;
	uint64_t counts[HISTOGRAM_CLASSES];
};

/* Add one duration. */
static inline void histogram_add(struct histogram *histogram, uint64_t ns) {
	unsigned shift = ns < HISTOGRAM_STEPS ? 0 : 58 - (unsigned)__builtin_clzll(ns);

	histogram->counts[shift * HISTOGRAM_STEPS + (ns >> shift)]++;
	histogram->n++;
	histogram->max = ns > histogram->max ? ns : histogram->max;
}

/* The end of a class of durations. */
static inline uint64_t histogram_end(unsigned i) {
	unsigned shift = i < 2 * HISTOGRAM_STEPS ? 0 : i / HISTOGRAM_STEPS - 1;

	return ((uint64_t)(i - shift * HISTOGRAM_STEPS) + 1) << shift;
}

/* The duration that @per_mille of a thousand do not exceed; 0 if there are none. */
static inline uint64_t histogram_rank(const struct histogram *histogram, unsigned per_mille) {
	uint64_t wanted = (histogram->n * per_mille + 999) / 1000, seen = 0;

	for (unsigned i = 0; i < HISTOGRAM_CLASSES && histogram->n > 0; i++) {
		seen += histogram->counts[i];
		if (seen >= wanted)
			return histogram_end(i) < histogram->max ? histogram_end(i) : histogram->max;
	}
	return 0;
}
