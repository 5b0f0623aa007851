/* SPDX-License-Identifier: Apache-2.0 */
#include "rt/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/counter.h"
#include "base/event.h"
#include "base/mem.h"

#define MEGABYTE 1048576
#define DAYS_OF_A_WEEK 7
#define LINES_MAX 65536 /* octets of rows that are written together */
#define STALE_S 86400 /* a file of today's name that was not written for so long is last week's */

struct audit {
	char *directory;
	uid_t uid;
	pthread_mutex_t mutex; /* of all below */
	int fd;                /* of @day's file; -1: none is open */
	struct tm day;
	uint32_t n_unchecked; /* rows since the limits were looked at */
	time_t second;        /* that @local is */
	struct tm local;
	uint32_t n_waiting; /* rows in @lines, all of the day of @waiting_for */
	struct tm waiting_for;
	struct text waiting;
	char lines[LINES_MAX];
	bool is_paused;       /* @day's file has reached one */
	time_t paused_at;     /* when it was found so last */
};

struct audit *audit_open(const char *directory, uid_t uid) {
	struct audit *audit = mem_alloc(sizeof *audit);

	*audit = (struct audit){ .directory = mem_dup_text(directory), .uid = uid, .fd = -1 };
	text_init(&audit->waiting, audit->lines, sizeof audit->lines);
	pthread_mutex_init(&audit->mutex, NULL);
	tzset(); /* localtime_r need not */
	return audit;
}

static void file_close(struct audit *audit) {
	if (audit->fd >= 0)
		close(audit->fd);
	audit->fd = -1;
}

struct audit *audit_close(struct audit *audit) {
	if (audit) {
		file_close(audit);
		pthread_mutex_destroy(&audit->mutex);
		free(audit->directory);
		free(audit);
	}
	return NULL;
}

static bool header_write(int fd) {
	char array[AUDIT_HEADER_MAX];
	struct text header;

	text_init(&header, array, sizeof array);
	audit_add_header(&header);
	if (write(fd, header.data, header.len) == (ssize_t)header.len)
		return true;
	if (ftruncate(fd, 0) == 0) /* half a header would stay one */
		errno = ENOSPC;
	return false;
}

/* End the line that a full disk or a crash has cut. */
static bool line_end(int fd, off_t size) {
	char last;

	return pread(fd, &last, 1, size - 1) != 1 || last == '\n' || write(fd, "\n", 1) == 1;
}

/* Begin the file if it is new or last week's. Who does not get the lock need not wait: another process is at it. */
static bool file_begin(const struct audit *audit, time_t now) {
	struct stat info;
	bool is_done;

	if (flock(audit->fd, LOCK_EX | LOCK_NB) < 0)
		return true;
	is_done = fstat(audit->fd, &info) == 0;
	if (is_done && info.st_size && now - info.st_mtime > STALE_S) {
		is_done = ftruncate(audit->fd, 0) == 0;
		info.st_size = 0;
	}
	if (is_done)
		is_done = info.st_size ? line_end(audit->fd, info.st_size) : header_write(audit->fd);
	flock(audit->fd, LOCK_UN);
	return is_done;
}

/* The supervisor, which is root without root's right to pass over permissions, makes files as the roles' user. */
static int file_open(const struct audit *audit, const char *path) {
	bool is_other = geteuid() != audit->uid;
	int fd, failure;

	if (is_other && seteuid(audit->uid) < 0)
		return -1;
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640);
	failure = errno;
	if (is_other && seteuid(getuid()) < 0 && fd >= 0)
		close(fd);
	errno = failure;
	return fd;
}

static bool is_current(const struct audit *audit, const struct tm *local) {
	struct stat info;

	return audit->fd >= 0 && audit->day.tm_year == local->tm_year && audit->day.tm_yday == local->tm_yday &&
	       fstat(audit->fd, &info) == 0 && info.st_nlink > 0;
}

static bool file_get(struct audit *audit, const struct tm *local, time_t now) {
	char name[AUDIT_NAME_MAX], path[AUDIT_DIRECTORY_MAX + AUDIT_NAME_MAX];
	struct stat info;

	if (is_current(audit, local))
		return true;
	file_close(audit);
	audit_name(local, name);
	snprintf(path, sizeof path, "%s/%s", audit->directory, name);
	audit->fd = file_open(audit, path);
	if (audit->day.tm_yday != local->tm_yday)
		audit->is_paused = false;
	audit->day = *local;
	if (audit->fd >= 0 && fstat(audit->fd, &info) == 0 && !S_ISREG(info.st_mode)) {
		file_close(audit);
		errno = EINVAL;
	}
	return audit->fd >= 0 && file_begin(audit, now);
}

