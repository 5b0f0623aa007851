/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db.h"

#include <config.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/event.h"
#include "base/mem.h"
#include "base/wireint.h"
#include "store/db_check.h"
#include "store/db_file.h"

#define FILE_MODE 0600
#define MAP_SIZE_MIN ((size_t)1 << 20)
#define FORMAT_SIZE 8            /* magic and version */
#define READER_CHECK_INTERVAL 256 /* commits between two looks for readers that died */

struct db {
	struct db *next; /* of all that this process has open */
	const struct db_kind *kind;
	char *path;
	struct db_file file;
	bool is_writing, is_new;
	unsigned n_users;
	unsigned n_commits;
	MDB_env *env;
	MDB_dbi tables[DB_TABLES_MAX];
	_Atomic uint64_t reserved_until; /* up to where the disk keeps space for the file */
};

static pthread_mutex_t db_list_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct db *db_list;

#ifdef LESSOR_TSAN
/* What ThreadSanitizer is not to tell of. A writer opens its file under the mutex and waits there for LMDB's lock,
 * which only another process can hold: in this one the file would be in the list. */
const char *__tsan_default_suppressions(void) __attribute__((visibility("default")));
const char *__tsan_default_suppressions(void) {
	return "deadlock:env_begin_rightly\n";
}
#endif

static const struct span key_format = { (const uint8_t *)"format", 6 };
static const struct span key_server = { (const uint8_t *)"server", 6 };

static MDB_val val_of(struct span span) {
	return (MDB_val){ span.len, (void *)span.data };
}

static struct span span_of_val(MDB_val value) {
	return (struct span){ value.mv_data, value.mv_size };
}

static const char *rc_advice(int rc) {
	switch (rc) {
	case MDB_MAP_FULL:
		return "it has reached the largest size that it may have";
	case MDB_READERS_FULL:
		return "too many programs read it at once; end some of them";
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
		return "it is damaged or no database; move it away";
	default:
		return db_file_advice(rc);
	}
}

static int rc_error(int rc, enum error_code code, const char *path, struct error *reterr_error) {
	return error_set(reterr_error, code, "%s: %s; %s", path, mdb_strerror(rc), rc_advice(rc));
}

/* With room for the file to double. */
static size_t map_size_for(const struct db_kind *kind, const char *path) {
	size_t map_size = kind->map_size;
	struct stat info;

	if (stat(path, &info) < 0)
		return map_size;
	while (map_size / 2 < (uint64_t)info.st_size)
		map_size *= 2;
	return map_size;
}

/* A large map costs only address space, but a system may be short of that: take half until it fits. */
static int env_open(const struct db_kind *kind, const char *path, bool is_writing, MDB_env **ret_env) {
	size_t map_size = map_size_for(kind, path);
	MDB_env *env;
	int rc;

	do {
		rc = mdb_env_create(&env);
		if (rc)
			return rc;
		mdb_env_set_maxdbs(env, DB_TABLES_MAX);
		mdb_env_set_mapsize(env, map_size);
		rc = mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOTLS | (is_writing ? 0 : MDB_RDONLY), FILE_MODE);
		if (rc)
			mdb_env_close(env);
		map_size /= 2;
	} while (rc == ENOMEM && map_size >= MAP_SIZE_MIN);
	if (rc == 0)
		*ret_env = env;
	return rc;
}

static int check_format(const struct db *db, MDB_txn *txn, MDB_dbi meta, struct error *reterr_error) {
	const struct db_kind *kind = db->kind;
	MDB_val key = val_of(key_format), value;
	uint32_t version;

	if (mdb_get(txn, meta, &key, &value) || value.mv_size != FORMAT_SIZE ||
	    be32_read(value.mv_data) != kind->magic)
		return error_set(reterr_error, kind->open_code, "%s is not %s; move it away", db->path, kind->what);
	version = be32_read((const uint8_t *)value.mv_data + 4);
	if (version > kind->version)
		return error_set(reterr_error, kind->open_code,
				 "%s has format %u, newer than this program's %u; use the program that wrote it",
				 db->path, version, kind->version);
	if (version < kind->oldest)
		return error_set(reterr_error, kind->oldest_code,
				 "%s has format %u, and this program knows none before %u; convert it with an earlier one",
				 db->path, version, kind->oldest);
	if (version < kind->version)
		return error_set(reterr_error, kind->older_code,
				 "%s has format %u, older than this program's %u; %s", db->path, version, kind->version,
				 kind->older_advice);
	return 0;
}

