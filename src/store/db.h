/* SPDX-License-Identifier: Apache-2.0 */
/* db.h - a small layer over LMDB that the stores share: files opened with checks, transactions with sticky errors.
 *
 * A file holds the tables that its kind names and a table "meta" with the format version and the name of the server.
 * LMDB keeps the file consistent at any moment: after a kill or a power failure the last complete commit is found.
 * Other programs may read, copy or scan the file at any time; nothing here excludes them.
 * Two objects of one process on the same file share one environment, because LMDB's locks would not survive the second.
 * Thread: one per object; objects of several threads may share a file.
 */
#pragma once

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

#define DB_TABLES_MAX 8
#define DB_TABLE_META 0 /* of every kind */

/* What kind of file it is. Lifetime: static. */
struct db_kind {
	const char *file;            /* its name in the state directory */
	const char *what;            /* its name in sentences: "the lease store" */
	uint32_t magic;
	uint32_t version;            /* of the format that this program writes */
	uint32_t oldest;             /* that can be converted; 0: any */
	const char *const *tables;   /* DB_TABLE_META first; ends with NULL */
	size_t map_size;             /* the most that the file may grow to, unless its map is made larger */
	enum error_code open_code;   /* when it cannot be opened */
	enum error_code older_code;  /* when its format is older */
	enum error_code oldest_code; /* when it is older than the oldest */
	const char *older_advice;    /* what to do about an older one */
	const char *damage_advice;   /* what to do about a damaged one */
	bool is_large;               /* it is looked at only in places before it is opened */
	bool is_copy;                /* of what is elsewhere: a damaged one is set aside and made anew */
};

struct db;

/* Embedded: a transaction. Once something failed, reads find nothing, changes do nothing, and the commit says why. */
struct db_txn {
	struct db *db;
	MDB_txn *txn; /* NULL once it has ended */
	bool is_writing;
	int rc; /* LMDB's or the system's number of the first failure, 0 none */
};

/* Embedded: a walk through a table; ends before its transaction. */
struct db_cursor {
	struct db_txn *txn;
	MDB_cursor *cursor;
	MDB_cursor_op next; /* how to get at what comes now */
	struct span key, value; /* where it stands; valid until the next step or change */
};

/* Open or create @kind's file in @directory as its only writer, which the caller makes sure of. 0; -kind->older_code,
 * or -kind->open_code (also for a newer format, a file of another kind, a damaged one), each with a sentence. */
int db_open(const struct db_kind *kind, const char *directory, struct db **ret_db, struct error *reterr_error);

/* Open it for reading. As above, and -E_NOT_FOUND if it is not there or not complete yet. */
int db_open_reader(const struct db_kind *kind, const char *directory, struct db **ret_db, struct error *reterr_error);

/* Close. Accepts NULL; returns NULL. */
struct db *db_close(struct db *db);

/* In a child: what its parent has open is the parent's alone, and is left as it is. */
void db_forget_all(void);

/* False if the file was removed or replaced since it was opened: whoever opens it now gets another one. */
bool is_db_current(const struct db *db);

/* False if the file has no name any more. Cheap; says nothing of one that was moved away. */
bool has_db_name(const struct db *db);

/* True if there was no file, or an empty one, when this writer opened it. */
bool is_db_new(const struct db *db);

/* Borrow the file's path, for sentences. */
const char *db_path(const struct db *db);

/* Start a transaction. 0 or -E_DHCP_JET_ERROR; it ends with db_commit or db_abort. */
int db_begin(struct db *db, bool is_writing, struct db_txn *ret_txn, struct error *reterr_error);

/* As db_begin, but mends nothing after a failure: for a thread beside the one that has other transactions. */
int db_begin_beside(struct db *db, bool is_writing, struct db_txn *ret_txn, struct error *reterr_error);

/* Let go of what readers held that died inside a transaction: it keeps pages from being used again. Any thread. */
void db_check_readers(struct db *db);

