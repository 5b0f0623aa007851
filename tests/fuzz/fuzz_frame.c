/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets are either refused or a UDP datagram that lies within them; and one that is built anew is read as it was.
 * The first octet says whether the checksum is known. */
#include <stdint.h>
#include <stdlib.h>

#include "wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void build_again(const struct frame_addresses *addresses, struct span payload) {
	static uint8_t octets[UINT16_MAX];
	size_t len = frame_build(addresses, payload, octets, sizeof octets);
	struct frame_addresses again;
	struct span payload_again;

	check(len == FRAME_HEADERS_SIZE + payload.len);
	check(frame_parse(span_of(octets, len), true, &again, &payload_again));
	check(is_ip4_equal(again.source, addresses->source) && again.source_port == addresses->source_port);
	check(is_ip4_equal(again.destination, addresses->destination));
	check(again.destination_port == addresses->destination_port);
	check(is_span_equal(payload, payload_again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct frame_addresses addresses;
	struct span payload;

	if (size == 0 || !frame_parse(span_of(data + 1, size - 1), data[0] & 1, &addresses, &payload))
		return 0;
	check(payload.data >= data + 1 + FRAME_HEADERS_SIZE && payload.data + payload.len <= data + size);
	build_again(&addresses, payload);
	return 0;
}