static int put_format(const struct db *db, MDB_txn *txn, MDB_dbi meta) {
	uint8_t octets[FORMAT_SIZE];
	MDB_val key = val_of(key_format), value = { sizeof octets, octets };

	be32_write(octets, db->kind->magic);
	be32_write(octets + 4, db->kind->version);
	return mdb_put(txn, meta, &key, &value, 0);
}

/* Make the meta table of a new file; a file with other tables but without ours is somebody else's. */
static int create_meta(const struct db *db, MDB_txn *txn, MDB_dbi *ret_meta, struct error *reterr_error) {
	MDB_stat stat = { 0 };
	MDB_dbi unnamed;
	int rc;

	rc = mdb_dbi_open(txn, NULL, 0, &unnamed);
	if (rc == 0)
		rc = mdb_stat(txn, unnamed, &stat);
	if (rc == 0 && stat.ms_entries > 0)
		return error_set(reterr_error, db->kind->open_code, "%s is not %s; move it away", db->path,
				 db->kind->what);
	if (rc == 0)
		rc = mdb_dbi_open(txn, db->kind->tables[DB_TABLE_META], MDB_CREATE, ret_meta);
	if (rc == 0)
		rc = put_format(db, txn, *ret_meta);
	return rc ? rc_error(rc, db->kind->open_code, db->path, reterr_error) : 0;
}

static int open_tables(struct db *db, MDB_txn *txn, struct error *reterr_error) {
	unsigned flags = db->is_writing ? MDB_CREATE : 0;
	int r, rc;

	rc = mdb_dbi_open(txn, db->kind->tables[DB_TABLE_META], 0, &db->tables[DB_TABLE_META]);
	if (rc == MDB_NOTFOUND && !db->is_writing)
		return error_set(reterr_error, E_NOT_FOUND, "%s is not complete yet", db->path);
	if (rc && rc != MDB_NOTFOUND)
		return rc_error(rc, db->kind->open_code, db->path, reterr_error);
	if (rc)
		r = create_meta(db, txn, &db->tables[DB_TABLE_META], reterr_error);
	else
		r = check_format(db, txn, db->tables[DB_TABLE_META], reterr_error);
	for (unsigned i = 1; r == 0 && db->kind->tables[i]; i++) {
		assert(i < DB_TABLES_MAX);
		rc = mdb_dbi_open(txn, db->kind->tables[i], flags, &db->tables[i]);
		if (rc)
			r = rc_error(rc, db->kind->open_code, db->path, reterr_error);
	}
	return r;
}

/* The lock file, too, has the number of the last transaction; a lock file of another file has another number. */
static bool is_lock_stale(MDB_env *env, MDB_txn *writing) {
	MDB_envinfo info;

	return mdb_env_info(env, &info) == 0 && mdb_txn_id(writing) != info.me_last_txnid + 1;
}

static int env_begin(struct db *db, MDB_txn **ret_txn) {
	int dead, rc = env_open(db->kind, db->path, db->is_writing, &db->env);

	if (rc)
		return rc;
	mdb_reader_check(db->env, &dead);
	return mdb_txn_begin(db->env, NULL, db->is_writing ? 0 : MDB_RDONLY, ret_txn);
}

/* Open the environment and begin its first transaction. db->env may be set even if this fails. */
static int env_begin_rightly(struct db *db, MDB_txn **ret_txn) {
	int rc = env_begin(db, ret_txn);

	if (rc || !db->is_writing || !is_lock_stale(db->env, *ret_txn))
		return rc;
	mdb_txn_abort(*ret_txn);
	mdb_env_close(TAKE_POINTER(db->env));
	db_file_unlock(db->path);
	return env_begin(db, ret_txn);
}

