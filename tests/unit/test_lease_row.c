/* SPDX-License-Identifier: Apache-2.0 */
/* A lease as JSON: each kind comes back as it was, and what is left out follows from the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/lease_row.h"
#include "store/lease_record.h"

#define NOW 1000000

static struct lease lease_of(enum lease_state state, int64_t expiry) {
	struct lease lease = {
		.address = { 0x0a000005 },
		.scope = { { 0x0a000000 }, 24 },
		.state = state,
		.start = 100,
		.changed = 200,
		.expiry = expiry,
		.client = { .len = 8, .octets = { CLIENT_KEY_HARDWARE, 1, 2, 0, 0, 0, 0, 1 } },
		.htype = 1,
		.hlen = 6,
		.chaddr = { 2, 0, 0, 0, 0, 1 },
		.host_name = "a,\"b\"",
	};

	return lease;
}

/* The same record, which is all that is kept of a lease. Of a scope the network alone is read. */
static void expect_same(const struct lease *lease, int64_t now) {
	uint8_t wanted[LEASE_RECORD_MAX], got[LEASE_RECORD_MAX];
	size_t len = lease_record_encode(lease, wanted);
	json_t *object = lease_row_json(lease, now);
	struct error error = { 0 };
	struct lease back;

	assert_int_equal(lease_row_parse(object, now, &back, &error), 0);
	assert_true(len > 0);
	assert_int_equal(back.address.value, lease->address.value);
	assert_int_equal(back.scope.network.value, lease->scope.network.value);
	assert_int_equal(lease_record_encode(&back, got), len);
	assert_memory_equal(got, wanted, len);
	json_decref(object);
}

static void every_lease_comes_back_as_it_was(void **state) {
	static const enum lease_state states[] = { LEASE_ACTIVE, LEASE_RELEASED, LEASE_DECLINED };
	static const int64_t ends[] = { NOW - 1, NOW, NOW + 1, LEASE_FOR_EVER };

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		for (size_t j = 0; j < ARRAY_LEN(ends); j++) {
			struct lease lease = lease_of(states[i], ends[j]);

			if (states[i] == LEASE_DECLINED)
				lease.client.len = 0;
			expect_same(&lease, NOW);
			lease.is_bootp = true;
			lease.relay.value = 0x0a000001;
			expect_same(&lease, NOW);
			lease.htype = 0;
			lease.hlen = 0;
			lease.host_name[0] = '\0';
			expect_same(&lease, NOW);
		}
}

static void the_longest_lease_comes_back(void **state) {
	struct lease lease = lease_of(LEASE_ACTIVE, NOW + 1);

	lease.htype = 255;
	lease.hlen = LEASE_HARDWARE_MAX;
	memset(lease.chaddr, 0xff, sizeof lease.chaddr);
	lease.client.len = CLIENT_KEY_MAX;
	memset(lease.client.octets, 0xff, sizeof lease.client.octets);
	lease.client.octets[0] = CLIENT_KEY_IDENTIFIER;
	memset(lease.host_name, '~', LEASE_HOST_NAME_MAX - 1);
	expect_same(&lease, NOW);
}

static int parse(const char *text, struct lease *ret_lease) {
	json_t *object = json_loads(text, JSON_DECODE_ANY, NULL);
	struct error error = { 0 };
	int r = lease_row_parse(object, NOW, ret_lease, &error);

	assert_true(r == 0 || (r == -error.code && strlen(error.text) > 10));
	json_decref(object);
	return r;
}

static void what_is_left_out_follows_from_the_rest(void **state) {
	static const uint8_t client[] = { CLIENT_KEY_HARDWARE, 1, 2, 0, 0, 0, 0, 1 };
	struct lease lease;

	assert_int_equal(parse("{\"address\": \"10.0.0.5\", \"expiry\": 1000009, \"hardwareAddress\": \"02:00:00:00:00:01\","
			       "\"relay\": null, \"scope\": \"\"}", &lease), 0);
	assert_int_equal(lease.state, LEASE_ACTIVE);
	assert_int_equal(lease.client.len, sizeof client);
	assert_memory_equal(lease.client.octets, client, sizeof client);
	assert_int_equal(lease.start, NOW);
	assert_int_equal(lease.changed, NOW);
	assert_true(is_ip4_none(lease.scope.network));
	assert_false(lease.is_bootp);
	assert_int_equal(parse("{\"address\": \"10.0.0.5\", \"expiry\": 0, \"client\": \"01aa\", \"changed\": 7,"
			       "\"scope\": \"10.0.0.0\"}", &lease), 0);
	assert_int_equal(lease.start, 7);
	assert_int_equal(lease.scope.network.value, 0x0a000000);
	assert_true(lease.expiry == LEASE_FOR_EVER);
	assert_int_equal(parse("{\"address\": \"10.0.0.5\", \"expiry\": 5, \"state\": \"expired\", \"client\": \"\"}", &lease),
			 0);
	assert_int_equal(lease.state, LEASE_DECLINED);
}

static void others_are_refused(void **state) {
	static const char *const rows[] = {
		"7",
		"[]",
		"{}",
		"{\"expiry\": 5, \"client\": \"01aa\"}",
		"{\"address\": \"10.0.0.5\", \"client\": \"01aa\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5}",
		"{\"address\": \"0.0.0.0\", \"expiry\": 5, \"client\": \"01aa\"}",
		"{\"address\": 5, \"expiry\": 5, \"client\": \"01aa\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": -1, \"client\": \"01aa\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 999999999999, \"client\": \"01aa\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": \"5\", \"client\": \"01aa\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"02aa\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01aa\", \"state\": \"declined\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01aa\", \"state\": 1}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01aa\", \"hardwareType\": 256}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01aa\", \"hostName\": \"a b\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01aa\", \"protocol\": \"dhcp6\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01aa\", \"relay\": \"::1\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01aa\", \"scope\": \"10.0.0.5/24\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"client\": \"01aa\", \"colour\": \"red\"}",
		"{\"address\": \"10.0.0.5\", \"expiry\": 5, \"hardwareAddress\": \"0102030405060708090a0b0c0d0e0f1011\"}",
	};
	struct lease lease;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (parse(rows[i], &lease) != -E_INVALID_PARAMETER)
			fail_msg("%s is not refused", rows[i]);
}

int main(void) {
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_lease_comes_back_as_it_was),
		cmocka_unit_test(the_longest_lease_comes_back),
		cmocka_unit_test(what_is_left_out_follows_from_the_rest),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
