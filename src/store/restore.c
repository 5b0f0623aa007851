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
#include "store/db_file.h"
#include "store/journal.h"
#include "store/lease_build.h"
#include "store/lease_record.h"
#include "store/lease_store_priv.h"

#define KEEP_DAMAGED "leases.mdb.damaged"
#define KEEP_REPLACED "leases.mdb.replaced"
#define KEPT_MAX 1000 /* journals of one name */
#define LEASE_TIME_DEFAULT 691200 /* as in model/schema.def; where no lease says how long leases are */
#define TRIED_MAX 128 /* generations */
#define SENTENCE_MAX 256

/* A restore under way. */
struct restoring {
	const struct restore_place *place;
	struct restore_report *report;
	struct lease_build *build;
	bool is_prepared; /* it was wanted: the journal is of what is given up */
	int64_t longest; /* lease that was met, in seconds */
	struct error *reterr_error;
};

static int put(void *context, const struct lease *lease) {
	struct restoring *restoring = context;
	int64_t length = lease->expiry - lease->changed;

	if (lease->state == LEASE_ACTIVE && lease->expiry != LEASE_FOR_EVER && length > restoring->longest)
		restoring->longest = length;
	return lease_build_put(restoring->build, lease, restoring->reterr_error);
}

/* Clients that the store does not know of got their leases at the latest now, and of the lengths that others have. */
static int64_t doubtful_until(const struct restoring *restoring) {
	return restoring->place->now + (restoring->longest > 0 ? restoring->longest : LEASE_TIME_DEFAULT);
}