static int db_attach(struct db *db, struct error *reterr_error) {
	MDB_txn *txn;
	int r, rc = env_begin_rightly(db, &txn);

	r = rc ? rc_error(rc, db->kind->open_code, db->path, reterr_error) : 0;
	if (r == 0) {
		r = open_tables(db, txn, reterr_error);
		if (r < 0) {
			mdb_txn_abort(txn);
		} else {
			/* Also what was only read must be committed, so that the tables' handles stay. */
			rc = mdb_txn_commit(txn);
			r = rc ? rc_error(rc, db->kind->open_code, db->path, reterr_error) : 0;
		}
	}
	if (r < 0 && db->env)
		mdb_env_close(TAKE_POINTER(db->env));
	return r;
}

static struct db *db_list_find(const char *path) {
	struct db *db = db_list;

	while (db && !is_db_file_at(&db->file, path))
		db = db->next;
	return db;
}

static struct db *db_free(struct db *db) {
	if (db->env)
		mdb_env_close(db->env);
	free(db->path);
	free(db);
	return NULL;
}

/* Before a writer opens its file: make way for a new one where there is none that could be used. */
static int db_prepare(struct db *db, struct error *reterr_error) {
	if (!is_db_file_sound(db->kind, db->path, db->kind->is_large ? DB_CHECK_QUICK : DB_CHECK_WHOLE)) {
		if (!db->kind->is_copy)
			return error_set(reterr_error, db->kind->open_code, "%s is damaged; %s", db->path,
					 db->kind->damage_advice);
		event_emit(EVENT_STORE_COPY_EMPTIED, "%s is damaged; it is kept as %s.damaged", db->path, db->kind->file);
		db_file_set_aside(db->path);
	}
	db->is_new = is_db_file_empty(db->path);
	if (db->is_new)
		db_file_remove(db->path);
	return 0;
}

static int db_open_new(struct db *db, const char *directory, struct error *reterr_error) {
	int r = db->is_writing ? db_prepare(db, reterr_error) : 0;

	if (r == 0)
		r = db_attach(db, reterr_error);
	if (r < 0)
		return r;
	if (db->is_writing)
		db_file_sync_directory(directory); /* a new file is safe only when its directory is */
	db_file_identify(db->path, &db->file);
	db->n_users = 1;
	db->next = db_list;
	db_list = db;
	return 0;
}

static int db_open_locked(struct db *db, const char *directory, struct db **ret_db, struct error *reterr_error) {
	struct db *open_already = NULL;
	struct stat file = { 0 };
	int r;

	if (stat(db->path, &file) < 0 && errno != ENOENT)
		return rc_error(errno, db->kind->open_code, db->path, reterr_error);
	if (!db->is_writing && file.st_size == 0)
		return error_set(reterr_error, E_NOT_FOUND, "%s is not there yet; lessord makes it at its first start", db->path);
	if (file.st_ino)
		open_already = db_list_find(db->path);
	if (!open_already) {
		r = db_open_new(db, directory, reterr_error);
		if (r == 0)
			*ret_db = db;
		return r;
	}
	if (db->is_writing)
		return error_set(reterr_error, db->kind->open_code, "%s is open already in this process", db->path);
	open_already->n_users++;
	*ret_db = open_already;
	return 0;
}

static int db_open_as(const struct db_kind *kind, const char *directory, bool is_writing, struct db **ret_db,
		      struct error *reterr_error) {
	struct db *db = mem_alloc(sizeof *db);
	int r;

	db->kind = kind;
	db->is_writing = is_writing;
	db->path = mem_format("%s/%s", directory, kind->file);
	pthread_mutex_lock(&db_list_mutex);
	r = db_open_locked(db, directory, ret_db, reterr_error);
	pthread_mutex_unlock(&db_list_mutex);
	if (r < 0 || *ret_db != db)
		db_free(db);
	return r;
}

int db_open(const struct db_kind *kind, const char *directory, struct db **ret_db, struct error *reterr_error) {
	return db_open_as(kind, directory, true, ret_db, reterr_error);
}

int db_open_reader(const struct db_kind *kind, const char *directory, struct db **ret_db, struct error *reterr_error) {
	return db_open_as(kind, directory, false, ret_db, reterr_error);
}

struct db *db_close(struct db *db) {
	struct db **place = &db_list;

	if (!db)
		return NULL;
	pthread_mutex_lock(&db_list_mutex);
	if (--db->n_users == 0) {
		while (*place != db)
			place = &(*place)->next;
		*place = db->next;
		db_free(db);
	}
	pthread_mutex_unlock(&db_list_mutex);
	return NULL;
}

