/* SPDX-License-Identifier: Apache-2.0 */
#include "store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/db_check.h"
#include "store/journal.h"
#include "store/lease_build.h"
#include "store/lease_record.h"
#include "store/lease_store_priv.h"

#define KEEP_DAMAGED "leases.mdb.damaged"
#define KEEP_REPLACED "leases.mdb.replaced"
#define LEASE_TIME_DEFAULT 691200 /* as in model/schema.def; where no lease says how long leases are */
#define TRIED_MAX 128 /* generations */
#define SENTENCE_MAX 256
#define PUTS_PER_PROGRESS 4096

#define RESTORE_FILE_NEW RESTORE_FILE ".new"

/* What a store that was prepared says of itself, and goes on to say. */
#define NOTE_TIME "restore-time"         /* of the generation */
#define NOTE_SEQUENCE "restore-sequence" /* of the last frame in it */
#define NOTE_LONGEST "restore-longest"   /* lease in it, in seconds */

/* A restore under way. */
struct restoring {
	const struct restore_place *place;
	struct restore_report *report;
	struct lease_build *build;
	bool is_build_failed; /* the trouble is not the generation's: another one would fare no better */
	int64_t longest;      /* lease that was met, in seconds */
	uint64_t n_puts;
	int fd;               /* of the generation that is read; -1: none */
	struct error *reterr_error;
};

static void tell_progress(const struct restoring *restoring) {
	struct stat file;
	off_t at = lseek(restoring->fd, 0, SEEK_CUR);

	if (restoring->place->progress && at >= 0 && fstat(restoring->fd, &file) == 0)
		restoring->place->progress((uint64_t)at, (uint64_t)file.st_size);
}

static int put(void *context, const struct lease *lease) {
	struct restoring *restoring = context;
	int64_t length = lease->expiry - lease->changed;
	int r = lease_build_put(restoring->build, lease, restoring->reterr_error);

	if (restoring->n_puts++ % PUTS_PER_PROGRESS == 0)
		tell_progress(restoring);

	restoring->is_build_failed = r < 0;
	if (lease->state == LEASE_ACTIVE && lease->expiry != LEASE_FOR_EVER && length > restoring->longest)
		restoring->longest = length;
	return r;
}

/* Read the open generation @fd, whole, into the build. */
static int fill(struct restoring *restoring, int fd, struct backup_info *ret_info, struct error *reterr_error) {
	const struct generation_use use = { restoring->place->server_name, put, restoring };
	int r;

	restoring->longest = 0;
	restoring->reterr_error = reterr_error;
	restoring->fd = fd;
	r = generation_read_fd(fd, &use, ret_info, reterr_error);
	restoring->fd = -1;
	if (r == 0 && ret_info->last_cleanup)
		r = lease_build_note(restoring->build, LEASE_META_CLEANUP, (uint64_t)ret_info->last_cleanup,
				     reterr_error);
	return r;
}

/* Clients that the store does not know of got their leases at the latest now, and of the lengths that others have. */
static int note_restored(struct restoring *restoring, uint64_t sequence, struct error *reterr_error) {
	struct restore_report *report = restoring->report;
	int r;

	report->doubtful_until =
		restoring->place->now + (restoring->longest > 0 ? restoring->longest : LEASE_TIME_DEFAULT);
	r = lease_build_note(restoring->build, LEASE_META_DOUBTFUL, (uint64_t)report->doubtful_until, reterr_error);
	if (r == 0)
		r = lease_build_note(restoring->build, LEASE_META_JOURNAL, sequence, reterr_error);
	if (r == 0)
		report->n_leases = lease_build_count(restoring->build);
	return r;
}

/* A change after the generation. What cannot be read is passed over, as at any start. */
static int replay(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	struct restoring *restoring = context;
	struct reader reader = reader_of(record);
	struct lease lease;

	restoring->report->n_journal++;
	if (address.value == LEASE_NOTE_ADDRESS)
		return lease_build_note(restoring->build, LEASE_META_CLEANUP, reader_u64(&reader),
					restoring->reterr_error);
	if (record.len == 0)
		return lease_build_remove(restoring->build, address, restoring->reterr_error);
	return lease_record_decode(address, record, &lease) < 0 ? 0 : put(restoring, &lease);
}

/* Do again what the journal says was done after frame @sequence. One that cannot be opened may have leases that are
 * nowhere else, and perhaps can be opened a little later: only a person can say that it is lost. */