/* Let a reading transaction see what was committed since it began; what stuck to it is forgotten. 0, or
 * -E_DHCP_JET_ERROR and it has ended. Nobody else in this process has one, if it had failed. */
int db_renew(struct db_txn *txn, struct error *reterr_error);

/* Double the file's map. Nobody in this process has a transaction. 0 or -E_DHCP_JET_ERROR. */
int db_grow(struct db *db, struct error *reterr_error);

/* Have @size octets of the disk in reserve behind the end of the file, for its growth. 0, or -E_DHCP_JET_ERROR with a
 * sentence: there is not that much. Any thread, one at a time. */
int db_reserve(struct db *db, uint64_t size, struct error *reterr_error);

/* How large the file is without what is in reserve; how large it may become; what is in reserve. */
uint64_t db_size(const struct db *db);
uint64_t db_map_size(const struct db *db);
uint64_t db_reserved(const struct db *db);

/* Make all changes durable. 0, or -E_DHCP_JET_ERROR and nothing has changed. The transaction has ended either way. */
int db_commit(struct db_txn *txn, struct error *reterr_error);

/* Drop all changes. May be called for a transaction that has ended. */
void db_abort(struct db_txn *txn);

/* Borrow the value of @key until the next change. 0, -E_NOT_FOUND or -E_DHCP_JET_ERROR. */
int db_get(struct db_txn *txn, unsigned table, struct span key, struct span *ret_value);

/* The number of eight octets, the highest first, that stands under @key in the table meta; 0 if there is none. And set
 * it. */
uint64_t db_get_number(struct db_txn *txn, const char *key);
void db_put_number(struct db_txn *txn, const char *key, uint64_t value);

/* Set the value of @key; remove it (which may not be there); empty the table. Failures stick. */
void db_put(struct db_txn *txn, unsigned table, struct span key, struct span value);
void db_delete(struct db_txn *txn, unsigned table, struct span key);
void db_clear(struct db_txn *txn, unsigned table);

/* Number of rows. 0 after a failure. */
size_t db_count(struct db_txn *txn, unsigned table);

/* How many of its pages hold rows. 0 after a failure. */
size_t db_pages(struct db_txn *txn, unsigned table);

/* A number that is another one after each commit. */
uint64_t db_version(const struct db_txn *txn);

/* Octets that the file's pages take, free ones left out. 0 after a failure. */
uint64_t db_bytes_used(struct db_txn *txn);

/* Make the transaction fail with @rc (ENOSPC, EINVAL ...), unless it has already failed. */
void db_fail(struct db_txn *txn, int rc);

/* 0, or -E_DHCP_JET_ERROR with a sentence if the transaction has failed. */
int db_result(const struct db_txn *txn, struct error *reterr_error);

/* Start a walk at the first key >= @from. */
void db_seek(struct db_txn *txn, unsigned table, struct span from, struct db_cursor *ret_cursor);

/* Step to the next row, which @cursor then shows. False at the end or after a failure (db_result tells). */
bool db_next(struct db_cursor *cursor);

/* Stand at @key, wherever the walk was: cheap for a key that is near. False if it is not there, or after a failure. */
bool db_find(struct db_cursor *cursor, struct span key);

/* Set the value of @key, which db_find was asked for last; or remove the row that it found. Failures stick. */
void db_cursor_put(struct db_cursor *cursor, struct span key, struct span value);
void db_cursor_delete(struct db_cursor *cursor);

/* End the walk. */
void db_cursor_done(struct db_cursor *cursor);

/* Make the file this server's, if it is nobody's yet. What another server has promised or was told is not touched: then
 * -E_DHCP_DATABASE_INIT_FAILED with a sentence that names both. Names are compared without regard to case. */
int db_claim(struct db_txn *txn, const char *server_name, struct error *reterr_error);

/* Borrow the name of the server whose file it is, until the next change; empty: nobody's. */
struct span db_owner(struct db_txn *txn);

/* Make the file this server's, whosever it was. */
void db_take_over(struct db_txn *txn, const char *server_name);