/* The child of a fork has one thread. */
void db_forget_all(void) {
	db_list = NULL;
}

bool is_db_current(const struct db *db) {
	return is_db_file_at(&db->file, db->path);
}

bool has_db_name(const struct db *db) {
	mdb_filehandle_t fd;
	struct stat info;

	return db->env && mdb_env_get_fd(db->env, &fd) == 0 && fstat(fd, &info) == 0 && info.st_nlink > 0;
}

bool is_db_new(const struct db *db) {
	return db->is_new;
}

const char *db_path(const struct db *db) {
	return db->path;
}

static int txn_begin(struct db *db, bool is_writing, MDB_txn **ret_txn) {
	if (!db->env)
		return MDB_PANIC;
	return mdb_txn_begin(db->env, NULL, is_writing ? 0 : MDB_RDONLY, ret_txn);
}

static void db_recover_alone(struct db *db, int rc) {
	if (db->env && rc == MDB_MAP_RESIZED)
		mdb_env_set_mapsize(db->env, 0);
	if (rc != MDB_PANIC && rc != MDB_BAD_RSLOT)
		return;
	/* A failed write of the meta page makes LMDB refuse everything until the file is opened again. */
	if (db->env)
		mdb_env_close(db->env);
	db->env = NULL;
	db_attach(db, NULL);
}

/* Mend what LMDB leaves to its user. Most of it only for a file that nobody else in this process uses: others may be
 * inside. */
static void db_recover(struct db *db, int rc) {
	int dead;

	pthread_mutex_lock(&db_list_mutex);
	if (db->env && (rc == MDB_BAD_RSLOT || rc == MDB_READERS_FULL))
		mdb_reader_check(db->env, &dead);
	if (db->n_users == 1)
		db_recover_alone(db, rc);
	pthread_mutex_unlock(&db_list_mutex);
}

static int begun(struct db *db, bool is_writing, int rc, MDB_txn *txn, struct db_txn *ret_txn,
		 struct error *reterr_error) {
	if (rc)
		return rc_error(rc, E_DHCP_JET_ERROR, db->path, reterr_error);
	*ret_txn = (struct db_txn){ .db = db, .txn = txn, .is_writing = is_writing };
	return 0;
}

int db_begin(struct db *db, bool is_writing, struct db_txn *ret_txn, struct error *reterr_error) {
	MDB_txn *txn = NULL;
	int rc;

	assert(!is_writing || db->is_writing);
	rc = txn_begin(db, is_writing, &txn);
	if (rc) {
		db_recover(db, rc);
		rc = txn_begin(db, is_writing, &txn);
	}
	return begun(db, is_writing, rc, txn, ret_txn, reterr_error);
}

int db_begin_beside(struct db *db, bool is_writing, struct db_txn *ret_txn, struct error *reterr_error) {
	MDB_txn *txn = NULL;
	int rc = txn_begin(db, is_writing, &txn);

	return begun(db, is_writing, rc, txn, ret_txn, reterr_error);
}

int db_renew(struct db_txn *txn, struct error *reterr_error) {
	struct db *db = txn->db;

	assert(!txn->is_writing);
	if (txn->txn && txn->rc == 0) {
		mdb_txn_reset(txn->txn);
		txn->rc = mdb_txn_renew(txn->txn);
	}
	if (txn->txn && txn->rc == 0)
		return 0;
	db_abort(txn);
	return db_begin(db, false, txn, reterr_error);
}

int db_grow(struct db *db, struct error *reterr_error) {
	int rc = db->env ? mdb_env_set_mapsize(db->env, 2 * db_map_size(db)) : MDB_PANIC;

	return rc ? rc_error(rc, E_DHCP_JET_ERROR, db->path, reterr_error) : 0;
}

uint64_t db_map_size(const struct db *db) {
	MDB_envinfo info;

	return db->env && mdb_env_info(db->env, &info) == 0 ? info.me_mapsize : 0;
}

