/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_check.h"

#include <string.h>

#include "base/mem.h"
#include "base/wireint.h"
#include "store/lease_record.h"
#include "store/lease_store_priv.h"
#include "store/lease_table.h"

#define SCOPE_KEY_LEN 5
#define BLOCK_KEY_LEN 3

struct lease_checker {
	struct db *db;
};

/* A step: the row at hand, and who is told. */
struct look {
	struct db_txn *txn;
	struct db_cursor cursor;
	lease_check_found_f *found;
	void *context;
};

int lease_checker_open(const char *state_directory, struct lease_checker **ret_checker, struct error *reterr_error) {
	struct lease_checker *checker;
	struct db *db;
	int r;

	r = db_open_reader(&lease_store_kind, state_directory, &db, reterr_error);
	if (r < 0)
		return r;
	checker = mem_alloc(sizeof *checker);
	checker->db = db;
	*ret_checker = checker;
	return 0;
}

bool is_lease_checker_current(const struct lease_checker *checker) {
	return is_db_current(checker->db);
}

struct lease_checker *lease_checker_close(struct lease_checker *checker) {
	if (checker)
		db_close(checker->db);
	free(checker);
	return NULL;
}

/* Keys begin with an address: the record's own, or that of its scope's network; of a block without the last octet. */
static void stage_begin(struct lease_check *check, enum lease_check_stage stage) {
	size_t len = stage == LEASE_CHECK_BLOCKS ? BLOCK_KEY_LEN : sizeof(struct be32);

	check->stage = stage;
	be32_write(check->key, check->range.first.value);
	check->key_len = check->range.first.value ? len : 0;
}

void lease_check_begin(struct lease_check *ret_check, struct ip4_range range) {
	*ret_check = (struct lease_check){ .range = range };
	stage_begin(ret_check, LEASE_CHECK_RECORDS);
}

void lease_check_resume(struct lease_check *ret_check, struct ip4_range range, enum lease_check_stage stage,
			struct span key) {
	lease_check_begin(ret_check, range);
	stage_begin(ret_check, stage);
	if (key.len == 0 || key.len > sizeof ret_check->key)
		return;
	memcpy(ret_check->key, key.data, key.len);
	ret_check->key_len = key.len;
}

static void tell(const struct look *look, enum inconsistency kind, struct ip4 address,
		 const struct client_key *client) {
	struct lease_drift drift = { .kind = kind, .address = address, .key = look->cursor.key };

	if (client)
		drift.client = *client;
	look->found(look->context, &drift);
}

/* The record that a row leads to. False if there is none. */
static bool get_record(struct look *look, struct ip4 address, struct lease *ret_lease) {
	return lease_table_get_by_address(look->txn, address, ret_lease) == 0;
}

static bool is_row_of_client(struct span key, const struct lease *lease) {
	struct lease_key expected = lease_key_client(lease->scope, &lease->client);

	return lease->client.len && is_span_equal(key, lease_key_span(&expected));
}

/* A client that has two records has one row, which leads to either. */
static bool is_client_found(struct look *look, const struct lease *lease) {
	struct lease_key key = lease_key_client(lease->scope, &lease->client);
	struct ip4 address;
	struct lease other;
	struct span value;

	if (lease->client.len == 0)
		return true;
	return db_get(look->txn, LEASE_TABLE_CLIENT, lease_key_span(&key), &value) == 0 &&
	       lease_key_address_decode(value, &address) == 0 &&
	       (is_ip4_equal(address, lease->address) ||
		(get_record(look, address, &other) && is_row_of_client(lease_key_span(&key), &other)));
}

static bool is_expiry_found(struct look *look, const struct lease *lease) {
	struct lease_key key = lease_key_expiry(lease);
	struct span value;

	return db_get(look->txn, LEASE_TABLE_EXPIRY, lease_key_span(&key), &value) == 0;
}

static bool is_bit_set(struct look *look, struct ip4 address) {
	struct lease_bits bits = lease_table_get_block(look->txn, address);

	return has_lease_bit(&bits, address);
}

static void look_at_record(struct look *look) {
	struct ip4 address = { 0 };
	struct lease lease;

	if (lease_key_address_decode(look->cursor.key, &address) < 0) {
		tell(look, INCONSISTENCY_STRAY_RECORD, address, NULL);
		return;
	}
	if (!is_bit_set(look, address))
		tell(look, INCONSISTENCY_BLOCK_MISSING, address, NULL);
	if (lease_record_decode(address, look->cursor.value, &lease) < 0) {
		tell(look, INCONSISTENCY_UNREADABLE, address, NULL);
		return;
	}
	if (!is_client_found(look, &lease))
		tell(look, INCONSISTENCY_CLIENT_MISSING, address, &lease.client);
	if (!is_expiry_found(look, &lease))
		tell(look, INCONSISTENCY_EXPIRY_MISSING, address, NULL);
}

/* Whose row it is, as far as the key tells. */
static struct client_key row_client(struct span key) {
	struct client_key client = { 0 };

	if (key.len <= SCOPE_KEY_LEN || key.len - SCOPE_KEY_LEN > CLIENT_KEY_MAX)
		return client;
	client.len = (uint16_t)(key.len - SCOPE_KEY_LEN);
	memcpy(client.octets, key.data + SCOPE_KEY_LEN, client.len);
	return client;
}

