/* SPDX-License-Identifier: Apache-2.0 */
/* Octets that are no entry are refused; those that are one are what it is encoded to again. */
#include <stdlib.h>

#include "model/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct arena *arena = arena_new(0);
	struct entry *entry, *again;

	if (entry_decode(span_of(data, size), arena, &entry) == 0) {
		struct span octets = entry_encode(entry, arena);

		if (!is_span_equal(octets, span_of(data, size)) || entry_decode(octets, arena, &again) < 0 ||
		    !is_entry_equal(entry, again))
			abort();
	}
	arena_free(arena);
	return 0;
}
