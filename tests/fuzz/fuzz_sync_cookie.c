/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever comes as a cookie on top of whatever was kept, the outcome is one that the same cookie does not change
 * again. */
#include <stdlib.h>

#include "dir/sync_control.h"
#include "dir/sync_cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - data) : 0, skipped = end ? len + 1 : 0;
	struct span kept = span_of(data, len), cookie = span_of(data + skipped, size - skipped), merged;
	struct arena *arena = arena_new(0);

	merged = sync_cookie_merge(kept, cookie, arena);
	if (merged.len > size + sizeof "rid=000,csn=;")
		abort();
	if (merged.len <= SYNC_COOKIE_MAX && !is_span_equal(sync_cookie_merge(merged, cookie, arena), merged))
		abort();
	arena_free(arena);
	return 0;
}