static void look_at_client(struct look *look) {
	struct client_key client = row_client(look->cursor.key);
	struct ip4 address = { 0 };
	struct lease lease;

	if (lease_key_address_decode(look->cursor.value, &address) < 0 || !get_record(look, address, &lease) ||
	    !is_row_of_client(look->cursor.key, &lease))
		tell(look, INCONSISTENCY_CLIENT_WRONG, address, &client);
}

static bool is_row_of_expiry(struct span key, struct span value, const struct lease *lease) {
	struct lease_key expected = lease_key_expiry(lease);

	return is_span_equal(key, lease_key_span(&expected)) && (value.len > 0) == lease->is_bootp;
}

static void look_at_expiry(struct look *look) {
	struct ip4 address = { 0 };
	struct lease lease;

	if (lease_key_expiry_decode(look->cursor.key, &address) < 0 || !get_record(look, address, &lease) ||
	    !is_row_of_expiry(look->cursor.key, look->cursor.value, &lease))
		tell(look, INCONSISTENCY_EXPIRY_WRONG, address, NULL);
}

/* The first address of a block that counts as having a record and has none. False if there is none. */
static bool find_wrong_bit(const struct lease_bits *bits, const struct lease_bits *records, struct ip4 *address) {
	for (unsigned i = 0; i < 256; i++, address->value++)
		if (has_lease_bit(bits, *address) && !has_lease_bit(records, *address))
			return true;
	return false;
}

static void look_at_block(struct look *look) {
	struct span key = look->cursor.key;
	struct ip4 address = { 0 };
	struct lease_bits bits, records;

	if (key.len != BLOCK_KEY_LEN || look->cursor.value.len != LEASE_BLOCK_SIZE) {
		tell(look, INCONSISTENCY_BLOCK_WRONG, address, NULL);
		return;
	}
	address.value = (uint32_t)key.data[0] << 24 | (uint32_t)key.data[1] << 16 | (uint32_t)key.data[2] << 8;
	bits = lease_bits_decode(look->cursor.value);
	records = lease_table_survey_block(look->txn, address);
	if (find_wrong_bit(&bits, &records, &address))
		tell(look, INCONSISTENCY_BLOCK_WRONG, address, NULL);
}

static const struct {
	unsigned table;
	void (*look)(struct look *look);
} stages[LEASE_CHECK_STAGE_COUNT] = {
	[LEASE_CHECK_RECORDS] = { LEASE_TABLE_ADDRESS, look_at_record },
	[LEASE_CHECK_CLIENTS] = { LEASE_TABLE_CLIENT, look_at_client },
	[LEASE_CHECK_EXPIRIES] = { LEASE_TABLE_EXPIRY, look_at_expiry },
	[LEASE_CHECK_BLOCKS] = { LEASE_TABLE_BLOCK, look_at_block },
};

/* A key that is too short for an address is found where its octets stand; that it is wrong is told there. */
static bool is_key_behind(struct span key, struct ip4 last) {
	struct be32 wire = be32_from(last.value);
	size_t len = key.len < sizeof wire.octets ? key.len : sizeof wire.octets;

	return memcmp(key.data, wire.octets, len) > 0;
}

static void stage_end(struct lease_check *check) {
	check->is_done = check->stage + 1 == LEASE_CHECK_STAGE_COUNT;
	if (!check->is_done)
		stage_begin(check, check->stage + 1);
}

/* Go on behind the row at hand: at the next key that there can be, which is as long and one octet of zero. The longest
 * keys of all have none; they are looked at again. */
static void stage_keep(struct lease_check *check, struct span key) {
	size_t len = key.len < LEASE_CHECK_KEY_MAX ? key.len : LEASE_CHECK_KEY_MAX - 1;

	memcpy(check->key, key.data, len);
	check->key[len] = 0;
	check->key_len = len + 1;
}

/* Look at up to @n_max rows of the walk's stage, and go on to the next stage at its end. Returns how many. */
static size_t stage_step(struct look *look, struct lease_check *check, size_t n_max) {
	size_t n = 0;

	db_seek(look->txn, stages[check->stage].table, span_of(check->key, check->key_len), &look->cursor);
	for (; n < n_max; n++) {
		if (!db_next(&look->cursor) || is_key_behind(look->cursor.key, check->range.last))
			break;
		stages[check->stage].look(look);
	}
	if (n < n_max)
		stage_end(check);
	else
		stage_keep(check, look->cursor.key);
	db_cursor_done(&look->cursor);
	return n;
}

void lease_check_step_in(struct db_txn *txn, struct lease_check *check, lease_check_found_f *found, void *context) {
	struct look look = { .txn = txn, .found = found, .context = context };
	size_t n = 0;

	while (n < LEASE_CHECK_STEP_MAX && !check->is_done && txn->rc == 0)
		n += stage_step(&look, check, LEASE_CHECK_STEP_MAX - n);
	check->n_rows += n;
}

int lease_check_step(struct lease_checker *checker, struct lease_check *check, lease_check_found_f *found,
		     void *context) {
	struct lease_check walk = *check;
	struct db_txn txn;
	int r;

	r = db_begin(checker->db, false, &txn, NULL);
	if (r < 0)
		return r;
	lease_check_step_in(&txn, &walk, found, context);
	r = db_result(&txn, NULL);
	db_abort(&txn);
	if (r == 0)
		*check = walk;
	return r;
}