static int replay_journal(struct restoring *restoring, uint64_t sequence, struct error *reterr_error) {
	const struct restore_place *place = restoring->place;
	struct journal_stat stat;
	struct journal *journal;
	struct error error = { 0 };
	int r;

	restoring->reterr_error = &error;
	r = journal_open(place->state_directory, place->server_name, sequence, replay, restoring, &journal, &error);
	if (r == -E_DHCP_JET_ERROR) /* the new store cannot be written, or the journal's end confirmed */
		return error_set(reterr_error, E_DHCP_JET_ERROR, "%s", error.text);
	if (r < 0)
		return error_set(
			reterr_error, E_DHCP_JET_ERROR,
			"its journal may have leases that no backup has, and cannot be opened (%.200s); mend that, or, if it is lost, move it away",
			error.text);
	stat = journal_stat(journal);
	journal_close(journal);
	restoring->report->has_gap = stat.n_gaps > 0;
	return note_restored(restoring, stat.last, reterr_error);
}

/* The new store in the place of the old one. */
static int put_in_place(struct restoring *restoring, const char *keep_as, struct error *reterr_error) {
	int r = lease_build_finish(TAKE_POINTER(restoring->build), keep_as, NULL, reterr_error);

	restoring->report->is_restored = r == 0;
	return r;
}

static int build_from(struct restoring *restoring, int fd, struct backup_info *ret_info, struct error *reterr_error) {
	const struct restore_place *place = restoring->place;
	int r = lease_build_begin(place->state_directory, place->server_name, &restoring->build, reterr_error);

	restoring->is_build_failed = r < 0;
	if (r == 0)
		r = fill(restoring, fd, ret_info, reterr_error);
	if (r < 0)
		restoring->build = lease_build_drop(restoring->build);
	return r;
}

static int build_from_generation(struct restoring *restoring, int directory, const char *name,
				 struct backup_info *ret_info, struct error *reterr_error) {
	int fd = generation_open(directory, name, reterr_error), r;

	if (fd < 0)
		return fd;
	r = build_from(restoring, fd, ret_info, reterr_error);
	close(fd);
	return r;
}

static int fail_directory(const struct restore_place *place, struct error *reterr_error) {
	return error_set(reterr_error, E_DHCP_JET_ERROR, "the backup directory %s cannot be read: %s",
			 place->backup_directory, strerror(errno));
}

/* Try one generation after the other, the newest first. One that is not valid stays where it is. */
static int build_from_newest(struct restoring *restoring, int directory, struct backup_info *ret_info,
			     struct error *reterr_error) {
	struct generation_name names[TRIED_MAX];
	ssize_t n = generation_list(directory, restoring->place->now, ARRAY_LEN(names), names);

	if (n < 0)
		return fail_directory(restoring->place, reterr_error);
	for (ssize_t i = 0; i < n; i++) {
		struct error error;
		int r = build_from_generation(restoring, directory, names[i].text, ret_info, &error);

		if (r == 0) {
			restoring->report->name = names[i];
			return 0;
		}
		if (restoring->is_build_failed)
			return error_set(reterr_error, E_DHCP_JET_ERROR, "%s", error.text);
		event_emit(EVENT_BACKUP_INVALID, "%s: %s", names[i].text, error.text);
	}
	return error_set(reterr_error, E_DHCP_JET_ERROR, "there is no valid generation in the backup directory %s",
			 restoring->place->backup_directory);
}

