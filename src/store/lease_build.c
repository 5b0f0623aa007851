/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/db_file.h"
#include "store/lease_store_priv.h"
#include "store/lease_table.h"

#define CHANGES_PER_COMMIT 65536 /* LMDB keeps the pages of one transaction in memory */
#define BUILD_MAP_SIZE ((size_t)64 << 30) /* address space, not memory or disk */

struct lease_build {
	struct db_kind kind; /* that of the lease store, under another file name */
	char *directory;
	char *file;
	char *path; /* of the file in the making */
	struct db *db;
	struct db_txn txn;
	unsigned n_changes; /* of the transaction */
};

static struct lease_build *build_free(struct lease_build *build) {
	free(build->directory);
	free(build->file);
	free(build->path);
	free(build);
	return NULL;
}

struct lease_build *lease_build_drop(struct lease_build *build) {
	if (!build)
		return NULL;
	if (build->db) {
		db_abort(&build->txn);
		db_close(build->db);
	}
	db_file_remove(build->path);
	return build_free(build);
}

static int build_open(struct lease_build *build, const char *server_name, struct error *reterr_error) {
	int r = db_open(&build->kind, build->directory, &build->db, reterr_error);

	if (r == 0)
		r = db_begin(build->db, true, &build->txn, reterr_error);
	if (r == 0)
		r = db_claim(&build->txn, server_name, reterr_error);
	return r;
}

int lease_build_open(const char *directory, const char *server_name, const char *file, struct lease_build **ret_build,
		     struct error *reterr_error) {
	struct lease_build *build = mem_alloc(sizeof *build);
	int r;

	build->kind = lease_store_kind;
	build->kind.map_size = BUILD_MAP_SIZE;
	build->kind.damage_advice = "do again what made it";
	build->directory = mem_dup_text(directory);
	build->file = mem_dup_text(file);
	build->path = mem_format("%s/%s", directory, file);
	build->kind.file = build->file;
	r = build_open(build, server_name, reterr_error);
	if (r < 0)
		lease_build_drop(build);
	else
		*ret_build = build;
	return r;
}

void lease_build_remove_file(const char *directory, const char *file) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/%s", directory, file);

	db_file_remove(path);
}

int lease_build_begin_as(const char *directory, const char *server_name, const char *file,
			 struct lease_build **ret_build, struct error *reterr_error) {
	lease_build_remove_file(directory, file);
	return lease_build_open(directory, server_name, file, ret_build, reterr_error);
}

int lease_build_begin(const char *directory, const char *server_name, struct lease_build **ret_build,
		      struct error *reterr_error) {
	return lease_build_begin_as(directory, server_name, LEASE_BUILD_FILE, ret_build, reterr_error);
}

static int build_commit(struct lease_build *build, struct error *reterr_error) {
	int r = db_commit(&build->txn, reterr_error);

	build->n_changes = 0;
	return r < 0 ? r : db_begin(build->db, true, &build->txn, reterr_error);
}

static int changed(struct lease_build *build, struct error *reterr_error) {
	int r = db_result(&build->txn, reterr_error);

	if (r == 0 && ++build->n_changes == CHANGES_PER_COMMIT)
		r = build_commit(build, reterr_error);
	return r;
}

int lease_build_put(struct lease_build *build, const struct lease *lease, struct error *reterr_error) {
	lease_table_put(&build->txn, lease);
	return changed(build, reterr_error);
}

int lease_build_put_unreadable(struct lease_build *build, struct ip4 address, struct span octets,
			       struct error *reterr_error) {
	lease_table_keep(&build->txn, address, octets);
	return changed(build, reterr_error);
}

int lease_build_remove(struct lease_build *build, struct ip4 address, struct error *reterr_error) {
	lease_table_remove(&build->txn, address);
	return changed(build, reterr_error);
}

int lease_build_note(struct lease_build *build, const char *key, uint64_t value, struct error *reterr_error) {
	db_put_number(&build->txn, key, value);
	return changed(build, reterr_error);
}

uint64_t lease_build_noted(struct lease_build *build, const char *key) {
	return db_get_number(&build->txn, key);
}

uint64_t lease_build_count(struct lease_build *build) {
	return db_count(&build->txn, LEASE_TABLE_ADDRESS);
}

/* Durable, and nobody's to write any more. */
static int build_close(struct lease_build *build, struct error *reterr_error) {
	int r = db_commit(&build->txn, reterr_error);

	if (r < 0)
		return r;
	build->db = db_close(build->db);
	db_file_unlock(build->path);
	return 0;
}

static int fail_placing(const char *path, struct error *reterr_error) {
	return error_set(reterr_error, E_DHCP_JET_ERROR, "%s cannot be put in place: %s; look at the rights of its directory",
			 path, strerror(errno));
}

int lease_build_finish(struct lease_build *build, const char *keep_as, char **ret_kept, struct error *reterr_error) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/%s", build->directory, lease_store_kind.file);
	int r = build_close(build, reterr_error);

	if (r == 0 && db_file_replace(path, build->path, keep_as, ret_kept) < 0)
		r = fail_placing(path, reterr_error);
	if (r < 0)
		lease_build_drop(build);
	else
		build_free(build);
	return r;
}

int lease_build_keep(struct lease_build *build, const char *file, struct error *reterr_error) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/%s", build->directory, file);
	int r = build_close(build, reterr_error);

	if (r == 0 && rename(build->path, path) < 0)
		r = fail_placing(path, reterr_error);
	if (r < 0) {
		lease_build_drop(build);
		return r;
	}
	db_file_sync_directory(build->directory);
	build_free(build);
	return 0;
}
