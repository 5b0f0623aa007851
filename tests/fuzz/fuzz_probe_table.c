/* SPDX-License-Identifier: Apache-2.0 */
/* The table of pings, driven by anything: each octet is something that happens. An outcome comes once for each
 * beginning, not before its time unless there was an answer or it was given up, and after no more pings than were
 * wanted. */
#include <stdlib.h>

#include "engine/probe_table.h"

#define ADDRESSES 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What should be known of an address. */
static struct {
	bool is_begun, has_ended, is_answered;
	unsigned n_left, n_pinged;
	uint64_t begun_ms;
	uint8_t mark;
} expected[ADDRESSES];

static void check(bool is_right) {
	if (!is_right)
		abort();
}

static void begin(struct probe_table *table, uint8_t address, unsigned attempts, uint64_t now_ms, uint8_t mark) {
	const struct probe_packet packet = { .len = 1, .octets = { mark } };

	check(probe_table_begin(table, (struct ip4){ address + 1u }, attempts, &packet, now_ms));
	expected[address].mark = mark;
	if (expected[address].is_begun)
		return;
	expected[address].is_begun = true;
	expected[address].has_ended = expected[address].is_answered = false;
	expected[address].n_left = attempts ? attempts : 1;
	expected[address].n_pinged = 0;
	expected[address].begun_ms = now_ms;
}

static void take_pings(struct probe_table *table, uint64_t now_ms) {
	struct ip4 address;

	while (probe_table_take_ping(table, now_ms, &address)) {
		check(expected[address.value - 1].is_begun && !expected[address.value - 1].has_ended);
		check(expected[address.value - 1].n_left-- > 0);
		expected[address.value - 1].n_pinged++;
	}
}

static void take_outcomes(struct probe_table *table, uint64_t now_ms) {
	static struct probe_packet packet;
	struct probe_outcome outcome;

	while (probe_table_take_outcome(table, now_ms, &outcome, &packet)) {
		uint8_t address = (uint8_t)(outcome.address.value - 1);

		check(expected[address].is_begun && outcome.is_answered == expected[address].is_answered);
		check(packet.len == 1 && packet.octets[0] == expected[address].mark);
		check(expected[address].has_ended ||
		      (expected[address].n_left == 0 &&
		       now_ms >= expected[address].begun_ms + (uint64_t)expected[address].n_pinged * PROBE_ATTEMPT_MS));
		expected[address].is_begun = false;
	}
}

static void end(struct probe_table *table, uint8_t address, bool is_answer) {
	if (is_answer)
		probe_table_hear(table, (struct ip4){ address + 1u });
	else
		probe_table_give_up(table, (struct ip4){ address + 1u });
	if (!expected[address].is_begun || (is_answer && !expected[address].n_pinged))
		return;
	expected[address].has_ended = true;
	expected[address].is_answered |= is_answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static struct probe_table *table;
	static struct arena *arena; /* kept, so that nothing seems lost at the end */
	uint64_t now_ms = 1000;

	if (!arena)
		table = probe_table_new(arena = arena_new(0));
	for (size_t i = 0; i < size && i < 4096; i++) {
		uint8_t address = data[i] % ADDRESSES;

		switch (data[i] >> 4 & 7) {
		case 0:
		case 1:
			begin(table, address, data[i] >> 6, now_ms, (uint8_t)i);
			break;
		case 2:
			end(table, address, true);
			break;
		case 3:
			end(table, address, false);
			break;
		case 4:
			now_ms += address * 100u;
			break;
		case 5:
			take_outcomes(table, now_ms);
			break;
		default:
			take_pings(table, now_ms);
			break;
		}
		check(probe_table_wait_ms(table, now_ms) == PROBE_NEVER ||
		      probe_table_wait_ms(table, now_ms) <= PROBE_ATTEMPT_MS);
	}
	for (uint8_t address = 0; address < ADDRESSES; address++)
		end(table, address, false);
	take_outcomes(table, now_ms);
	check(probe_table_wait_ms(table, now_ms) == PROBE_NEVER);
	return 0;
}