static bool lines_write(const struct audit *audit, const struct text *lines) {
	ssize_t len = write(audit->fd, lines->data, lines->len);

	if (len >= 0 && len < (ssize_t)lines->len)
		errno = ENOSPC;
	return len == (ssize_t)lines->len;
}

/* False if the file is as large as it may be, or its disk as full. */
static bool has_room(const struct audit *audit, const struct audit_limits *limits) {
	struct statvfs disk;
	struct stat info;

	if (fstat(audit->fd, &info) < 0 || fstatvfs(audit->fd, &disk) < 0)
		return true; /* writing will tell */
	return (uint64_t)info.st_size <= (uint64_t)limits->max_size_mb * MEGABYTE / DAYS_OF_A_WEEK &&
	       (uint64_t)disk.f_bavail * disk.f_frsize >= (uint64_t)limits->min_space_mb * MEGABYTE;
}

/* Look at the limits if it is time, and say in the file that one is reached: its last row, as long as that lasts. */
static void limits_check(struct audit *audit, const struct tm *local) {
	const struct audit_row paused = { .code = 2 };
	const struct audit_limits limits = counters_audit_limits();
	bool was_paused = audit->is_paused;
	char array[AUDIT_ROW_MAX];
	struct text line;

	audit->n_unchecked += audit->n_waiting;
	if (!was_paused && audit->n_unchecked < limits.check_interval)
		return;
	audit->n_unchecked = 0;
	audit->is_paused = !has_room(audit, &limits);
	if (!audit->is_paused || was_paused)
		return;
	text_init(&line, array, sizeof array);
	audit_add_row(&line, &paused, local);
	lines_write(audit, &line);
	event_emit(EVENT_AUDIT_PAUSED, "in %s", audit->directory);
}

static bool waiting_write(struct audit *audit, time_t now) {
	const struct tm *local = &audit->waiting_for;

	if (audit->n_waiting == 0)
		return true;
	if (!file_get(audit, local, now))
		return false;
	limits_check(audit, local);
	audit->paused_at = now;
	return audit->is_paused || lines_write(audit, &audit->waiting);
}

/* Whatever came of them, these rows wait no longer. */
static bool waiting_end(struct audit *audit, time_t now) {
	bool is_written = waiting_write(audit, now);

	text_init(&audit->waiting, audit->lines, sizeof audit->lines);
	audit->n_waiting = 0;
	return is_written;
}

static bool local_find(struct audit *audit, time_t now) {
	if (audit->second != now && !localtime_r(&now, &audit->local))
		return false;
	audit->second = now;
	return true;
}

/* True while the file is paused, but for the limits' interval of rows and once a second: a busy server's rows are not
 * even made then. */
static bool is_left_out(struct audit *audit, time_t now) {
	return audit->is_paused && audit->n_waiting == 0 && audit->paused_at == now &&
	       audit->day.tm_yday == audit->local.tm_yday &&
	       ++audit->n_unchecked < counters_audit_limits().check_interval;
}

static bool row_write(struct audit *audit, const struct audit_row *row, time_t now, bool is_more) {
	bool is_written = true;

	if (!local_find(audit, now))
		return false;
	if (is_left_out(audit, now))
		return true;
	if (audit->n_waiting && audit->waiting_for.tm_yday != audit->local.tm_yday)
		is_written = waiting_end(audit, now);
	audit_add_row(&audit->waiting, row, &audit->local);
	audit->waiting_for = audit->local;
	audit->n_waiting++;
	if (is_more && audit->waiting.len + AUDIT_ROW_MAX < sizeof audit->lines)
		return is_written;
	return waiting_end(audit, now) && is_written;
}

int audit_write(struct audit *audit, const struct audit_row *row, time_t now, bool is_more,
		struct error *reterr_error) {
	bool is_written;
	int failure;

	pthread_mutex_lock(&audit->mutex);
	is_written = row_write(audit, row, now, is_more);
	failure = errno;
	if (!is_written) /* whatever it was: try anew from the start, with the next row */
		file_close(audit);
	pthread_mutex_unlock(&audit->mutex);
	if (is_written)
		return 0;
	return error_set(
		reterr_error, E_ACCESS_DENIED,
		"no row can be written to the audit file in %s: %s; mend that, or set another 'audit-directory'",
		audit->directory, strerror(failure));
}