static int restore_newest(struct restoring *restoring, struct error *reterr_error) {
	int directory = open(restoring->place->backup_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	struct backup_info info;

	if (directory < 0)
		return fail_directory(restoring->place, reterr_error);
	r = build_from_newest(restoring, directory, &info, reterr_error);
	close(directory);
	if (r < 0)
		return r;
	restoring->report->time = info.time;
	r = replay_journal(restoring, info.sequence, reterr_error);
	if (r == 0)
		return put_in_place(restoring, KEEP_DAMAGED, reterr_error);
	restoring->build = lease_build_drop(restoring->build);
	return r;
}

int restore_prepare(const struct restore_place *place, int fd, struct error *reterr_error) {
	struct restoring restoring = { .place = place };
	struct backup_info info;
	int r = lease_build_begin_as(place->state_directory, place->server_name, RESTORE_FILE_NEW, &restoring.build,
				     reterr_error);

	if (r < 0)
		return r;
	r = fill(&restoring, fd, &info, reterr_error);
	if (r == 0)
		r = lease_build_note(restoring.build, NOTE_SEQUENCE, info.sequence, reterr_error);
	if (r == 0)
		r = lease_build_note(restoring.build, NOTE_TIME, (uint64_t)info.time, reterr_error);
	if (r == 0)
		r = lease_build_note(restoring.build, NOTE_LONGEST, (uint64_t)restoring.longest, reterr_error);
	if (r == 0)
		return lease_build_keep(restoring.build, RESTORE_FILE, reterr_error);
	lease_build_drop(restoring.build);
	return r;
}

void restore_forget(const char *state_directory) {
	lease_build_remove_file(state_directory, RESTORE_FILE);
	lease_build_remove_file(state_directory, RESTORE_FILE_NEW);
}

/* Up to which frame leases.mdb goes; 0 if that cannot be found out. Reading a damaged one could be our end. */
static uint64_t applied_of(const struct restore_place *place) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/%s", place->state_directory, lease_store_kind.file);
	struct db_txn txn;
	uint64_t applied = 0;
	struct db *db;

	if (!is_db_file_sound(&lease_store_kind, path, DB_CHECK_QUICK) ||
	    db_open_reader(&lease_store_kind, place->state_directory, &db, NULL) < 0)
		return 0;
	if (db_begin(db, false, &txn, NULL) == 0) {
		applied = db_get_number(&txn, LEASE_META_JOURNAL);
		db_abort(&txn);
	}
	db_close(db);
	return applied;
}

static int pass_over(void *context, uint64_t sequence, struct ip4 address, struct span record) {
	return 0;
}

/* What the journal has is of what is given up. Its numbers go on, so that it is not mistaken for what comes. */
static int skip_journal(struct restoring *restoring, struct error *reterr_error) {
	const struct restore_place *place = restoring->place;
	uint64_t applied = applied_of(place), sequence = lease_build_noted(restoring->build, NOTE_SEQUENCE);
	struct journal *journal;
	int r = journal_open(place->state_directory, place->server_name, applied > sequence ? applied : sequence,
			     pass_over, NULL, &journal, reterr_error);

	if (r < 0)
		return r;
	sequence = journal_stat(journal).last;
	journal_close(journal);
	return note_restored(restoring, sequence, reterr_error);
}

/* A file without notes is none that was prepared: it was taken away a moment ago, and this one made in its place. */
static int take_notes(struct restoring *restoring, struct error *reterr_error) {
	restoring->report->time = (int64_t)lease_build_noted(restoring->build, NOTE_TIME);
	restoring->longest = (int64_t)lease_build_noted(restoring->build, NOTE_LONGEST);
	if (!restoring->report->time)
		return error_set(reterr_error, E_DHCP_JET_ERROR, "%s/" RESTORE_FILE " was not prepared for it",
				 restoring->place->state_directory);
	return skip_journal(restoring, reterr_error);
}

/* The wish and the deed are one: the file that was prepared gets the name of the store, or does not, and what was
 * written into it until then can be written once more. */
static int restore_prepared(struct restoring *restoring, struct error *reterr_error) {
	const struct restore_place *place = restoring->place;
	int r = lease_build_open(place->state_directory, place->server_name, RESTORE_FILE, &restoring->build,
				 reterr_error);

	if (r < 0)
		return r;
	r = take_notes(restoring, reterr_error);
	if (r == 0)
		return put_in_place(restoring, KEEP_REPLACED, reterr_error);
	restoring->build = lease_build_drop(restoring->build);
	return r;
}

static void time_format(int64_t time, char ret_text[static 32]) {
	time_t seconds = time;
	struct tm parts;

	ret_text[0] = '\0';
	if (localtime_r(&seconds, &parts))
		strftime(ret_text, 32, "%Y-%m-%d %H:%M:%S", &parts);
}

