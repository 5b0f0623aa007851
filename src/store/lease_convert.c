/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lease_convert.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/db_check.h"
#include "store/lease_build.h"
#include "store/lease_record.h"
#include "store/lease_store_priv.h"
#include "store/lease_table.h"

#define OLD_FORMAT 1
#define SERVER_SIZE 256
#define PROGRESS_STEPS 200

struct converting {
	const char *directory;
	char *path, *kept_path;
	struct lease_conversion conversion;
	struct lease_build *build;
	lease_convert_progress_f *progress;
	void *context;
	uint64_t done, total; /* records */
};

/* Those of its tables that are read. */
static const char *const old_tables[] = {
	[LEASE_TABLE_META] = "meta", [LEASE_TABLE_ADDRESS] = "lease-by-address", NULL
};

static struct db_kind old_kind(void) {
	struct db_kind kind = lease_store_kind;

	kind.version = OLD_FORMAT;
	kind.tables = old_tables;
	return kind;
}

static int tell(struct converting *converting, struct error *reterr_error) {
	if (!converting->progress || converting->progress(converting->context, converting->done, converting->total))
		return 0;
	return error_set(reterr_error, E_CANCELLED, "cancelled; the lease store is as it was");
}

static int convert_row(struct converting *converting, const struct db_cursor *row, struct error *reterr_error) {
	struct ip4 address;
	struct lease lease;

	if (lease_key_address_decode(row->key, &address) < 0) {
		converting->conversion.n_unreadable++;
		return 0;
	}
	/* Left out, its address would be free for somebody else. */
	if (lease_record_decode(address, row->value, &lease) < 0) {
		converting->conversion.n_unreadable++;
		return lease_build_put_unreadable(converting->build, address, row->value, reterr_error);
	}
	converting->conversion.n_leases++;
	return lease_build_put(converting->build, &lease, reterr_error);
}

static int convert_rows(struct converting *converting, struct db_txn *txn, struct error *reterr_error) {
	struct db_cursor cursor;
	uint64_t step;
	int r;

	converting->total = db_count(txn, LEASE_TABLE_ADDRESS);
	step = converting->total / PROGRESS_STEPS + 1;
	r = tell(converting, reterr_error);
	db_seek(txn, LEASE_TABLE_ADDRESS, (struct span){ 0 }, &cursor);
	while (r == 0 && db_next(&cursor)) {
		r = convert_row(converting, &cursor, reterr_error);
		if (++converting->done % step == 0 && converting->done < converting->total && r == 0)
			r = tell(converting, reterr_error);
	}
	db_cursor_done(&cursor);
	if (r == 0)
		r = lease_build_note(converting->build, LEASE_META_CLEANUP, db_get_number(txn, LEASE_META_CLEANUP),
				     reterr_error);
	return r < 0 ? r : db_result(txn, reterr_error);
}

/* The new store is that of the server whose the old one is, whoever converts it. */
static int build_from(struct converting *converting, struct db_txn *txn, struct error *reterr_error) {
	struct span owner = db_owner(txn);
	char server[SERVER_SIZE];
	int r;

	snprintf(server, sizeof server, "%.*s", (int)owner.len, (const char *)owner.data);
	r = lease_build_begin(converting->directory, server, &converting->build, reterr_error);
	if (r == 0)
		r = convert_rows(converting, txn, reterr_error);
	if (r < 0)
		converting->build = lease_build_drop(converting->build);
	return r;
}

/* A file that was linked to its second name by a conversion that then ended is no obstacle to the next one. */
static int make_way(struct converting *converting, struct error *reterr_error) {
	struct stat store, kept;

	if (stat(converting->path, &store) < 0 || lstat(converting->kept_path, &kept) < 0)
		return 0;
	if (store.st_ino == kept.st_ino && store.st_dev == kept.st_dev && unlink(converting->kept_path) == 0)
		return 0;
	return error_set(reterr_error, E_DHCP_JET_CONV_REQUIRED,
			 "%s stands where the old lease store is to be kept; move it away, then convert again",
			 converting->kept_path);
}

static int convert_open(struct converting *converting, struct db *db, struct error *reterr_error) {
	struct db_txn txn;
	int r = db_begin(db, false, &txn, reterr_error);

	if (r < 0)
		return r;
	r = build_from(converting, &txn, reterr_error);
	db_abort(&txn);
	return r;
}

static int convert_old(struct converting *converting, struct error *reterr_error) {
	const struct db_kind kind = old_kind();
	struct db *db;
	int r = make_way(converting, reterr_error);

	if (r == 0 && !is_db_file_sound(&kind, converting->path, DB_CHECK_WHOLE))
		r = error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED, "%s is damaged; %s", converting->path,
			      kind.damage_advice);
	if (r == 0)
		r = db_open_reader(&kind, converting->directory, &db, reterr_error);
	if (r < 0)
		return r;
	r = convert_open(converting, db, reterr_error);
	db_close(db);
	if (r == 0)
		r = lease_build_finish(converting->build, converting->conversion.kept, NULL, reterr_error);
	return r;
}

/* 0: it has the present format. */
static int look(const char *directory, struct error *reterr_error) {
	struct db *db;
	int r = db_open_reader(&lease_store_kind, directory, &db, reterr_error);

	if (r == 0)
		db_close(db);
	return r;
}

int lease_convert(const char *directory, lease_convert_progress_f *progress, void *context,
		  struct lease_conversion *ret_conversion, struct error *reterr_error) {
	struct converting converting = {
		.directory = directory,
		.progress = progress,
		.context = context,
		.conversion = { .from = lease_store_kind.version, .to = lease_store_kind.version },
	};
	int r = look(directory, reterr_error);

	if (r == -E_DHCP_JET_CONV_REQUIRED) {
		converting.conversion.from = OLD_FORMAT;
		snprintf(converting.conversion.kept, sizeof converting.conversion.kept, "%s.format-%d",
			 lease_store_kind.file, OLD_FORMAT);
		converting.path = mem_format("%s/%s", directory, lease_store_kind.file);
		converting.kept_path = mem_format("%s/%s", directory, converting.conversion.kept);
		r = convert_old(&converting, reterr_error);
		free(converting.path);
		free(converting.kept_path);
	}
	if (r == 0)
		*ret_conversion = converting.conversion;
	return r;
}
