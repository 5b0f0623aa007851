/* SPDX-License-Identifier: Apache-2.0 */
/* Lease records: what was written is read, nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/macros.h"
#include "store/lease_record.h"

static struct lease full_lease(void) {
	struct lease lease = {
		.address = { 0x0a4d0105 },
		.scope = { { 0x0a4d0000 }, 16 },
		.state = LEASE_RELEASED,
		.start = -5,
		.changed = 1700000000,
		.expiry = INT64_MAX,
		.relay = { 0x0a4dfffe },
		.htype = 6,
		.hlen = LEASE_HARDWARE_MAX,
	};

	lease.client.len = CLIENT_KEY_MAX;
	memset(lease.client.octets, 0xc1, CLIENT_KEY_MAX);
	memset(lease.chaddr, 0xaa, LEASE_HARDWARE_MAX);
	memset(lease.host_name, 'h', LEASE_HOST_NAME_MAX - 1);
	return lease;
}

static void assert_lease_equal(const struct lease *a, const struct lease *b) {
	assert_int_equal(a->address.value, b->address.value);
	assert_int_equal(a->scope.network.value, b->scope.network.value);
	assert_int_equal(a->scope.prefix_length, b->scope.prefix_length);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->start, b->start);
	assert_int_equal(a->changed, b->changed);
	assert_int_equal(a->expiry, b->expiry);
	assert_int_equal(a->client.len, b->client.len);
	assert_memory_equal(a->client.octets, b->client.octets, CLIENT_KEY_MAX);
	assert_int_equal(a->htype, b->htype);
	assert_int_equal(a->hlen, b->hlen);
	assert_memory_equal(a->chaddr, b->chaddr, LEASE_HARDWARE_MAX);
	assert_string_equal(a->host_name, b->host_name);
	assert_int_equal(a->relay.value, b->relay.value);
	assert_int_equal(a->is_bootp, b->is_bootp);
}

static void test_round_trip(void **state) {
	struct lease longest = full_lease(), shortest = { .address = { 7 }, .state = LEASE_DECLINED }, read;
	uint8_t octets[LEASE_RECORD_MAX];
	size_t len;

	len = lease_record_encode(&longest, octets);
	assert_true(len > CLIENT_KEY_MAX);
	assert_int_equal(lease_record_decode(longest.address, span_of(octets, len), &read), 0);
	assert_lease_equal(&longest, &read);
	len = lease_record_encode(&shortest, octets);
	assert_true(len > 0);
	assert_int_equal(lease_record_decode(shortest.address, span_of(octets, len), &read), 0);
	assert_lease_equal(&shortest, &read);
}

static void test_layout(void **state) {
	/* Stores of earlier versions have exactly these octets: they may only change with the version. */
	static const uint8_t expected[] = { 1, 1, 24, /* version, state, prefix */
					    0, 0, 0,    0,    0, 0, 0, 16,   0,    0, 0, 0,   0,
					    0, 0, 17,                                         /* start, changed */
					    0, 0, 0,    0,    0, 0, 1, 0,    10,   1, 0, 254, /* expiry, relay */
					    1, 2, 0xaa, 0xbb, 0, 3, 1, 0xcc, 0xdd, 0, 2, 'p', 'c' }; /* who */
	struct lease lease = { .address = { 0x0a000005 }, .scope = { { 0x0a000000 }, 24 }, .state = LEASE_ACTIVE,
			       .start = 16, .changed = 17, .expiry = 256, .relay = { 0x0a0100fe }, .htype = 1,
			       .hlen = 2, .chaddr = { 0xaa, 0xbb }, .client = { 3, { 1, 0xcc, 0xdd } },
			       .host_name = "pc" };
	uint8_t octets[LEASE_RECORD_MAX];

	assert_int_equal(lease_record_encode(&lease, octets), sizeof expected);
	assert_memory_equal(octets, expected, sizeof expected);
}

