/* SPDX-License-Identifier: Apache-2.0 */
/* directory_store_priv.h - the tables of directory.mdb. Private to the directory store and its tests.
 *
 * DIRECTORY_TABLE_META      "format", "server", "base", "generation", "verdict", "status", "listing", "cookie" and the feed's number
 * DIRECTORY_TABLE_ACCEPTED  identity -> entry in force
 * DIRECTORY_TABLE_PENDING   identity -> newer version in quarantine
 * DIRECTORY_TABLE_FINDING   identity, number -> why it is there
 */
#pragma once

#include "store/db.h"
#include "store/directory_store.h"

enum {
	DIRECTORY_TABLE_META = DB_TABLE_META,
	DIRECTORY_TABLE_ACCEPTED,
	DIRECTORY_TABLE_PENDING,
	DIRECTORY_TABLE_FINDING,
	DIRECTORY_TABLE_COUNT
};

struct directory_store {
	struct db *db;
};

/* Embedded: the key of a feed's cookie. */
struct cookie_key {
	uint8_t octets[10];
};

static const struct span key_base = { (const uint8_t *)"base", 4 };
static const struct span key_generation = { (const uint8_t *)"generation", 10 };
static const struct span key_verdict = { (const uint8_t *)"verdict", 7 };
static const struct span key_status = { (const uint8_t *)"status", 6 };
static const struct span key_listing = { (const uint8_t *)"listing", 7 };
static const struct span key_cookie_prefix = { (const uint8_t *)"cookie", 6 };

extern const struct db_kind directory_store_kind;

/* As directory_store_open, with a file of @kind, which outlives the store. */
int directory_store_open_kind(const struct db_kind *kind, const char *state_directory, const char *server_name,
			      const char *base, struct directory_store **ret_store, struct error *reterr_error);

/* The key under which the cookie of @feed stands. */
struct cookie_key cookie_key_of(unsigned feed);

/* 0 if none is stored. */
uint64_t generation_get(struct db_txn *txn);
void generation_increment(struct db_txn *txn);