static int note(struct restoring *restoring, const struct backup_info *info, struct error *reterr_error) {
	struct restore_report *report = restoring->report;
	int r;

	report->time = info->time;
	report->doubtful_until = doubtful_until(restoring);
	r = lease_build_note(restoring->build, LEASE_META_DOUBTFUL, (uint64_t)report->doubtful_until, reterr_error);
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

/* A journal that cannot be used is set aside, or the daemon could not start with what was restored either. */
static void set_journal_aside(const struct restore_place *place) {
	char *path CLEANUP(cleanup_free) = mem_format("%s/" JOURNAL_DIRECTORY, place->state_directory);
	bool is_done = false;

	for (unsigned i = 1; !is_done && i <= KEPT_MAX; i++) {
		char *aside = i > 1 ? mem_format("%s.damaged-%u", path, i) : mem_format("%s.damaged", path);

		is_done = renameat2(AT_FDCWD, path, AT_FDCWD, aside, RENAME_NOREPLACE) == 0 || errno != EEXIST;
		free(aside);
	}
}

/* Do again what the journal says was done after frame @sequence. */
static int replay_journal(struct restoring *restoring, uint64_t sequence, struct error *reterr_error) {
	const struct restore_place *place = restoring->place;
	struct journal_stat stat;
	struct journal *journal;
	struct error error;
	int r = journal_open(place->state_directory, place->server_name, sequence, replay, restoring, &journal, &error);

	if (r == -E_DHCP_DATABASE_INIT_FAILED) {
		event_emit_error(EVENT_STORE_DAMAGED, &error);
		set_journal_aside(place);
		restoring->report->has_gap = true;
		return lease_build_note(restoring->build, LEASE_META_JOURNAL, sequence, reterr_error);
	}
	if (r < 0)
		return r;
	stat = journal_stat(journal);
	journal_close(journal);
	restoring->report->has_gap = stat.n_gaps > 0;
	return lease_build_note(restoring->build, LEASE_META_JOURNAL, stat.last, reterr_error);
}

/* What the journal has is of what is given up. Its numbers go on, so that it is not mistaken for what comes. */
static int skip_journal(struct restoring *restoring, uint64_t sequence, struct error *reterr_error) {
	struct lease_store_stat stat = { 0 };
	struct lease_store *store;

	int r = lease_store_open_reader(restoring->place->state_directory, &store, NULL);

	if (r == 0) {
		r = lease_store_stat(store, &stat);
		lease_store_close(store);
	}
	if (r < 0)
		set_journal_aside(restoring->place);
	if (stat.sequence > sequence)
		sequence = stat.sequence;
	return lease_build_note(restoring->build, LEASE_META_JOURNAL, sequence, reterr_error);
}

/* Read the open generation @fd into the build. */
static int fill(struct restoring *restoring, int fd, struct error *reterr_error) {
	const struct generation_use use = { restoring->place->server_name, put, restoring };
	struct backup_info info;
	int r;

	restoring->longest = 0;
	restoring->report->n_journal = 0;
	restoring->reterr_error = reterr_error;
	r = generation_read_fd(fd, &use, &info, reterr_error);
	if (r == 0 && info.last_cleanup)
		r = lease_build_note(restoring->build, LEASE_META_CLEANUP, (uint64_t)info.last_cleanup, reterr_error);
	if (r == 0)
		r = restoring->is_prepared ? skip_journal(restoring, info.sequence, reterr_error)
					   : replay_journal(restoring, info.sequence, reterr_error);
	return r < 0 ? r : note(restoring, &info, reterr_error);
}

static int build_from(struct restoring *restoring, int fd, struct error *reterr_error) {
	const struct restore_place *place = restoring->place;
	int r = lease_build_begin(place->state_directory, place->server_name, &restoring->build, reterr_error);

	if (r < 0)
		return r;
	r = fill(restoring, fd, reterr_error);
	if (r < 0)
		restoring->build = lease_build_drop(restoring->build);
	return r;
}

static int put_in_place(struct restoring *restoring, const char *keep_as, struct error *reterr_error) {
	int r = lease_build_finish(TAKE_POINTER(restoring->build), keep_as, NULL, reterr_error);

	restoring->report->is_restored = r == 0;
	return r;
}

static int build_from_generation(struct restoring *restoring, int directory, const char *name,
				 struct error *reterr_error) {
	int fd = generation_open(directory, name, reterr_error), r;

	if (fd < 0)
		return fd;
	r = build_from(restoring, fd, reterr_error);
	close(fd);
	return r;
}

static int fail_directory(const struct restore_place *place, struct error *reterr_error) {
	return error_set(reterr_error, E_DHCP_JET_ERROR, "the backup directory %s cannot be read: %s",
			 place->backup_directory, strerror(errno));
}

/* Try one generation after the other, the newest first. One that is not valid stays where it is. */
static int build_from_newest(struct restoring *restoring, int directory, struct error *reterr_error) {
	struct generation_name names[TRIED_MAX];
	ssize_t n = generation_list(directory, ARRAY_LEN(names), names);

	if (n < 0)
		return fail_directory(restoring->place, reterr_error);
	for (ssize_t i = 0; i < n; i++) {
		struct error error;

		if (build_from_generation(restoring, directory, names[i].text, &error) == 0) {
			restoring->report->name = names[i];
			return 0;
		}
		event_emit(EVENT_BACKUP_INVALID, "%s: %s", names[i].text, error.text);
	}
	return error_set(reterr_error, E_DHCP_JET_ERROR, "there is no valid generation in the backup directory %s",
			 restoring->place->backup_directory);
}

static int restore_newest(struct restoring *restoring, struct error *reterr_error) {
	int directory = open(restoring->place->backup_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (directory < 0)
		return fail_directory(restoring->place, reterr_error);
	r = build_from_newest(restoring, directory, reterr_error);
	close(directory);
	return r < 0 ? r : put_in_place(restoring, KEEP_DAMAGED, reterr_error);
}

/* The wish goes before the deed: were it the other way round, and the wish could not be removed, the next start would
 * do it again and lose what was leased between. */
static int restore_prepared(struct restoring *restoring, int fd, const char *path, struct error *reterr_error) {
	int r = build_from(restoring, fd, reterr_error);

	if (unlink(path) < 0 && r == 0) {
		restoring->build = lease_build_drop(restoring->build);
		return error_set(reterr_error, E_DHCP_JET_ERROR, "%s cannot be removed: %s", path, strerror(errno));
	}
	return r < 0 ? r : put_in_place(restoring, KEEP_REPLACED, reterr_error);
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
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), r;

	if (fd < 0)
		return;
	report->is_tried = report->has_gap = restoring->is_prepared = true;
	r = restore_prepared(restoring, fd, path, &report->error);
	close(fd);
	restoring->is_prepared = false;
	finish(restoring, r);
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
	snprintf(damage, sizeof damage, "%s", reterr_error->text);
	return error_set(reterr_error, E_DHCP_DATABASE_INIT_FAILED, "%s; %.200s", damage, report->error.text);
}

/* 0 also for a store that is not there. */
static int check(const struct restore_place *place, struct error *reterr_error) {
	int r = lease_store_walk(place->state_directory, reterr_error);

	return r == -E_NOT_FOUND ? 0 : r;
}

int restore_store_open(const struct restore_place *place, struct lease_store **ret_store,
		       struct restore_report *ret_report, struct error *reterr_error) {
	struct restoring restoring = { .place = place, .report = ret_report };
	struct error error = { 0 };
	int r;

	*ret_report = (struct restore_report){ 0 };
	restore_if_prepared(&restoring);
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