/* Only records that need flags have them: those of earlier versions stay as they are. */
static void test_flags(void **state) {
	uint8_t plain[LEASE_RECORD_MAX], flagged[LEASE_RECORD_MAX];
	struct lease lease = full_lease(), read;
	size_t len = lease_record_encode(&lease, plain);

	lease.is_bootp = true;
	assert_int_equal(lease_record_encode(&lease, flagged), len + 1);
	assert_int_equal(flagged[0], 2);
	assert_int_equal(flagged[1], 1);
	assert_memory_equal(flagged + 2, plain + 1, len - 1);
	assert_int_equal(lease_record_decode(lease.address, span_of(flagged, len + 1), &read), 0);
	assert_lease_equal(&lease, &read);
	for (unsigned flags = 0; flags < 256; flags++) {
		flagged[1] = (uint8_t)flags;
		assert_int_equal(lease_record_decode(lease.address, span_of(flagged, len + 1), &read),
				 flags == 1 ? 0 : -E_DHCP_JET_ERROR);
	}
}

static void test_refuses_what_it_could_not_read(void **state) {
	uint8_t octets[LEASE_RECORD_MAX];
	struct lease lease = full_lease();

	lease.scope.network.value |= 1;
	assert_int_equal(lease_record_encode(&lease, octets), 0);
	lease = full_lease();
	lease.address.value = 0x0b000001;
	assert_int_equal(lease_record_encode(&lease, octets), 0);
	lease = full_lease();
	lease.state = 9;
	assert_int_equal(lease_record_encode(&lease, octets), 0);
	lease = full_lease();
	lease.hlen = LEASE_HARDWARE_MAX + 1;
	assert_int_equal(lease_record_encode(&lease, octets), 0);
	lease = full_lease();
	lease.client.len = CLIENT_KEY_MAX + 1;
	assert_int_equal(lease_record_encode(&lease, octets), 0);
	lease = full_lease();
	lease.host_name[LEASE_HOST_NAME_MAX - 1] = 'x';
	assert_int_equal(lease_record_encode(&lease, octets), 0);
}

/* Whoever writes a file has any time at hand; sums of them must not overflow. */
static void test_times_that_cannot_be(void **state) {
	static const size_t places[] = { 3, 11, 19 }; /* of start, change and expiry */
	uint8_t octets[LEASE_RECORD_MAX];
	struct lease lease = full_lease(), read;
	size_t len = lease_record_encode(&lease, octets);

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		uint8_t saved[8];

		memcpy(saved, octets + places[i], sizeof saved);
		assert_int_equal(lease_record_decode(lease.address, span_of(octets, len), &read), 0);
		memset(octets + places[i], 0, sizeof saved);
		octets[places[i]] = 0x80;
		assert_int_equal(lease_record_decode(lease.address, span_of(octets, len), &read), -E_DHCP_JET_ERROR);
		memcpy(octets + places[i], saved, sizeof saved);
	}
}

static void test_damaged_octets(void **state) {
	struct lease lease = full_lease(), read;
	uint8_t octets[LEASE_RECORD_MAX + 1];
	size_t len = lease_record_encode(&lease, octets);

	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(lease_record_decode(lease.address, span_of(octets, cut), &read), -E_DHCP_JET_ERROR);
	octets[len] = 0;
	assert_int_equal(lease_record_decode(lease.address, span_of(octets, len + 1), &read), -E_DHCP_JET_ERROR);
	octets[0] = 2;
	assert_int_equal(lease_record_decode(lease.address, span_of(octets, len), &read), -E_DHCP_JET_ERROR);
	octets[0] = 1;
	octets[2] = 33;
	assert_int_equal(lease_record_decode(lease.address, span_of(octets, len), &read), -E_DHCP_JET_ERROR);
	octets[2] = 16;
	octets[1] = 0;
	assert_int_equal(lease_record_decode(lease.address, span_of(octets, len), &read), -E_DHCP_JET_ERROR);
	octets[1] = LEASE_ACTIVE;
	octets[len - 1] = '\0';
	assert_int_equal(lease_record_decode(lease.address, span_of(octets, len), &read), -E_DHCP_JET_ERROR);
}