uint64_t db_size(const struct db *db) {
	MDB_envinfo info;
	MDB_stat stat;

	if (!db->env || mdb_env_info(db->env, &info) || mdb_env_stat(db->env, &stat))
		return 0;
	return (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
}

uint64_t db_reserved(const struct db *db) {
	uint64_t size = db_size(db), until = atomic_load(&db->reserved_until);

	return until > size ? until - size : 0;
}

/* Where the file system cannot keep space for a file, that it has some must do. */
static int check_free_space(int fd, uint64_t size) {
	struct statvfs info;

	if (fstatvfs(fd, &info) < 0)
		return errno;
	return (uint64_t)info.f_bavail * info.f_frsize < size ? ENOSPC : 0;
}

static int reserve(int fd, uint64_t from, uint64_t size) {
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)size) == 0)
		return 0;
	return errno == EOPNOTSUPP || errno == ENOSYS ? check_free_space(fd, size) : errno;
}

/* What is kept needs no looking after until half of it is used. */
int db_reserve(struct db *db, uint64_t size, struct error *reterr_error) {
	uint64_t end = db_size(db);
	mdb_filehandle_t fd;
	int rc;

	if (db_reserved(db) > size / 2)
		return 0;
	rc = db->env ? mdb_env_get_fd(db->env, &fd) : MDB_PANIC;
	if (rc == 0)
		rc = reserve(fd, end, size);
	if (rc)
		return rc_error(rc, E_DHCP_JET_ERROR, db->path, reterr_error);
	atomic_store(&db->reserved_until, end + size);
	return 0;
}

void db_check_readers(struct db *db) {
	int dead;

	if (db->env)
		mdb_reader_check(db->env, &dead);
}

int db_commit(struct db_txn *txn, struct error *reterr_error) {
	assert(txn->txn);
	if (txn->rc == 0) {
		txn->rc = mdb_txn_commit(TAKE_POINTER(txn->txn));
		if (txn->is_writing && ++txn->db->n_commits % READER_CHECK_INTERVAL == 0)
			db_check_readers(txn->db);
	}
	db_abort(txn);
	return db_result(txn, reterr_error);
}

void db_abort(struct db_txn *txn) {
	if (txn->txn)
		mdb_txn_abort(TAKE_POINTER(txn->txn));
}

void db_fail(struct db_txn *txn, int rc) {
	if (txn->rc == 0)
		txn->rc = rc;
}

int db_result(const struct db_txn *txn, struct error *reterr_error) {
	return txn->rc ? rc_error(txn->rc, E_DHCP_JET_ERROR, txn->db->path, reterr_error) : 0;
}

int db_get(struct db_txn *txn, unsigned table, struct span key, struct span *ret_value) {
	MDB_val mdb_key = val_of(key), value;
	int rc;

	if (txn->rc)
		return -E_DHCP_JET_ERROR;
	rc = mdb_get(txn->txn, txn->db->tables[table], &mdb_key, &value);
	if (rc == MDB_NOTFOUND)
		return -E_NOT_FOUND;
	if (rc) {
		db_fail(txn, rc);
		return -E_DHCP_JET_ERROR;
	}
	*ret_value = span_of_val(value);
	return 0;
}

uint64_t db_get_number(struct db_txn *txn, const char *key) {
	struct span value;

	if (db_get(txn, DB_TABLE_META, span_of_text(key), &value) < 0 || value.len != 8)
		return 0;
	return (uint64_t)be32_read(value.data) << 32 | be32_read(value.data + 4);
}

void db_put_number(struct db_txn *txn, const char *key, uint64_t value) {
	uint8_t octets[8];

	be32_write(octets, (uint32_t)(value >> 32));
	be32_write(octets + 4, (uint32_t)value);
	db_put(txn, DB_TABLE_META, span_of_text(key), span_of(octets, sizeof octets));
}

void db_put(struct db_txn *txn, unsigned table, struct span key, struct span value) {
	MDB_val mdb_key = val_of(key), mdb_value = val_of(value);

	if (txn->rc == 0)
		txn->rc = mdb_put(txn->txn, txn->db->tables[table], &mdb_key, &mdb_value, 0);
}

void db_delete(struct db_txn *txn, unsigned table, struct span key) {
	MDB_val mdb_key = val_of(key);
	int rc;

	if (txn->rc)
		return;
	rc = mdb_del(txn->txn, txn->db->tables[table], &mdb_key, NULL);
	if (rc != MDB_NOTFOUND)
		txn->rc = rc;
}

void db_clear(struct db_txn *txn, unsigned table) {
	if (txn->rc == 0)
		txn->rc = mdb_drop(txn->txn, txn->db->tables[table], 0);
}

