/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of entries have a fixed number of buckets: enough for twice what is usually put between two checkpoints,
 * and when those fail for hours the chains become a dozen entries long, which is still no stall. Octets of records come
 * from large pieces and are written over in place, as a renewed lease is as long as before. */
#include "store/lease_memory.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"

#define N_BUCKETS_BITS 16
#define N_BUCKETS ((size_t)1 << N_BUCKETS_BITS)
#define ENTRIES_PER_CHUNK 1024
#define PIECE_SIZE ((size_t)256 << 10)
#define ROOM_STEP 16       /* a record may grow by some octets without moving */
#define DUE_LEVEL_BITS 3   /* one entry of eight stands in the next higher list, too */

/* An entry that the batch at hand changed, and what it was before. */
struct change {
	struct lease_entry *entry;
	uint8_t *octets; /* where they stood, */
	size_t saved_at; /* and, in saved, what they were */
	uint16_t len, room;
	bool is_new;     /* it did not exist */
	bool existed;    /* the address had a record, here or below */
};

struct lease_memory {
	uint64_t seed;
	struct lease_entry **by_address, **by_client; /* buckets */
	struct lease_entry **chunks;                  /* of ENTRIES_PER_CHUNK */
	size_t n_chunks, chunks_capacity, n_entries, n_bootp;
	int64_t surplus;
	uint8_t **pieces;
	size_t n_pieces, pieces_capacity, n_pieces_used, piece_used;
	size_t n_pieces_kept, piece_kept; /* the last two, at the last commit */
	struct lease_block *blocks; /* ascending */
	size_t n_blocks, blocks_capacity;
	struct lease_entry due; /* head of the lists */
	int64_t due_until;      /* every entry that was in force until then at most is in them */
	int64_t soonest;        /* no other entry was in force for less long */
	uint32_t batch;
	struct change *changes;
	size_t n_changes, changes_capacity;
	uint8_t *saved;
	size_t saved_len, saved_capacity;
};

struct lease_memory *lease_memory_new(uint64_t seed) {
	struct lease_memory *memory = mem_alloc(sizeof *memory);

	memory->seed = seed;
	memory->by_address = mem_alloc(N_BUCKETS * sizeof(*memory->by_address));
	memory->by_client = mem_alloc(N_BUCKETS * sizeof(*memory->by_client));
	lease_memory_clear(memory);
	return memory;
}

struct lease_memory *lease_memory_free(struct lease_memory *memory) {
	if (!memory)
		return NULL;
	for (size_t i = 0; i < memory->n_chunks; i++)
		free(memory->chunks[i]);
	for (size_t i = 0; i < memory->n_pieces; i++)
		free(memory->pieces[i]);
	free(memory->by_address);
	free(memory->by_client);
	free(memory->chunks);
	free(memory->pieces);
	free(memory->blocks);
	free(memory->changes);
	free(memory->saved);
	free(memory);
	return NULL;
}

void lease_memory_clear(struct lease_memory *memory) {
	if (memory->n_entries) {
		memset(memory->by_address, 0, N_BUCKETS * sizeof(*memory->by_address));
		memset(memory->by_client, 0, N_BUCKETS * sizeof(*memory->by_client));
	}
	memory->n_entries = memory->n_bootp = memory->n_blocks = 0;
	memory->surplus = 0;
	memory->n_pieces_used = memory->piece_used = 0;
	memory->n_pieces_kept = memory->piece_kept = 0;
	memory->due = (struct lease_entry){ 0 };
	memory->due_until = INT64_MIN;
	memory->soonest = INT64_MAX;
	memory->n_changes = memory->saved_len = 0;
	memory->batch = 1;
}

size_t lease_memory_count(const struct lease_memory *memory) {
	return memory->n_entries;
}

int64_t lease_memory_surplus(const struct lease_memory *memory) {
	return memory->surplus;
}

size_t lease_memory_count_bootp(const struct lease_memory *memory) {
	return memory->n_bootp;
}

