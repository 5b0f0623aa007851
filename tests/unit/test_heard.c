/* SPDX-License-Identifier: Apache-2.0 */
/* What dir reads of other DHCP servers: nothing until serve has stored it, and what now stands there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/counter.h"
#include "dir/heard.h"
#include "store/sighting_store.h"
#include "store_fixture.h"

static void store_write(uint32_t address, uint64_t number) {
	struct sighting sighting = { .address = { address }, .interface = "eth0" };
	struct detection detection = { .outcome = DETECTION_UNOPPOSED, .number = number };
	struct sighting_store *store;
	struct error error;

	assert_int_equal(sighting_store_open(fixture_directory, "dhcp1.example.com", &store, &error), 0);
	assert_int_equal(sighting_store_replace(store, &sighting, 1, &detection, &error), 0);
	sighting_store_close(store);
}

static void assert_heard(struct heard *heard, uint32_t address, uint64_t number) {
	struct arena *arena = arena_new(0);
	struct detection detection;
	struct sighting *sightings;
	size_t n_sightings;

	assert_true(heard_read(heard, arena, &sightings, &n_sightings, &detection));
	assert_int_equal(n_sightings, 1);
	assert_int_equal(sightings[0].address.value, address);
	assert_int_equal(detection.number, number);
	arena_free(arena);
}

static void is_read_once_it_is_there(void **state) {
	struct heard *heard = heard_new(fixture_directory);
	struct arena *arena = arena_new(0);
	struct detection detection;
	struct sighting *sightings;
	size_t n_sightings;

	assert_false(heard_read(heard, arena, &sightings, &n_sightings, &detection));
	store_write(0x0a4d0003, 1);
	assert_heard(heard, 0x0a4d0003, 1);
	arena_free(arena);
	heard_free(heard);
}

static void a_replaced_store_is_read_anew(void **state) {
	char path[FIXTURE_DIRECTORY_MAX + 20];
	struct heard *heard = heard_new(fixture_directory);

	store_write(0x0a4d0003, 1);
	assert_heard(heard, 0x0a4d0003, 1);
	snprintf(path, sizeof path, "%s/sightings.mdb", fixture_directory);
	assert_int_equal(unlink(path), 0);
	store_write(0x0a4d0005, 7);
	assert_heard(heard, 0x0a4d0005, 7);
	heard_free(heard);
}

/* By it dir tells the rounds of this daemon's life from those of an earlier one. */
static void the_beginning_stays_what_it_was(void **state) {
	uint64_t now_ms = clock_now().boot_ms, started_ms;

	assert_int_equal(counters_started_ms(), 0);
	counters_attach(-1);
	started_ms = counters_started_ms();
	assert_true(started_ms >= now_ms);
	while (clock_now().boot_ms == started_ms)
		;
	counters_attach(-1);
	assert_int_equal(counters_started_ms(), started_ms);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_read_once_it_is_there, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_replaced_store_is_read_anew, fixture_setup, fixture_teardown),
		cmocka_unit_test(the_beginning_stays_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
