/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_layers.h"

#include "base/error.h"
#include "store/lease_record.h"
#include "store/lease_table.h"

void lease_layers_forget(struct lease_layers *layers) {
	for (size_t i = 0; i < LEASE_FLOORS; i++)
		layers->floors[i] = (struct lease_due_place){ .last_in_force = INT64_MIN };
	layers->has_last = false;
}

/* 0 if the snapshot could be read, which is what the last function's answer rests on. */
static int result(const struct lease_layers *layers, int r) {
	return layers->snapshot->rc ? -E_DHCP_JET_ERROR : r;
}

/* The entry of @address in the highest layer in memory that has one. */
static const struct lease_entry *entry_of(const struct lease_layers *layers, struct ip4 address) {
	const struct lease_entry *entry = lease_memory_get(layers->newest, address);

	return entry || !layers->sealed ? entry : lease_memory_get(layers->sealed, address);
}

static int get_record(struct lease_layers *layers, struct ip4 address, struct span *ret_record) {
	const struct lease_entry *entry = entry_of(layers, address);

	if (!entry)
		return lease_table_get_record(layers->snapshot, address, ret_record);
	if (entry->len == 0)
		return -E_NOT_FOUND;
	*ret_record = lease_entry_record(entry);
	return 0;
}

int lease_layers_get_by_address(struct lease_layers *layers, struct ip4 address, struct lease *ret_lease) {
	struct span record;
	int r = get_record(layers, address, &record);

	return r < 0 ? r : lease_record_decode(address, record, ret_lease);
}

/* By client. */

static bool is_of_client(struct ip4 address, struct span record, struct ip4_subnet scope, struct span client) {
	struct lease_glance glance;

	return lease_record_glance(address, record, &glance) == 0 && is_span_equal(glance.client, client) &&
	       is_ip4_equal(glance.scope.network, scope.network) &&
	       glance.scope.prefix_length == scope.prefix_length;
}

static int get_below_by_client(struct lease_layers *layers, struct ip4_subnet scope, struct span client,
			       struct ip4 *ret_address, struct span *ret_record) {
	struct ip4 address;
	int r = lease_table_get_client(layers->snapshot, scope, client, &address);

	if (r < 0)
		return r;
	if (entry_of(layers, address) || lease_table_get_record(layers->snapshot, address, ret_record) < 0 ||
	    !is_of_client(address, *ret_record, scope, client))
		return result(layers, -E_NOT_FOUND);
	*ret_address = address;
	return 0;
}

static int find_client(struct lease_layers *layers, struct ip4_subnet scope, struct span client,
		       struct ip4 *ret_address, struct span *ret_record) {
	const struct lease_entry *entry = lease_memory_get_client(layers->newest, scope, client);

	if (!entry && layers->sealed) {
		entry = lease_memory_get_client(layers->sealed, scope, client);
		if (entry && lease_memory_get(layers->newest, entry->address))
			entry = NULL;
	}
	if (!entry)
		return get_below_by_client(layers, scope, client, ret_address, ret_record);
	*ret_address = entry->address;
	*ret_record = lease_entry_record(entry);
	return 0;
}

int lease_layers_get_by_client(struct lease_layers *layers, struct ip4_subnet scope, const struct client_key *client,
			       struct lease *ret_lease) {
	struct ip4 address;
	struct span record;
	int r;

	if (client->len == 0)
		return -E_NOT_FOUND;
	r = find_client(layers, scope, span_of(client->octets, client->len), &address, &record);
	return r < 0 ? r : lease_record_decode(address, record, ret_lease);
}

/* By bitmap. */

/* The newest layer has its own copies, each made here, and none for longer than until it is sealed; so whatever is
 * mended in the table counts soon. */
static struct lease_bits bits_of(const struct lease_layers *layers, struct ip4 address) {
	const struct lease_block *block = lease_memory_block(layers->newest, address);
	struct lease_bits below;

