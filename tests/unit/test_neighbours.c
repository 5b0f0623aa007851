/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the servers that serve has met count as being at work on this server's own networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dir/neighbours.h"
#include "store/sighting_store.h"
#include "store_fixture.h"

#define NOW 1800000000

static const struct moment now = { .wall_s = NOW, .boot_ms = 5000 };

static struct sighting_store *store;

static int setup(void **state) {
	struct error error;

	return fixture_setup(state) + sighting_store_open(fixture_directory, "dhcp1.example.com", &store, &error);
}

static int teardown(void **state) {
	store = sighting_store_close(store);
	return fixture_teardown(state);
}

static void store_write(const struct sighting *sightings, size_t n_sightings) {
	struct detection detection = { .outcome = DETECTION_UNOPPOSED };
	struct error error;

	assert_int_equal(sighting_store_replace(store, sightings, n_sightings, &detection, &error), 0);
}

static struct sighting seen(uint32_t address, int64_t ago_s) {
	return (struct sighting){ .address = { address }, .interface = "eth0", .hlen = 6, .last_seen = NOW - ago_s };
}

static void only_the_living_on_the_link_count(void **state) {
	struct sighting sightings[] = { seen(1, 0),   seen(2, 3600), seen(3, 3601),
					seen(4, -10), seen(5, 10),   seen(6, 10) };
	struct neighbours *neighbours = neighbours_new(fixture_directory);
	const struct ip4 *addresses;
	size_t n;

	sightings[4].is_gone = true;
	sightings[5].via.value = 0x0a4e0001;
	addresses = neighbours_addresses(neighbours, &now, &n);
	assert_int_equal(n, 0);
	store_write(sightings, ARRAY_LEN(sightings));
	assert_true(neighbours_refresh(neighbours, &now));
	addresses = neighbours_addresses(neighbours, &now, &n);
	assert_int_equal(n, 3);
	assert_int_equal(addresses[0].value, 1);
	assert_int_equal(addresses[1].value, 2);
	assert_int_equal(addresses[2].value, 4);
	neighbours_free(neighbours);
}

static void what_a_client_says_is_not_enough(void **state) {
	struct sighting sightings[] = { seen(1, 0), seen(2, 0), seen(3, 0), seen(4, 0), seen(5, 0) };
	struct neighbours *neighbours = neighbours_new(fixture_directory);
	const struct ip4 *addresses;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(sightings); i++) {
		sightings[i].is_overheard = true;
		sightings[i].hlen = 0;
	}
	sightings[1].hlen = 6;
	sightings[2].offered.value = 0x0a000080;
	sightings[3].answer = ROGUE_ANSWER_STANDALONE;
	sightings[4].is_overheard = false; /* it has answered us */
	store_write(sightings, ARRAY_LEN(sightings));
	assert_true(neighbours_refresh(neighbours, &now));
	addresses = neighbours_addresses(neighbours, &now, &n);
	assert_int_equal(n, 4);
	assert_int_equal(addresses[0].value, 2);
	neighbours_free(neighbours);
}

static void only_others_are_a_change(void **state) {
	struct neighbours *neighbours = neighbours_new(fixture_directory);
	struct sighting sighting = seen(7, 0);
	struct moment later = now;
	size_t n;

	assert_false(neighbours_refresh(neighbours, &now));
	store_write(&sighting, 1);
	assert_true(neighbours_refresh(neighbours, &now));
	sighting.state = SIGHTING_UNLISTED;
	store_write(&sighting, 1);
	assert_false(neighbours_refresh(neighbours, &now));
	sighting.address.value = 8;
	store_write(&sighting, 1);
	assert_true(neighbours_refresh(neighbours, &now));
	later.wall_s += 3601;
	neighbours_addresses(neighbours, &later, &n);
	assert_int_equal(n, 0); /* without anything being read */
	neighbours_addresses(neighbours, &now, &n);
	assert_int_equal(n, 1);
	assert_true(neighbours_refresh(neighbours, &later));
	neighbours_set_interval(neighbours, 1801); /* seldom asked, long remembered */
	assert_true(neighbours_refresh(neighbours, &later));
	neighbours_set_interval(neighbours, 60);
	assert_true(neighbours_refresh(neighbours, &later));
	neighbours_free(neighbours);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_the_living_on_the_link_count, setup, teardown),
		cmocka_unit_test_setup_teardown(what_a_client_says_is_not_enough, setup, teardown),
		cmocka_unit_test_setup_teardown(only_others_are_a_change, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