/* What is lost, as far as anybody knows. */
static void tell_restored(const struct restoring *restoring) {
	const struct restore_report *report = restoring->report;
	int64_t age = restoring->place->now - report->time;
	char made[32], doubtful[32], array[SENTENCE_MAX];
	struct text text;

	time_format(report->time, made);
	time_format(report->doubtful_until, doubtful);
	text_init(&text, array, sizeof array);
	text_add_duration(&text, age > 0 ? (uint64_t)age : 0);
	event_emit(EVENT_STORE_RESTORED,
		   "%s%s%sof %s, %s old, with %llu leases; the journal had %llu changes since; %s; until %s addresses are "
		   "pinged before they are offered",
		   report->name.text[0] ? "from " : "from a generation ", report->name.text, report->name.text[0] ? " " : "",
		   made, array, (unsigned long long)report->n_leases, (unsigned long long)report->n_journal,
		   report->has_gap ? "what was leased after that is lost" : "nothing else is known to be lost", doubtful);
}

static void finish(struct restoring *restoring, int r) {
	if (r == 0)
		tell_restored(restoring);
	else
		event_emit_error(EVENT_RESTORE_FAILED, &restoring->report->error);
}

/* Somebody wants to go back to a generation. If that fails, the store is as it was. */
static void restore_if_prepared(struct restoring *restoring) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/" RESTORE_FILE, restoring->place->state_directory);
	struct restore_report *report = restoring->report;

	if (access(path, F_OK) < 0)
		return;
	report->is_tried = report->has_gap = true;
	finish(restoring, restore_prepared(restoring, &report->error));
}

/* The store cannot be used. 0 if a generation has taken its place. */
static int restore_damaged(struct restoring *restoring, struct error *reterr_error) {
	struct restore_report *report = restoring->report;
	char damage[SENTENCE_MAX];
	int r;

	event_emit_error(EVENT_STORE_DAMAGED, reterr_error);
	report->is_tried = report->has_gap = true;
	r = restore_newest(restoring, &report->error);
	finish(restoring, r);
	if (r == 0)
		return 0;
	snprintf(damage, sizeof damage, "%.255s", reterr_error->text);
	return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED, "%.200s; %.300s", damage, report->error.text);
}

/* 0 also for a store that is not there. */
static int check(const struct restore_place *place, struct error *reterr_error) {
	int r = lease_store_walk(place->state_directory, reterr_error);

	return r == -E_NOT_FOUND ? 0 : r;
}

/* leases.mdb is gone, or empty, and the journal has lost what it had: nobody wanted to begin without leases, who would
 * have removed both. */
static bool is_store_lost(const struct restore_place *place) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/%s", place->state_directory, lease_store_kind.file);
	char *journal_path CLEANUP(cleanup_free) = mem_format("%s/" JOURNAL_DIRECTORY, place->state_directory);
	struct journal *journal;
	struct stat info;
	bool is_lost;

	if ((stat(path, &info) == 0 && info.st_size > 0) || access(journal_path, F_OK) < 0 ||
	    journal_open(place->state_directory, place->server_name, 0, pass_over, NULL, &journal, NULL) < 0)
		return false;
	is_lost = journal_stat(journal).n_gaps > 0;
	journal_close(journal);
	return is_lost;
}

/* Without a valid generation there is nothing but what the journal has. */
static void restore_lost(struct restoring *restoring) {
	struct error error;

	error_set(&error, E_DHCP_DATABASE_INIT_FAILED, "%s/%s is gone, and its journal does not have all leases",
		  restoring->place->state_directory, lease_store_kind.file);
	restore_damaged(restoring, &error);
}

int restore_store_open(const struct restore_place *place, struct lease_store **ret_store,
		       struct restore_report *ret_report, struct error *reterr_error) {
	struct restoring restoring = { .place = place, .report = ret_report };
	struct error error = { 0 };
	int r;

	*ret_report = (struct restore_report){ 0 };
	lease_build_remove_file(place->state_directory, LEASE_BUILD_FILE);
	restore_if_prepared(&restoring);
	if (is_store_lost(place))
		restore_lost(&restoring);
	r = place->is_suspect ? check(place, &error) : 0;
	if (r == 0)
		r = lease_store_open(place->state_directory, place->server_name, ret_store, &error);
	/* What cannot be opened may also be another server's, or not ours to read; only damage is a reason. */
	if (r == -E_DHCP_DATABASE_INIT_FAILED && check(place, &error) == r) {
		r = restore_damaged(&restoring, &error);
		if (r == 0)
			r = lease_store_open(place->state_directory, place->server_name, ret_store, &error);
	}
	if (r < 0 && reterr_error)
		*reterr_error = error;
	return r;
}