	if (block)
		return block->exists;
	below = lease_table_get_block(layers->snapshot, address);
	block = layers->sealed ? lease_memory_block(layers->sealed, address) : NULL;
	return block ? lease_block_over(block, below) : below;
}

/* The first address of the block of @from that is >= @from and has no record. */
static bool find_gap(const struct lease_bits *bits, struct ip4 from, struct ip4 *ret_address) {
	unsigned first = from.value & 255;

	for (unsigned i = first / 64; i < ARRAY_LEN(bits->words); i++) {
		uint64_t word = ~bits->words[i];

		if (i == first / 64)
			word &= UINT64_MAX << (first % 64);
		if (word) {
			ret_address->value = (from.value & ~255u) | (i * 64 + (unsigned)__builtin_ctzll(word));
			return true;
		}
	}
	return false;
}

int lease_layers_get_gap(struct lease_layers *layers, struct ip4 from, struct ip4 to, struct ip4 *ret_address) {
	struct ip4 gap;

	while (from.value <= to.value) {
		struct lease_bits bits = bits_of(layers, from);

		if (find_gap(&bits, from, &gap)) {
			if (result(layers, 0) == 0 && gap.value <= to.value)
				*ret_address = gap;
			return result(layers, gap.value <= to.value ? 0 : -E_NOT_FOUND);
		}
		if (to.value - (from.value & ~255u) < 256)
			break;
		from.value = (from.value | 255) + 1;
	}
	return result(layers, -E_NOT_FOUND);
}

/* By the time when they were last in force. */

static bool is_scope_equal(struct ip4_subnet a, struct ip4_subnet b) {
	return is_ip4_equal(a.network, b.network) && a.prefix_length == b.prefix_length;
}

static bool is_place_before(const struct lease_due_place *a, const struct lease_due_place *b) {
	if (a->last_in_force != b->last_in_force)
		return a->last_in_force < b->last_in_force;
	return a->address.value < b->address.value;
}

static struct lease_due_place *floor_of(struct lease_layers *layers, struct ip4_subnet scope) {
	uint32_t mixed = (scope.network.value ^ scope.prefix_length) * 0x9e3779b1u;

	return &layers->floors[mixed >> 24 & (LEASE_FLOORS - 1)];
}

/* The next entry of a layer in memory behind @after that no higher layer overrides. */
static bool next_due_in_memory(struct lease_layers *layers, struct lease_memory *memory,
			       const struct lease_due_place *after, int64_t now, struct lease_due_place *ret_place) {
	const struct lease_entry *entry =
		lease_memory_next_due(memory, now, after->scope, after->last_in_force, after->address);

	while (entry && memory != layers->newest && lease_memory_get(layers->newest, entry->address))
		entry = entry->next_due[0];
	if (!entry || !is_scope_equal(entry->scope, after->scope) || entry->last_in_force > now)
		return false;
	*ret_place = (struct lease_due_place){ entry->scope, entry->last_in_force, entry->address };
	return true;
}

/* Read the place that an expiry row names. False at the end of the scope. */
static bool read_place(const struct db_cursor *cursor, struct ip4_subnet scope, struct lease_due_place *ret_place) {
	struct lease_key prefix = lease_key_scope(scope);

	if (cursor->key.len < prefix.len || memcmp(cursor->key.data, prefix.octets, prefix.len) != 0)
		return false;
	*ret_place = (struct lease_due_place){ .scope = scope, .last_in_force = INT64_MIN };
	if (lease_key_expiry_decode(cursor->key, &ret_place->address) == 0)
		ret_place->last_in_force = lease_key_expiry_time(cursor->key);
	return true;
}

/* Whether the row leads to a record that says the same and that no layer in memory overrides. */
static bool is_place_true(struct lease_layers *layers, const struct lease_due_place *place) {
	struct lease_glance glance;
	struct span record;

	return !entry_of(layers, place->address) &&
	       lease_table_get_record(layers->snapshot, place->address, &record) == 0 &&
	       lease_record_glance(place->address, record, &glance) == 0 &&
	       is_scope_equal(glance.scope, place->scope) && glance.last_in_force == place->last_in_force;
}

