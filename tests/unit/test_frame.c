/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 and UDP headers against those that an independent implementation (Scapy) makes. */
#include "wire_support.h"

#include "wire/frame.h"

#define BROADCAST 0xffffffffu

static const struct {
	const char *name;
	uint32_t source, destination;
	const char *payload, *headers;
} frames[] = {
	{ "no payload", 0, BROADCAST, "", "4500001c0000400040113ad200000000ffffffff 004300440008ff57" },
	{ "even length", 0x0a4d0001, 0x0a4d0032, "61626364",
	  "4500002000004000401126010a4d00010a4d0032 00430044000c25bc" },
	{ "odd length", 0xc0a8fffe, BROADCAST, "fffefd", "4500001f0000400040117a27c0a8fffeffffffff 00430044000b41aa" },
	{ "many carries", 0x0a000001, 0x0a000002, "ff*300",
	  "4500014800004000401125a30a0000010a000002 004300440134e8fc" },
	{ "carry of a carry", 0x0a000001, 0x0a000002, "ff*298 e8fe",
	  "4500014800004000401125a30a0000010a000002 004300440134fffd" },
	{ "sum of zero", 0x0a000001, 0x0a000002, "eb50", "4500001e00004000401126cd0a0000010a000002 00430044000affff" },
};

static void test_known_frames(void **state) {
	static uint8_t payload[OCTETS_MAX], octets[OCTETS_MAX];

	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		struct frame_addresses addresses = { { frames[i].source }, { frames[i].destination }, 67, 68 };
		struct span data = span_of(payload, octets_from_text(frames[i].payload, payload));

		assert_int_equal(frame_build(&addresses, data, octets, sizeof octets), FRAME_HEADERS_SIZE + data.len);
		assert_octets(frames[i].name, span_of(octets, FRAME_HEADERS_SIZE), frames[i].headers);
		assert_octets(frames[i].name, span_of(octets + FRAME_HEADERS_SIZE, data.len), frames[i].payload);
	}
}

static void test_room(void **state) {
	static uint8_t payload[65536], octets[70000];
	struct frame_addresses addresses = { { 1 }, { 2 }, 67, 68 };

	assert_int_equal(frame_build(&addresses, span_of(payload, 10), octets, 38), 38);
	octets[37] = 0xaa;
	assert_int_equal(frame_build(&addresses, span_of(payload, 10), octets, 37), 0);
	assert_int_equal(octets[37], 0xaa);
	assert_int_equal(frame_build(&addresses, span_of(payload, 10), octets, 0), 0);
	assert_int_equal(frame_build(&addresses, span_of(payload, 65507), octets, sizeof octets), 65535);
	assert_int_equal(frame_build(&addresses, span_of(payload, 65508), octets, sizeof octets), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_frames),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
