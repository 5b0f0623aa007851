/* SPDX-License-Identifier: Apache-2.0 */
/* The leases that changed lately: what is kept, what is undone, and in which order they can be given to others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "store/lease_memory.h"
#include "store_fixture.h"

#define LATER 9000

static const struct ip4_subnet scope = { { 0x0a4d0000 }, 16 };
static struct lease_memory *memory;

static int setup(void **state) {
	memory = lease_memory_new(4711);
	return 0;
}

static int teardown(void **state) {
	memory = lease_memory_free(memory);
	return 0;
}

static void need_block(struct ip4 address) {
	const struct lease_bits none = { 0 };

	if (!lease_memory_block(memory, address))
		lease_memory_add_block(memory, address, &none);
}

static void put(struct lease lease) {
	uint8_t octets[LEASE_RECORD_MAX];
	struct span record = span_of(octets, lease_record_encode(&lease, octets));
	struct lease_glance glance;

	assert_int_equal(lease_record_glance(lease.address, record, &glance), 0);
	need_block(lease.address);
	lease_memory_put(memory, lease.address, record, &glance);
}

static void put_number(unsigned i, int64_t expiry) {
	struct lease lease = fixture_lease("10.77.0.0", i, expiry);

	lease.address.value += i;
	put(lease);
}

static void drop(const char *address) {
	need_block(fixture_ip4(address));
	lease_memory_put(memory, fixture_ip4(address), (struct span){ 0 }, NULL);
}

static const struct lease_entry *get(const char *address) {
	return lease_memory_get(memory, fixture_ip4(address));
}

static const struct lease_entry *get_client(unsigned client) {
	struct client_key key = fixture_client(client);

	return lease_memory_get_client(memory, scope, span_of(key.octets, key.len));
}

/* A disk that takes nothing for hours: each batch is undone, and none is ever cleared away. */
static void test_undo_takes_no_memory(void **state) {
	size_t before;

	put_number(1, LATER);
	lease_memory_commit(memory);
	before = lease_memory_size(memory);
	for (unsigned i = 0; i < 20000; i++) {
		struct lease longer = fixture_lease("10.77.0.0", 1, LATER + i);

		longer.address.value += 1;
		memset(longer.host_name, 'x', i % 60 + 1);
		put(longer);
		put_number(2 + i % 7, LATER);
		lease_memory_undo(memory);
	}
	assert_true(lease_memory_size(memory) <= before + 4096);
	assert_int_equal(get("10.77.0.1")->last_in_force, LATER);
}

static void test_undo_is_as_before(void **state) {
	put(fixture_lease("10.77.0.5", 1, LATER));
	put(fixture_lease("10.77.0.6", 2, 10));
	drop("10.77.0.7");
	lease_memory_commit(memory);
	assert_int_equal(lease_memory_surplus(memory), 2);

	put(fixture_lease("10.77.0.8", 3, LATER));
	drop("10.77.0.5");
	put(fixture_lease("10.77.0.7", 1, LATER));
	put(fixture_lease("10.77.0.6", 4, LATER));
	put(fixture_lease("10.77.0.6", 5, LATER + 1));
	assert_int_equal(lease_memory_surplus(memory), 3);
	assert_ptr_equal(get_client(1), get("10.77.0.7"));
	assert_null(get_client(2));
	assert_null(lease_memory_next_due(memory, 500, scope, INT64_MIN, (struct ip4){ 0 }));
	assert_int_equal(lease_memory_changed_at(memory, 3)->address.value, fixture_ip4("10.77.0.6").value);
	assert_null(lease_memory_changed_at(memory, 4));

	lease_memory_undo(memory);
	assert_int_equal(lease_memory_surplus(memory), 2);
	assert_int_equal(lease_memory_count(memory), 3);
	assert_null(get("10.77.0.8"));
	assert_int_equal(get("10.77.0.7")->len, 0);
	assert_ptr_equal(get_client(1), get("10.77.0.5"));
	assert_ptr_equal(get_client(2), get("10.77.0.6"));
	assert_null(get_client(4));
	assert_null(get_client(5));
	assert_ptr_equal(lease_memory_next_due(memory, 500, scope, INT64_MIN, (struct ip4){ 0 }), get("10.77.0.6"));
	assert_false(has_lease_bit(&lease_memory_block(memory, fixture_ip4("10.77.0.8"))->exists, fixture_ip4("10.77.0.8")));
}

static void test_due_in_order(void **state) {
	const struct lease_entry *entry;
	int64_t last = INT64_MIN;
	unsigned n = 0;

	for (unsigned i = 1; i <= 5000; i++)
		put_number(i, 2000 + i * 7919 % 5000);
	for (unsigned i = 1; i <= 5000; i += 3) /* some are needed again */
		put_number(i, LATER);
	lease_memory_commit(memory);
	assert_null(lease_memory_next_due(memory, 1999, scope, INT64_MIN, (struct ip4){ 0 }));
	entry = lease_memory_next_due(memory, 6999, scope, INT64_MIN, (struct ip4){ 0 });
	for (; entry; entry = lease_memory_next_due(memory, 6999, scope, entry->last_in_force, entry->address)) {
		assert_true(entry->last_in_force > last);
		last = entry->last_in_force;
		n++;
	}
	assert_int_equal(n, 5000 - 1667);
}

static void test_many_and_again(void **state) {
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 1; i < 60000; i++)
			put_number(i, LATER);
		lease_memory_commit(memory);
		assert_int_equal(lease_memory_count(memory), 59999);
		assert_int_equal(lease_memory_surplus(memory), 59999);
		assert_ptr_equal(get_client(777), get("10.77.3.9"));
		assert_int_equal(lease_memory_next(memory, fixture_ip4("10.77.234.0"))->address.value,
				 fixture_ip4("10.77.234.0").value);
		assert_null(lease_memory_next(memory, fixture_ip4("10.77.234.96")));
		for (size_t i = 0; i < 60000 / 256; i++)
			assert_int_equal(lease_memory_block_at(memory, i)->number, (0x0a4d0000 >> 8) + i);
		lease_memory_clear(memory);
		assert_int_equal(lease_memory_count(memory), 0);
		assert_null(get_client(777));
		assert_null(get("10.77.3.9"));
		assert_null(lease_memory_next(memory, (struct ip4){ 0 }));
	}
}

static void test_blocks_in_any_order(void **state) {
	const struct lease_bits full = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };

	lease_memory_add_block(memory, fixture_ip4("10.77.3.0"), &full);
	lease_memory_add_block(memory, fixture_ip4("10.77.1.0"), &full);
	drop("10.77.3.4");
	drop("10.77.2.4");
	assert_int_equal(lease_memory_surplus(memory), -1);
	assert_int_equal(lease_memory_block_at(memory, 0)->number & 255, 1);
	assert_int_equal(lease_memory_block_at(memory, 1)->number & 255, 2);
	assert_int_equal(lease_memory_block_at(memory, 2)->number & 255, 3);
	assert_null(lease_memory_block_at(memory, 3));
	assert_null(lease_memory_next(memory, (struct ip4){ 0 }));
	lease_memory_undo(memory);
	assert_int_equal(lease_memory_surplus(memory), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_undo_is_as_before, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_takes_no_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_due_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_and_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_blocks_in_any_order, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