/* The next true row of leases.mdb behind @after. What is passed over from the beginning need not be passed over again:
 * nothing that a layer above overrides ever comes back, as long as the layers are the same. */
static bool next_due_below(struct lease_layers *layers, const struct lease_due_place *after, int64_t now,
			   struct lease_due_place *ret_place) {
	struct lease_due_place *floor = floor_of(layers, after->scope), place = *after;
	bool is_at_floor, is_found = false;
	struct db_cursor cursor;
	struct lease_key key;

	if (!is_scope_equal(floor->scope, after->scope))
		*floor = (struct lease_due_place){ after->scope, INT64_MIN, { 0 } };
	is_at_floor = !is_place_before(floor, after);
	if (is_at_floor)
		place = *floor;
	key = lease_key_expiry_at(place.scope, place.last_in_force, place.address);
	db_seek(layers->snapshot, LEASE_TABLE_EXPIRY, lease_key_span(&key), &cursor);
	while (!is_found && db_next(&cursor) && read_place(&cursor, after->scope, &place) &&
	       place.last_in_force <= now) {
		is_found = is_place_before(after, &place) && is_place_true(layers, &place);
		if (is_at_floor && !is_found && !layers->snapshot->rc)
			*floor = place;
	}
	db_cursor_done(&cursor);
	*ret_place = place;
	return is_found;
}

static bool next_due(struct lease_layers *layers, struct lease_due_place *place, int64_t now) {
	struct lease_due_place candidates[3], *first = NULL;
	bool is_there[3];

	is_there[0] = next_due_in_memory(layers, layers->newest, place, now, &candidates[0]);
	is_there[1] = layers->sealed && next_due_in_memory(layers, layers->sealed, place, now, &candidates[1]);
	is_there[2] = next_due_below(layers, place, now, &candidates[2]);
	for (size_t i = 0; i < ARRAY_LEN(candidates); i++)
		if (is_there[i] && (!first || is_place_before(&candidates[i], first)))
			first = &candidates[i];
	if (first)
		*place = *first;
	return first;
}

/* Who asks for one after the other need not walk from the beginning each time. */
static size_t due_start(const struct lease_layers *layers, struct ip4_subnet scope, int64_t now, size_t skip,
			struct lease_due_place *ret_place) {
	if (layers->has_last && is_scope_equal(layers->last_due.scope, scope) && layers->last_now == now &&
	    layers->last_skip < skip) {
		*ret_place = layers->last_due;
		return layers->last_skip + 1;
	}
	*ret_place = (struct lease_due_place){ scope, INT64_MIN, { 0 } };
	return 0;
}

int lease_layers_get_reusable(struct lease_layers *layers, struct ip4_subnet scope, int64_t now, size_t skip,
			      struct lease *ret_lease) {
	struct lease_due_place place;
	struct span record;
	int r = 0;

	for (size_t i = due_start(layers, scope, now, skip, &place); i <= skip && r == 0; i++) {
		if (!next_due(layers, &place, now))
			return result(layers, -E_NOT_FOUND);
		r = result(layers, 0);
	}
	if (r == 0)
		r = get_record(layers, place.address, &record);
	if (r < 0)
		return r;
	layers->last_due = place;
	layers->last_skip = skip;
	layers->last_now = now;
	layers->has_last = true;
	return lease_record_decode(place.address, record, ret_lease);
}

/* BOOTP. */

static bool is_bootp_in_force(struct ip4 address, struct span record, struct ip4_subnet scope, int64_t now) {
	struct lease_glance glance;

	return lease_record_glance(address, record, &glance) == 0 && glance.is_bootp && glance.state == LEASE_ACTIVE &&
	       glance.expiry != LEASE_FOR_EVER && glance.expiry > now && is_scope_equal(glance.scope, scope);
}