size_t lease_memory_size(const struct lease_memory *memory) {
	return sizeof *memory + 2 * N_BUCKETS * sizeof(*memory->by_address) +
	       memory->n_chunks * ENTRIES_PER_CHUNK * sizeof(struct lease_entry) + memory->n_pieces * PIECE_SIZE +
	       memory->blocks_capacity * sizeof(*memory->blocks) +
	       memory->changes_capacity * sizeof(*memory->changes) + memory->saved_capacity;
}

/* Finding. */

static struct lease_entry **address_bucket(const struct lease_memory *memory, struct ip4 address) {
	uint32_t mixed = (address.value ^ (uint32_t)memory->seed) * 0x9e3779b1u;

	return &memory->by_address[mixed >> (32 - N_BUCKETS_BITS)];
}

static struct lease_entry **client_bucket(const struct lease_memory *memory, uint32_t hash) {
	return &memory->by_client[hash & (N_BUCKETS - 1)];
}

static uint32_t client_hash(const struct lease_memory *memory, struct ip4_subnet scope, struct span client) {
	uint64_t where = (uint64_t)scope.network.value << 8 | scope.prefix_length;

	return (uint32_t)XXH3_64bits_withSeed(client.data, client.len, memory->seed + where);
}

static struct lease_entry *find(const struct lease_memory *memory, struct ip4 address) {
	struct lease_entry *entry = *address_bucket(memory, address);

	while (entry && entry->address.value != address.value)
		entry = entry->next_of_address;
	return entry;
}

const struct lease_entry *lease_memory_get(const struct lease_memory *memory, struct ip4 address) {
	return find(memory, address);
}

static bool is_entry_of(const struct lease_entry *entry, uint32_t hash, struct ip4_subnet scope, struct span client) {
	return entry->hash == hash && entry->scope.network.value == scope.network.value &&
	       entry->scope.prefix_length == scope.prefix_length &&
	       is_span_equal(span_of(entry->client, entry->client_len), client);
}

const struct lease_entry *lease_memory_get_client(const struct lease_memory *memory, struct ip4_subnet scope,
						  struct span client) {
	uint32_t hash;
	const struct lease_entry *entry;

	if (client.len == 0 || memory->n_entries == 0)
		return NULL;
	hash = client_hash(memory, scope, client);
	entry = *client_bucket(memory, hash);
	while (entry && !is_entry_of(entry, hash, scope, client))
		entry = entry->next_of_client;
	return entry;
}

static struct lease_entry *entry_at(const struct lease_memory *memory, size_t index) {
	return &memory->chunks[index / ENTRIES_PER_CHUNK][index % ENTRIES_PER_CHUNK];
}

const struct lease_entry *lease_memory_at(const struct lease_memory *memory, size_t index) {
	return entry_at(memory, index);
}

/* Blocks. */

