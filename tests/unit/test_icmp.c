/* SPDX-License-Identifier: Apache-2.0 */
/* Echo messages: what is sent, and which replies are taken for one. */
#include "wire_support.h"

#include "wire/icmp.h"

#define IP_HEADER "45 00 0024 0000 0000 40 01 0000 0a000005 0a000001"

static const struct icmp_echo echo = { 0x1234, 7, 0x0102030405060708 };

static void test_request(void **state) {
	uint8_t octets[ICMP_ECHO_SIZE];

	icmp_echo_write(&echo, octets);
	assert_octets("request", span_of(octets, sizeof octets), "08 00 d5b0 1234 0007 0102030405060708");
}

static bool parse(const char *text, struct ip4 *ret_source, struct icmp_echo *ret_echo) {
	static uint8_t octets[OCTETS_MAX];
	size_t len = octets_from_text(text, octets);
	uint8_t *copy = malloc(len ? len : 1);
	bool is_read;

	memcpy(copy, octets, len);
	is_read = icmp_echo_parse(span_of(copy, len), ret_source, ret_echo);
	free(copy);
	return is_read;
}

static void test_reply(void **state) {
	static const char *const replies[] = {
		IP_HEADER "00 00 ddb0 1234 0007 0102030405060708",
		/* with an IP option, and with "do not fragment" */
		"46 00 0028 0000 4000 40 01 0000 0a000005 0a000001 01010101 00 00 ddb0 1234 0007 0102030405060708",
	};

	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		struct icmp_echo read = { 0 };
		struct ip4 source = { 0 };

		assert_true(parse(replies[i], &source, &read));
		assert_int_equal(source.value, 0x0a000005);
		assert_int_equal(read.identifier, 0x1234);
		assert_int_equal(read.sequence, 7);
		assert_int_equal(read.token, 0x0102030405060708);
	}
}

static void test_what_is_no_reply_of_ours(void **state) {
	static const char *const others[] = {
		"",
		IP_HEADER,
		IP_HEADER "08 00 d5b0 1234 0007 0102030405060708",   /* a request */
		IP_HEADER "00 01 ddaf 1234 0007 0102030405060708",   /* with a code */
		IP_HEADER "00 00 ddb1 1234 0007 0102030405060708",   /* a wrong checksum */
		IP_HEADER "00 00 ddb0 1234 0007 010203040506070800", /* longer */
		IP_HEADER "00 00 e5b8 1234 0007 010203040506",       /* shorter */
		"44 00 0024 0000 0000 40 01 0000 0a000005 0a000001 00 00 ddb0 1234 0007 0102030405060708",
		"65 00 0024 0000 0000 40 01 0000 0a000005 0a000001 00 00 ddb0 1234 0007 0102030405060708",
		"45 00 0024 0000 2000 40 01 0000 0a000005 0a000001 00 00 ddb0 1234 0007 0102030405060708",
		"45 00 0024 0000 0001 40 01 0000 0a000005 0a000001 00 00 ddb0 1234 0007 0102030405060708",
		"45 00 0024 0000 0000 40 11 0000 0a000005 0a000001 00 00 ddb0 1234 0007 0102030405060708",
		"4f 00 0024 0000 0000 40 01 0000 0a000005 0a000001 00 00 ddb0 1234 0007 0102030405060708",
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct icmp_echo read;
		struct ip4 source;

		if (parse(others[i], &source, &read))
			fail_msg("taken for a reply: %s", others[i]);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_what_is_no_reply_of_ours),
	};

	return cmocka_run_group_tests_name("icmp", tests, NULL, NULL);
}
