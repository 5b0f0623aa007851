/* SPDX-License-Identifier: Apache-2.0 */
/* lease_memory.h - the leases that changed lately, in memory: what the journal has and leases.mdb does not have yet.
 *
 * It holds, for each address that changed, the encoded record that stands there now, or that there is none any more; by
 * address, by client, and, of those that may be given to somebody else, in the order in which they were last in force.
 * For each 256 addresses of which one changed it also knows which of them have a record, here or below, as a bitmap
 * that it was given and has kept since.
 *
 * Changes belong to a batch, which is kept or undone as a whole. No step takes long whatever was put before: nothing is
 * ever moved to a larger table. Nothing that was kept is given back before lease_memory_clear.
 * Entries are borrowed, and readable until the next change. Thread: one; but while nothing is put, another one may call
 * lease_memory_get and lease_memory_block_at and read addresses and octets beside it. Pure but for heap memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip4.h"
#include "base/span.h"
#include "store/lease_record.h"

struct lease_memory;

#define LEASE_DUE_LEVELS 4

/* What an address has come to. To read: its address and lease_entry_record, and what follows from that. */
struct lease_entry {
	struct ip4 address;
	uint16_t len, room;       /* of the record's octets; no octets: there is no record any more */
	uint16_t client_len;
	bool is_bootp, is_due;
	uint8_t *octets;
	const uint8_t *client;    /* in octets */
	struct ip4_subnet scope;
	int64_t last_in_force;
	uint32_t hash;            /* of scope and client */
	uint32_t batch;           /* that changed it last */
	struct lease_entry *next_of_address, *next_of_client; /* in their buckets */
	struct lease_entry *next_due[LEASE_DUE_LEVELS];
};

static inline struct span lease_entry_record(const struct lease_entry *entry) {
	return span_of(entry->octets, entry->len);
}

/* Embedded: which of 256 addresses have a record. */
struct lease_bits {
	uint64_t words[4];
};

static inline bool has_lease_bit(const struct lease_bits *bits, struct ip4 address) {
	return bits->words[address.value >> 6 & 3] >> (address.value & 63) & 1;
}

static inline bool is_lease_bits_empty(const struct lease_bits *bits) {
	return (bits->words[0] | bits->words[1] | bits->words[2] | bits->words[3]) == 0;
}

static inline void lease_bits_set(struct lease_bits *bits, struct ip4 address, bool is_set) {
	uint64_t *word = &bits->words[address.value >> 6 & 3], bit = (uint64_t)1 << (address.value & 63);

	*word = is_set ? *word | bit : *word & ~bit;
}

/* 256 addresses of which one was changed. */
struct lease_block {
	uint32_t number;          /* address / 256 */
	struct lease_bits exists; /* in truth, here or below */
	struct lease_bits here;   /* that have an entry */
};

/* Which of its addresses have a record, if @below says it of those that have no entry here: what the block was given
 * for them may have been mended since. */
static inline struct lease_bits lease_block_over(const struct lease_block *block, struct lease_bits below) {
	for (unsigned i = 0; i < 4; i++)
		below.words[i] =
			(below.words[i] & ~block->here.words[i]) | (block->exists.words[i] & block->here.words[i]);
	return below;
}

/* A new one; @seed, which nobody outside knows, makes clients unable to choose keys that collide. lease_memory_free
 * accepts NULL and returns NULL. */
struct lease_memory *lease_memory_new(uint64_t seed);
struct lease_memory *lease_memory_free(struct lease_memory *memory);

/* Forget everything, but keep what was allocated. */
void lease_memory_clear(struct lease_memory *memory);

/* How many addresses have an entry; by how many records there are more now than below (or fewer); how many of its
 * records are of BOOTP clients; octets of heap memory in use. */
size_t lease_memory_count(const struct lease_memory *memory);
int64_t lease_memory_surplus(const struct lease_memory *memory);
size_t lease_memory_count_bootp(const struct lease_memory *memory);
size_t lease_memory_size(const struct lease_memory *memory);

/* The entry of @address; NULL where nothing changed. */
const struct lease_entry *lease_memory_get(const struct lease_memory *memory, struct ip4 address);

/* The entry whose record is that of the client @client in @scope; NULL if none here is. */
const struct lease_entry *lease_memory_get_client(const struct lease_memory *memory, struct ip4_subnet scope,
						  struct span client);

/* The entry at position @index of lease_memory_count, in no order. */
const struct lease_entry *lease_memory_at(const struct lease_memory *memory, size_t index);

/* The first entry of an address >= @from that has a record; NULL at the end. */
const struct lease_entry *lease_memory_next(const struct lease_memory *memory, struct ip4 from);

/* The block that @address is in; NULL where nothing changed. */
const struct lease_block *lease_memory_block(const struct lease_memory *memory, struct ip4 address);

/* The block at position @index, in ascending order; NULL past the end. */
const struct lease_block *lease_memory_block_at(const struct lease_memory *memory, size_t index);

/* The block that follows is about to change; which of its addresses have a record is in @exists. */
void lease_memory_add_block(struct lease_memory *memory, struct ip4 address, const struct lease_bits *exists);

/* Put @record, of which @glance is what lease_record_glance says, or with an empty one and NULL that there is none. The
 * address has its block. The client has no record of another address in that scope: remove that one first. */
void lease_memory_put(struct lease_memory *memory, struct ip4 address, struct span record,
		      const struct lease_glance *glance);

/* Walk through what was changed since the last commit or undo, each address once: the entry at position @index, NULL
 * past the end. */
const struct lease_entry *lease_memory_changed_at(const struct lease_memory *memory, size_t index);

/* Keep what was put since the last commit or undo; or make everything as it was then. */
void lease_memory_commit(struct lease_memory *memory);
void lease_memory_undo(struct lease_memory *memory);

/* Of the entries that were in force until @now at most, in order of scope, time and address: the first behind the
 * place that @scope, @last_in_force and @address name, which need not exist. It may be of another scope, and, if a
 * later @now was asked for before, of a later time. NULL at the end. */
const struct lease_entry *lease_memory_next_due(struct lease_memory *memory, int64_t now, struct ip4_subnet scope,
						int64_t last_in_force, struct ip4 address);
