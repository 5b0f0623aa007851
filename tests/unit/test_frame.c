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

/* From 10.0.0.1 port 67 to 10.0.0.2 port 68. The checksums were worked out apart from this code. */
#define GOOD_IP "4500 001f 0000 4000 4011 26cc 0a000001 0a000002 "
#define GOOD_UDP "0043 0044 000b ee4e "
#define GOOD_DATA "fffefd"

static const struct {
	const char *name;
	bool is_checksum_known;
	const char *octets;
	const char *payload; /* NULL: refused */
} packets[] = {
	{ "plain", true, GOOD_IP GOOD_UDP GOOD_DATA, "fffefd" },
	{ "padding behind", true, GOOD_IP GOOD_UDP GOOD_DATA "00*15", "fffefd" },
	{ "no UDP checksum", true, GOOD_IP "0043 0044 000b 0000" GOOD_DATA, "fffefd" },
	{ "checksum not filled in", false, GOOD_IP "0043 0044 000b 141f" GOOD_DATA, "fffefd" },
	{ "no payload", true, "4500001c0000400040113ad200000000ffffffff 004300440008ff57", "" },
	{ "sum of all ones", true, "4500001e00004000401126cd0a0000010a000002 00430044000affff eb50", "eb50" },
	{ "IP options", true, "4600 0023 0000 4000 4011 23c7 0a000001 0a000002 01010100" GOOD_UDP GOOD_DATA, "fffefd" },
	{ "datagram shorter than its packet", true, GOOD_IP "0043 0044 000a eb51" GOOD_DATA, "fffe" },

	{ "nothing", true, "", NULL },
	{ "IPv6", true, "60*40", NULL },
	{ "half a header", true, "4500 001f 0000 4000 4011", NULL },
	{ "version 5", true, "5500 001f 0000 4000 4011 16cc 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "header length of 4", true, "4400 001f 0000 4000 4011 31ce 0a000001 0043 0044 000f 0000 61*7", NULL },
	{ "header length of 15", true, "4f00 001f 0000 4000 4011 1ccc 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "total length too great", true, "4500 0020 0000 4000 4011 26cb 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "total length of 0", true, "4500 0000 0000 4000 4011 26eb 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "total length within UDP header", true, "4500 001b 0000 4000 4011 26d0 0a000001 0a000002" GOOD_UDP GOOD_DATA,
	  NULL },
	{ "first fragment", true, "4500 001f 0000 2000 4011 46cc 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "last fragment", true, "4500 001f 0000 0001 4011 66cb 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "TCP", true, "4500 001f 0000 4000 4006 26d7 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "wrong IP checksum", true, "4500 001f 0000 4000 4011 26cd 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "wrong IP checksum, UDP's unknown", false,
	  "4500 001f 0000 4000 4011 26cd 0a000001 0a000002" GOOD_UDP GOOD_DATA, NULL },
	{ "wrong UDP checksum", true, GOOD_IP "0043 0044 000b ee4f" GOOD_DATA, NULL },
	{ "UDP length too great", true, GOOD_IP "0043 0044 000c ee4d" GOOD_DATA, NULL },
	{ "UDP length of 7", true, GOOD_IP "0043 0044 0007 0000" GOOD_DATA, NULL },
};

/* Exactly as many octets as there are, so that a read beyond them is one beyond the allocation. */
static bool parse_exact(struct span octets, bool is_checksum_known, struct frame_addresses *ret_addresses,
			uint8_t ret_payload[static OCTETS_MAX], size_t *ret_len) {
	uint8_t *copy = malloc(octets.len ? octets.len : 1);
	struct span payload = { 0 };
	bool is_parsed;

	assert_non_null(copy);
	memcpy(copy, octets.data, octets.len);
	is_parsed = frame_parse(span_of(copy, octets.len), is_checksum_known, ret_addresses, &payload);
	if (payload.len)
		memcpy(ret_payload, payload.data, payload.len);
	*ret_len = payload.len;
	free(copy);
	return is_parsed;
}

static void test_packets(void **state) {
	static uint8_t octets[OCTETS_MAX], payload[OCTETS_MAX];

	for (size_t i = 0; i < ARRAY_LEN(packets); i++) {
		size_t len = octets_from_text(packets[i].octets, octets), payload_len;
		struct frame_addresses addresses;
		bool is_parsed = parse_exact(span_of(octets, len), packets[i].is_checksum_known, &addresses, payload,
					     &payload_len);

		if (is_parsed != (packets[i].payload != NULL))
			fail_msg("%s: %s", packets[i].name, is_parsed ? "taken" : "refused");
		if (!is_parsed)
			continue;
		assert_octets(packets[i].name, span_of(payload, payload_len), packets[i].payload);
		assert_int_equal(addresses.source_port, 67);
		assert_int_equal(addresses.destination_port, 68);
	}
}

static void test_addresses(void **state) {
	static uint8_t octets[OCTETS_MAX];
	struct frame_addresses addresses;
	struct span payload;

	assert_true(frame_parse(span_of(octets, octets_from_text(GOOD_IP GOOD_UDP GOOD_DATA, octets)), true, &addresses,
				&payload));
	assert_int_equal(addresses.source.value, 0x0a000001);
	assert_int_equal(addresses.destination.value, 0x0a000002);
}

static void test_every_truncation(void **state) {
	static uint8_t octets[OCTETS_MAX], payload[OCTETS_MAX];
	size_t len = octets_from_text(GOOD_IP GOOD_UDP GOOD_DATA, octets), payload_len;
	struct frame_addresses addresses;

	for (size_t i = 0; i < len; i++)
		assert_false(parse_exact(span_of(octets, i), true, &addresses, payload, &payload_len));
}

static void test_built_frames_are_read_back(void **state) {
	static uint8_t payload[OCTETS_MAX], octets[OCTETS_MAX];

	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		struct frame_addresses addresses = { { frames[i].source }, { frames[i].destination }, 67, 68 }, again;
		struct span data = span_of(payload, octets_from_text(frames[i].payload, payload)), data_again;
		size_t len = frame_build(&addresses, data, octets, sizeof octets);

		assert_true(frame_parse(span_of(octets, len), true, &again, &data_again));
		assert_true(is_span_equal(data, data_again));
		assert_int_equal(again.source.value, addresses.source.value);
		assert_int_equal(again.destination.value, addresses.destination.value);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_frames),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_built_frames_are_read_back),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