static size_t count_bootp_in_memory(const struct lease_layers *layers, const struct lease_memory *memory,
				    struct ip4_subnet scope, int64_t now) {
	size_t n_left = lease_memory_count_bootp(memory), count = 0;

	for (size_t i = 0; n_left && i < lease_memory_count(memory); i++) {
		const struct lease_entry *entry = lease_memory_at(memory, i);

		if (!entry->is_bootp)
			continue;
		n_left--;
		count += is_bootp_in_force(entry->address, lease_entry_record(entry), scope, now) &&
			 entry_of(layers, entry->address) == entry;
	}
	return count;
}

static size_t count_bootp_below(struct lease_layers *layers, struct ip4_subnet scope, int64_t now, size_t enough) {
	struct lease_key from = lease_key_scope_after(scope, now);
	struct lease_due_place place;
	struct db_cursor cursor;
	size_t count = 0;

	db_seek(layers->snapshot, LEASE_TABLE_EXPIRY, lease_key_span(&from), &cursor);
	while (count < enough && db_next(&cursor) && read_place(&cursor, scope, &place)) {
		struct span record;

		if (cursor.value.len == 0 || entry_of(layers, place.address))
			continue;
		count += lease_table_get_record(layers->snapshot, place.address, &record) == 0 &&
			 is_bootp_in_force(place.address, record, scope, now);
	}
	db_cursor_done(&cursor);
	return count;
}

int lease_layers_count_bootp(struct lease_layers *layers, struct ip4_subnet scope, int64_t now, size_t enough,
			     size_t *ret_count) {
	size_t count = count_bootp_in_memory(layers, layers->newest, scope, now);

	if (layers->sealed)
		count += count_bootp_in_memory(layers, layers->sealed, scope, now);
	if (count < enough)
		count += count_bootp_below(layers, scope, now, enough - count);
	if (result(layers, 0) < 0)
		return -E_DHCP_JET_ERROR;
	*ret_count = count < enough ? count : enough;
	return 0;
}

/* In order of address. */

/* A walk through all layers at once. No step looks further than to the next record, however many of the rows behind it
 * are overridden. */
struct walk {
	struct lease_layers *layers;
	struct db_cursor cursor;
	bool has_row; /* the cursor stands at a row that was not looked at yet */
	struct ip4 row;
	struct ip4 from;
};

/* Have the cursor stand at the next row, if there is one. */
static void walk_below(struct walk *walk) {
	while (!walk->has_row && walk->cursor.cursor && db_next(&walk->cursor))
		walk->has_row = lease_key_address_decode(walk->cursor.key, &walk->row) == 0;
}

static const struct lease_entry *walk_in_memory(const struct walk *walk) {
	const struct lease_layers *layers = walk->layers;
	const struct lease_entry *newest = lease_memory_next(layers->newest, walk->from), *sealed;
	struct ip4 from = walk->from;

	if (!layers->sealed)
		return newest;
	while ((sealed = lease_memory_next(layers->sealed, from)) &&
	       (!newest || sealed->address.value < newest->address.value)) {
		if (!lease_memory_get(layers->newest, sealed->address))
			return sealed;
		from.value = sealed->address.value + 1;
	}
	return newest;
}

static bool walk_next(struct walk *walk, struct ip4 *ret_address, struct span *ret_record) {
	const struct lease_entry *entry = walk_in_memory(walk);

	for (walk_below(walk); walk->has_row && (!entry || walk->row.value <= entry->address.value); walk_below(walk)) {
		walk->has_row = false;
		if (entry_of(walk->layers, walk->row))
			continue;
		*ret_address = walk->row;
		*ret_record = walk->cursor.value;
		return true;
	}
	if (!entry)
		return false;
	*ret_address = entry->address;
	*ret_record = lease_entry_record(entry);
	return true;
}

