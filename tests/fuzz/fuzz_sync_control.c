/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a server sends as Sync State or Sync Info stays within its octets and its ranges; a request that carries
 * what came as a cookie can be made. */
#include <stdlib.h>

#include "dir/sync_control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(struct span part, const uint8_t *data, size_t size) {
	return part.len == 0 || (part.data >= data && part.data + part.len <= data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct span octets = span_of(data, size);
	uint8_t request[SYNC_REQUEST_MAX];
	struct sync_state state;
	struct sync_info info;
	struct entry_uuid uuid;
	size_t n_uuids = 0;

	if (sync_state_parse(octets, &state) == 0 &&
	    (state.state > SYNC_ENTRY_DELETE || !is_inside(state.cookie, data, size)))
		abort();
	if (sync_info_parse(octets, &info) == 0) {
		if (!is_inside(info.cookie, data, size) || !is_inside(info.uuids, data, size))
			abort();
		sync_request_format(info.cookie, request);
		while (sync_uuid_take(&info.uuids, &uuid))
			n_uuids++;
		if (n_uuids > size / ENTRY_UUID_SIZE)
			abort();
	}
	if (sync_request_format(octets, request).len > sizeof request)
		abort();
	return 0;
}