static bool table_stat(struct db_txn *txn, unsigned table, MDB_stat *ret_stat) {
	if (txn->rc == 0)
		txn->rc = mdb_stat(txn->txn, txn->db->tables[table], ret_stat);
	return txn->rc == 0;
}

size_t db_count(struct db_txn *txn, unsigned table) {
	MDB_stat stat;

	return table_stat(txn, table, &stat) ? stat.ms_entries : 0;
}

size_t db_pages(struct db_txn *txn, unsigned table) {
	MDB_stat stat;

	return table_stat(txn, table, &stat) ? stat.ms_leaf_pages : 0;
}

uint64_t db_version(const struct db_txn *txn) {
	return txn->txn ? mdb_txn_id(txn->txn) : 0;
}

uint64_t db_bytes_used(struct db_txn *txn) {
	uint64_t sum = 0;
	MDB_stat stat;

	for (unsigned i = 0; txn->db->kind->tables[i]; i++)
		if (table_stat(txn, i, &stat))
			sum += (uint64_t)stat.ms_psize *
			       (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages);
	return txn->rc ? 0 : sum;
}

void db_seek(struct db_txn *txn, unsigned table, struct span from, struct db_cursor *ret_cursor) {
	struct db_cursor cursor = { .txn = txn, .key = from, .next = from.len ? MDB_SET_RANGE : MDB_FIRST };

	if (txn->rc == 0)
		txn->rc = mdb_cursor_open(txn->txn, txn->db->tables[table], &cursor.cursor);
	*ret_cursor = cursor;
}

bool db_next(struct db_cursor *cursor) {
	MDB_val key = val_of(cursor->key), value;
	int rc;

	if (cursor->txn->rc)
		return false;
	rc = mdb_cursor_get(cursor->cursor, &key, &value, cursor->next);
	cursor->next = MDB_NEXT;
	if (rc) {
		if (rc != MDB_NOTFOUND)
			db_fail(cursor->txn, rc);
		return false;
	}
	cursor->key = span_of_val(key);
	cursor->value = span_of_val(value);
	return true;
}

bool db_find(struct db_cursor *cursor, struct span key) {
	MDB_val mdb_key = val_of(key), value;
	int rc;

	if (cursor->txn->rc)
		return false;
	rc = mdb_cursor_get(cursor->cursor, &mdb_key, &value, MDB_SET_KEY);
	if (rc && rc != MDB_NOTFOUND)
		db_fail(cursor->txn, rc);
	if (rc)
		return false;
	cursor->key = span_of_val(mdb_key);
	cursor->value = span_of_val(value);
	return true;
}

void db_cursor_put(struct db_cursor *cursor, struct span key, struct span value) {
	MDB_val mdb_key = val_of(key), mdb_value = val_of(value);

	if (cursor->txn->rc == 0)
		cursor->txn->rc = mdb_cursor_put(cursor->cursor, &mdb_key, &mdb_value, 0);
}

void db_cursor_delete(struct db_cursor *cursor) {
	if (cursor->txn->rc == 0)
		cursor->txn->rc = mdb_cursor_del(cursor->cursor, 0);
}

void db_cursor_done(struct db_cursor *cursor) {
	if (cursor->cursor)
		mdb_cursor_close(TAKE_POINTER(cursor->cursor));
}

struct span db_owner(struct db_txn *txn) {
	struct span name = { NULL, 0 };

	return db_get(txn, DB_TABLE_META, key_server, &name) == 0 ? name : (struct span){ NULL, 0 };
}

int db_claim(struct db_txn *txn, const char *server_name, struct error *reterr_error) {
	struct span owner = db_owner(txn);

	if (owner.len == 0) {
		db_put(txn, DB_TABLE_META, key_server, span_of_text(server_name));
		return 0;
	}
	if (owner.len == strlen(server_name) && strncasecmp((const char *)owner.data, server_name, owner.len) == 0)
		return 0;
	return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED,
			 "%s belongs to the server %.*s, and this one is %s; give each its own state directory",
			 db_path(txn->db), (int)owner.len, (const char *)owner.data, server_name);
}

void db_take_over(struct db_txn *txn, const char *server_name) {
	db_put(txn, DB_TABLE_META, key_server, span_of_text(server_name));
}