/* Where the block @number stands, or would. */
static size_t block_place(const struct lease_memory *memory, uint32_t number) {
	size_t low = 0, high = memory->n_blocks;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memory->blocks[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct lease_block *find_block(const struct lease_memory *memory, struct ip4 address) {
	size_t place = block_place(memory, address.value >> 8);

	if (place == memory->n_blocks || memory->blocks[place].number != address.value >> 8)
		return NULL;
	return &memory->blocks[place];
}

const struct lease_block *lease_memory_block(const struct lease_memory *memory, struct ip4 address) {
	return find_block(memory, address);
}

const struct lease_block *lease_memory_block_at(const struct lease_memory *memory, size_t index) {
	return index < memory->n_blocks ? &memory->blocks[index] : NULL;
}

void lease_memory_add_block(struct lease_memory *memory, struct ip4 address, const struct lease_bits *exists) {
	size_t place = block_place(memory, address.value >> 8);

	memory->blocks =
		mem_grow(memory->blocks, &memory->blocks_capacity, memory->n_blocks + 1, sizeof(*memory->blocks));
	memmove(&memory->blocks[place + 1], &memory->blocks[place],
		(memory->n_blocks++ - place) * sizeof(*memory->blocks));
	memory->blocks[place] = (struct lease_block){ .number = address.value >> 8, .exists = *exists };
}

/* The first address of the block that is >= @from and has a record here. */
static bool next_in_block(const struct lease_block *block, struct ip4 from, struct ip4 *ret_address) {
	unsigned first = from.value >> 8 == block->number ? from.value & 255 : 0;

	for (unsigned i = first / 64; i < ARRAY_LEN(block->here.words); i++) {
		uint64_t word = block->here.words[i] & block->exists.words[i];

		if (i == first / 64)
			word &= UINT64_MAX << (first % 64);
		if (word) {
			ret_address->value = block->number << 8 | (i * 64 + (unsigned)__builtin_ctzll(word));
			return true;
		}
	}
	return false;
}

const struct lease_entry *lease_memory_next(const struct lease_memory *memory, struct ip4 from) {
	struct ip4 address;

	for (size_t i = block_place(memory, from.value >> 8); i < memory->n_blocks; i++)
		if (next_in_block(&memory->blocks[i], from, &address))
			return find(memory, address);
	return NULL;
}

/* Those that are due: a skip list, with the level of an entry drawn from its address. */

static bool is_due_after(const struct lease_entry *entry, struct ip4_subnet scope, int64_t last, struct ip4 address) {
	if (entry->scope.network.value != scope.network.value)
		return entry->scope.network.value > scope.network.value;
	if (entry->scope.prefix_length != scope.prefix_length)
		return entry->scope.prefix_length > scope.prefix_length;
	if (entry->last_in_force != last)
		return entry->last_in_force > last;
	return entry->address.value > address.value;
}

/* The last entries of each list that are not after the place. */
static void due_places(struct lease_memory *memory, struct ip4_subnet scope, int64_t last, struct ip4 address,
		       struct lease_entry *ret_places[static LEASE_DUE_LEVELS]) {
	struct lease_entry *at = &memory->due;

	for (size_t level = LEASE_DUE_LEVELS; level-- > 0;) {
		while (at->next_due[level] && !is_due_after(at->next_due[level], scope, last, address))
			at = at->next_due[level];
		ret_places[level] = at;
	}
}

static unsigned due_level(const struct lease_memory *memory, struct ip4 address) {
	uint64_t bits = ((uint64_t)address.value + memory->seed) * 0x9e3779b97f4a7c15u >> 32;
	unsigned level = 0;

	while (level < LEASE_DUE_LEVELS - 1 && (bits & ((1 << DUE_LEVEL_BITS) - 1)) == 0) {
		bits >>= DUE_LEVEL_BITS;
		level++;
	}
	return level;
}

static void due_insert(struct lease_memory *memory, struct lease_entry *entry) {
	struct lease_entry *places[LEASE_DUE_LEVELS];

	due_places(memory, entry->scope, entry->last_in_force, entry->address, places);
	for (size_t level = 0; level <= due_level(memory, entry->address); level++) {
		entry->next_due[level] = places[level]->next_due[level];
		places[level]->next_due[level] = entry;
	}
	entry->is_due = true;
}

static void due_remove(struct lease_memory *memory, struct lease_entry *entry) {
	struct lease_entry *places[LEASE_DUE_LEVELS];
	const struct ip4 before = { entry->address.value - 1 };

	due_places(memory, entry->scope, entry->last_in_force, before, places);
	for (size_t level = 0; level <= due_level(memory, entry->address); level++)
		places[level]->next_due[level] = entry->next_due[level];
	entry->is_due = false;
}

/* As time passes, more become due; not more often than the clock steps, and only if there may be some. */
static void due_catch_up(struct lease_memory *memory, int64_t now) {
	int64_t soonest = INT64_MAX;

	memory->due_until = now;
	if (memory->soonest > now)
		return;
	for (size_t i = 0; i < memory->n_entries; i++) {
		struct lease_entry *entry = entry_at(memory, i);

		if (entry->len == 0 || entry->is_due)
			continue;
		if (entry->last_in_force <= now)
			due_insert(memory, entry);
		else if (entry->last_in_force < soonest)
			soonest = entry->last_in_force;
	}
	memory->soonest = soonest;
}

const struct lease_entry *lease_memory_next_due(struct lease_memory *memory, int64_t now, struct ip4_subnet scope,
						int64_t last_in_force, struct ip4 address) {
	struct lease_entry *places[LEASE_DUE_LEVELS];

	if (now > memory->due_until)
		due_catch_up(memory, now);
	due_places(memory, scope, last_in_force, address, places);
	return places[0]->next_due[0];
}

/* Changing. */

static struct lease_entry *entry_add(struct lease_memory *memory, struct ip4 address) {
	struct lease_entry **bucket = address_bucket(memory, address), *entry;

	if (memory->n_entries == memory->n_chunks * ENTRIES_PER_CHUNK) {
		memory->chunks = mem_grow(memory->chunks, &memory->chunks_capacity, memory->n_chunks + 1,
					  sizeof(*memory->chunks));
		memory->chunks[memory->n_chunks++] = mem_alloc(ENTRIES_PER_CHUNK * sizeof(*entry));
	}
	entry = entry_at(memory, memory->n_entries++);
	*entry = (struct lease_entry){ .address = address, .next_of_address = *bucket };
	*bucket = entry;
	return entry;
}

/* Only the newest entry is ever taken away, so it is the first of its bucket. */
static void entry_take_back(struct lease_memory *memory, struct lease_entry *entry) {
	*address_bucket(memory, entry->address) = entry->next_of_address;
	memory->n_entries--;
}

static uint8_t *take_room(struct lease_memory *memory, size_t size) {
	uint8_t *octets;

	if (memory->n_pieces_used == 0 || memory->piece_used + size > PIECE_SIZE) {
		if (memory->n_pieces_used == memory->n_pieces) {
			memory->pieces = mem_grow(memory->pieces, &memory->pieces_capacity, memory->n_pieces + 1,
						  sizeof(*memory->pieces));
			memory->pieces[memory->n_pieces++] = mem_alloc(PIECE_SIZE);
		}
		memory->n_pieces_used++;
		memory->piece_used = 0;
	}
	octets = memory->pieces[memory->n_pieces_used - 1] + memory->piece_used;
	memory->piece_used += size;
	return octets;
}

/* Take the entry out of all lists that its record has put it into. */
static void entry_unlink(struct lease_memory *memory, struct lease_entry *entry) {
	struct lease_entry **place = client_bucket(memory, entry->hash);

	if (entry->client_len) {
		while (*place != entry)
			place = &(*place)->next_of_client;
		*place = entry->next_of_client;
	}
	if (entry->is_due)
		due_remove(memory, entry);
	memory->n_bootp -= entry->is_bootp;
	entry->client_len = 0;
	entry->is_bootp = false;
}

static void entry_link_client(struct lease_memory *memory, struct lease_entry *entry, struct span client) {
	struct lease_entry **bucket;

	entry->client = client.data;
	entry->client_len = (uint16_t)client.len;
	entry->hash = client_hash(memory, entry->scope, client);
	bucket = client_bucket(memory, entry->hash);
	entry->next_of_client = *bucket;
	*bucket = entry;
}

/* What was in force no longer when it was written is due at once, without waiting for somebody who asks. */
static void entry_link(struct lease_memory *memory, struct lease_entry *entry, const struct lease_glance *glance) {
	entry->scope = glance->scope;
	entry->last_in_force = glance->last_in_force;
	entry->is_bootp = glance->is_bootp;
	memory->n_bootp += entry->is_bootp;
	if (glance->client.len)
		entry_link_client(memory, entry, span_of(entry->octets + glance->client_at, glance->client.len));
	if (glance->last_in_force <= memory->due_until || glance->last_in_force <= glance->changed)
		due_insert(memory, entry);
	else if (glance->last_in_force < memory->soonest)
		memory->soonest = glance->last_in_force;
}

static void entry_store(struct lease_memory *memory, struct lease_entry *entry, struct span record) {
	if (record.len > entry->room) {
		entry->room = (uint16_t)((record.len + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP);
		entry->octets = take_room(memory, entry->room);
	}
	if (record.len)
		memcpy(entry->octets, record.data, record.len);
	entry->len = (uint16_t)record.len;
}

/* Note how the entry is before the batch changes it for the first time. */
static void note_change(struct lease_memory *memory, struct lease_entry *entry, bool is_new, bool existed) {
	memory->changes = mem_grow(memory->changes, &memory->changes_capacity, memory->n_changes + 1,
				   sizeof(*memory->changes));
	memory->saved = mem_grow(memory->saved, &memory->saved_capacity, memory->saved_len + entry->len, 1);
	memory->changes[memory->n_changes++] = (struct change){
		.entry = entry,
		.octets = entry->octets,
		.saved_at = memory->saved_len,
		.len = entry->len,
		.room = entry->room,
		.is_new = is_new,
		.existed = existed,
	};
	if (entry->len)
		memcpy(memory->saved + memory->saved_len, entry->octets, entry->len);
	memory->saved_len += entry->len;
	entry->batch = memory->batch;
}

static void block_set(struct lease_memory *memory, struct lease_block *block, struct ip4 address, bool exists) {
	memory->surplus += exists - has_lease_bit(&block->exists, address);
	lease_bits_set(&block->exists, address, exists);
}

void lease_memory_put(struct lease_memory *memory, struct ip4 address, struct span record,
		      const struct lease_glance *glance) {
	struct lease_block *block = find_block(memory, address);
	struct lease_entry *entry = find(memory, address);
	bool is_new = !entry;

	assert(block && record.len <= LEASE_RECORD_MAX && (record.len > 0) == (glance != NULL));
	if (is_new)
		entry = entry_add(memory, address);
	if (entry->batch != memory->batch)
		note_change(memory, entry, is_new, has_lease_bit(&block->exists, address));
	entry_unlink(memory, entry);
	entry_store(memory, entry, record);
	if (record.len)
		entry_link(memory, entry, glance);
	lease_bits_set(&block->here, address, true);
	block_set(memory, block, address, record.len > 0);
}

const struct lease_entry *lease_memory_changed_at(const struct lease_memory *memory, size_t index) {
	return index < memory->n_changes ? memory->changes[index].entry : NULL;
}

void lease_memory_commit(struct lease_memory *memory) {
	memory->n_changes = memory->saved_len = 0;
	memory->n_pieces_kept = memory->n_pieces_used;
	memory->piece_kept = memory->piece_used;
	memory->batch++;
}

static void change_undo(struct lease_memory *memory, const struct change *change) {
	struct lease_entry *entry = change->entry;
	struct lease_block *block = find_block(memory, entry->address);
	struct span record = span_of(memory->saved + change->saved_at, change->len);
	struct lease_glance glance;

	entry_unlink(memory, entry);
	block_set(memory, block, entry->address, change->existed);
	if (change->is_new) {
		lease_bits_set(&block->here, entry->address, false);
		entry_take_back(memory, entry);
		return;
	}
	entry->octets = change->octets;
	entry->room = change->room;
	entry_store(memory, entry, record);
	if (record.len && lease_record_glance(entry->address, record, &glance) == 0)
		entry_link(memory, entry, &glance);
}

/* What failed for hours must take no more room than what failed once. */
void lease_memory_undo(struct lease_memory *memory) {
	while (memory->n_changes)
		change_undo(memory, &memory->changes[--memory->n_changes]);
	memory->n_pieces_used = memory->n_pieces_kept;
	memory->piece_used = memory->piece_kept;
	lease_memory_commit(memory);
}