static void walk_begin(struct walk *walk, struct lease_layers *layers, struct ip4 from) {
	struct lease_key key = lease_key_address(from);

	*walk = (struct walk){ .layers = layers, .from = from };
	db_seek(layers->snapshot, LEASE_TABLE_ADDRESS, lease_key_span(&key), &walk->cursor);
	/* The key must outlive the first step. */
	if (db_next(&walk->cursor)) {
		walk->has_row = lease_key_address_decode(walk->cursor.key, &walk->row) == 0;
		return;
	}
	db_cursor_done(&walk->cursor);
}

int lease_layers_get_next(struct lease_layers *layers, struct ip4 from, struct lease *ret_lease) {
	int r = -E_NOT_FOUND;
	struct ip4 address;
	struct span record;
	struct walk walk;

	walk_begin(&walk, layers, from);
	while (r != 0 && walk_next(&walk, &address, &record)) {
		r = lease_record_decode(address, record, ret_lease);
		if (address.value == UINT32_MAX)
			break;
		walk.from.value = address.value + 1;
	}
	db_cursor_done(&walk.cursor);
	return result(layers, r == 0 ? 0 : -E_NOT_FOUND);
}

int lease_layers_visit(struct lease_layers *layers, struct ip4 from, struct ip4 to, lease_record_visit_f *visit,
		       void *context) {
	struct ip4 address;
	struct span record;
	struct walk walk;
	int r = 0;

	walk_begin(&walk, layers, from);
	while (r == 0 && walk_next(&walk, &address, &record) && address.value <= to.value) {
		r = visit(context, address, record);
		if (address.value == UINT32_MAX)
			break;
		walk.from.value = address.value + 1;
	}
	db_cursor_done(&walk.cursor);
	return result(layers, r);
}

uint64_t lease_layers_count(const struct lease_layers *layers) {
	int64_t count = (int64_t)layers->n_below + lease_memory_surplus(layers->newest);

	if (layers->sealed)
		count += lease_memory_surplus(layers->sealed);
	return count > 0 ? (uint64_t)count : 0;
}

/* Changing. */

/* What could not be read is no ground to stand on: then nothing changes, as that would outlast the failure. */
static int change(struct lease_layers *layers, struct ip4 address, struct span record,
		  const struct lease_glance *glance) {
	if (!lease_memory_block(layers->newest, address)) {
		struct lease_bits bits = bits_of(layers, address);

		if (result(layers, 0) < 0)
			return -E_DHCP_JET_ERROR;
		lease_memory_add_block(layers->newest, address, &bits);
	}
	lease_memory_put(layers->newest, address, record, glance);
	layers->has_last = false;
	return result(layers, 0);
}

/* A client has one record in a scope. */
static int remove_other(struct lease_layers *layers, const struct lease *lease) {
	struct ip4 address;
	struct span record;

	if (lease->client.len && find_client(layers, lease->scope, span_of(lease->client.octets, lease->client.len),
					     &address, &record) == 0 &&
	    !is_ip4_equal(address, lease->address))
		return change(layers, address, (struct span){ 0 }, NULL);
	return result(layers, 0);
}

int lease_layers_put(struct lease_layers *layers, const struct lease *lease) {
	uint8_t octets[LEASE_RECORD_MAX];
	struct lease_glance glance;
	struct span record = span_of(octets, lease_record_encode(lease, octets));
	int r;

	if (lease_record_glance(lease->address, record, &glance) < 0)
		return -E_DHCP_JET_ERROR;
	r = remove_other(layers, lease);
	return r < 0 ? r : change(layers, lease->address, record, &glance);
}

int lease_layers_remove(struct lease_layers *layers, struct ip4 address) {
	struct span record;
	int r = get_record(layers, address, &record);

	return r == 0 ? change(layers, address, (struct span){ 0 }, NULL) : result(layers, r);
}

int lease_layers_take(struct lease_layers *layers, struct ip4 address, struct span record) {
	struct lease_glance glance;

	if (record.len && lease_record_glance(address, record, &glance) < 0)
		return -E_DHCP_JET_ERROR;
	return change(layers, address, record, record.len ? &glance : NULL);
}
