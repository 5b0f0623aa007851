/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/probe_table.h"

/* Apart from the packets, so that looking through all of them touches little memory. */
struct probe {
	bool is_used, is_pinged, is_answered;
	struct ip4 address;
	unsigned n_left; /* pings not yet sent */
	uint64_t due_ms; /* the next ping; without any left, the outcome */
};

struct probe_table {
	size_t n_used;
	struct probe probes[PROBES_MAX];
	struct probe_packet packets[PROBES_MAX];
};

struct probe_table *probe_table_new(struct arena *arena) {
	return arena_new_of(arena, struct probe_table);
}

static struct probe *probe_find(struct probe_table *table, struct ip4 address) {
	for (size_t i = 0; i < PROBES_MAX && table->n_used; i++)
		if (table->probes[i].is_used && is_ip4_equal(table->probes[i].address, address))
			return &table->probes[i];
	return NULL;
}

static struct probe *probe_make(struct probe_table *table) {
	for (size_t i = 0; i < PROBES_MAX && table->n_used < PROBES_MAX; i++)
		if (!table->probes[i].is_used) {
			table->n_used++;
			return &table->probes[i];
		}
	return NULL;
}

static void packet_keep(struct probe_packet *place, const struct probe_packet *packet) {
	assert(packet->len <= sizeof packet->octets);
	memcpy(place, packet, offsetof(struct probe_packet, octets));
	memcpy(place->octets, packet->octets, packet->len);
}

bool probe_table_begin(struct probe_table *table, struct ip4 address, unsigned attempts,
		       const struct probe_packet *packet, uint64_t now_ms) {
	struct probe *probe = probe_find(table, address);

	if (!probe) {
		probe = probe_make(table);
		if (!probe)
			return false;
		*probe = (struct probe){
			.is_used = true,
			.address = address,
			.n_left = attempts ? attempts : 1,
			.due_ms = now_ms,
		};
	}
	packet_keep(&table->packets[probe - table->probes], packet);
	return true;
}

bool probe_table_take_ping(struct probe_table *table, uint64_t now_ms, struct ip4 *ret_address) {
	for (size_t i = 0; i < PROBES_MAX && table->n_used; i++) {
		struct probe *probe = &table->probes[i];

		if (!probe->is_used || !probe->n_left || probe->due_ms > now_ms)
			continue;
		probe->n_left--;
		probe->due_ms = now_ms + PROBE_ATTEMPT_MS;
		probe->is_pinged = true;
		*ret_address = probe->address;
		return true;
	}
	return false;
}

static void probe_end(struct probe *probe) {
	probe->n_left = 0;
	probe->due_ms = 0;
}

void probe_table_give_up(struct probe_table *table, struct ip4 address) {
	struct probe *probe = probe_find(table, address);

	if (probe)
		probe_end(probe);
}

void probe_table_hear(struct probe_table *table, struct ip4 address) {
	struct probe *probe = probe_find(table, address);

	if (!probe || !probe->is_pinged)
		return;
	probe->is_answered = true;
	probe_end(probe);
}

bool probe_table_take_outcome(struct probe_table *table, uint64_t now_ms, struct probe_outcome *ret_outcome,
			      struct probe_packet *ret_packet) {
	for (size_t i = 0; i < PROBES_MAX && table->n_used; i++) {
		struct probe *probe = &table->probes[i];

		if (!probe->is_used || probe->n_left || probe->due_ms > now_ms)
			continue;
		probe->is_used = false;
		table->n_used--;
		*ret_outcome = (struct probe_outcome){ probe->address, probe->is_answered };
		packet_keep(ret_packet, &table->packets[i]);
		return true;
	}
	return false;
}

uint64_t probe_table_wait_ms(const struct probe_table *table, uint64_t now_ms) {
	uint64_t due_ms = PROBE_NEVER;

	for (size_t i = 0; i < PROBES_MAX && table->n_used; i++)
		if (table->probes[i].is_used && table->probes[i].due_ms < due_ms)
			due_ms = table->probes[i].due_ms;
	if (due_ms == PROBE_NEVER)
		return PROBE_NEVER;
	return due_ms > now_ms ? due_ms - now_ms : 0;
}