/* A record whose hardware address, client or name has one octet more than its field. */
static int decode_with_excess(size_t hardware, size_t client, size_t name) {
	uint8_t octets[LEASE_RECORD_MAX] = { 1, LEASE_ACTIVE, 16 };
	struct lease read;
	size_t len = 3 + 24 + 4 + 1;

	octets[len++] = (uint8_t)hardware;
	len += hardware;
	octets[len++] = (uint8_t)(client >> 8);
	octets[len++] = (uint8_t)client;
	len += client;
	len++;
	octets[len++] = (uint8_t)name;
	memset(octets + len, 'n', name);
	return lease_record_decode((struct ip4){ 0x0a4d0105 }, span_of(octets, len + name), &read);
}

static void test_excess_length(void **state) {
	assert_int_equal(decode_with_excess(LEASE_HARDWARE_MAX, CLIENT_KEY_MAX, LEASE_HOST_NAME_MAX - 1), 0);
	assert_int_equal(decode_with_excess(LEASE_HARDWARE_MAX + 1, 1, 1), -E_DHCP_JET_ERROR);
	assert_int_equal(decode_with_excess(1, CLIENT_KEY_MAX + 1, 1), -E_DHCP_JET_ERROR);
	assert_int_equal(decode_with_excess(1, 1, LEASE_HOST_NAME_MAX), -E_DHCP_JET_ERROR);
}

static struct lease_key expiry_key_at(int64_t time) {
	struct lease lease = full_lease();

	lease.state = LEASE_ACTIVE;
	lease.expiry = time;
	return lease_key_expiry(&lease);
}

static void test_expiry_keys_sort_by_time(void **state) {
	static const int64_t times[] = { INT64_MIN, -1, 0, 1, 255, 256, 1700000000, INT64_MAX };

	for (size_t i = 1; i < ARRAY_LEN(times); i++) {
		struct lease_key earlier = expiry_key_at(times[i - 1]), later = expiry_key_at(times[i]);

		assert_true(span_compare(lease_key_span(&earlier), lease_key_span(&later)) < 0);
	}
}

static void test_last_in_force(void **state) {
	struct lease lease = { .state = LEASE_ACTIVE, .changed = 10, .expiry = 20 };

	assert_int_equal(lease_last_in_force(&lease), 20);
	lease.state = LEASE_DECLINED;
	assert_int_equal(lease_last_in_force(&lease), 20);
	lease.state = LEASE_RELEASED;
	assert_int_equal(lease_last_in_force(&lease), 10);
	lease.changed = 30;
	assert_int_equal(lease_last_in_force(&lease), 20);
}

static void test_keys_read_back(void **state) {
	struct lease lease = full_lease();
	struct lease_key expiry = lease_key_expiry(&lease), address = lease_key_address(lease.address);
	struct ip4 read;

	assert_int_equal(lease_key_expiry_decode(lease_key_span(&expiry), &read), 0);
	assert_int_equal(read.value, lease.address.value);
	assert_int_equal(lease_key_address_decode(lease_key_span(&address), &read), 0);
	assert_int_equal(read.value, lease.address.value);
	assert_int_equal(lease_key_expiry_decode(lease_key_span(&address), &read), -E_DHCP_JET_ERROR);
	assert_int_equal(lease_key_address_decode(lease_key_span(&expiry), &read), -E_DHCP_JET_ERROR);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_refuses_what_it_could_not_read),
		cmocka_unit_test(test_times_that_cannot_be),
		cmocka_unit_test(test_damaged_octets),
		cmocka_unit_test(test_excess_length),
		cmocka_unit_test(test_expiry_keys_sort_by_time),
		cmocka_unit_test(test_last_in_force),
		cmocka_unit_test(test_keys_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
